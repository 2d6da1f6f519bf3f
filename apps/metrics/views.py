"""Pages on which definitions are written: the starter ones are adopted, a new one or a next version is proposed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, read_choice, require_known
from apps.core.calendar_words import day_words
from apps.core.fact_sources import sources
from apps.core.form_problems import add_problem
from apps.core.problems import Conflict, FieldProblem, Invalid
from apps.governance.domain.dates import boundary_from
from apps.governance.domain.kinds import Op
from apps.governance.domain.revisions import Asked
from apps.governance.models import Proposal
from apps.metrics import operations, policies, queries
from apps.metrics.domain.contracts import LABELS, TEXTS
from apps.metrics.domain.faults import SpecProblems
from apps.metrics.domain.parsing import parse_spec
from apps.metrics.domain.sentences import say_spec
from apps.metrics.domain.starter import StarterVersion
from apps.metrics.domain.starter_catalogues import CATALOGUES, NEXT_VERSIONS, Catalogue
from apps.metrics.drafting import VersionDraft
from apps.metrics.forms import CONTENT, PLACES, AdoptForm, DefinitionForm, VersionForm, words_of, words_of_shipped
from apps.metrics.models import DefinitionVersion
from apps.teams.models import Team
from apps.teams.queries import list_teams

METHODS = ["GET", "HEAD", "POST"]
KEYS = tuple(catalogue.key for catalogue in CATALOGUES)
WRONG = 422


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def adopt(request: PageRequest) -> HttpResponse:
    """The starter definitions of one matter that are not in force yet, each with its rule, and one button for all."""
    require_known(request, "of")
    policies.require_can_adopt_starter(request.principal)
    catalogue = CATALOGUES[KEYS.index(read_choice(request, "of", KEYS))]
    owners = {team.slug: team for team in list_teams()}
    form = AdoptForm(_sent(request), owners=_choices(owners), initial={"reason": operations.STARTER_REASON})
    adopted = _adopt_starter(request, form, owners, catalogue) if form.is_bound and form.is_valid() else None
    if adopted is not None:
        messages.success(request, f"Adopted. {len(adopted)} definitions are in force from the beginning.")
        return redirect("portal:metric-list")
    context = {
        "heading": "Adopt starter definitions",
        "crumbs": _crumbs("Adopt"),
        "intro": catalogue.intro,
        "choices": [{"label": one.label, "url": f"?of={one.key}", "current": one is catalogue} for one in CATALOGUES],
        "starters": [_starter(version) for version in queries.list_open_starters(catalogue)],
        "form": form,
        "has_owners": bool(owners),
        "has_errors": bool(form.errors),
    }
    return render(request, "metrics/adopt.html", context, status=WRONG if form.errors else 200)


def _adopt_starter(
    request: PageRequest, form: AdoptForm, owners: dict[str, Team], catalogue: Catalogue
) -> list[DefinitionVersion] | None:
    data, adopted = form.cleaned_data, None
    asked = {"owner_team": owners[data["owner"]], "reason": data["reason"], "catalogue": catalogue}
    try:
        adopted = operations.adopt_starter(**asked, by=request.principal)
    except Invalid as problem:
        add_problem(form, problem)
    if adopted == []:
        form.add_error(None, "All starter definitions exist already.")
    return adopted or None


def _starter(version: StarterVersion) -> dict[str, Any]:
    contract = [{"label": label, "text": version.contract[key]} for key, label in LABELS.items() if key in TEXTS]
    sentence = say_spec(parse_spec(version.spec, sources))
    return {
        "slug": version.slug,
        "name": version.name,
        "sentence": sentence,
        "contract": contract,
    }


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def version_create(request: PageRequest, slug: str) -> HttpResponse:
    """The next version of a definition, begun from the newest one or (`begin=shipped`) from one that is shipped."""
    require_known(request, "begin")
    definition = queries.get_definition(slug)
    policies.require_can_propose(request.principal, definition.owner_team)
    newest = queries.list_versions(definition)[0]
    offered = boundary_from(clock.today() + timedelta(days=1), queries.spec_of(newest).window.grains)
    shipped = NEXT_VERSIONS.get(slug)
    begins_shipped = shipped is not None and read_choice(request, "begin", ("newest", "shipped")) == "shipped"
    words = words_of_shipped(shipped) if shipped is not None and begins_shipped else words_of(newest)
    form = VersionForm(_sent(request), initial=words | {"effective_from": offered})
    context = {
        "heading": f"{newest.name}: version {newest.number + 1}",
        "crumbs": _crumbs("Next version", {"label": newest.name, "url": reverse("portal:metric", args=[slug])}),
        "intro": f"Version {newest.number} stays and reads earlier periods. The next date is {day_words(offered)}.",
        "shipped": None if shipped is None or begins_shipped else {"url": "?begin=shipped", "reason": shipped.reason},
    }
    return _answer(request, form, lambda: form.asked(Op.CHANGE, slug), context)


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def definition_create(request: PageRequest) -> HttpResponse:
    """The first version of a definition that does not exist yet."""
    require_known(request)
    policies.require_can_propose_somewhere(request.principal)
    form = DefinitionForm(_sent(request), owners=_choices(_owners(request)))
    if form.is_bound and form.is_valid() and queries.find_definition(form.cleaned_data["slug"]):
        form.add_error("slug", "There is such a definition. Write a next version of it on its page.")

    def asked() -> Asked:
        data = form.cleaned_data
        return form.asked(Op.CREATE, data["slug"], lens=data["lens"], owner_team=data["owner"])

    intro = "Every part of a definition is agreed on, so that its number can be read without asking."
    context = {"heading": "Define a metric", "crumbs": _crumbs("Define a metric"), "intro": intro}
    return _answer(request, form, asked, context)


def _answer(
    request: PageRequest, form: VersionForm, asked: Callable[[], Asked], context: dict[str, Any]
) -> HttpResponse:
    """Propose, or only check, what the form holds; refusals stand beside the fields and keep what was typed."""
    _read_spec_alone(form)
    status, checked = (WRONG if form.errors else 200), None
    if form.is_bound and not form.errors:
        try:
            if request.POST.get("act") == "propose":
                return _proposed(request, operations.propose_version(asked=asked(), by=request.principal))
            checked = _checked(operations.check_version(asked=asked()))
        except (Invalid, Conflict) as problem:
            add_problem(form, problem, PLACES)
            status = problem.status
    whole = {**context, "form": form, "checked": checked, "has_errors": bool(form.errors)}
    return render(request, "metrics/version_new.html", whole, status=status)


def _read_spec_alone(form: VersionForm) -> None:
    """Faults of a readable document are told beside those of other fields, not only once these are mended."""
    if not form.is_bound or not form.errors or "spec" not in form.cleaned_data:
        return
    try:
        parse_spec(form.cleaned_data["spec"], sources)
    except SpecProblems as problem:
        located = [FieldProblem(f"{CONTENT}/spec{fault.pointer}", fault.code, fault.detail) for fault in problem.errors]
        add_problem(form, Invalid(problem.code, problem.sentence, located), PLACES)


def _proposed(request: PageRequest, proposal: Proposal) -> HttpResponse:
    messages.success(request, f"{proposal} is drafted. Its preview is being computed; then it can be submitted.")
    return redirect("governance:proposal", proposal.number)


def _checked(draft: VersionDraft) -> dict[str, str]:
    """What the check says: the rule, and whether another number will come out."""
    values = f"It computes the same values as version {draft.meaning_number}. " if draft.is_same_meaning else ""
    return {"sentence": say_spec(draft.spec), "note": f"{values}Nothing is stored yet."}


def _sent(request: PageRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _owners(request: PageRequest) -> dict[str, Team]:
    """Teams for which this person may propose, by slug."""
    return {team.slug: team for team in list_teams() if policies.can_propose(request.principal, team)}


def _choices(owners: dict[str, Team]) -> list[tuple[str, str]]:
    return [(slug, team.name) for slug, team in owners.items()]


def _crumbs(last: str, *middle: dict[str, str]) -> list[dict[str, str]]:
    first = {"label": "Metrics", "url": reverse("portal:metric-list")}
    return [first, *middle, {"label": last, "url": ""}]

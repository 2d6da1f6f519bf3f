"""Pages on which an SLI, an SLO or a budget policy is proposed in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.accounts.domain import Principal
from apps.core.access import Access, access
from apps.core.asking import PageRequest, require_known
from apps.core.form_problems import add_problem
from apps.core.problems import Absent, Conflict, Forbidden, Invalid, Outdated, Unreadable
from apps.governance import operations as governance
from apps.governance import policies as consent
from apps.governance import queries as proposals
from apps.governance.domain.diffs import diff_words
from apps.governance.domain.frame import initial_of
from apps.governance.domain.kinds import Change, Item, Op
from apps.governance.domain.revisions import Asked, read_text
from apps.governance.domain.states import ProposalState
from apps.governance.models import Proposal
from apps.objectives.forms.agreeing import AgreementForm
from apps.objectives.forms.indicators import IndicatorForm, indicator_initial
from apps.objectives.forms.policies import PolicyForm, policy_initial
from apps.objectives.forms.promises import PromiseForm, promise_initial
from apps.objectives.queries import histories, offering

METHODS = ["GET", "HEAD", "POST"]
DRAFTED = "A draft is seen by its authors and the leads of the owning team until it is submitted."
VOIDS = "A new revision voids the signatures of the one before."
PREFILLED = ("service", "flow", "indicator", "target", "owner_team")
WRONG = 422


@dataclass(frozen=True)
class Words:
    """What the pages of one kind say and ask."""

    noun: str
    intro: str
    form: type[AgreementForm]
    initial: Callable[[dict[str, Any]], dict[str, Any]]
    offers: Callable[[Principal], dict[str, Any]]


def _indicator_offers(by: Principal) -> dict[str, Any]:
    return {
        "places": offering.offer_services(by), "flows": offering.offer_flows(by),
        "owners": offering.offer_owners(by), "servers": offering.offer_servers(),
    }  # fmt: skip


def _promise_offers(by: Principal) -> dict[str, Any]:
    return {"indicators": offering.offer_indicators(by), "owners": offering.offer_owners(by)}


def _policy_offers(by: Principal) -> dict[str, Any]:
    return {"owners": offering.offer_owners(by), "objectives": offering.offer_objectives(by)}


WORDS: Mapping[str, Words] = {
    "sli": Words(
        "SLI", "Everything is good events out of valid ones. The tech lead signs, of a critical flow the product "
        "manager, too.", IndicatorForm, indicator_initial, _indicator_offers,
    ),
    "slo": Words(
        "SLO", "A promise to somebody who can be hurt. The tech lead signs, of a critical flow the product manager, "
        "too.", PromiseForm, promise_initial, _promise_offers,
    ),
    "budget_policy": Words(
        "budget policy", "What happens when a budget runs low, agreed on before the argument. Tech lead, engineering "
        "manager and product manager sign.", PolicyForm, policy_initial, _policy_offers,
    ),
}  # fmt: skip


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def indicator_propose(request: PageRequest) -> HttpResponse:
    """A new SLI, or with a key the next version of one."""
    return _propose(request, "sli")


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def objective_propose(request: PageRequest) -> HttpResponse:
    """A new SLO, or with a key the next version of one."""
    return _propose(request, "slo")


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def policy_propose(request: PageRequest) -> HttpResponse:
    """A new budget policy, or with a key the next version of one."""
    return _propose(request, "budget_policy")


def _propose(request: PageRequest, kind: str) -> HttpResponse:
    require_known(request, "key", *PREFILLED)
    words, slug = WORDS[kind], request.GET.get("key", "")
    typed = {name: request.GET[name] for name in PREFILLED if name in request.GET}
    if not slug:
        _require_may_draft(request.principal)
        form = _form(request, kind, Op.CREATE, words.initial({}) | typed)
        first: dict[str, Any] = {
            "heading": f"Propose an {words.noun}" if kind != "budget_policy" else "Propose a budget policy"
        }
        return _answer(request, form, lambda: form.cleaned_data["slug"], first | _first(words), None)
    standing = histories.get_standing(kind, slug)
    require_may_change(request.principal, standing)
    form = _form(request, kind, Op.CHANGE, words.initial(standing.content) | typed)
    context: dict[str, Any] = {
        "heading": f"Propose a change of {standing.name}",
        "crumbs": crumbs("Propose a change", {"label": standing.name, "url": standing.url}),
        "intro": f"Change what should change; all else stays as in version {standing.number}. {DRAFTED}",
        "button": "Save the draft",
        "open_proposals": open_proposals(kind, slug),
    }
    return _answer(request, form, lambda: slug, context, None)


def _first(words: Words) -> dict[str, Any]:
    return {"crumbs": crumbs("Propose"), "intro": f"{words.intro} {DRAFTED}", "button": "Save the draft"}


def _require_may_draft(by: Principal) -> None:
    if not consent.can_draft_somewhere(by):
        raise Forbidden("role_missing", "Somebody of a team or a metrics steward may do this.")


def require_may_change(by: Principal, standing: histories.Standing) -> None:
    """Raise `Forbidden` naming who may draft a change of an object."""
    if not consent.can_draft_somewhere(by) or not _may_draft(by, standing.owner_id):
        raise Forbidden("role_missing", f"Somebody of {standing.owner_name} or a metrics steward may do this.")


def _may_draft(by: Principal, owner_id: int) -> bool:
    return owner_id in set(offering.list_owners(by).values_list("pk", flat=True))


def _form(request: PageRequest, kind: str, op: Op, initial: dict[str, Any]) -> AgreementForm:
    words = WORDS[kind]
    sent = request.POST if request.method == "POST" else None
    found: AgreementForm = words.form(sent, op=op, initial=initial, **words.offers(request.principal))
    return found


def _moves_to(item: Item) -> tuple[str, str]:
    """The team to which a change moves something, and what its page says of that; empty where it stays."""
    to = str(item.content.get("owner_team", "")) if item.op is Op.CHANGE else ""
    standing = histories.get_standing(item.kind, item.key) if to else None
    if standing is None or standing.content["owner_team"] == to:
        return "", ""
    return to, f"It moves from {standing.owner_name} to the team {to}; to keep it there, withdraw this. "


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def agreement_edit(request: PageRequest, number: int) -> HttpResponse:
    """The next revision of a proposal about one SLI, SLO or policy, in words."""
    require_known(request)
    proposal = proposals.get_proposal(request.principal, number)
    governance.judge_editing(proposal=proposal, by=request.principal)
    asked = read_text(proposals.get_revision(proposal).text)
    if len(asked.items) != 1 or asked.items[0].kind not in WORDS or asked.items[0].op not in (Op.CREATE, Op.CHANGE):
        raise Absent("not_found", "Nothing is here for you.")
    (item,) = asked.items
    content: dict[str, Any] = dict(item.content)
    initial = WORDS[item.kind].initial(content) | initial_of(asked) | {"slug": item.key}
    form = _form(request, item.kind, item.op, initial)
    form.moves_to, moves = _moves_to(item)
    is_draft = proposal.state == ProposalState.DRAFT
    context = {
        "heading": f"{'Edit' if is_draft else 'Revise'} {proposal}",
        "crumbs": crumbs("Revise", {"label": str(proposal), "url": reverse("governance:proposal", args=[number])}),
        "intro": f"{moves}{DRAFTED if is_draft else VOIDS}",
        "button": "Save the draft" if is_draft else "Save this revision",
        "sha256": request.POST.get("sha256", proposal.revision_sha256),
    }
    key = item.key

    def slug() -> str:
        return str(form.cleaned_data["slug"]) if form.op is Op.CREATE else key

    return _answer(request, form, slug, context, proposal)


def _answer(
    request: PageRequest, form: AgreementForm, slug: Callable[[], str], context: dict[str, Any],
    proposal: Proposal | None,
) -> HttpResponse:  # fmt: skip
    """Save, or only check, what the form holds; refusals stand beside the fields and keep what was typed."""
    status, checked = 200, None
    if form.is_bound and form.is_valid():
        try:
            if request.POST.get("act") == "save":
                return _saved(request, form.asked(slug()), proposal)
            checked = _checked(governance.check_asked(asked=form.asked(slug()), by=request.principal)[0])
        except Outdated as problem:
            form.add_error(None, f"{problem.sentence} What you typed is kept here and was not written over it.")
            status = problem.status
        except (Invalid, Conflict) as problem:
            add_problem(form, problem, form.places())
            status = problem.status
    elif form.is_bound:
        status = WRONG
    whole = {
        **context,
        "form": form,
        "groups": list(form.groups()),
        "checked": checked,
        "has_errors": bool(form.errors),
    }
    return render(request, "objectives/agreement_form.html", whole, status=status)


def _saved(request: PageRequest, asked: Asked, proposal: Proposal | None) -> HttpResponse:
    """Draft a proposal, or write its next revision."""
    if proposal is None:
        proposal = governance.draft_proposal(asked=asked, by=request.principal)
        said = f"Saved as {proposal}. Read it, then submit it; until then it is a draft."
    else:
        read = request.POST.get("sha256", "")
        if not read:
            raise Unreadable("parameter_invalid", "Send the hash of the revision that you read.")
        proposal = governance.revise_proposal(proposal=proposal, asked=asked, sha256=read, by=request.principal)
        said = "Saved as a new revision."
    messages.success(request, said)
    return redirect("governance:proposal", proposal.number)


def _checked(change: Change) -> dict[str, Any]:
    """What the check says: the sentence with what goes and comes, and whether the judgement can move."""
    before = change.before.sentence if change.before else ""
    after = change.after.sentence if change.after else ""
    moves = "It changes what is judged." if change.change_class == "meaning" else "It changes words only."
    return {"sentence": after, "parts": diff_words(before, after) if before else [], "note": moves}


def open_proposals(kind: str, slug: str) -> list[dict[str, str]]:
    """Other open changes of an object, to be read first."""
    found = proposals.list_open_by_object(kind, [slug]).get(slug, [])
    return [{"text": f"Open change: {one}.", "url": reverse("governance:proposal", args=[one.number])} for one in found]


def crumbs(last: str, *middle: dict[str, str]) -> list[dict[str, str]]:
    """The way to a page below the list of proposals."""
    first = {"label": "Proposals", "url": reverse("governance:proposal-list")}
    return [first, *middle, {"label": last, "url": ""}]

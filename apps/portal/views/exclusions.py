"""Exemptions and freezes: the lists, one exemption with values with and without it, asking for one, ending one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.core.access import Access, access
from apps.core.asking import PageRequest, read_page, reads, require_known
from apps.core.form_problems import add_problem
from apps.core.problems import Conflict, Forbidden, Invalid
from apps.governance import operations
from apps.governance.domain.exemptions import ExemptionKind
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.revisions import Asked, Category
from apps.governance.models import Proposal
from apps.governance.queries import list_exemptions, list_freezes
from apps.portal.context import exclusions as words
from apps.portal.exclusion_forms import (
    BUDGET_PLACES,
    EXEMPTION_PLACES,
    FREEZE_FILLED,
    FREEZE_PLACES,
    BudgetForm,
    EndForm,
    ExemptionForm,
    FreezeForm,
)
from apps.portal.queries import exclusions as queries

METHODS = ["GET", "HEAD", "POST"]
DRAFTED = "Drafted. Read its preview, then submit it."
ENDING = {"reason": "reason"}


@access(Access.SHARED_READ)
@reads("page")
def exemption_list(request: PageRequest) -> HttpResponse:
    """Every exemption, expired and ended ones included."""
    page = read_page(request, list_exemptions())
    context = {
        "heading": "Exemptions",
        "intro": "Exceptions: facts left out of values, or periods not judged. Each expires, none is hidden.",
        "table": words.exemptions_table(page.rows, queries.signed_of(page.rows), queries.shown_names()),
        "pager": page.pager,
        "action": {"label": "Ask for an exemption", "url": reverse("portal:exemption-create")},
        "empty": "No exemption was ever agreed on. All facts count as the definitions say.",
    }
    return render(request, "portal/list.html", context)


@access(Access.SHARED_READ)
@reads()
def exemption(request: PageRequest, key: str) -> HttpResponse:
    """One exemption: what it leaves out, who agreed, and the values with and without it."""
    page = queries.get_exemption_page(key)
    may_end = request.principal.is_person and queries.may_ask(request.principal, page.row.team_id)
    return render(request, "portal/exemption.html", words.exemption_context(page, may_end=may_end))


@access(Access.SHARED_READ)
@reads("page")
def freeze_list(request: PageRequest) -> HttpResponse:
    """Every freeze, past ones included."""
    page = read_page(request, list_freezes())
    context = {
        "heading": "Freezes",
        "intro": "Planned pauses of delivery. Definitions that a freeze pauses show their value and are not judged.",
        "table": words.freezes_table(page.rows, queries.signed_of(page.rows)),
        "pager": page.pager,
        "action": {"label": "Plan a freeze", "url": reverse("portal:freeze-create")},
        "empty": "No freeze was ever agreed on.",
    }
    return render(request, "portal/list.html", context)


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def exemption_create(request: PageRequest) -> HttpResponse:
    """A form that drafts a proposal for an exemption."""
    require_known(request, "for", "key")
    if request.GET.get("key"):  # what stands is never edited, only ended
        return redirect("portal:exemption-end", request.GET["key"])
    form = ExemptionForm(
        _sent(request), places=queries.list_places(request.principal, services=True),
        definitions=queries.definition_names(), place=request.GET.get("for", ""),
    )  # fmt: skip
    intro = "It is a proposal: the tech lead or the engineering manager signs, and a metrics steward."
    return _answer(request, form, "exemption", EXEMPTION_PLACES, "Ask for an exemption", intro)


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def budget_exemption_create(request: PageRequest) -> HttpResponse:
    """A form that drafts a proposal to leave slices out of the budgets of SLOs."""
    require_known(request, "for")
    form = BudgetForm(
        _sent(request), objectives=queries.list_objectives(request.principal), chosen=request.GET.get("for", "")
    )
    intro = (
        "Slices of its time leave both sides of the budget, and the figure before stays beside the one after. "
        "It is a proposal: the tech lead or the engineering manager signs, and a metrics steward."
    )
    return _answer(request, form, "exemption", BUDGET_PLACES, "Leave slices out of a budget", intro)


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def freeze_create(request: PageRequest) -> HttpResponse:
    """A form that drafts a proposal for a freeze."""
    require_known(request, "for", "key", *FREEZE_FILLED)
    if request.GET.get("key"):
        return redirect("portal:freeze-end", request.GET["key"])
    places = queries.list_places(request.principal, services=False)
    filled = {name: request.GET[name] for name in FREEZE_FILLED if name in request.GET}
    form = FreezeForm(_sent(request), places=places, place=request.GET.get("for", ""), filled=filled)
    intro = "It is a proposal: the engineering manager and the product manager sign."
    return _answer(request, form, "freeze_window", FREEZE_PLACES, "Plan a freeze", intro)


def _sent(request: PageRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _answer(
    request: PageRequest,
    form: ExemptionForm | BudgetForm | FreezeForm,
    kind: str,
    places: dict[str, str],
    heading: str,
    intro: str,
) -> HttpResponse:
    """Draft the proposal and open it; refusals stand beside the fields and keep what was typed."""
    if form.is_bound and form.is_valid():
        proposal = _draft(request, form, Item(kind, Op.CREATE, "", form.content()), places)
        if proposal is not None:
            return _opened(request, proposal)
    return _form(request, form, {"heading": heading, "intro": intro, "button": "Draft the proposal"})


def _draft(request: PageRequest, form: forms.Form, item: Item, places: dict[str, str]) -> Proposal | None:
    asked = Asked((item,), form.cleaned_data["reason"].strip(), Category.CORRECTION)
    try:
        return operations.draft_proposal(asked=asked, by=request.principal)
    except (Invalid, Conflict) as problem:
        add_problem(form, problem, places)
        return None


def _opened(request: PageRequest, proposal: Proposal) -> HttpResponse:
    messages.success(request, DRAFTED)
    return redirect("governance:proposal", proposal.number)


def _form(request: PageRequest, form: forms.Form, context: dict[str, Any]) -> HttpResponse:
    wrong = bool(form.errors)
    answer = {**context, "form": form, "has_errors": wrong}
    return render(request, "portal/form.html", answer, status=422 if wrong else 200)


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def exemption_end(request: PageRequest, key: str) -> HttpResponse:
    """A form that drafts the end of an exemption; one other person agrees, and it holds at once."""
    require_known(request)
    row = queries.get_exemption(key)
    if row.kind == ExemptionKind.EXCLUDE_SLICES:
        effect = "It is withdrawn as a whole: its slices count again, and the earlier figure comes back."
        return _end(request, "exemption", str(row), row.team_id, effect)
    return _end(request, "exemption", str(row), row.team_id, "Facts from then on count again.")


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def freeze_end(request: PageRequest, key: str) -> HttpResponse:
    """A form that drafts the end of a freeze; one other person agrees, and it holds at once."""
    require_known(request)
    row = queries.get_freeze(key)
    return _end(request, "freeze_window", str(row), row.team_id, "Periods from then on are judged again.")


def _end(request: PageRequest, kind: str, key: str, team_id: int | None, effect: str) -> HttpResponse:
    if not queries.may_ask(request.principal, team_id):
        raise Forbidden("role_missing", "The team's people and metrics stewards ask for its end.")
    form = EndForm(_sent(request))
    if form.is_bound and form.is_valid():
        proposal = _draft(request, form, Item(kind, Op.END, key, {}), ENDING)
        if proposal is not None:
            return _opened(request, proposal)
    intro = f"One other person agrees, then {key} ends at once. {effect}"
    return _form(request, form, {"heading": f"End {key}", "intro": intro, "button": "Draft the proposal"})

"""Pages on which it is proposed that an SLI, an SLO or a budget policy leaves."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.core.access import Access, access
from apps.core.asking import PageRequest, require_known
from apps.core.form_problems import add_problem
from apps.core.problems import Conflict, Invalid
from apps.governance import operations as governance
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.revisions import Asked, Category
from apps.objectives.forms.retiring import RetireForm
from apps.objectives.queries import histories
from apps.objectives.views.agreeing import METHODS, crumbs, require_may_change

INTRO = "Whoever signs a change of it signs this, too; a metrics steward submits it. Its history stays readable."
PLACES = {"/date": "on", "/reason": "reason"}


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def indicator_retire(request: PageRequest, slug: str) -> HttpResponse:
    """An SLI leaves, once no SLO stands on it."""
    return _retire(request, "sli", slug)


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def objective_retire(request: PageRequest, slug: str) -> HttpResponse:
    """An SLO leaves: from then on nothing more is judged by it."""
    return _retire(request, "slo", slug)


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def policy_retire(request: PageRequest, slug: str) -> HttpResponse:
    """A budget policy leaves: from then on it fires nothing."""
    return _retire(request, "budget_policy", slug)


def _retire(request: PageRequest, kind: str, slug: str) -> HttpResponse:
    require_known(request)
    standing = histories.get_standing(kind, slug)
    require_may_change(request.principal, standing)
    form = RetireForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        asked = Asked((Item(kind, Op.RETIRE, slug, {}),), data["reason"].strip(), Category.CLEAN_UP, on=data["on"])
        try:
            proposal = governance.draft_proposal(asked=asked, by=request.principal)
        except (Invalid, Conflict) as problem:
            add_problem(form, problem, PLACES)
            status = problem.status
        else:
            messages.success(request, f"Saved as {proposal}. Read it; a metrics steward submits it.")
            return redirect("governance:proposal", proposal.number)
    elif form.is_bound:
        status = 422
    context = {
        "heading": f"Retire {standing.name}",
        "crumbs": crumbs("Retire", {"label": standing.name, "url": standing.url}),
        "intro": INTRO, "form": form, "button": "Save the draft", "has_errors": bool(form.errors),
    }  # fmt: skip
    return render(request, "portal/form.html", context, status=status)

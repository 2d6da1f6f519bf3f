"""The register of decisions, and one decision with its evidence and what came of it."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.core.access import Access, access
from apps.core.asking import PageRequest, choice_links, read_choice, read_page, reads, require_known
from apps.core.form_problems import add_problem
from apps.core.problems import Invalid
from apps.reviews import operations, policies, queries
from apps.reviews.domain.answers import Outcome
from apps.reviews.forms.weekly import OutcomeForm
from apps.reviews.models import Decision
from apps.reviews.presenting_decisions import present_decision
from apps.reviews.presenting_lists import SHOWN, present_register
from apps.reviews.queries.proposing import propose

EMPTY = "What teams decide in their weekly reviews will stand here: with the evidence as it was, and what came of it."


@access(Access.TEAM_READ)
@reads("team", "show", "page")
def decision_list(request: PageRequest) -> HttpResponse:
    """Decisions the reader may see, newest first."""
    offered = [(key, label) for key, label, _ in SHOWN]
    chosen = read_choice(request, "show", [key for key, _ in offered])
    verbs = next(verbs for key, _, verbs in SHOWN if key == chosen)
    rows = queries.list_decisions(request.principal).filter(verb__in=[verb.value for verb in verbs])
    team = request.GET.get("team", "")[:50].replace("\0", "")
    page = read_page(request, rows.filter(team__slug=team) if team else rows)
    context = {
        "heading": "Decisions",
        "crumbs": [{"label": "Reviews", "url": reverse("reviews:review-list")}, {"label": "Decisions"}],
        "intro": _narrowed(team, page.rows),
        "choices": choice_links(request, "show", offered),
        "table": present_register(page.rows),
        "pager": page.pager,
        "empty": EMPTY,
    }
    return render(request, "portal/list.html", context)


def _narrowed(team: str, rows: Sequence[Decision]) -> str:
    """Whose decisions are listed, where one team was named."""
    if not team:
        return ""
    return f"Those of {rows[0].team.name} alone." if rows else f"Those of the team {team} alone."


@access(Access.TEAM_READ)
@require_http_methods(["GET", "HEAD"])
def decision(request: PageRequest, pk: int) -> HttpResponse:
    """One decision; its address stays."""
    require_known(request)
    return _page(request, queries.get_decision(pk, by=request.principal))


def _page(request: PageRequest, found: Decision, form: OutcomeForm | None = None) -> HttpResponse:
    proposal = propose([found])[found.pk]
    context = present_decision(found, proposal, request.principal)
    if context["may_follow_up"]:
        context["form"] = form or OutcomeForm(initial={"outcome": proposal.outcome})
        context["form_url"] = reverse("reviews:decision-outcome", args=[found.pk])
    context["has_errors"] = form is not None
    return render(request, "reviews/decision.html", context, status=422 if form is not None else 200)


@access(Access.SIGN)
@require_http_methods(["POST"])
def decision_outcome(request: PageRequest, pk: int) -> HttpResponse:
    """Say how a decision turned out."""
    found = queries.get_decision(pk, by=request.principal)
    policies.require_can_follow_up(request.principal, found)
    form = OutcomeForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            operations.confirm_outcome(
                decision=found, outcome=Outcome(data["outcome"]), sentence=data["sentence"], by=request.principal
            )
        except Invalid as problem:
            add_problem(form, problem)
        else:
            messages.success(request, "Recorded. It stands beside the decision.")
            return redirect("reviews:decision", pk)
    return _page(request, found, form)

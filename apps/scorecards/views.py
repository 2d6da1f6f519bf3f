"""Pages of scorecards."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, reads, require_known
from apps.core.calendar_words import day_words
from apps.core.form_problems import add_problem
from apps.core.problems import Absent, Conflict, Invalid
from apps.metrics import queries as metrics
from apps.scorecards import operations, policies, queries
from apps.scorecards.forms import NoteForm, TemplateForm
from apps.scorecards.models import Scorecard
from apps.scorecards.presenting import (
    later_words,
    present_card,
    present_others,
    present_slots,
    present_template,
)
from apps.teams.domain import TeamType
from apps.teams.models import Team
from apps.teams.queries import get_team

MOST_OTHERS = 12


@access(Access.TEAM_READ)
@reads()
def scorecard(request: PageRequest, slug: str) -> HttpResponse:
    """The team's newest card, or what will stand here."""
    team = _visible_team(request, slug)
    try:
        card = queries.get_card(team, by=request.principal)
    except Absent:
        return render(request, "scorecards/scorecard_none.html", {**_frame(team), "team": team})
    return _page(request, team, card)


@access(Access.TEAM_READ)
@reads()
def scorecard_period(request: PageRequest, slug: str, period: str) -> HttpResponse:
    """The card of one period, as it was frozen."""
    team = _visible_team(request, slug)
    return _page(request, team, queries.get_card(team, period, by=request.principal))


@access(Access.TEAM_WRITE)
@require_POST
def note_write(request: PageRequest, slug: str, pk: int) -> HttpResponse:
    """Put the team's words beside a cell."""
    cell = queries.get_cell(pk, by=request.principal)
    card = cell.card
    if card.team.slug != slug:
        raise Absent("not_found", "Nothing is here for you.")
    policies.require_can_write_note(request.principal, card.team)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, card.team, card, form, cell.pk)
    operations.write_note(cell=cell, text=form.cleaned_data["text"], by=request.principal)
    messages.success(request, "The note is saved." if form.cleaned_data["text"] else "The note is taken away.")
    return redirect("scorecards:scorecard-period", slug, card.period)


@access(Access.SHARED_READ)
@reads()
def template_list(request: PageRequest) -> HttpResponse:
    """By team type, the template of its cards; for stewards, the starter template where there is none."""
    newest, known = queries.newest_templates(), metrics.list_slugs()
    may = policies.can_adopt_template(request.principal)
    drafts = request.principal.is_person and (may or bool(request.principal.team_roles))
    context = {
        "heading": "Scorecard templates",
        "propose_url": f"{reverse('governance:proposal-create', args=['scorecard_template'])}?key=" if drafts else "",
        "templates": [present_template(one, newest.get(one), known, may_adopt=may) for one in TeamType],
    }
    return render(request, "scorecards/template_list.html", context)


@access(Access.STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def template_adopt(request: PageRequest, team_type: str) -> HttpResponse:
    """The starter template of a team type that has none: its slots, then reason, day and button."""
    require_known(request)
    policies.require_can_adopt_template(request.principal)
    kit = queries.get_kit(team_type)
    wanted = TeamType(kit["team_type"])
    if queries.newest_template(wanted) is not None:
        raise Conflict("state_forbids", f"Cards of {wanted} teams have a template already.")
    initial = {"effective_from": clock.today()}
    form = TemplateForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid() and _adopt(request, kit, form):
        since = day_words(form.cleaned_data["effective_from"])
        messages.success(request, f"Adopted. Cards of {wanted} teams are made by it from {since} on.")
        return redirect("scorecards:template-list")
    crumbs = [{"label": "Scorecard templates", "url": reverse("scorecards:template-list")}, {"label": "Adopt"}]
    context = {
        "heading": f"Starter template of {wanted} teams", "crumbs": crumbs, "intro": kit["purpose"], "form": form,
        "slots": present_slots(wanted, kit["slots"], metrics.list_slugs()), "has_errors": bool(form.errors),
    }  # fmt: skip
    return render(request, "scorecards/template_adopt.html", context, status=422 if form.errors else 200)


def _adopt(request: PageRequest, kit: dict[str, Any], form: TemplateForm) -> bool:
    try:
        operations.adopt_starter_template(kit=kit, **form.cleaned_data, by=request.principal)
    except Invalid as problem:
        add_problem(form, problem, {"/date": "effective_from"})
        return False
    return True


def _visible_team(request: PageRequest, slug: str) -> Team:
    team = get_team(slug)
    if not request.principal.sees_team(team.pk):
        raise Absent("not_found", "Nothing is here for you.")
    return team


def _page(
    request: PageRequest, team: Team, card: Scorecard, form: NoteForm | None = None, form_pk: int = 0
) -> HttpResponse:
    context = {
        **_frame(team, card),
        **present_card(card, can_write_notes=policies.can_write_note(request.principal, team)),
        "others": present_others(queries.list_cards(request.principal, team).exclude(period=card.period)[:MOST_OTHERS]),
        "later": later_words(queries.count_later_facts(card)),
        "form": form or NoteForm(),
        "form_pk": form_pk,
        "has_errors": form is not None,
        "team": team,
    }
    return render(request, "scorecards/scorecard.html", context, status=422 if form else 200)


def _frame(team: Team, card: Scorecard | None = None) -> dict[str, object]:
    name = card.team_name if card else team.name
    crumbs = [{"label": name, "url": reverse("portal:team", args=[team.slug])}, {"label": "Scorecard"}]
    return {"heading": f"Scorecard of {name}", "crumbs": crumbs}

"""The monthly synthesis of a team or a group, and picking its improvements."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, require_known
from apps.core.calendar_words import period_words
from apps.core.form_problems import add_problem
from apps.core.periods import Grain, Period, UnknownPeriod, parse_period, period_on
from apps.core.problems import Absent, Conflict, Invalid, Unreadable
from apps.incidents.forms.learning import PickForm
from apps.incidents.operations.synthesis_picking import pick_improvement
from apps.incidents.policies import learning as policies
from apps.incidents.presenting_synthesis import present, words_of
from apps.incidents.queries import synthesis as queries
from apps.incidents.queries.synthesis import Scope
from apps.teams import queries as teams
from apps.teams.models import Team

PLACES = {"/metric_slug": "metric"}
Teams = list[Team]


@access(Access.TEAM_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def team_synthesis(request: PageRequest, slug: str) -> HttpResponse:
    """What recurs in a team's incidents, and at most five improvements."""
    team = teams.get_team(slug)
    if not request.principal.sees_team(team.pk):
        raise Absent("not_found", "Nothing is here for you.")
    crumbs = [{"label": team.name, "url": reverse("portal:team", args=[slug])}, {"label": "Monthly synthesis"}]
    return _answer(request, Scope.of_team(team), [team], crumbs)


@access(Access.TEAM_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def group_synthesis(request: PageRequest, slug: str) -> HttpResponse:
    """The same over all teams of a group, for whoever reads all of them."""
    found = queries.find_group(slug)
    if found is None or not all(request.principal.sees_team(team.pk) for team in found[1]):
        raise Absent("not_found", "Nothing is here for you.")
    scope, own = found
    return _answer(request, scope, own, [{"label": scope.name}, {"label": "Monthly synthesis"}])


def _answer(request: PageRequest, scope: Scope, own: Teams, crumbs: list[dict[str, str]]) -> HttpResponse:
    require_known(request, "month", "line")
    month = _month(request)
    mine = [(team.slug, team.name) for team in own if request.principal.works_in(team.pk)]
    if request.method == "POST":
        if not mine:
            policies.require_can_pick(request.principal, own[0].pk if own else 0, scope.name)
        return _pick(request, scope, month, own, crumbs)
    line = request.GET.get("line", "")
    form = PickForm(teams=mine, initial={"line": line}) if line and mine and request.principal.is_person else None
    return _page(request, scope, month, crumbs, form=form, can_pick=bool(mine))


def _month(request: PageRequest) -> Period:
    """The month that was asked for, by default the last whole one; raises 400 for anything else."""
    key = request.GET.get("month", "")
    running = period_on(clock.today(), Grain.MONTH)
    if not key:
        return running.previous()
    try:
        month = parse_period(key)
    except UnknownPeriod:
        month = None
    if month is None or month.grain is not Grain.MONTH or month.first_on > running.first_on:
        raise Unreadable("parameter_invalid", f"month is one such as {running.previous().key}, up to this one.")
    return month


def _pick(request: PageRequest, scope: Scope, month: Period, own: Teams, crumbs: list[dict[str, str]]) -> HttpResponse:
    form = PickForm(request.POST, teams=[(team.slug, team.name) for team in own])
    if not form.is_valid():
        return _page(request, scope, month, crumbs, form=form, can_pick=True, status=422)
    data = form.cleaned_data
    team = next(team for team in own if team.slug == data["team"])
    try:
        action = pick_improvement(
            scope=scope, month=month, line=data["line"], draft=form.draft(), team=team, by=request.principal
        )
    except (Invalid, Conflict) as problem:
        add_problem(form, problem, PLACES)
        return _page(request, scope, month, crumbs, form=form, can_pick=True, status=problem.status)
    messages.success(request, f"Picked: {action} stands in the inbox of {team.name}.")
    return redirect(f"{request.path}?month={month.key}#picked")


def _page(
    request: PageRequest, scope: Scope, month: Period, crumbs: list[dict[str, str]], *, form: PickForm | None = None,
    can_pick: bool, status: int = 200,
) -> HttpResponse:  # fmt: skip
    found = queries.get_synthesis(scope, month, request.principal)
    shown: dict[str, Any] = present(found)
    line = str(form["line"].value() or "") if form else ""
    chosen = next((one for one in found.lines if one.key == line), None)
    following = month.previous(-1)
    running = period_on(clock.today(), Grain.MONTH)
    context = {
        **shown,
        "heading": f"Monthly synthesis: {scope.name}, {period_words(month)}",
        "crumbs": crumbs,
        "meta": [shown["window"], "read from published retros, pages and actions"],
        "month": month.key,
        "previous_month": month.previous().key,
        "next_month": following.key if following.first_on <= running.first_on else "",
        "can_pick": can_pick and request.principal.is_person,
        "form": form if chosen or (form and form.is_bound) else None,
        "chosen_words": words_of(chosen) if chosen else "",
        "has_errors": bool(form and form.errors),
    }
    return render(request, "incidents/synthesis.html", context, status=status)

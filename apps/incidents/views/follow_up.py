"""The list of actions, and opening one by hand."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, read_choice, read_page, reads, require_known
from apps.core.form_problems import add_problem
from apps.core.problems import Forbidden, Invalid
from apps.incidents.domain.action_dates import Standing
from apps.incidents.domain.action_words import ActionOrigin
from apps.incidents.forms.follow_up import EVIDENCE_PLACES, ActionForm
from apps.incidents.models import Action
from apps.incidents.operations import action_opening
from apps.incidents.presenting_follow_up import ORIGIN_WORDS, tables_of
from apps.incidents.queries import follow_up as queries
from apps.teams import queries as teams

EVERY, MINE = "all", "mine"
EMPTY = "What teams commit to change after retros and reviews will stand here, until its effect is measured."


@access(Access.SHARED_READ)
@reads("standing", "team", "origin", "whose", "page")
def action_list(request: PageRequest) -> HttpResponse:
    """Actions by standing, then by due day: overdue, due this week, later, done, verified, dropped."""
    asked = _asked(request)
    rows = queries.list_standing(request.principal, asked, clock.as_of(), clock.today())
    page = read_page(request, rows)
    context = {
        "heading": "Actions",
        "tables": tables_of(page.rows),
        "pager": page.pager,
        "empty": EMPTY,
        "choices": _choices(request, "standing", [(EVERY, "All"), *((s.value, s.label) for s in Standing)]),
        "origins": _choices(
            request, "origin", [(EVERY, "From anywhere"), *((o.value, words) for o, words in ORIGIN_WORDS.items())]
        ),
        "whose": _choices(request, "whose", [(EVERY, "Of all teams"), (MINE, "Mine to do")]),
        "teams": [(team.slug, team.name) for team in teams.list_teams()],
        "team": asked.team,
        "kept": [(name, request.GET[name]) for name in ("standing", "origin", "whose") if name in request.GET],
        "create_url": reverse("incidents:action-create"),
    }
    return render(request, "incidents/follow_up_list.html", context)


def _asked(request: PageRequest) -> queries.Listed:
    standing = read_choice(request, "standing", (EVERY, *Standing))
    origin = read_choice(request, "origin", (EVERY, *ActionOrigin))
    whose = read_choice(request, "whose", (EVERY, MINE))
    return queries.Listed(
        standing=None if standing == EVERY else Standing(standing),
        team=request.GET.get("team", "")[:50].replace("\0", ""),
        origin="" if origin == EVERY else origin,
        assignee_id=request.principal.user_id if whose == MINE else None,
    )


def _choices(request: PageRequest, name: str, offered: list[tuple[str, str]]) -> list[dict[str, Any]]:
    chosen, found = request.GET.get(name, EVERY), []
    for value, label in offered:
        query = request.GET.copy()
        query.pop("page", None)
        query[name] = value
        found.append({"label": label, "url": f"?{query.urlencode()}", "current": value == chosen})
    return found


@access(Access.TEAM_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def action_create(request: PageRequest) -> HttpResponse:
    """A form by which somebody opens an action for a team of theirs."""
    require_known(request)
    own = queries.list_own_teams(request.principal)
    if not own:
        raise Forbidden("role_missing", "Whoever works in a team opens actions for it.")
    people = queries.people_of([team.pk for team in own], clock.as_of())
    form = ActionForm(
        request.POST if request.method == "POST" else None, people=people, teams=[(t.slug, t.name) for t in own]
    )
    if form.is_bound and form.is_valid() and (action := _open(request, form)):
        messages.success(request, f"Opened. {action} stands in the team's inbox.")
        return redirect("portal:action", action.pk)
    context = {
        "heading": "Open an action",
        "intro": "What a team commits to change outside of a retro or a review. Its first due day never moves.",
        "crumbs": [{"label": "Actions", "url": reverse("incidents:action-list")}, {"label": "Open one"}],
        "form": form,
        "button": "Open the action",
        "has_errors": bool(form.errors),
    }
    return render(request, "portal/form.html", context, status=422 if form.errors else 200)


def _open(request: PageRequest, form: ActionForm) -> Action | None:
    data = form.cleaned_data
    try:
        action, _ = action_opening.open_action(
            draft=form.draft(), team=data["team"], known_cause=data["known_cause"], by=request.principal
        )
    except Invalid as problem:
        add_problem(form, problem, EVIDENCE_PLACES)
        return None
    return action

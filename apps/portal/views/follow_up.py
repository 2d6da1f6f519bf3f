"""Actions in a list by standing, and the page of one: what was committed to, and what moved around it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, choice_links, read_choice, read_page, reads
from apps.incidents.domain.action_dates import Standing
from apps.incidents.domain.action_words import ActionOrigin
from apps.incidents.queries import follow_up
from apps.portal.context.action_lists import ORIGIN_WORDS, list_tables
from apps.portal.context.follow_up import action_context
from apps.portal.queries.follow_up import get_action_page, list_effects
from apps.teams import queries as teams

EVERY, MINE = "all", "mine"
EMPTY = "What teams commit to change after retros and reviews will stand here, until its effect is measured."


@access(Access.SHARED_READ)
@reads("standing", "team", "origin", "whose", "page")
def action_list(request: PageRequest) -> HttpResponse:
    """Actions by standing, then by due day: overdue, due this week, later, done, verified, dropped."""
    asked = _asked(request)
    rows = follow_up.list_standing(request.principal, asked, clock.as_of(), clock.today())
    page = read_page(request, rows)
    context = {
        "heading": "Actions",
        "tables": list_tables(page.rows, list_effects(page.rows)),
        "pager": page.pager,
        "empty": EMPTY,
        "choices": choice_links(request, "standing", [(EVERY, "All"), *((s.value, s.label) for s in Standing)]),
        "origins": choice_links(
            request, "origin", [(EVERY, "From anywhere"), *((o.value, words) for o, words in ORIGIN_WORDS.items())]
        ),
        "whose": choice_links(request, "whose", [(EVERY, "Of all teams"), (MINE, "Mine to do")]),
        "teams": [(team.slug, team.name) for team in teams.list_teams()],
        "team": asked.team,
        "kept": [(name, request.GET[name]) for name in ("standing", "origin", "whose") if name in request.GET],
        "create_url": reverse("incidents:action-create") if request.principal.works_somewhere else "",
    }
    return render(request, "portal/action_list.html", context)


def _asked(request: PageRequest) -> follow_up.Listed:
    standing = read_choice(request, "standing", (EVERY, *Standing))
    origin = read_choice(request, "origin", (EVERY, *ActionOrigin))
    whose = read_choice(request, "whose", (EVERY, MINE))
    return follow_up.Listed(
        standing=None if standing == EVERY else Standing(standing),
        team=request.GET.get("team", "")[:50].replace("\0", ""),
        origin="" if origin == EVERY else origin,
        assignee_id=request.principal.user_id if whose == MINE else None,
    )


@access(Access.SHARED_READ)
@reads()
def action(request: PageRequest, pk: int) -> HttpResponse:
    """One action with its dates, evidence, the acts that are possible now, and its effect."""
    page = get_action_page(pk, by=request.principal)
    filed = {"is_filed": page.is_filed, "is_practised": page.is_practised}
    context = {**action_context(page, request.principal), **filed}
    return render(request, "portal/action.html", context)

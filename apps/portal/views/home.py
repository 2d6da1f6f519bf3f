"""Home and the page of a team: one view, one template, five questions."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, reads
from apps.portal.context.questions import question_rows
from apps.portal.context.reviews import scorecard_url
from apps.portal.context.trends import expectation_of
from apps.portal.queries.home import get_team_home
from apps.portal.views.leadership import leadership_context
from apps.portal.views.teams import type_words
from apps.teams.models import Team
from apps.teams.queries import get_team


@access(Access.SHARED_READ)
@reads("order", "page")
def home(request: PageRequest) -> HttpResponse:
    """The page of my first team; whoever belongs to none lands on Leadership."""
    if not request.principal.own_teams:
        return render(request, "portal/leadership.html", leadership_context(request))
    return _team_page(request, get_team(request.principal.own_teams[0].slug))


@access(Access.SHARED_READ)
@reads()
def team(request: PageRequest, slug: str) -> HttpResponse:
    """The five questions of a team."""
    return _team_page(request, get_team(slug))


def _team_page(request: PageRequest, shown: Team) -> HttpResponse:
    at = clock.as_of()
    found = get_team_home(shown, request.principal, at)
    context: dict[str, Any] = {
        "heading": shown.name,
        "type_words": type_words(shown),
        "about_url": reverse("portal:team-about", args=[shown.slug]),
        "card_url": _card_url(request, shown),
        "questions": question_rows(found, at),
        "expectation": expectation_of(list(found.shipping.trends.values())),
    }
    return render(request, "portal/team.html", context)


def _card_url(request: PageRequest, shown: Team) -> str:
    """The team's scorecard, for whoever may read it."""
    return scorecard_url(shown) if request.principal.sees_team(shown.pk) else ""

"""How a team is on call: its load in some weeks, its noisy rules, its profile and its stage."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, read_choice, reads, week_named
from apps.core.calendar_words import period_words
from apps.core.periods import Grain, Period, last_complete
from apps.portal.context.oncall import on_call_context
from apps.portal.queries.oncall import get_on_call
from apps.teams.queries import get_team

LENGTHS = {"4": Grain.WEEKS_4, "1": Grain.WEEK, "13": Grain.WEEKS_13}
LENGTH_WORDS = {"4": "4 weeks", "1": "1 week", "13": "13 weeks"}


@access(Access.SHARED_READ)
@reads("weeks", "until")
def on_call(request: PageRequest, slug: str) -> HttpResponse:
    """The load of a team, and its stage for whoever sees the team."""
    team = get_team(slug)
    weeks = read_choice(request, "weeks", tuple(LENGTHS))
    week = _week(request.GET.get("until", ""))
    found = get_on_call(team, week if weeks == "1" else week.trailing(LENGTHS[weeks]), request.principal)
    context = {
        "heading": f"{team.name} on call",
        "crumbs": [{"label": team.name, "url": reverse("portal:team", args=[slug])}, {"label": "On call"}],
        "team": team,
        "period_words": period_words(found.period),
        "zone": found.load.zone.key,
        "choices": _choices(weeks, week),
        "pages_url": f"{reverse('incidents:page-list')}?{urlencode({'team': slug, 'week': week.key})}",
        "rules_url": f"{reverse('incidents:alert-rule-list')}?{urlencode({'team': slug})}",
        **on_call_context(found),
    }
    return render(request, "portal/on_call.html", context)


def _week(text: str) -> Period:
    """The week that is named, else the last complete one; raises 400 for anything else."""
    if not text:
        return last_complete(clock.as_of(), Grain.WEEK, clock.reporting_zone())
    return week_named("until", text)


def _choices(chosen: str, week: Period) -> list[dict[str, Any]]:
    return [
        {"label": LENGTH_WORDS[weeks], "url": f"?{urlencode({'weeks': weeks, 'until': week.key})}",
         "current": weeks == chosen}
        for weeks in ("1", "4", "13")
    ]  # fmt: skip

"""The demonstration's pages: read off the pack alone, the same every time, in every state that the page can show."""

from datetime import date, time

import pytest

from apps.core import clock
from apps.incidents.domain.page_feeds import FeedState
from apps.incidents.domain.page_words import EndReason
from apps.incidents.models import AlertRule, OnCallProfile, Page, PageFact
from apps.incidents.queries.oncall_load import read_team_pages
from apps.portal.demo import cast, oncall
from apps.portal.demo import organisation as plan
from apps.portal.demo.cast import Cast, local

AS_OF = date(2026, 8, 24)


def test_pages__follow_from_the_pack() -> None:
    pages = oncall.all_pages()
    assert len(pages) > 200
    assert len({(page.external_key, page.fired_at) for page in pages}) == len(pages)
    assert {page.service for page in pages} <= {service.slug for service in plan.SERVICES}
    assert {page.end_reason for page in pages} >= {EndReason.ACKNOWLEDGED, EndReason.BY_ITSELF}
    assert all(page.acknowledged_at is None or page.acknowledged_at > page.fired_at for page in pages)
    assert all(page.ended_at is None or page.ended_at >= page.fired_at for page in pages)


@pytest.mark.django_db
def test_story__teams_agree_are_paged_and_label() -> None:
    players = Cast()
    with clock.playing(local(date(2023, 1, 2))):
        cast.found_organisation(players)
    with clock.playing(local(oncall.PROFILES_ON)):
        oncall.write_profiles(players)
    with clock.playing(local(date(2025, 9, 15))):
        oncall.change_hours(players)
    with clock.playing(local(AS_OF, time(5))):
        oncall.bring_pages(players, after=None, until=AS_OF)
        again = oncall.bring_pages(players, after=None, until=AS_OF)
        states = {slug: read_team_pages(team).feed.state for slug, team in players.teams.items()}
    assert again.endswith(", 0 labelled")
    assert OnCallProfile.objects.count() == len(plan.TEAMS) + 1
    assert Page.objects.count() == PageFact.objects.filter(until_seq=None).count() == len(oncall.all_pages())
    assert states["runtime"] is FeedState.STALE
    assert states["commerce"] is FeedState.LIVE
    assert Page.objects.filter(repeat=True).exists()
    assert Page.objects.filter(woke=True).exists()
    assert AlertRule.objects.exclude(runbook_url="").exists()
    shares = {slug: _labelled(team.pk) for slug, team in players.teams.items()}
    assert shares["commerce"] > 0.6 > shares["insights"]


def _labelled(team_id: int) -> float:
    pages = Page.objects.filter(team_id=team_id)
    return pages.exclude(label="").count() / pages.count()

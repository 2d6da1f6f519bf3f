"""Four stages on four measures: which pass, which are next, and that silence is never quiet."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core import clock
from apps.incidents.domain.page_feeds import Feed, FeedState
from apps.incidents.domain.page_words import Bucket, Label, MaturityMeasure
from apps.incidents.domain.pages import Load, Paged, load_of
from apps.incidents.models import Page
from apps.incidents.operations.oncall_recording import receive_pages
from apps.incidents.operations.page_labelling import label_pages
from apps.scorecards.domain import maturity as domain
from apps.scorecards.domain.maturity import Standing
from apps.scorecards.maturity import get_maturity
from apps.services import operations as services
from tests.oncall import MONDAY, in_madrid, item, push_token
from tests.personas import Organisation, principal_of

LIVE = Feed(FeedState.LIVE, MONDAY, MONDAY)
FIRED = datetime(2026, 8, 3, 10, tzinfo=UTC)


def _load(pages: int = 20, acted: int = 15, labelled: int = 20, wait: int = 5) -> Load:
    rows = [
        Paged(
            FIRED + timedelta(hours=n), Bucket.BUSINESS, acknowledged_at=FIRED + timedelta(hours=n, minutes=wait),
            label=Label.ACTED if n < acted else Label.COULD_WAIT if n < labelled else "",
        )
        for n in range(pages)
    ]  # fmt: skip
    return load_of(rows, nights=[], first_on=date(2026, 6, 1), end_on=date(2026, 8, 30))


def test_acknowledgement__within_the_teams_target() -> None:
    ten = timedelta(minutes=10)
    assert domain.read_acknowledgement(_load(), LIVE, ten).standing is Standing.PASSES
    assert domain.read_acknowledgement(_load(wait=11), LIVE, ten).standing is Standing.MISSES
    assert domain.read_acknowledgement(_load(wait=10), LIVE, ten).passes
    assert domain.read_acknowledgement(_load(), LIVE, None).standing is Standing.NOT_JUDGED


def test_actionable__needs_labels() -> None:
    assert domain.read_actionable(_load(acted=14), LIVE, 70).passes
    assert domain.read_actionable(_load(acted=13), LIVE, 70).standing is Standing.MISSES
    few = domain.read_actionable(_load(labelled=11, acted=11), LIVE, 70)
    assert (few.standing, few.sentence) == (Standing.NOT_JUDGED, "too few: 11 of 20 pages have a label")


@pytest.mark.parametrize("state", [FeedState.STALE, FeedState.NOT_CONNECTED])
def test_feed__silence_is_no_quiet(state: FeedState) -> None:
    feed = Feed(state, MONDAY if state is FeedState.STALE else None)
    for load in (_load(), _load(pages=0)):
        assert domain.read_acknowledgement(load, feed, timedelta(hours=1)).standing is Standing.NO_DATA
        assert domain.read_actionable(load, feed, 70).standing is Standing.NO_DATA


def test_feed__alive_without_one_urgent_page_passes_both() -> None:
    assert domain.read_acknowledgement(_load(pages=0), LIVE, None).passes
    assert domain.read_actionable(_load(pages=0), LIVE, 70).passes


def test_repeats_and_follow_through() -> None:
    assert domain.read_repeats({}, 0).sentence.startswith("no incident came back")
    found = domain.read_repeats({None: (0, 1), 3: (0, 2), 1: (0, 1)}, 0)
    assert (found.passes, found.n) == (True, 4)
    assert found.sentence.startswith("severity 1: 0 of 1; severity 3: 0 of 2; severity not known: 0 of 1 came back")
    assert domain.read_repeats({3: (1, 4)}, 0).standing is Standing.MISSES
    assert domain.read_repeats(None, 0).standing is Standing.NO_DATA
    assert domain.read_follow_through(Fraction(4, 5), 5, "", 80).passes
    assert not domain.read_follow_through(Fraction(79, 100), 100, "", 80).passes
    assert domain.read_follow_through(None, 0, "No data: not connected", 80).standing is Standing.NO_DATA
    assert domain.read_follow_through(None, 2, "Not judged: too few (2 of 5)", 80).standing is Standing.NOT_JUDGED


@given(st.lists(st.sampled_from(list(Standing)), min_size=4, max_size=4))
def test_stage__is_the_highest_up_to_which_all_pass(standings: list[Standing]) -> None:
    reads = [domain.MeasureRead(m, s, "x") for m, s in zip(domain.STAGES, standings, strict=True)]
    found = domain.maturity_of(list(reversed(reads)))
    assert all(read.passes for read in found.measures[: found.stage])
    assert found.next_measure is (None if found.stage == 4 else found.measures[found.stage])
    assert found.stage == 4 or not found.measures[found.stage].passes


@pytest.fixture
def played() -> Iterator[None]:
    with clock.playing(MONDAY):
        yield


@pytest.mark.django_db
@pytest.mark.usefixtures("played")
def test_team__reaches_stage_two_and_loses_it_when_its_feed_falls_silent(organisation: Organisation) -> None:
    team, dee = organisation.checkout, principal_of(organisation.people["dee"])
    in_madrid(team)
    times = [f"2026-08-{3 + n:02}T10:00:00Z" for n in range(12)]
    sent = [item(at, "A", acknowledged_at=at.replace(":00:00Z", ":04:00Z")) for at in times]
    receive_pages(items=sent, by=push_token(team))
    label_pages(team=team, labels=dict.fromkeys(Page.objects.values_list("pk", flat=True), "acted"), by=dee)
    found = get_maturity(team, by=dee)
    assert found is not None
    assert found.stage == 2
    assert found.next_measure is not None
    assert found.next_measure.measure is MaturityMeasure.REPEATS
    assert get_maturity(team, by=principal_of(organisation.people["eli"])) is None
    with clock.playing(MONDAY + timedelta(days=20)):
        muted = get_maturity(team, by=dee)
        assert muted is not None
        assert [read.standing for read in muted.measures[:2]] == [Standing.NO_DATA] * 2
        assert muted.measures[0].sentence.startswith("stale, pages last heard of on 14 Aug 2026")
        services.hear(source="pages", service_id=organisation.checkout_api.pk, channel="pages", at=clock.as_of())
        again = get_maturity(team, by=dee)
        assert again is not None
        assert again.stage == 2

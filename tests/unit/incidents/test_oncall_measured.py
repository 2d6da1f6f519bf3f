"""The worked week of Madrid, read twice: by the page of a team's load and by definitions; both say the same."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from apps.core import clock
from apps.core.periods import parse_period
from apps.incidents.domain.page_feeds import FeedState
from apps.incidents.domain.pages import Noise
from apps.incidents.models import Page
from apps.incidents.operations.oncall_recording import receive_pages
from apps.incidents.operations.page_labelling import label_pages
from apps.incidents.queries.oncall_load import TeamLoad, read_team_pages
from apps.incidents.queries.oncall_noise import count_pages, list_noisy_rules
from apps.measurements import operations as measurements
from apps.measurements import queries
from apps.measurements.cells import Cell
from apps.measurements.domain.readings import Status
from apps.measurements.domain.subjects import Subject, SubjectKind
from apps.metrics import operations as metrics
from apps.metrics.domain.starter_catalogues import ON_CALL
from apps.services import operations as services
from apps.teams.models import Team
from tests.oncall import MONDAY, in_madrid, item, madrid_items, push_token
from tests.personas import Organisation, principal_of

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
WEEK = parse_period("2026-W34")
LABELS = ("acted", "acted", "looked_only", "acted", "threshold_wrong")


@pytest.fixture(autouse=True)
def _played() -> Iterator[None]:
    with clock.playing(MONDAY):
        yield


@pytest.fixture
def week(organisation: Organisation) -> Organisation:
    """Madrid's week with five labels."""
    in_madrid(organisation.checkout)
    receive_pages(items=madrid_items(), by=push_token(organisation.checkout))
    pks = Page.objects.order_by("fired_at").values_list("pk", flat=True)
    dee = principal_of(organisation.people["dee"])
    label_pages(team=organisation.checkout, labels=dict(zip(pks, LABELS, strict=False)), by=dee)
    return organisation


def load_team(team: Team, first_on: date, end_on: date) -> TeamLoad:
    """The load of a team during the local days `[first_on, end_on)` of its zone."""
    return read_team_pages(team, (first_on, end_on)).load((first_on, end_on))


def test_load__the_week_of_madrid(week: Organisation) -> None:
    found = load_team(week.checkout, WEEK.first_on, WEEK.end_on)
    load = found.load
    assert (load.pages, load.business, load.evening, load.night) == (8, 4, 2, 2)
    assert (load.out_of_hours, load.repeat_rate) == (Fraction(1, 2), Fraction(3, 8))
    assert (load.nights_woken, load.nights) == (1, 7)
    assert (load.coverage, load.is_judged, load.actionable) == (Fraction(5, 8), False, None)
    assert found.feed.state is FeedState.LIVE


def test_load__a_night_belongs_to_the_day_on_which_it_begins(week: Organisation) -> None:
    late = [item("2026-08-24T01:00:00+02:00", "F"), item("2026-08-24T11:00:00+02:00", "G")]
    receive_pages(items=late, by=push_token(week.checkout))
    this, following = (
        load_team(week.checkout, WEEK.first_on + timedelta(days=days), WEEK.end_on + timedelta(days=days))
        for days in (0, 7)
    )
    assert (this.load.pages, this.load.nights_woken) == (8, 2)
    assert (following.load.pages, following.load.night, following.load.nights_woken) == (2, 1, 0)


def test_load__acknowledgement_is_read_against_the_profile(week: Organisation) -> None:
    answered = {"acknowledged_at": "2026-08-17T09:15:00+02:00"}
    receive_pages(items=[madrid_items()[0] | answered], by=push_token(week.checkout))
    found = load_team(week.checkout, WEEK.first_on, WEEK.end_on)
    assert (found.load.acknowledged_p90, found.within_target) == (timedelta(minutes=5), True)


def test_load__a_muted_feed_is_stale_and_returns(week: Organisation) -> None:
    with clock.playing(MONDAY + timedelta(days=30)):
        assert load_team(week.checkout, WEEK.first_on, WEEK.end_on).feed.state is FeedState.STALE
        receive_pages(items=[item("2026-09-20T11:00:00+02:00", "E")], by=push_token(week.checkout))
        assert load_team(week.checkout, WEEK.first_on, WEEK.end_on).feed.state is FeedState.LIVE
    assert load_team(week.harbour, WEEK.first_on, WEEK.end_on).feed.state is FeedState.NOT_CONNECTED


def test_definitions__read_what_the_page_says(week: Organisation) -> None:
    metrics.adopt_starter(owner_team=week.checkout, catalogue=ON_CALL, by=principal_of(week.people["gus"]))
    measurements.rebuild()
    read = {slug: _value(week.checkout.pk, slug) for slug in _slugs()}
    assert read["on-call-load"] == (8, 8)
    assert read["pages-out-of-hours"] == (Fraction(1, 2), 8)
    assert read["operational-noise"] == (Fraction(3, 8), 8)
    assert read["pages-actionable"][1] == 5
    assert read["pages-ended-by-themselves"] == (0, 8)
    assert read["nights-woken"] == (1, 1)


def test_actionable__is_judged_from_ten_labels_on_sixty_percent_of_the_pages(organisation: Organisation) -> None:
    """On the load of the team and under the definition alike; each page that nobody labelled stands in the evidence."""
    days = range(17, 22)
    receive_pages(
        items=[item(f"2026-08-{day}T{hour:02}:00:00Z", "disk") for day in days for hour in (8, 9, 10, 11)],
        by=push_token(organisation.checkout),
    )
    metrics.adopt_starter(
        owner_team=organisation.checkout, catalogue=ON_CALL, by=principal_of(organisation.people["gus"])
    )
    pks, dee = list(Page.objects.values_list("pk", flat=True)), principal_of(organisation.people["dee"])
    label_pages(team=organisation.checkout, labels=dict.fromkeys(pks[:11], "acted"), by=dee)
    measurements.rebuild()
    assert load_team(organisation.checkout, WEEK.first_on, WEEK.end_on).load.actionable is None
    reading = _cell(organisation.checkout.pk, "pages-actionable").reading
    assert (reading.status, reading.n, reading.needed) == (Status.TOO_FEW, 11, 12)
    label_pages(team=organisation.checkout, labels={pks[11]: "could_wait"}, by=dee)
    measurements.rebuild()
    assert load_team(organisation.checkout, WEEK.first_on, WEEK.end_on).load.actionable == Fraction(11, 12)
    cell = _cell(organisation.checkout.pk, "pages-actionable")
    assert (cell.reading.status, cell.reading.value, cell.left_out) == (Status.OK, 11 / 12, 8)


def test_definitions__a_page_counts_for_the_team_that_was_called(week: Organisation) -> None:
    metrics.adopt_starter(owner_team=week.checkout, catalogue=ON_CALL, by=principal_of(week.people["gus"]))
    services.hand_over(
        service=week.checkout_api, to=week.harbour, from_at=datetime(2026, 8, 20, tzinfo=UTC),
        reason="It moves to the harbour.", by=principal_of(week.people["hal"]),
    )  # fmt: skip
    receive_pages(items=[item("2026-08-21T11:00:00+02:00", "Z")], by=push_token(week.harbour))
    measurements.rebuild()
    assert _value(week.checkout.pk, "on-call-load") == (8, 8)  # told before: it was called, whoever owns it by now
    assert _value(week.harbour.pk, "on-call-load") == (1, 1)


def _slugs() -> list[str]:
    return [version.slug for version in ON_CALL.versions]


def _value(team_id: int, slug: str) -> tuple[Any, int]:
    reading = _cell(team_id, slug).reading
    return reading.value, reading.n


def _cell(team_id: int, slug: str) -> Cell:
    subject = Subject(SubjectKind.TEAM, team_id)
    cell = queries.load_board([subject], [slug], [WEEK]).cell(subject, slug, WEEK)
    assert cell is not None
    return cell


def test_noise__a_rule_that_ends_by_itself_or_that_nobody_acts_on(organisation: Organisation) -> None:
    days = range(3, 9)
    quiet = [item(f"2026-08-{d:02}T09:00:00Z", "flap", ended_at=f"2026-08-{d:02}T09:05:00Z") for d in days]
    vain = [item(f"2026-08-{d:02}T10:00:00Z", "disk") for d in days]
    rare = [item(f"2026-08-{d:02}T11:00:00Z", "rare", ended_at=f"2026-08-{d:02}T11:05:00Z") for d in (3, 4)]
    receive_pages(items=[*quiet, *vain, *rare], by=push_token(organisation.checkout))
    labelled = Page.objects.filter(rule__name="disk").values_list("pk", flat=True)
    label_pages(
        team=organisation.checkout, labels=dict.fromkeys(labelled, "could_wait"),
        by=principal_of(organisation.people["dee"]),
    )  # fmt: skip
    month = (datetime(2026, 8, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC))
    found = {row.rule: row.noise for row in list_noisy_rules([organisation.checkout.pk], *month)}
    assert found == {"disk": Noise.SELDOM_ACTED, "flap": Noise.ENDS_BY_ITSELF}
    assert count_pages([organisation.checkout.pk], *month) == {organisation.checkout.pk: 14}
    assert list_noisy_rules([organisation.harbour.pk], *month) == []


def test_load__of_the_week_in_which_the_clock_moves_has_seven_nights(organisation: Organisation) -> None:
    in_madrid(organisation.checkout)
    receive_pages(
        items=[item("2026-03-29T03:30:00+02:00", "A"), item("2026-03-29T20:30:00Z", "B")],
        by=push_token(organisation.checkout),
    )
    load = load_team(organisation.checkout, date(2026, 3, 23), date(2026, 3, 30)).load
    assert (load.pages, load.night, load.nights_woken, load.nights) == (2, 2, 2, 7)

"""Tickets as samples: counted hourly at their answer or their deadline, again when told otherwise, quiet when quiet."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.core import clock, facts
from apps.core.fact_sources import sources
from apps.objectives.models import Indicator, IndicatorRead, Sample, SampleDay
from apps.objectives.operations.counting_tickets import count_since
from apps.objectives.queries.reading_duties import next_readable
from apps.objectives.tasks import keep_samples, read_indicators
from apps.services import operations as services
from tests.personas import Organisation
from tests.sampling import add_version, make_indicator

pytestmark = [pytest.mark.sql, pytest.mark.django_db, pytest.mark.usefixtures("touched")]
TEN = datetime(2026, 8, 24, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _played() -> Iterator[None]:
    with clock.playing(TEN):
        yield


def _indicator(world: Organisation, **said: Any) -> Indicator:
    said = {"kind": "support_response", "limit": "14400", "measured_at": "tickets", "slice_seconds": 3600, **said}
    return make_indicator(world, "first-answers", **said)


def _ticket(world: Organisation, key: str, opened_at: datetime, **times: Any) -> None:
    row = {"key": key, "service": world.checkout_api.pk, "opened_at": opened_at, **times}
    services.record_facts(source=sources.get("tickets"), channel="api", rows=[row])


def _counted_at(at: datetime) -> dict[datetime, tuple[int, int]]:
    """The slices in which a ticket counted."""
    with clock.playing(at):
        read_indicators()
    return {one.starts_at: (one.good, one.valid) for one in Sample.objects.filter(valid__gt=0)}


def test_ticket__counts_as_bad_once_its_time_is_over_and_not_before(organisation: Organisation) -> None:
    _indicator(organisation)
    _ticket(organisation, "t1", TEN)
    assert _counted_at(TEN + 4 * HOUR - timedelta(minutes=1)) == {}
    # At 14:00 it is bad; its slice is whole an hour later.
    assert _counted_at(TEN + 5 * HOUR) == {TEN + 4 * HOUR: (0, 1)}


def test_ticket__counts_as_good_in_the_slice_of_its_answer(organisation: Organisation) -> None:
    _indicator(organisation)
    _ticket(organisation, "t1", TEN, first_response_at=TEN + timedelta(minutes=90))
    assert _counted_at(TEN + 3 * HOUR) == {TEN + HOUR: (1, 1)}
    read = IndicatorRead.objects.get()
    assert (read.watermark, read.due_at) == (TEN + 3 * HOUR, TEN + 4 * HOUR)


def test_ticket__of_a_promise_to_resolve_counts_where_it_was_resolved(organisation: Organisation) -> None:
    """An answer alone resolves nothing."""
    _indicator(organisation, kind="support_resolution")
    _ticket(organisation, "t1", TEN, first_response_at=TEN + HOUR, resolved_at=TEN + 3 * HOUR)
    _ticket(organisation, "t2", TEN, first_response_at=TEN + HOUR)
    assert _counted_at(TEN + 6 * HOUR) == {TEN + 3 * HOUR: (1, 1), TEN + 4 * HOUR: (0, 1)}


def test_ticket__told_late_or_taken_back_is_counted_anew(organisation: Organisation) -> None:
    _indicator(organisation)
    _ticket(organisation, "t1", TEN)
    assert _counted_at(TEN + 6 * HOUR) == {TEN + 4 * HOUR: (0, 1)}
    _ticket(organisation, "t1", TEN, first_response_at=TEN + HOUR)
    assert _counted_at(TEN + 8 * HOUR) == {TEN + HOUR: (1, 1)}
    facts.withdraw(sources.get("tickets"), "api", [(organisation.checkout_api.pk, "t1")])
    assert _counted_at(TEN + 10 * HOUR) == {}


def test_slices__without_tickets_are_idle_while_their_source_is_alive(organisation: Organisation) -> None:
    _indicator(organisation)
    assert _counted_at(TEN) == {}
    assert not Sample.objects.exists()  # no tickets are connected: nothing is known
    _ticket(organisation, "t1", TEN)
    _counted_at(TEN + 2 * HOUR)
    assert Sample.objects.filter(valid=0).count() > 24 * 90
    newest = Sample.objects.order_by("-starts_at")[0]
    assert newest.starts_at == TEN + HOUR
    _counted_at(TEN + timedelta(days=40))  # silent for longer than is normal: what comes after is missing
    assert Sample.objects.order_by("-starts_at")[0].starts_at == TEN + HOUR


def test_tickets__are_counted_by_tenant_and_kind_where_that_is_agreed(organisation: Organisation) -> None:
    _indicator(organisation, dimension="tenant", ticket_kinds=["access"])
    for key, tenant, kind in (("t1", "north", "access"), ("t2", "", "access"), ("t3", "north", "other")):
        _ticket(organisation, key, TEN, first_response_at=TEN + HOUR, tenant=tenant, kind=kind)
    _counted_at(TEN + 3 * HOUR)
    counted = Sample.objects.filter(valid__gt=0).values_list("series__key", "good")
    assert set(counted) == {("north", 1), ("other", 1)}


def test_counting__goes_through_what_counts_and_what_is_new_alone(organisation: Organisation) -> None:
    indicator = _indicator(organisation, dimension="tenant")
    for number in range(40):
        said = {"first_response_at": TEN + HOUR, "tenant": f"t{number:02}"}
        _ticket(organisation, f"t{number}", TEN, **said)
    _counted_at(TEN + 3 * HOUR)
    assert Sample.objects.exclude(series__key="other").count() == 40
    at = TEN + 4 * HOUR
    readable = next_readable(indicator, at, at.date())
    assert readable is not None
    with clock.playing(at):
        asked, slices = count_since(readable, TEN + 3 * HOUR, TEN - timedelta(days=100), at)
    assert asked is not None
    assert asked.points > 24 * 13
    # Forty answers, and the one hour that is new.
    assert len(slices) == 41
    assert [(one.key, one.starts_at) for one in slices if not one.counts.valid] == [("other", TEN + 3 * HOUR)]


def test_tickets__are_counted_by_the_statement_of_their_day_and_never_anew_by_the_next_one(
    organisation: Organisation,
) -> None:
    indicator = _indicator(organisation)
    _ticket(organisation, "t1", TEN, first_response_at=TEN + 3 * HOUR)
    _ticket(organisation, "t2", TEN + 2 * HOUR)
    midnight = datetime(2026, 8, 24, 22, tzinfo=UTC)
    assert _counted_at(TEN + 5 * HOUR) == {TEN + 3 * HOUR: (1, 1)}
    said = {"kind": "support_response", "limit": "3600", "measured_at": "tickets", "slice_seconds": 900}
    add_version(organisation, indicator, effective_from=midnight.date() + timedelta(days=1), source="tickets", **said)
    _ticket(organisation, "t3", midnight + HOUR, first_response_at=midnight + 2 * HOUR)
    later = midnight + 5 * HOUR
    _ticket(organisation, "t4", later - HOUR, first_response_at=later - HOUR)
    assert _counted_at(later) == {
        TEN + 3 * HOUR: (1, 1), TEN + 6 * HOUR: (0, 1), midnight + 2 * HOUR: (1, 1), later - HOUR: (1, 1),
    }  # fmt: skip
    assert Sample.objects.filter(starts_at__gte=midnight).count() == 20  # quarters of an hour, and none before
    assert not Sample.objects.filter(starts_at__lt=midnight, starts_at__minute__gt=0).exists()


def test_tickets__of_another_dimension_fill_its_own_keys_alone(organisation: Organisation) -> None:
    indicator = _indicator(organisation)
    midnight = datetime(2026, 8, 24, 22, tzinfo=UTC)
    _ticket(organisation, "t1", TEN, first_response_at=TEN + HOUR, tenant="north")
    _counted_at(TEN + 3 * HOUR)
    said = {"kind": "support_response", "limit": "14400", "measured_at": "tickets", "slice_seconds": 3600}
    add_version(
        organisation, indicator, effective_from=midnight.date() + timedelta(days=1), source="tickets",
        dimension="tenant", **said,
    )  # fmt: skip
    _ticket(organisation, "t2", midnight, first_response_at=midnight + HOUR, tenant="north")
    assert _counted_at(midnight + 3 * HOUR) == {TEN + HOUR: (1, 1), midnight + HOUR: (1, 1)}
    before, since = Sample.objects.filter(starts_at__lt=midnight), Sample.objects.filter(starts_at__gte=midnight)
    assert set(before.values_list("series__key", flat=True)) == {""}
    assert set(since.values_list("series__key", flat=True)) == {"north", "other"}


def test_keeping__removes_what_is_older_than_a_hundred_days(organisation: Organisation) -> None:
    _indicator(organisation)
    _ticket(organisation, "t1", TEN, first_response_at=TEN + HOUR)
    _counted_at(TEN + 3 * HOUR)
    sums, later = SampleDay.objects.get(day=TEN.date()).valid, TEN + timedelta(days=102)
    with clock.playing(later):
        _ticket(organisation, "t2", later - HOUR, first_response_at=later - HOUR)
    assert later - HOUR in _counted_at(later)
    with clock.playing(later):
        keep_samples()
    assert not Sample.objects.filter(starts_at__lt=TEN + timedelta(days=1)).exists()
    assert SampleDay.objects.get(day=TEN.date()).valid == sums == 1

"""Counts as they are stored: the last word wins, day sums equal a plain pass, days that are over become facts."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.core.immutable import writing
from apps.objectives.domain.counts import Counts, DaySum, Slice
from apps.objectives.domain.samples import Outcome
from apps.objectives.models import EvaluationDue, Objective, Sample, SampleDay, SampleFact
from apps.objectives.operations.day_publishing import publish_ended_days
from apps.objectives.operations.day_replacing import remove_old_slices
from apps.objectives.operations.day_summing import SUMS, sum_of_row
from apps.objectives.operations.sample_importing import import_counts
from tests.budgets import roll_up
from tests.personas import Organisation, make_organisation
from tests.sampling import NOON, SLICE, TEN, make_batch, make_indicator, make_series, one, put
from tests.services import examples

pytestmark = [pytest.mark.sql, pytest.mark.django_db]
MONDAY = date(2026, 8, 24)


def test_slices__are_stored_once_and_summed_up(organisation: Organisation) -> None:
    series = make_series(make_indicator(organisation))
    slices = [one(0, 48, 50), one(5, 9, 10), one(10, 0, 0), one(15, 3, 4, 6)]
    assert put(series, slices) == [Outcome.CREATED] * 4
    day = SampleDay.objects.get(series=series)
    assert (day.day, sum_of_row(day)) == (MONDAY, DaySum(60, 64, 66, seen=4, idle=1))
    series.refresh_from_db()
    assert series.newest_start == TEN + 3 * SLICE


def test_slices__the_last_word_wins_and_names_both_batches(organisation: Organisation) -> None:
    series, first, last = make_series(make_indicator(organisation)), make_batch(), make_batch()
    put(series, [one(0, 48, 50), one(5, 9, 10)], batch=first)
    assert put(series, [one(0, 40, 50), one(5, 9, 10)], batch=last) == [Outcome.UPDATED, Outcome.UNCHANGED]
    changed, kept = Sample.objects.order_by("starts_at")
    assert (changed.good, changed.first_batch, changed.last_batch) == (40, first, last)
    assert (kept.good, kept.first_batch, kept.last_batch) == (9, first, first)
    assert sum_of_row(SampleDay.objects.get()) == DaySum(49, 60, 60, seen=2)


def test_slices__more_good_than_valid_are_kept_and_counted_nowhere(organisation: Organisation) -> None:
    series = make_series(make_indicator(organisation))
    put(series, [one(0, 48, 50)])
    assert put(series, [one(5, 12, 10)]) == [Outcome.UNUSABLE]
    assert sum_of_row(SampleDay.objects.get()) == DaySum(48, 50, 50, seen=1, unusable=1)
    series.refresh_from_db()
    assert series.newest_start == TEN  # nothing was measured after it
    assert put(series, [one(5, 10, 10)]) == [Outcome.UPDATED]
    assert sum_of_row(SampleDay.objects.get()) == DaySum(58, 60, 60, seen=2)


def test_slices__belong_to_the_local_day_of_their_start(organisation: Organisation) -> None:
    series = make_series(make_indicator(organisation))
    midnight = datetime(2026, 8, 24, 22, tzinfo=UTC)  # in Berlin
    put(series, [one(-5, 1, 1, start=midnight), one(0, 2, 2, start=midnight)], at=midnight + timedelta(hours=1))
    assert dict(SampleDay.objects.values_list("day", "valid")) == {MONDAY: 1, date(2026, 8, 25): 2}


def test_slices__ask_for_the_objectives_from_the_earliest_changed_day(organisation: Organisation) -> None:
    indicator = make_indicator(organisation)
    with writing(Objective):
        objective = Objective.objects.create(
            slug="pay", indicator=indicator, owner_team=organisation.checkout, created_at=NOON,
            created_by=organisation.people["ana"],
        )  # fmt: skip
    series = make_series(indicator)
    put(series, [one(0, 1, 1), one(-60 * 24 * 3, 1, 1)])
    due = EvaluationDue.objects.get(objective=objective)
    assert (due.changed_from, due.done_at) == (date(2026, 8, 21), None)
    EvaluationDue.objects.update(done_at=NOON)
    put(series, [one(0, 1, 1)])
    assert EvaluationDue.objects.get().done_at == NOON  # the same counts ask for nothing


def test_facts__a_day_is_published_once_it_is_over(organisation: Organisation) -> None:
    indicator = make_indicator(organisation, dimension="tenant")
    series = make_series(indicator, "north")
    put(series, [one(0, 48, 50)])
    assert not SampleFact.objects.exists()  # it would leave a version with every slice
    put(series, [one(60 * 24, 9, 10)], at=NOON + timedelta(days=1))
    fact = SampleFact.objects.get()
    assert (fact.key, fact.good, fact.valid) == ("checkout-availability/2026-08-24/north", 48, 50)
    assert (fact.tenant, fact.service) == ("north", organisation.checkout_api)
    put(series, [one(5, 1, 2)], at=NOON + timedelta(days=1))  # late news of that day
    assert SampleFact.objects.get(until_seq=None).valid == 52


def test_facts__the_last_day_of_a_source_that_fell_silent_is_published_too(organisation: Organisation) -> None:
    put(make_series(make_indicator(organisation)), [one(0, 48, 50)])
    midnight = datetime(2026, 8, 24, 22, tzinfo=UTC)
    for later, count in ((30, 0), (61, 1), (90, 0)):
        with clock.playing(midnight + timedelta(minutes=later)):
            assert publish_ended_days(at=clock.as_of()) == count
    assert SampleFact.objects.get().valid == 50


def test_days__older_than_slices_are_brought_as_a_whole(organisation: Organisation) -> None:
    series = make_series(make_indicator(organisation))
    start, place = datetime(2026, 4, 1, 8, tzinfo=UTC), (series.indicator_id, "")
    slices = {start: Counts(9, 10, 10), start + SLICE: Counts(0, 0, 0)}

    def brought(found: dict[datetime, Counts]) -> set[Outcome]:
        with clock.playing(NOON):
            became = import_counts(counted={place: found}, channel="csv", team_id=None, by=SYSTEM)
        return set(became[place].values())

    assert brought(slices) == {Outcome.CREATED}
    assert brought(slices) == {Outcome.UNCHANGED}
    assert brought({start: Counts(5, 5, 5)}) == {Outcome.UPDATED}
    assert sum_of_row(SampleDay.objects.get()) == DaySum(5, 5, 5, seen=1)
    assert SampleDay.objects.get().imported_by_batch is not None
    assert not Sample.objects.exists()
    assert SampleFact.objects.get(until_seq=None).valid == 5


def test_old_slices__go_by_whole_days_and_leave_their_sums(organisation: Organisation) -> None:
    series = make_series(make_indicator(organisation))
    midnight = datetime(2026, 8, 23, 22, tzinfo=UTC)
    put(series, [one(-5, 1, 2, start=midnight), one(0, 3, 4, start=midnight)])
    with clock.playing(midnight + timedelta(days=100, hours=3)):
        assert remove_old_slices(at=clock.as_of()) == 0  # it fell silent: its windows end with its newest slice
    later = midnight + timedelta(days=100)
    put(series, [one(0, 5, 6, start=later)], at=later + timedelta(hours=1))
    sums = list(SampleDay.objects.order_by("day").values_list("day", *SUMS))
    with clock.playing(midnight + timedelta(days=100, hours=3)):
        assert remove_old_slices(at=clock.as_of()) == 1
        assert remove_old_slices(at=clock.as_of()) == 0
    assert list(Sample.objects.order_by("starts_at").values_list("valid", flat=True)) == [4, 6]
    assert list(SampleDay.objects.order_by("day").values_list("day", *SUMS)) == sums


COUNTS = st.tuples(st.integers(-1, 4), st.integers(0, 3), st.integers(0, 1)).map(
    lambda drawn: Counts(drawn[0], drawn[1], drawn[1] + drawn[2])
)
# Quarters of an hour around the night in which clocks go back in Berlin.
STARTS = st.integers(-8, 130).map(lambda quarter: datetime(2026, 10, 24, 20, tzinfo=UTC) + quarter * 3 * SLICE)
BATCHES = st.lists(st.lists(st.tuples(st.sampled_from(["", "b"]), STARTS, COUNTS), max_size=12), max_size=5)


class TestDaySums(TestCase):
    """Whatever comes, and however often: the sums of days are those of a plain pass over what stands."""

    @settings(max_examples=examples(60))
    @given(BATCHES)
    def test_day_sums__equal_a_plain_pass(self, batches: list[list[tuple[str, datetime, Counts]]]) -> None:
        """Repeats, corrections, unusable and idle slices, over the night of 25 hours."""
        indicator = make_indicator(make_organisation(), dimension="segment")
        series = {key: make_series(indicator, key) for key in ("", "b")}
        plain: dict[tuple[str, datetime], Counts] = {}
        at = datetime(2026, 10, 27, tzinfo=UTC)
        for items in batches:
            plain |= {(key, start): counts for key, start, counts in items}
            for key, row in series.items():
                put(row, [Slice(start, counts) for of, start, counts in items if of == key], at=at)
        wanted = roll_up((Slice(start, counts, key) for (key, start), counts in plain.items()), clock.reporting_zone())
        stored = {(row.series.key, row.day): sum_of_row(row) for row in SampleDay.objects.select_related("series")}
        assert stored == wanted
        assert {(s.series.key, s.starts_at): s.counts for s in Sample.objects.select_related("series")} == plain

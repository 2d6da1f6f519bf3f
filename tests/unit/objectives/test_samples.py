"""Samples as they arrive: what is read, refused, repeated; clocks, alignment, and tickets as samples."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.objectives.domain.counts import Counts, Slice
from apps.objectives.domain.samples import (
    CountFault,
    Outcome,
    aligned_before,
    check_start,
    fold_batch,
    is_aligned,
    read_counts,
)
from apps.objectives.domain.tickets import Ticket, count_tickets, counted_at

NOW = datetime(2026, 8, 24, 10, 2, tzinfo=UTC)
TEN = datetime(2026, 8, 24, 10, tzinfo=UTC)
FOUR_HOURS = timedelta(hours=4)


@pytest.mark.parametrize(
    ("item", "counts"),
    [
        ({"good": 9, "valid": 10}, Counts(9, 10, 10)),
        ({"bad": 1, "valid": 10}, Counts(9, 10, 10)),
        ({"good": "9", "valid": "10", "total": "12"}, Counts(9, 10, 12)),
        ({"good": 0, "valid": 0}, Counts(0, 0, 0)),
        ({"good": 12, "valid": 10}, Counts(12, 10, 10)),
        ({"bad": 12, "valid": 10}, Counts(-2, 10, 10)),
    ],
)
def test_counts__are_read(item: dict[str, Any], counts: Counts) -> None:
    assert read_counts(item) == counts
    assert counts.is_usable == (0 <= counts.good <= counts.valid)


@pytest.mark.parametrize(
    ("item", "field", "code"),
    [
        ({"good": -1, "valid": 10}, "good", "out_of_range"),
        ({"good": 1, "valid": 10**12 + 1}, "valid", "out_of_range"),
        ({"good": 1.5, "valid": 10}, "good", "wrong_type"),
        ({"good": "NaN", "valid": 10}, "good", "wrong_type"),
        ({"good": True, "valid": 10}, "good", "wrong_type"),
        ({"good": "1" * 30, "valid": 10}, "good", "wrong_type"),
        ({"good": 1, "valid": 10, "total": 9}, "total", "out_of_range"),
        ({"good": 1, "bad": 9, "valid": 10}, "good", "repeated"),
        ({"valid": 10}, "good", "required"),
        ({"good": 1}, "valid", "required"),
    ],
)
def test_counts__that_cannot_be_are_refused_at_their_field(item: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(CountFault) as caught:
        read_counts(item)
    assert (caught.value.field, caught.value.code) == (field, code)


@pytest.mark.parametrize(
    ("starts_at", "code"),
    [
        (TEN, None),
        (TEN + timedelta(seconds=1), "not_aligned"),
        (TEN + timedelta(hours=1), "in_future"),
        (TEN + timedelta(minutes=5), "in_future"),
        (TEN - timedelta(days=100, minutes=-5), None),
        (TEN - timedelta(days=101), "too_old"),
    ],
)
def test_start__is_aligned_near_the_clock_and_not_too_old(starts_at: datetime, code: str | None) -> None:
    fault = check_start(starts_at, 300, NOW)
    assert (fault.code if fault else None) == code


def test_start__a_slice_that_ends_within_five_minutes_is_taken() -> None:
    assert check_start(TEN, 300, TEN) is None


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.sampled_from([60, 300, 900, 3600]),
)
def test_alignment__the_start_before_an_instant_is_aligned_and_near(instant: datetime, seconds: int) -> None:
    start = aligned_before(instant, seconds)
    assert is_aligned(start, seconds)
    assert timedelta(0) <= instant - start < timedelta(seconds=seconds)


def test_batch__one_slice_twice_with_other_values_keeps_the_later_and_says_so() -> None:
    place = (1, TEN)
    written, outcomes = fold_batch(
        {}, [(place, Counts(9, 10, 10)), (place, Counts(8, 10, 10)), (place, Counts(8, 10, 10))]
    )
    assert written == {place: Counts(8, 10, 10)}
    assert outcomes == [Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED]


def test_batch__the_same_counts_again_write_nothing() -> None:
    place = (1, TEN)
    assert fold_batch({place: Counts(9, 10, 10)}, [(place, Counts(9, 10, 10))]) == ({}, [Outcome.UNCHANGED])


places = st.tuples(st.integers(1, 2), st.sampled_from([TEN, TEN + timedelta(minutes=5)]))
some_counts = st.builds(Counts, st.integers(0, 3), st.just(2), st.just(2))


@given(st.lists(st.tuples(places, some_counts)), st.integers(0, 20))
def test_batch__cut_in_two_it_leaves_the_same(items: list[Any], at: int) -> None:
    first, outcomes = fold_batch({}, items[:at])
    second, more = fold_batch(first, items[at:])
    assert first | second == fold_batch({}, items)[0]
    assert [*outcomes, *more] == fold_batch({}, items)[1]


@pytest.mark.parametrize(
    ("met", "now", "expected"),
    [
        (None, TEN + FOUR_HOURS - timedelta(minutes=1), None),
        (None, TEN + FOUR_HOURS, (TEN + FOUR_HOURS, False)),
        (timedelta(hours=1), TEN + timedelta(hours=2), (TEN + timedelta(hours=1), True)),
        (FOUR_HOURS, TEN + FOUR_HOURS, (TEN + FOUR_HOURS, True)),
        (timedelta(hours=5), TEN + timedelta(hours=6), (TEN + FOUR_HOURS, False)),
        (-timedelta(hours=1), TEN + timedelta(hours=6), None),
    ],
)
def test_ticket__counts_at_its_answer_or_its_deadline(met: timedelta | None, now: datetime, expected: Any) -> None:
    assert counted_at(Ticket(TEN, None if met is None else TEN + met), FOUR_HOURS, now) == expected


def test_tickets__are_counted_by_slice_and_tenant() -> None:
    tickets = [Ticket(TEN, TEN + timedelta(minutes=7), "north"), Ticket(TEN, None, "north"), Ticket(TEN, None)]
    found = count_tickets(tickets, FOUR_HOURS, 300, TEN + timedelta(hours=5), by_tenant=True)
    assert found == [
        Slice(TEN + timedelta(minutes=5), Counts(1, 1, 1), "north"),
        Slice(TEN + FOUR_HOURS, Counts(0, 1, 1), "north"),
        Slice(TEN + FOUR_HOURS, Counts(0, 1, 1), "other"),
    ]

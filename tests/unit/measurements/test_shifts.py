"""How far a changed definition moves a team, and what counts as moving."""

from collections.abc import Sequence
from fractions import Fraction
from statistics import median

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from apps.measurements.domain.readings import Direction
from apps.measurements.domain.shifts import (
    LEAST_LOSS,
    LEAST_SHIFT,
    NO_VALUE,
    Pair,
    Shift,
    Value,
    half_step,
    share_of,
    shift_of,
    signed_percent,
    why_of,
)

HOUR = 3600.0
HARBOUR = ([30, 44, 26, 38, 33, 41], [27, 37, 25, 31, 28, 36])
LANTERN = ([12, 15, 11, 14, None, 13], [12, 15, 11, 14, 9, 13])
VALUES = st.one_of(st.none(), st.integers(0, 10**7).map(float))
UNITS = st.sampled_from(["seconds", "per_week", "count"])


def pairs_of(old: Sequence[float | None], new: Sequence[float | None]) -> list[Pair]:
    """Weeks of values, all of them readable."""
    return [Pair(_value(a), _value(b)) for a, b in zip(old, new, strict=True)]


def _value(value: float | None) -> Value:
    return NO_VALUE if value is None else Value(value)


def in_hours(old: Sequence[float | None], new: Sequence[float | None]) -> Shift:
    """The shift of values given in hours."""
    sides = [[None if x is None else x * HOUR for x in side] for side in (old, new)]
    return shift_of(pairs_of(*sides), "seconds")


def test_shift__the_worked_table() -> None:
    harbour, lantern = in_hours(*HARBOUR), in_hours(*LANTERN)
    assert (harbour.median_old, harbour.median_new) == (35.5 * HOUR, 29.5 * HOUR)
    assert signed_percent(harbour.share or 0) == "−16.9 %"
    assert harbour.moves
    assert (lantern.median_old, lantern.median_new, lantern.share) == (13 * HOUR, 13 * HOUR, 0)
    assert (lantern.moves, lantern.gained, lantern.lost) == (False, 1, 0)


def test_shift__the_sentence_names_medians_and_losses() -> None:
    assert why_of(in_hours(*HARBOUR), "seconds", "weekly") == "Median of 6 weekly values 36\xa0h to 30\xa0h, −16.9 %."
    lost = in_hours([10, 10, 10, 10], [10, 10, 10, None])
    assert (
        why_of(lost, "seconds", "weekly")
        == "Median of 3 weekly values 10\xa0h to 10\xa0h, 0 %. 1 of 4 weekly values are lost."
    )


@pytest.mark.parametrize(
    ("old", "new", "moves"),
    [
        ([20.0], [19.0], True),  # exactly 5 %
        ([20.0], [19.1], False),
        ([100.0], [104.9], False),
        ([0.0], [1.0], True),  # only the old median is 0
        ([0.0], [0.0], False),
        ([], [], False),
        ([None], [4.0], False),  # gained
        ([4.0], [None], True),  # all lost
        ([1.0] * 10, [1.0] * 9 + [None], True),  # exactly a tenth lost
        ([1.0] * 11, [1.0] * 10 + [None], False),
    ],
)
def test_moves__at_its_edges(old: list[float | None], new: list[float | None], moves: bool) -> None:
    assert shift_of(pairs_of(old, new), "count").moves is moves


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [(13.0, 13.4, "0 %"), (13.0, 13.5, "+3.8 %"), (13.0, 12.4, "−4.6 %"), (9.9, 10.3, "0 %"), (2.0, 2.04, "0 %")],
)
def test_shift__is_none_below_half_of_what_a_page_can_print(old: float, new: float, shown: str) -> None:
    assert signed_percent(in_hours([old], [new]).share or 0) == shown


def test_lost__a_value_that_can_no_longer_be_read_is_lost() -> None:
    read, thin = Value(5.0), Value(5.0, is_read=False)
    found = shift_of([Pair(read, thin), Pair(thin, read), Pair(thin, thin)], "count")
    assert (found.lost, found.gained, found.share, found.moves) == (1, 1, 0, True)


def test_units__that_differ_are_not_compared() -> None:
    found = shift_of(pairs_of([10.0], [0.5]), "share", is_comparable=False)
    assert (found.share, found.moves, found.median_old, found.median_new) == (None, True, 10.0, 0.5)
    assert not found.improves(Direction.LOWER_IS_BETTER)
    assert why_of(found, "share", "weekly") == "Old and new are in different units and cannot be compared."


@pytest.mark.parametrize(
    ("old", "new", "direction", "improves"),
    [
        (20.0, 19.0, Direction.LOWER_IS_BETTER, True),
        (20.0, 19.0, Direction.HIGHER_IS_BETTER, False),
        (20.0, 21.0, Direction.HIGHER_IS_BETTER, True),
        (20.0, 20.9, Direction.HIGHER_IS_BETTER, False),
        (20.0, 10.0, Direction.NEITHER, False),
        (0.0, 3.0, Direction.HIGHER_IS_BETTER, True),
        (0.0, 3.0, Direction.LOWER_IS_BETTER, False),
    ],
)
def test_improves__to_the_better_side_by_five_percent(
    old: float, new: float, direction: Direction, improves: bool
) -> None:
    assert shift_of(pairs_of([old], [new]), "count").improves(direction) is improves


@given(st.lists(st.tuples(VALUES, VALUES), max_size=30), UNITS)
def test_shift__swapped_turns_round(weeks: list[tuple[float | None, float | None]], unit: str) -> None:
    there = shift_of(pairs_of([a for a, _ in weeks], [b for _, b in weeks]), unit)
    back = shift_of(pairs_of([b for _, b in weeks], [a for a, _ in weeks]), unit)
    assert (there.gained, there.lost) == (back.lost, back.gained)
    assert (there.median_old, there.median_new) == (back.median_new, back.median_old)
    if there.share is not None and back.share is not None:
        assert there.share * back.share <= 0
        assert (there.share == 0) == (back.share == 0)
    else:
        assert there.is_from_zero or back.is_from_zero or not there.compared


@given(st.lists(st.tuples(VALUES, VALUES), max_size=30), UNITS, st.randoms(use_true_random=False))
def test_shift__depends_on_no_order_and_on_no_single_sided_week(weeks, unit, random) -> None:
    pairs = pairs_of([a for a, _ in weeks], [b for _, b in weeks])
    shuffled = random.sample(pairs, len(pairs))
    assert shift_of(shuffled, unit) == shift_of(pairs, unit)
    found = shift_of(pairs, unit)
    assume(found.compared)
    shared = [pair for pair in pairs if pair.old.value is not None and pair.new.value is not None]
    assert shift_of(shared, unit).share == found.share


@given(st.lists(st.tuples(VALUES, VALUES), max_size=30), UNITS)
def test_shift__stays_in_its_bounds(weeks: list[tuple[float | None, float | None]], unit: str) -> None:
    found = shift_of(pairs_of([a for a, _ in weeks], [b for _, b in weeks]), unit)
    assert found.share is None or found.share >= -1  # no value is negative
    assert 0 <= found.lost <= found.valued
    assert found.compared + found.lost <= len(weeks)
    assert found.compared + found.gained <= len(weeks)


@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=30))
def test_shift__is_what_the_formula_says(weeks: list[tuple[float | None, float | None]]) -> None:
    shared = [(a, b) for a, b in weeks if a is not None and b is not None]
    found = shift_of(pairs_of([a for a, _ in weeks], [b for _, b in weeks]), "count")
    assume(shared)
    old, new = (Fraction(median(Fraction(pair[i]) for pair in shared)) for i in (0, 1))
    lost = sum(a is not None and b is None for a, b in weeks) / max(1, sum(a is not None for a, _ in weeks))
    near = abs(new - old) < half_step(old, new, "count")
    far = old != 0 and not near and abs(new - old) / abs(old) >= LEAST_SHIFT
    only_old_zero = old == 0 and new != 0
    assert found.moves is (far or only_old_zero or lost >= LEAST_LOSS)


@given(st.integers(1, 10**9), st.integers(-80, 80), UNITS)
def test_shift__below_half_a_display_step_is_none(thousandths: int, permille: int, unit: str) -> None:
    old = Fraction(thousandths, 1000)
    new = old * (1000 + permille) / 1000
    found = share_of(old, new, unit)
    assert (found == 0) is (abs(new - old) < half_step(old, new, unit) or new == old)

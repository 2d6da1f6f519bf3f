"""What stands at the end of a period: begun by then and not ended, whenever it began."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.periods import parse_period
from apps.measurements.cells import kind_of_spec
from apps.measurements.domain.verdicts import Kind
from apps.metrics.domain.canonical import canonical_text
from apps.metrics.domain.faults import SpecProblems
from apps.metrics.domain.parsing import parse_spec
from apps.metrics.domain.sentences import say_spec
from tests.engine import BERLIN, BLUE, MONDAY, RED, REGISTRY, A, B, C, World, hour

STANDING = {"facts": "incidents", "clock": "started_at", "until": "resolved_at"}
OPEN = {"measure": "count", "of": STANDING, "direction": "lower_is_better", "unit": "count"}
PART = {
    "measure": "ratio", "of": STANDING, "numerator": STANDING | {"where": [["kind", "in", ["bad"]]]},
    "direction": "lower_is_better", "unit": "quotient",
}  # fmt: skip
WEEKS = ["2026-W23", "2026-W24", "2026-W25"]
WEEK = 7 * 24


def spec(document):
    return parse_spec(document, REGISTRY)


def stood(world: World, *periods: str, of=None) -> list:
    cells = world.cells(spec(OPEN), *periods)
    return [(cell.value, cell.n) if (cell := cells.get(period, of=of)) else None for period in periods]


def incident(world: World, key: str, start: float, end: float | None, service: int = A, **more) -> World:
    return world.add("incidents", key, service, started_at=start, resolved_at=end, **more)


def test_stock__counts_whoever_began_and_has_not_ended() -> None:
    world = World()
    incident(world, "long", -1000, None)
    incident(world, "short", 10, 20)
    incident(world, "over", 100, WEEK + 5)
    incident(world, "next", WEEK + 1, None)
    assert stood(world, *WEEKS) == [(2, 2), (2, 2), (2, 2)]
    assert stood(world, "2026-W22", "2026-06") == [(1, 1), (2, 2)]


def test_stock__what_ends_with_the_period_no_longer_stands_in_the_next() -> None:
    world = incident(World(), "a", 10, WEEK)  # the first instant of the next week
    assert stood(world, *WEEKS) == [(1, 1), (0, 0), (0, 0)]
    world = incident(World(), "a", 10, WEEK - 0.001)
    assert stood(world, *WEEKS) == [(0, 0), (0, 0), (0, 0)]


def test_stock__belongs_to_teams_and_adds_up() -> None:
    world = World()
    for key, service in (("a", A), ("b", B), ("c", C)):
        incident(world, key, 1, None, service)
    found = [stood(world, "2026-W23", of=of)[0] for of in (("team", RED), ("team", BLUE), None)]
    assert found == [(2, 2), (1, 1), (3, 3)]


def test_stock__a_part_of_it() -> None:
    world = World()
    incident(world, "a", 1, None, kind="bad")
    incident(world, "b", 1, WEEK + 1, kind="good")
    cells = world.cells(spec(PART), *WEEKS)
    assert [cells.get(week).value for week in WEEKS] == [0.5, 1.0, 1.0]
    assert [(cells.get(week).numerator, cells.get(week).denominator) for week in WEEKS] == [(1, 2), (1, 1), (1, 1)]


def test_stock__one_that_ended_before_it_began_never_stood() -> None:
    assert stood(incident(World(), "a", 50, 20), "2026-W23") == [(0, 0)]


def test_stock__has_no_interval_and_no_trend_rule() -> None:
    cell = incident(World(), "a", 1, None).cell(spec(OPEN), "2026-W23")
    assert (cell.lower, cell.upper) == (None, None)
    assert kind_of_spec(spec(OPEN)) is Kind.MEANS


def test_stock__is_said_in_a_sentence_and_survives_its_text() -> None:
    said = say_spec(spec(OPEN))
    assert "counts at the end of every period between its start and its resolution." in said
    assert spec(json.loads(canonical_text(spec(PART)))) == spec(PART)


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        (OPEN | {"of": STANDING | {"until": "kind"}}, "/of/until"),
        ({**OPEN, "measure": "rate", "unit": "per_week"}, "/of/until"),
        (PART | {"numerator": {"facts": "incidents", "clock": "started_at"}}, "/of"),
    ],
)
def test_stock__what_makes_no_sense_is_located(document, pointer) -> None:
    with pytest.raises(SpecProblems) as caught:
        spec(document)
    assert [fault.pointer for fault in caught.value.errors] == [pointer]


spans = st.lists(
    st.tuples(st.integers(-3000, 1500), st.none() | st.integers(-3000, 1500), st.sampled_from([A, B, C])), max_size=12
)


@given(spans)
def test_stock__is_what_counting_by_hand_gives(found) -> None:
    world = World()
    for number, (start, end, service) in enumerate(found):
        incident(world, f"i{number}", start, end, service)
    for key, (value, n) in zip(WEEKS, stood(world, *WEEKS), strict=True):
        end_on = parse_period(key).end_on
        expected = sum(
            _day(start) < end_on and (end is None or (end >= start and _day(end) >= end_on)) for start, end, _ in found
        )
        assert (value, n) == (expected, expected)


@given(spans)
def test_stock__changes_by_what_begins_and_what_ends(found) -> None:
    world = World()
    for number, (start, end, service) in enumerate(found):
        incident(world, f"i{number}", start, end, service)
    before, after = (value for value, _ in stood(world, *WEEKS[:2]))
    week = parse_period(WEEKS[1])
    real = [(start, end) for start, end, _ in found if end is None or end >= start]
    begun = sum(week.first_on <= _day(start) < week.end_on for start, _ in real)
    ended = sum(end is not None and week.first_on <= _day(end) < week.end_on for _, end in real)
    assert after - before == begun - ended


def _day(hours: int) -> date:
    return (hour(hours)).astimezone(BERLIN).date()


def test_hours__begin_on_monday() -> None:
    assert (_day(0), _day(WEEK)) == (MONDAY.date(), MONDAY.date() + timedelta(days=7))

"""The traps into which numbers about delivery fall; each is a property that must hold.

The fourteenth, releases as clusters, is tests/golden/test_placebo.py; the third over stored facts is test_reading.py.
"""

import random
from datetime import UTC, date, datetime, timedelta
from statistics import fmean
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from apps.core.periods import Grain, Period, parse_period, period_at
from apps.measurements.domain.engine.catalogue import OwnershipRow
from apps.measurements.domain.engine.placed import place_spec
from apps.measurements.domain.engine.times import micros
from apps.measurements.domain.engine.windows import windows_for
from apps.measurements.domain.readings import (
    Direction,
    Kind,
    PeriodReading,
    Reading,
    Reason,
    Series,
    Status,
    Target,
    TargetComparison,
)
from apps.measurements.domain.verdicts import Code, judge
from apps.metrics.domain.spec import Spec
from tests.engine import BEGINNING, BLUE, RED, A, B, C, World, hour, spec_of

# Each example is several passes of the engine; shrinking one would take minutes, and none is long.
FEW = settings(max_examples=12, phases=[Phase.explicit, Phase.reuse, Phase.generate])
HOUR = 3600.0
MADRID = ZoneInfo("Europe/Madrid")
ZONES = [ZoneInfo(name) for name in ("Europe/Madrid", "America/St_Johns", "Pacific/Apia", "Asia/Kolkata", "UTC")]
TOOK = {"value": {"from": "started_at", "to": "finished_at"}}
FAILED = spec_of("ratio", numerator={"where": [["remediated_by", "is", "set"]]})
LEAD = spec_of(
    "quantile",
    of={"facts": "changes", "clock": "linked.finished_at"},
    link={
        "from": "changes", "at": "merged_at", "to": "deployments", "to_clock": "finished_at",
        "to_where": ["production"], "explicit": ["deployment"], "infer": "first_after", "max_gap": "10d",
    },
    value={
        "from": "first_commit_at", "to": "linked.finished_at",
        "stages": [["branch", "first_commit_at", "merged_at"], ["release", "merged_at", "linked.finished_at"]],
    },
)  # fmt: skip
SPECS = st.sampled_from([
    spec_of("rate"), FAILED, LEAD, spec_of("quantile", q="0.85", **TOOK), spec_of("mean", **TOOK),
    spec_of("quantile", value={"from": "finished_at", "to": "remediated_by.finished_at", "missing": "at_least"}),
])  # fmt: skip
PERIODS = ("2026-W23", "2026-W24", "2026-W25", "2026-06", "2026-Q2", "2026-W25/4")


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Deployments, changes and repairs of three services, with moves of one of them."""
    world = World()
    if draw(st.booleans()):
        start, end = sorted(draw(st.lists(st.integers(0, 500), min_size=2, max_size=2, unique=True)))
        world.ownerships = [OwnershipRow(B, RED, BEGINNING), OwnershipRow(C, BLUE, BEGINNING)]
        world.owned(A, RED, -9000, start).owned(A, BLUE, end)
    services, hours = st.sampled_from([A, B, C]), st.integers(0, 500)
    for index, (service, at, length) in enumerate(
        draw(st.lists(st.tuples(services, hours, st.integers(0, 9)), max_size=9))
    ):
        world.deploy(f"d{index}", at, service, started_at=at - length if length else None)
    keys = st.integers(0, 9).map(lambda index: f"d{index}")
    for failed, fix, service in draw(st.lists(st.tuples(keys, keys, services), max_size=4)):
        world.repair(failed, fix, service)
    named = st.one_of(st.just(""), keys)
    rows = st.tuples(services, hours, st.integers(-3, 90), named)
    for index, (service, at, length, deployment) in enumerate(draw(st.lists(rows, max_size=9))):
        world.change(f"c{index}", at - length, at, service, deployment)
    return world


def test_trap_1__quantiles_do_not_average() -> None:
    world = World()
    quick = [1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 15, 16, 18, 20, 22]
    for service, hours in ((A, quick), (B, [30, 200])):
        for index, length in enumerate(hours):
            world.deploy(f"d{index}", 100, service, started_at=100 - length)
    cells = world.cells(spec_of("quantile", **TOOK), "2026-W23")
    medians = [cells.get("2026-W23", of=("service", service)).value / HOUR for service in (A, B)]
    assert fmean(medians) == 61.25
    assert cells.get("2026-W23", of=("team", RED)).value / HOUR == 8.5


def test_trap_2__the_mean_of_rates_is_not_the_rate() -> None:
    world = World()
    for week, (failed, released) in enumerate([(2, 2), (1, 16), (0, 1), (3, 21)]):
        for index in range(released):
            world.deploy(f"w{week}-{index}", week * 168 + index)
        for index in range(failed):
            world.repair(f"w{week}-{index}", f"w{week}-{released - 1}" if index < released - 1 else "fix")
        world.deploy("fix", 24 * 40)
    cells = world.cells(FAILED, "2026-W23", "2026-W24", "2026-W25", "2026-W26", "2026-W26/4")
    weekly = [cells.get(f"2026-W{number}").value for number in (23, 24, 25, 26)]
    assert round(fmean(weekly), 3) == 0.301
    whole = cells.get("2026-W26/4")
    assert (whole.numerator, whole.denominator, whole.value) == (6, 40, 0.15)


@FEW
@given(worlds(), SPECS, st.lists(st.tuples(st.integers(-5000, -1500), st.integers(0, 9)), max_size=6))
def test_trap_3__more_facts_than_needed_change_no_cell(world: World, spec: Spec, others: list[tuple[int, int]]) -> None:
    """Facts of other quarters may be loaded or not: the cells of a period are the same."""
    before = world.cells(spec, *PERIODS).rows()
    for index, (at, length) in enumerate(others):
        world.deploy(f"far{index}", at, A, started_at=at - length).change(f"far{index}", at - length, at, C)
    assert world.cells(spec, *PERIODS).rows() == before


@FEW
@given(worlds(), SPECS, st.integers(0, 10**6))
def test_trap_4__the_order_of_facts_and_how_they_are_split_change_no_cell(world: World, spec: Spec, seed: int) -> None:
    shuffle = random.Random(seed)
    cells = world.cells(spec, *PERIODS).rows()
    again = world.cells(spec, *PERIODS, placed=[world.placed(spec, shuffle)]).rows()
    blocks = [place_spec(world.tables(spec, shuffle, {service}), spec, world.zone) for service in (C, A, B)]
    assert again == cells
    assert world.cells(spec, *PERIODS, placed=blocks).rows() == cells


@pytest.mark.parametrize(("week", "hours"), [("2026-W13", 167), ("2026-W43", 169), ("2026-W24", 168)])
def test_trap_5__a_week_of_daylight_saving_is_an_hour_shorter_or_longer(week: str, hours: int) -> None:
    """The weeks of 23 March and of 19 October 2026 in Madrid; every hour of them counts once."""
    period = parse_period(week)
    assert period.first_on in (date(2026, 3, 23), date(2026, 10, 19), date(2026, 6, 8))
    window = windows_for(spec_of("count"), [period], MADRID)[0]
    assert window.ends - window.starts == hours * 3600 * 1_000_000
    world = World(zone=MADRID)
    first = period.starts_at(MADRID)
    for index in range(-5, hours + 5):
        world.deploy(f"d{index}", first + timedelta(hours=index, minutes=59))
    assert world.cell(spec_of("count"), week).n == hours


@FEW
@given(
    st.lists(st.datetimes(datetime(2025, 12, 1), datetime(2027, 2, 1), timezones=st.just(UTC)), max_size=20),
    st.sampled_from(ZONES),
    st.sampled_from([Grain.WEEK, Grain.MONTH, Grain.QUARTER]),
)
def test_trap_5__in_every_zone_each_fact_counts_in_exactly_the_period_of_its_local_day(
    instants: list[datetime], zone: ZoneInfo, grain: Grain
) -> None:
    world = World(zone=zone)
    for index, at in enumerate(instants):
        world.deploy(f"d{index}", at)
    periods = [period_at(at, grain, zone) for at in instants]
    cells = world.cells(spec_of("count"), *{period.key for period in periods})
    assert [cells.get(p.key).n for p in periods] == [periods.count(p) for p in periods]
    assert all(p.first_on <= at.astimezone(zone).date() < p.end_on for p, at in zip(periods, instants, strict=True))


def test_trap_6__the_third_of_january_2027_lies_in_week_53() -> None:
    sunday, monday = datetime(2027, 1, 3, 12, tzinfo=MADRID), datetime(2027, 1, 4, 0, tzinfo=MADRID)
    assert (period_at(sunday, Grain.WEEK, MADRID).key, period_at(monday, Grain.WEEK, MADRID).key) == (
        "2026-W53",
        "2027-W01",
    )
    world = World(zone=MADRID).deploy("sunday", sunday).deploy("monday", monday)
    cells = world.cells(spec_of("count"), "2026-W53", "2027-W01", "2027-01")
    assert [cells.get(key).n for key in ("2026-W53", "2027-W01", "2027-01")] == [1, 1, 2]


FIRST = date(2026, 6, 1)


def _weeks(count: int, **more: Any) -> list[PeriodReading]:
    start = FIRST - timedelta(weeks=26)
    days = [start + timedelta(weeks=index) for index in range(count)]
    reading = Reading(value=0.1, n=20, numerator=2, denominator=20, **more)
    return [PeriodReading(day, day + timedelta(weeks=1), reading) for day in days]


def _series(now: Reading, weeks: list[PeriodReading]) -> Series:
    """13 weeks since the first of June against the 26 before, which are the sum of their weeks."""
    top, bottom = (sum(getattr(week.reading, name) for week in weeks) for name in ("numerator", "denominator"))
    before = Reading(value=top / bottom, n=bottom, numerator=top, denominator=bottom)
    return Series(
        unit="share", direction=Direction.LOWER_IS_BETTER,
        now=PeriodReading(FIRST, FIRST + timedelta(weeks=13), now),
        before=PeriodReading(FIRST - timedelta(weeks=26), FIRST, before), weeks=tuple(weeks),
    )  # fmt: skip


TARGETS = st.builds(
    Target, st.sampled_from(list(TargetComparison)), st.floats(0, 1, allow_nan=False, allow_infinity=False)
)
SHARES = st.tuples(st.integers(0, 300), st.integers(0, 300)).map(lambda pair: (min(pair), max(*pair, 1)))


def _share(pair: tuple[int, int], **more: Any) -> Reading:
    top, bottom = pair
    return Reading(
        value=top / bottom, lower=top / bottom, upper=top / bottom, n=bottom, numerator=top, denominator=bottom, **more
    )


@given(SHARES, TARGETS)
def test_trap_7__a_running_period_meets_no_target_and_shows_no_movement(pair: tuple[int, int], target: Target) -> None:
    series = _series(_share(pair, status=Status.PARTIAL, detail="2026-W34"), _weeks(39))
    for verdict in (judge(Kind.SHARES, series), judge(Kind.SHARES, series, target=target)):
        assert (verdict.code, verdict.reason) == (Code.NOT_JUDGED, Reason.RUNNING)


def test_trap_7__running_weeks_enter_no_baseline() -> None:
    """Half of the weeks before were running and full of failures: they are as if they had not been."""
    now = _share((60, 260))
    calm = judge(Kind.SHARES, _series(now, _weeks(13)))
    loud = [
        PeriodReading(w.start, w.end, Reading(value=1.0, n=90, numerator=90, denominator=90, status=Status.PARTIAL))
        for w in _weeks(26)[13:]
    ]
    assert calm.code is Code.WORSENED
    assert judge(Kind.SHARES, _series(now, _weeks(13) + loud)).sentence == calm.sentence


@FEW
@given(st.integers(1, 6))
def test_trap_8__several_fixes_of_one_deployment_add_one_failed_deployment(fixes: int) -> None:
    world = World().deploy("bad", 1).deploy("good", 2)
    for index in range(fixes):
        world.deploy(f"fix{index}", 24 * 8 + index).repair("bad", f"fix{index}")
    cell = world.cell(FAILED, "2026-W23")
    assert (cell.numerator, cell.denominator) == (1, 2)


@given(SHARES, TARGETS, st.sampled_from([Status.NOT_CONNECTED, Status.SOURCE_SILENT, Status.ZERO]))
def test_trap_9__nothing_connected_nothing_heard_and_nothing_there_are_never_met_nor_good(
    pair: tuple[int, int], target: Target, status: Status
) -> None:
    reading = _share(pair, status=status) if status is not Status.ZERO else Reading(status=status)
    series = _series(reading, _weeks(39))
    for verdict in (judge(Kind.SHARES, series), judge(Kind.SHARES, series, target=target)):
        assert verdict.code is Code.NO_DATA


@FEW
@given(
    st.sampled_from(["2026-W13", "2026-W53", "2026-03", "2026-Q4", "2026-W34/13"]),
    st.sampled_from(ZONES),
    st.integers(1, 3_600_000_000),
)
def test_trap_10__a_fact_at_the_end_of_a_period_belongs_to_the_next(key: str, zone: ZoneInfo, early: int) -> None:
    period = parse_period(key)
    following = Period(period.end_on, period.end_on + timedelta(days=7), Grain.WEEK)
    end = period.ends_at(zone)
    world = World(zone=zone).deploy("on", end).deploy("before", end - timedelta(microseconds=early))
    world.deploy("first", period.starts_at(zone))
    cells = world.cells(spec_of("count"), key)
    assert cells.get(key).n == 2
    if following.first_on.weekday() == 0:
        assert world.cell(spec_of("count"), following.key).n == 1


@FEW
@given(st.lists(st.integers(0, 90), max_size=6), st.lists(st.integers(-90, -1), max_size=4), st.integers(0, 4))
def test_trap_11__impossible_lengths_never_become_zero(good: list[int], bad: list[int], missing: int) -> None:
    """They change neither n nor the value; they are counted as left out."""
    spec = spec_of(
        "quantile", of={"facts": "changes", "clock": "merged_at"}, value={"from": "first_commit_at", "to": "merged_at"}
    )
    world = World()
    for index, length in enumerate(good):
        world.change(f"good{index}", 100 - length, 100)
    clean = world.cell(spec, "2026-W23")
    for index, length in enumerate(bad):
        world.change(f"bad{index}", 100 - length, 100)
    for index in range(missing):
        world.change(f"missing{index}", None, 100)
    cell = world.cell(spec, "2026-W23")
    assert (cell.n, cell.value, cell.numerator) == (clean.n, clean.value, clean.numerator)
    assert cell.left_out == len(bad) + missing


@FEW
@given(
    st.lists(st.integers(1, 500), max_size=8), st.lists(st.integers(1, 500), min_size=1, max_size=8),
    st.sampled_from(["0.5", "0.85"]),
)  # fmt: skip
def test_trap_12__letting_an_incident_stay_open_longer_never_lowers_the_value(
    closed: list[int], opened: list[int], q: str
) -> None:
    spec = spec_of(
        "quantile", q=q, of={"facts": "incidents", "clock": "started_at"},
        value={"from": "started_at", "to": "resolved_at", "missing": "at_least"},
    )  # fmt: skip
    world = World()
    for index, length in enumerate(closed):
        world.add("incidents", f"closed{index}", started_at=10, resolved_at=10 + length / 60)
    for index, length in enumerate(opened):
        world.add("incidents", f"open{index}", started_at=30 - length / 60)
    values = [world.cell(spec, "2026-W23", as_of=hour(hours)).value for hours in (30, 31, 60, 150)]
    assert values == sorted(values)


@FEW
@given(worlds(), SPECS)
def test_trap_13__teams_and_what_nobody_owns_share_out_the_organisation(world: World, spec: Spec) -> None:
    frame = world.cells(spec, *PERIODS).frame
    whole = _totals(frame, ["organisation"])
    assert _totals(frame, ["team", "unowned"]) == whole
    assert _totals(frame, ["service"]) == whole


def _totals(frame: pl.DataFrame, kinds: list[str]) -> set[tuple[Any, ...]]:
    """Sums over subjects of some kinds, by part and period, where there is anything."""
    places = ("part", "grain", "end_on")
    picked = frame.filter(pl.col("subject_kind").is_in(kinds)).group_by(places)
    sums = picked.agg(pl.col("numerator", "n", "left_out", "unattributed").sum())
    return {row for row in sums.iter_rows() if any(row[3:])}


@FEW
@given(worlds(), SPECS, st.integers(0, 300))
def test_trap_13__a_move_tomorrow_changes_no_cell_of_today(world: World, spec: Spec, later: int) -> None:
    """Services change hands after the last period that is looked at; nothing before that instant is touched."""
    tomorrow = micros(parse_period("2026-Q2").ends_at(world.zone)) + later
    before = world.cells(spec, *PERIODS).rows()
    open_ones = [row for row in world.ownerships if row.end > tomorrow]
    world.ownerships = [row for row in world.ownerships if row.end <= tomorrow]
    for row in open_ones:
        world.ownerships.append(OwnershipRow(row.service_id, row.team_id, row.start, tomorrow))
        world.ownerships.append(OwnershipRow(row.service_id, RED + BLUE - row.team_id, tomorrow))
    assert world.cells(spec, *PERIODS).rows() == before

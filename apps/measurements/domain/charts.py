"""Normal ranges of a series over time: individuals charts (XmR) with limits locked at each quarter's start."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MOVING_RANGE_FACTOR = 2.66
LEAST_BASELINE = 12
WEEKS_BEFORE = 26
MONTHS_BEFORE = 24
LEAST_WEEKS_WITH_VALUE = 13
RUN_LENGTH = 8
LEAST_LOG_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """The centre and the bounds of normal variation, in the unit of the values."""

    centre: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Point:
    """One complete period `[start, end)`; a period that is empty, paused, silent or running carries no value here."""

    start: date
    end: date
    value: float | None
    n: int = 0


@dataclass(frozen=True, slots=True)
class Signal:
    """A point outside its limits (rule 1) or ending eight in a row on one side (rule 2); `since` is where it began."""

    index: int
    rule: int
    side: int
    since: int


def xmr_limits(values: Sequence[float], *, log: bool = False) -> Limits:
    """mean ± 2.66·mean|xᵢ - xᵢ₋₁|; `log` takes durations in seconds by their logarithm, other values stop at 0."""
    shown = [math.log(max(value, LEAST_LOG_SECONDS)) for value in values] if log else list(values)
    centre = math.fsum(shown) / len(shown)
    ranges = [abs(later - earlier) for earlier, later in pairwise(shown)]
    half = MOVING_RANGE_FACTOR * math.fsum(ranges) / len(ranges)
    if log:
        return Limits(math.exp(centre), math.exp(centre - half), math.exp(centre + half))
    return Limits(centre, max(0.0, centre - half), centre + half)


def locked_limits(
    points: Sequence[Point],
    *,
    breaks: Sequence[date] = (),
    lookback: int = WEEKS_BEFORE,
    log: bool = False,
    least_mean: float = 0.0,
) -> list[Limits | None]:
    """The limits that judge each point, from the `lookback` periods before its quarter; None with fewer than 12 values.

    Points stand in order of time, one per period. Nothing reaches behind a break; `least_mean` asks for so many facts a
    period in the baseline.
    """
    cuts = sorted(breaks)
    known: dict[tuple[date, int], Limits | None] = {}
    found = []
    for point in points:
        key = quarter_start(point.start), bisect_right(cuts, point.start)
        if key not in known:
            before = _baseline(points, key[0], cuts[key[1] - 1] if key[1] else date.min, lookback)
            known[key] = _limits(before, log=log, least_mean=least_mean)
        found.append(known[key])
    return found


def signals(points: Sequence[Point], limits: Sequence[Limits | None]) -> list[Signal]:
    """All points that ring: outside their limits (rule 1) or the eighth and later of a run on one side (rule 2).

    A run is counted against one centre line, so it starts anew where limits do. An absent value neither counts nor ends
    a run.
    """
    found = []
    stretch = _Stretch()
    for index, (point, limit) in enumerate(zip(points, limits, strict=True)):
        if point.value is None:
            continue
        if limit is None:
            stretch = _Stretch()
            continue
        stretch.take(index, point.value, limit)
        found += stretch.rings(index)
    return found


def uses_weeks(weeks: Sequence[Point]) -> bool:
    """Whether a weekly chart is dense enough: 13 of the last 26 weeks have a value; else months are read."""
    return count_values(weeks, WEEKS_BEFORE) >= LEAST_WEEKS_WITH_VALUE


def count_values(points: Sequence[Point], last: int) -> int:
    """How many of the `last` newest points carry a value."""
    return sum(point.value is not None for point in points[-last:])


def quarter_start(day: date) -> date:
    """The first day of the calendar quarter that holds the day."""
    return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)


@dataclass(slots=True)
class _Stretch:
    """How long the series has been on one side of the centre, and beyond one limit."""

    limit: Limits | None = None
    side: int = 0
    run: int = 0
    run_since: int = 0
    beyond: int = 0
    beyond_since: int = 0

    def take(self, index: int, value: float, limit: Limits) -> None:
        beyond = max(0, _side(value, limit.upper)) + min(0, _side(value, limit.lower))
        if beyond != self.beyond:
            self.beyond, self.beyond_since = beyond, index
        side = _side(value, limit.centre)
        if side != self.side or limit != self.limit:
            self.limit, self.side, self.run, self.run_since = limit, side, 0, index
        self.run += 1

    def rings(self, index: int) -> list[Signal]:
        outside = [Signal(index, 1, self.beyond, self.beyond_since)] if self.beyond else []
        in_a_row = self.side and self.run >= RUN_LENGTH
        return outside + ([Signal(index, 2, self.side, self.run_since)] if in_a_row else [])


def _side(value: float, line: float) -> int:
    """+1 above, -1 below, 0 on the line: a logarithm and back must not lift a constant series off its own centre."""
    return 0 if math.isclose(value, line, rel_tol=1e-9) else (1 if value > line else -1)


def _baseline(points: Sequence[Point], end: date, start: date, lookback: int) -> list[Point]:
    before = [point for point in points if point.end <= end and point.start >= start]
    return [point for point in before[-lookback:] if point.value is not None]


def _limits(baseline: Sequence[Point], *, log: bool, least_mean: float) -> Limits | None:
    if len(baseline) < LEAST_BASELINE or sum(point.n for point in baseline) < least_mean * len(baseline):
        return None
    return xmr_limits([point.value for point in baseline if point.value is not None], log=log)

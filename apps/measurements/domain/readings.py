"""What a verdict is read from: one value with its evidence, its period, and the circumstances of a series."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from apps.core.calendar_words import short_day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

MOST_PAUSED_SHARE = 0.25


class Status(StrEnum):
    """What is known about a cell; the first that applies, in this order."""

    NOT_CONNECTED = "not_connected"
    SOURCE_SILENT = "source_silent"
    PARTIAL = "partial"
    ZERO = "zero"
    TOO_FEW = "too_few"
    NOT_ESTIMABLE = "not_estimable"
    OK = "ok"


class Reason(StrEnum):
    """Why a cell is not judged or has no data."""

    TOO_FEW = "too_few"
    NEW_DEFINITION = "new_definition"
    PAUSED = "paused"
    RUNNING = "running"
    STALE = "stale"
    NOT_CONNECTED = "not_connected"
    NO_EVENTS = "no_events"


class Kind(StrEnum):
    """The families of measures that are judged alike; `durations` are medians."""

    DURATIONS = "durations"
    SHARES = "shares"
    COUNTS = "counts"
    UPPER_QUANTILES = "upper_quantiles"
    MEANS = "means"
    ATTAINMENT = "attainment"


class Direction(StrEnum):
    """Which way is better, if any."""

    HIGHER_IS_BETTER = "higher_is_better"
    LOWER_IS_BETTER = "lower_is_better"
    NEITHER = "neither"


class ReadingKind(StrEnum):
    """A process is a sample, judged by its interval; a commitment counts everything and is judged exactly."""

    PROCESS = "process"
    COMMITMENT = "commitment"


class TargetComparison(StrEnum):
    """Which side of a target is good; the target itself belongs to it."""

    AT_MOST = "at_most"
    AT_LEAST = "at_least"


@dataclass(frozen=True, slots=True)
class Reading:
    """One measured value. Seconds, shares 0-1 or counts; `numerator`/`denominator` are the k and n of a share.

    `spread` is the standard error of a median's logarithm, `clusters` the number of linked facts n stands in, `needed`
    the n below which it is too few, and `detail` the words that explain a status ("last event 16 days ago").
    """

    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    n: int = 0
    clusters: int | None = None
    numerator: float | None = None
    denominator: float | None = None
    spread: float | None = None
    status: Status = Status.OK
    reason: Reason | None = None
    at_least: bool = False
    needed: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PeriodReading:
    """A reading of the days `[start, end)`."""

    start: date
    end: date
    reading: Reading


@dataclass(frozen=True, slots=True)
class Freeze:
    """A planned or exempted pause over the days `[start, end)`."""

    start: date
    end: date
    name: str = ""

    @property
    def words(self) -> str:
        """The pause as read on a page: `launch freeze 3–16 Aug`."""
        last = self.end - timedelta(days=1)
        if (self.start.year, self.start.month) == (last.year, last.month):
            days = f"{self.start.day}–{short_day(last)}" if self.start < last else short_day(last)
        else:
            days = f"{short_day(self.start)}–{short_day(last)}"
        return f"{self.name} {days}".strip()


@dataclass(frozen=True, slots=True)
class Target:
    """An agreed bound, in the unit of the value."""

    comparison: TargetComparison
    value: float | Decimal


@dataclass(frozen=True, slots=True)
class Series:
    """What one verdict reads: the quarter's 13 complete weeks, the 26 before, and the weeks they consist of.

    `per` names the linked fact ("deployment") where durations are judged per linked fact; rolling windows and `latest`
    have no trend.
    """

    unit: str
    direction: Direction
    now: PeriodReading
    before: PeriodReading | None = None
    weeks: tuple[PeriodReading, ...] = field(default=())
    reading_kind: ReadingKind = ReadingKind.PROCESS
    has_trend: bool = True
    per: str = ""


def kind_of(measure: str, *, q: str = "0.5", is_subset: bool = True) -> Kind:
    """The kind that follows from a spec's measure; a ratio is a share only if its numerator is a subset."""
    if measure == "quantile":
        return Kind.DURATIONS if float(q) == 0.5 else Kind.UPPER_QUANTILES
    if measure == "ratio":
        return Kind.SHARES if is_subset else Kind.MEANS
    return {"count": Kind.COUNTS, "rate": Kind.COUNTS, "attainment": Kind.ATTAINMENT}.get(measure, Kind.MEANS)


def pause_if_frozen(period: PeriodReading, freezes: Sequence[Freeze]) -> Reading:
    """The period's reading, marked as paused when freezes cover more than a quarter of its days."""
    touching = [freeze for freeze in freezes if freeze.start < period.end and period.start < freeze.end]
    if _covered_share(period, touching) <= MOST_PAUSED_SHARE:
        return period.reading
    words = ", ".join(freeze.words for freeze in sorted(touching, key=lambda freeze: freeze.start))
    return replace(period.reading, reason=Reason.PAUSED, detail=words)


def _covered_share(period: PeriodReading, freezes: Sequence[Freeze]) -> float:
    """The share of the period's days under at least one freeze; overlapping ones count once."""
    covered, reached = 0, period.start
    for freeze in sorted(freezes, key=lambda freeze: freeze.start):
        begin, end = max(freeze.start, reached), min(freeze.end, period.end)
        covered += max(0, (end - begin).days)
        reached = max(reached, end)
    return covered / (period.end - period.start).days

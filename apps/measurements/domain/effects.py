"""The stretches before an action was committed to and after it was done, as whole periods of the calendar. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from apps.core.periods import Grain, Period, last_complete, period_at

# How many periods are read on either side, and after how many the first reading is given.
SPANS = {Grain.WEEK: (8, 4), Grain.MONTH: (3, 2), Grain.QUARTER: (1, 1)}
SPAN_WORDS = {Grain.WEEK: "week", Grain.MONTH: "month", Grain.QUARTER: "quarter"}


class Stage(StrEnum):
    """How much of the time after an action has passed."""

    WAITING = "waiting"
    EARLY = "early"
    FINAL = "final"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Spans:
    """The periods on both sides, oldest first; `after` holds those that have ended so far, at most as many."""

    before: tuple[Period, ...]
    after: tuple[Period, ...]
    all_after: tuple[Period, ...]

    @property
    def grain(self) -> Grain:
        """The length of the periods."""
        return self.before[0].grain

    @property
    def stage(self) -> Stage:
        """Waiting until the first reading, early until all periods have ended, then final."""
        if len(self.after) == len(self.all_after):
            return Stage.FINAL
        return Stage.EARLY if len(self.after) >= SPANS[self.grain][1] else Stage.WAITING

    @property
    def reads_on(self) -> date:
        """The day from which there is a first reading."""
        return self.all_after[SPANS[self.grain][1] - 1].end_on

    @property
    def next_on(self) -> date | None:
        """The day on which the next period after the action ends; None once all have."""
        rest = self.all_after[len(self.after) :]
        return rest[0].end_on if rest else None


def grain_of(grains: Collection[str]) -> Grain:
    """The length in which a definition is read around an action: its weeks, else its months, else its quarters."""
    return next((grain for grain in SPANS if grain.value in grains), Grain.QUARTER)


def spans_of(committed_at: datetime, done_at: datetime, as_of: datetime, grain: Grain, zone: ZoneInfo) -> Spans:
    """Whole periods before the commitment and after the action was done; neither side holds any of the time between."""
    count = SPANS[grain][0]
    last = last_complete(committed_at, grain, zone)
    running = period_at(done_at, grain, zone)
    first = running if running.starts_at(zone) == done_at else running.previous(-1)
    every = tuple(first.previous(-steps) for steps in range(count))
    return Spans(
        before=tuple(last.previous(steps) for steps in range(count - 1, -1, -1)),
        after=tuple(period for period in every if period.ends_at(zone) <= as_of),
        all_after=every,
    )


def pooled(periods: Collection[Period]) -> Period:
    """Adjoining periods as one stretch, so that it is computed from all its facts and never from their values."""
    first, last = min(periods), max(periods)
    return Period(first.first_on, last.end_on, first.grain)


def span_words(count: int, grain: Grain) -> str:
    """`8 weeks`, `1 quarter`."""
    return f"{count} {SPAN_WORDS[grain]}{'' if count == 1 else 's'}"

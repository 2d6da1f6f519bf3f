"""Months of a promise as Met, Not met or Not judged, and what other targets would have made of them. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from zoneinfo import ZoneInfo

from apps.core.periods import Grain, Period, period_on
from apps.objectives.domain.budgets import Budget
from apps.objectives.domain.counts import Tally
from apps.objectives.domain.objective_words import BudgetState
from apps.objectives.domain.promises import Promise
from apps.objectives.domain.states import MOST_UNUSABLE, Wiring
from apps.objectives.domain.windows import Span, slices_in

SHOWN = 12
# The units of a month, and how many of its slices came and were unusable.
NOTHING = (Tally(), 0, 0)


class MonthState(StrEnum):
    """What a month says about a promise."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_JUDGED = "not_judged"
    RUNNING = "running"


@dataclass(frozen=True)
class DayCount:
    """Units of one local day, as they count and as they came, and how many slices did."""

    day: date
    tally: Tally
    raw: Tally
    seen: int = 0
    unusable: int = 0


@dataclass(frozen=True)
class Month:
    """One month of the calendar: its units, and whether enough came to judge it."""

    period: Period
    tally: Tally
    is_enough: bool
    is_running: bool = False
    # The state that was kept at its end, where each key is judged: days of the sum say nothing about keys.
    kept: BudgetState | None = None
    by_keys: bool = False
    # So many of its slices are unusable that it says nothing, whatever the rest counts.
    is_broken: bool = False

    def state(self, target: Decimal) -> MonthState:
        """Met or not under a target; a month that runs is not over."""
        if self.is_running:
            return MonthState.RUNNING
        if self.by_keys:
            return _of(self.kept)
        if self.is_broken or not self.is_enough:
            return MonthState.NOT_JUDGED
        return MonthState.MET if self.budget(target).is_met else MonthState.NOT_MET

    def budget(self, target: Decimal) -> Budget:
        """The month as a window of its own."""
        return Budget(target, self.tally.bad, self.tally.counted, self.tally.counted)


def _of(kept: BudgetState | None) -> MonthState:
    if kept is None or not kept.is_judged:
        return MonthState.NOT_JUDGED
    return MonthState.NOT_MET if kept is BudgetState.EXHAUSTED else MonthState.MET


def last_months(today: date, count: int = SHOWN) -> list[Period]:
    """The running month and those before it, oldest first."""
    running = period_on(today, Grain.MONTH)
    return [running.previous(steps) for steps in range(count - 1, -1, -1)]


def months_of(
    promise: Promise, days: Iterable[DayCount], periods: Sequence[Period], slice_seconds: int, zone: ZoneInfo, *,
    readable_from: datetime | None = None, kept: dict[str, BudgetState] | None = None,
) -> list[Month]:  # fmt: skip
    """Months by what their days hold; one that reaches behind the present measurement is not judged.

    `kept` names, by month, the state at its end where each key is judged.
    """
    sums: dict[str, tuple[Tally, int, int]] = {}
    for one in days:
        key = period_on(one.day, Grain.MONTH).key
        tally, seen, unusable = sums.get(key, NOTHING)
        sums[key] = (tally + one.tally, seen + one.seen, unusable + one.unusable)
    found = []
    for period in periods:
        tally, seen, unusable = sums.get(period.key, NOTHING)
        span = Span(period.starts_at(zone), period.ends_at(zone))
        expected = slices_in(span, slice_seconds)
        covered = Fraction(seen, expected) >= Fraction(promise.minimum_coverage)
        is_cut = readable_from is not None and readable_from > span.start
        is_enough = covered and tally.counted >= promise.minimum_events and not is_cut
        state = kept.get(period.key) if kept is not None else None
        is_broken = Wiring(None, seen, unusable).unusable_share > MOST_UNUSABLE
        is_running = period is periods[-1]
        found.append(Month(period, tally, is_enough, is_running, state, kept is not None, is_broken))
    return found


def count_met(months: Iterable[Month], target: Decimal) -> tuple[int, int]:
    """Months met, and months judged, under a target."""
    states = [month.state(target) for month in months]
    met = states.count(MonthState.MET)
    return met, met + states.count(MonthState.NOT_MET)

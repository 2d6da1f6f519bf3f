"""The state of a budget: one ordered table, first match wins; what is not known is never green and never red. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from apps.objectives.domain.budgets import Budget
from apps.objectives.domain.objective_words import BudgetState, StateReason

S, R = BudgetState, StateReason
MOST_UNUSABLE = Fraction(1, 20)


@dataclass(frozen=True)
class Wiring:
    """What the samples say about themselves: how new they are, how many of those expected came, how many are broken."""

    newest_end: datetime | None
    seen: int = 0
    unusable: int = 0
    elapsed: int = 0
    # The window reaches behind a change of the measurement, so that part of it cannot be read.
    is_cut: bool = False
    # Slices that the window needs are kept no more, so that nothing of it is counted.
    is_gone: bool = False

    @property
    def coverage(self) -> Fraction:
        """Slices seen out of those that the window should hold by now."""
        return Fraction(self.seen, self.elapsed) if self.elapsed else Fraction(0)

    @property
    def unusable_share(self) -> Fraction:
        """Unusable slices out of those that came."""
        came = self.seen + self.unusable
        return Fraction(self.unusable, came) if came else Fraction(0)


@dataclass(frozen=True)
class Limits:
    """From when on a promise is judged, and what puts it at risk."""

    minimum_events: int
    minimum_coverage: Decimal
    stale_after: timedelta
    at_risk_below: Decimal


@dataclass(frozen=True)
class Pace:
    """How fast it goes: hours left, the horizon within which that is a risk, and whether a burn alert is open."""

    hours_left: Fraction | None = None
    horizon_hours: Fraction = Fraction(72)
    is_alert_open: bool = False

    @property
    def is_short(self) -> bool:
        """The budget would end within the horizon."""
        return self.hours_left is not None and self.hours_left < self.horizon_hours


@dataclass(frozen=True)
class Judged:
    """A state and why it holds."""

    state: BudgetState
    reason: StateReason


def judge_total(budget: Budget, wiring: Wiring, limits: Limits, pace: Pace, as_of: datetime) -> Judged:
    """The state of a sum."""
    return not_judged(budget, wiring, limits, as_of) or _judged(budget, limits, pace)


def not_judged(budget: Budget, wiring: Wiring, limits: Limits, as_of: datetime) -> Judged | None:
    """Why nothing can be said, or None: no data, silence, too little, broken."""
    if wiring.newest_end is None:
        return Judged(S.NO_DATA, R.NOT_CONNECTED)
    is_stale = as_of - wiring.newest_end > limits.stale_after
    if wiring.is_gone:
        return Judged(S.STALE, R.SILENT) if is_stale else Judged(S.INSUFFICIENT, R.SLICES_GONE)
    if not budget.counted and not wiring.is_cut:  # behind a break more may have come than can be read
        return Judged(S.NO_DATA, R.NO_EVENTS)
    if is_stale:
        return Judged(S.STALE, R.SILENT)
    if wiring.unusable_share > MOST_UNUSABLE:
        return Judged(S.INSUFFICIENT, R.UNUSABLE)
    if budget.counted < limits.minimum_events:
        return Judged(S.INSUFFICIENT, R.NEW_DEFINITION if wiring.is_cut else R.TOO_FEW_EVENTS)
    if wiring.coverage < Fraction(limits.minimum_coverage):
        return Judged(S.INSUFFICIENT, R.NEW_DEFINITION if wiring.is_cut else R.LOW_COVERAGE)
    return None


def _judged(budget: Budget, limits: Limits, pace: Pace) -> Judged:
    if not budget.is_met:
        return Judged(S.EXHAUSTED, R.MISSED)
    remaining = budget.remaining
    if remaining is not None and remaining < Fraction(limits.at_risk_below):
        return Judged(S.AT_RISK, R.LITTLE_LEFT)
    if pace.is_alert_open:
        return Judged(S.AT_RISK, R.ALERT_OPEN)
    return Judged(S.AT_RISK, R.PACE) if pace.is_short else Judged(S.OK, R.WITHIN)

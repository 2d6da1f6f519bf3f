"""The arithmetic of an error budget: integers, decimals and fractions; nothing is rounded. Pure."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from apps.objectives.domain.counts import Tally
from apps.objectives.domain.objective_words import Method, WindowKind


@dataclass(frozen=True)
class Budget:
    """Bad units B out of counted units N under the target T, over the basis M that the budget is a share of."""

    target: Decimal
    bad: int
    counted: int
    basis: int

    @property
    def sli(self) -> Fraction | None:
        """1 − B/N; None where nothing was counted."""
        return 1 - Fraction(self.bad, self.counted) if self.counted else None

    @cached_property
    def allowed(self) -> Fraction:
        """A = (1 − T)·M."""
        return (1 - Fraction(self.target)) * self.basis

    @property
    def consumed(self) -> Fraction | None:
        """B/A; None without a budget, where every failure breaks the promise."""
        return self.bad / self.allowed if self.allowed else None

    @property
    def remaining(self) -> Fraction | None:
        """1 − B/A; negative where more failed than was agreed, and it stays negative."""
        consumed = self.consumed
        return None if consumed is None else 1 - consumed

    @property
    def left(self) -> Fraction:
        """A − B, in units."""
        return self.allowed - self.bad

    @property
    def is_met(self) -> bool:
        """B ≤ A: exactly on the target is met."""
        return self.bad <= self.allowed

    @property
    def one_costs(self) -> Fraction | None:
        """The share of the budget that one bad unit takes."""
        return 1 / self.allowed if self.allowed else None


def budget_of(target: Decimal, tally: Tally, method: Method, window: WindowKind, to_come: int = 0) -> Budget:
    """The budget of a window; time is known in advance, so calendar windows of slices count those still to come."""
    is_known_ahead = method is Method.TIME_SLICES and window is WindowKind.CALENDAR
    return Budget(target, tally.bad, tally.counted, tally.counted + (to_come if is_known_ahead else 0))


def burn_rate(tally: Tally, target: Decimal) -> Fraction | None:
    """How many times faster than evenly the budget goes: (B/N)/(1 − T). None without traffic or without a budget."""
    share, allowed = tally.share, 1 - Fraction(target)
    return None if share is None or not allowed else share / allowed


def burn_ceiling(target: Decimal) -> Fraction | None:
    """The burn rate of a total outage, 1/(1 − T): no threshold above it can be reached."""
    allowed = 1 - Fraction(target)
    return 1 / allowed if allowed else None


def hours_left(budget: Budget, recent_bad: int, recent_hours: Fraction) -> Fraction | None:
    """Hours until nothing is left if the pace of the recent hours holds; None where nothing is being spent, or left."""
    if recent_bad <= 0 or budget.left <= 0:
        return None
    return budget.left / (Fraction(recent_bad) / recent_hours)


def outage_hours_left(budget: Budget, window_hours: Fraction) -> Fraction | None:
    """How long a total outage at average traffic would still fit: remaining · (1 − T) · W."""
    remaining = budget.remaining
    return None if remaining is None else remaining * (1 - Fraction(budget.target)) * window_hours


def least_events(target: Decimal) -> int:
    """⌈1/(1 − T)⌉: with fewer, one failure breaks the promise; 1 where no failure is allowed."""
    ceiling = burn_ceiling(target)
    return 1 if ceiling is None else -(-ceiling.numerator // ceiling.denominator)

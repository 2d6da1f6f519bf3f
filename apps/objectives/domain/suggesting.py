"""What a promise could be instead: the rungs of targets, and when tightening or loosening is worth a talk. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from apps.objectives.domain.budgets import Budget

RUNGS = tuple(
    Decimal(percent) / 100
    for percent in ("90", "95", "98", "99", "99.5", "99.8", "99.9", "99.95", "99.98", "99.99", "99.995", "99.999")
)
WINDOWS = 3
MUCH_LEFT = Fraction(9, 10)
HEADROOM = 2
MISSED_OFTEN = 2
TOO_COSTLY = Fraction(1, 10)


class SuggestionKind(StrEnum):
    """What is worth a talk; only a person turns one into a proposal."""

    TIGHTEN = "tighten"
    LOOSEN = "loosen"
    TOO_LITTLE_TRAFFIC = "too_little_traffic"


@dataclass(frozen=True)
class PastWindow:
    """A full, judged window before the present one, apart from the others."""

    budget: Budget
    had_incident: bool

    @property
    def error_share(self) -> Fraction:
        """Bad units out of counted ones."""
        return Fraction(self.budget.bad, self.budget.counted) if self.budget.counted else Fraction(0)


@dataclass(frozen=True)
class Suggestion:
    """A suggestion, with the target it would lead to where there is one."""

    kind: SuggestionKind
    target: Decimal | None
    worst_share: Fraction


def suggest(target: Decimal, windows: Sequence[PastWindow]) -> Suggestion | None:
    """What three windows say about a target, or None; fewer say nothing."""
    if len(windows) < WINDOWS:
        return None
    last = windows[-WINDOWS:]
    worst = max(one.error_share for one in last)
    if any(one.budget.one_costs is not None and one.budget.one_costs > TOO_COSTLY for one in last):
        return Suggestion(SuggestionKind.TOO_LITTLE_TRAFFIC, None, worst)
    if any(one.had_incident for one in last):
        return None
    return _tighten(target, last, worst) or _loosen(target, last, worst)


def _tighten(target: Decimal, windows: Sequence[PastWindow], worst: Fraction) -> Suggestion | None:
    remaining = [one.budget.remaining for one in windows]
    if not all(left is not None and left >= MUCH_LEFT for left in remaining):
        return None
    rung = tightest_rung(HEADROOM * worst)
    return Suggestion(SuggestionKind.TIGHTEN, rung, worst) if rung is not None and rung > target else None


def _loosen(target: Decimal, windows: Sequence[PastWindow], worst: Fraction) -> Suggestion | None:
    if sum(not one.budget.is_met for one in windows) < MISSED_OFTEN:
        return None
    rung = tightest_rung(worst)
    return Suggestion(SuggestionKind.LOOSEN, rung, worst) if rung is not None and rung < target else None


def tightest_rung(error_share: Fraction) -> Decimal | None:
    """The highest rung whose budget is at least so large; None where even the lowest is too tight."""
    fitting = [rung for rung in RUNGS if 1 - Fraction(rung) >= error_share]
    return max(fitting, default=None)


def rungs_around(target: Decimal, *, each_side: int = 2) -> list[Decimal]:
    """The target and its nearest rungs, loosest first, for the question "what if"."""
    below = [rung for rung in RUNGS if rung < target][-each_side:]
    above = [rung for rung in RUNGS if rung > target][:each_side]
    return [*below, target, *above]

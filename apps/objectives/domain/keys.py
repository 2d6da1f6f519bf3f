"""Tenants and segments: each key has its own budget, and what the sum hides is said. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from apps.objectives.domain.budgets import Budget
from apps.objectives.domain.objective_words import BudgetState, Judge, StateReason
from apps.objectives.domain.states import Judged

S, R = BudgetState, StateReason


@dataclass(frozen=True)
class KeyResult:
    """One tenant or segment."""

    key: str
    budget: Budget
    judged: Judged

    @property
    def is_met(self) -> bool:
        """Judged, and within its budget."""
        return self.judged.state in (S.OK, S.AT_RISK)


@dataclass(frozen=True)
class KeysWithin:
    """How many of those judged keep the promise, who does not, and who is not judged."""

    within: int
    judged: int
    outside: tuple[str, ...]
    unjudged: tuple[str, ...]

    @property
    def share(self) -> Fraction | None:
        """Within out of judged; None where none is judged."""
        return Fraction(self.within, self.judged) if self.judged else None


def count_within(results: Sequence[KeyResult]) -> KeysWithin:
    """The share within objective; keys without a judgement are on neither side."""
    judged = [one for one in results if one.judged.state.is_judged]
    return KeysWithin(
        within=sum(one.is_met for one in judged), judged=len(judged),
        outside=tuple(sorted(one.key for one in judged if not one.is_met)),
        unjudged=tuple(sorted(one.key for one in results if not one.judged.state.is_judged)),
    )  # fmt: skip


def judge_keys(total: Judged, results: Sequence[KeyResult], judge: Judge, share_target: Decimal | None) -> Judged:
    """The state of an objective over keys: that of the sum, or of the share of keys that are met.

    No data and silence are those of the whole source, so they hold before any key is asked.
    """
    if judge is Judge.TOTAL or total.state in (S.NO_DATA, S.STALE) or total.reason in (R.UNUSABLE, R.SLICES_GONE):
        return total
    share = count_within(results).share
    if share is None or share_target is None:
        return Judged(S.INSUFFICIENT, R.NO_KEY_JUDGED)
    if share < Fraction(share_target):
        return Judged(S.EXHAUSTED, R.KEYS_MISSED)
    is_hurt = any(one.judged.state in (S.AT_RISK, S.EXHAUSTED) for one in results)
    return Judged(S.AT_RISK, R.KEY_AT_RISK) if is_hurt else Judged(S.OK, R.WITHIN)


def hidden_by_total(total: Judged, results: Iterable[KeyResult]) -> tuple[str, ...]:
    """Exhausted keys that a sum within its budget does not show."""
    if total.state is S.EXHAUSTED:
        return ()
    return tuple(sorted(one.key for one in results if one.judged.state is S.EXHAUSTED))


def in_order(results: Iterable[KeyResult], *, keys_are_teams: bool) -> list[KeyResult]:
    """By state; within it the worst first, but teams by name: no team is ranked by a value."""
    return sorted(results, key=lambda one: (one.judged.state.rank, *_within_state(one, keys_are_teams)))


def _within_state(result: KeyResult, keys_are_teams: bool) -> tuple[Fraction, str]:
    remaining = result.budget.remaining
    worth = Fraction(0) if keys_are_teams else (-result.budget.bad if remaining is None else remaining)
    return Fraction(worth), result.key

"""What budgets say in a weekly review: which stand on the agenda, and how much each asks for a decision. Pure."""

from collections.abc import Sequence

from apps.core.joining import joined
from apps.objectives.domain.objective_words import BudgetState
from apps.reviews.domain.weekly import Press

PRESS = {
    BudgetState.EXHAUSTED: Press.EXHAUSTED, BudgetState.AT_RISK: Press.AT_RISK, BudgetState.NO_DATA: Press.NO_DATA,
    BudgetState.STALE: Press.NO_DATA_AGAIN,
}  # fmt: skip
MOST_NAMED = 5


def press_of(state: BudgetState, exhausted_keys: Sequence[str]) -> Press | None:
    """How much a budget asks for a decision; None where it is within, or too little came to judge.

    A key that is exhausted stands on the agenda however well the sum is: an aggregate hides it.
    """
    if exhausted_keys and state in (BudgetState.OK, BudgetState.AT_RISK):
        return Press.EXHAUSTED
    return PRESS.get(state)


def keys_words(keys: Sequence[str]) -> str:
    """`Exhausted for cobalt and elm.`; nothing where no key is."""
    if not keys:
        return ""
    named = list(keys[:MOST_NAMED])
    if len(keys) > MOST_NAMED:
        named.append(f"{len(keys) - MOST_NAMED} more")
    return f"Exhausted for {joined(named)}."

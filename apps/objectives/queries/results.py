"""Reads of results that were kept: how often a budget turned from one judged state into another."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from apps.objectives.domain.objective_words import BudgetState
from apps.objectives.models import BudgetEvaluation


def count_turns(objective_ids: Collection[int], since: datetime) -> dict[int, dict[BudgetState, int]]:
    """How often each objective turned into each judged state after an instant; what is not judged turns nothing."""
    rows = BudgetEvaluation.objects.filter(objective__in=objective_ids, as_of__gt=since).order_by("as_of", "pk")
    found: dict[int, dict[BudgetState, int]] = defaultdict(lambda: defaultdict(int))
    stood: dict[int, BudgetState] = {}
    for objective_id, text in rows.values_list("objective_id", "state"):
        state = BudgetState(text)
        if not state.is_judged:
            continue
        if objective_id in stood and stood[objective_id] is not state:
            found[objective_id][state] += 1
        stood[objective_id] = state
    return {pk: dict(turns) for pk, turns in found.items()}

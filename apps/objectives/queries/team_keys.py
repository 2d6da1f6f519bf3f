"""Of a team's objectives the service of each, and which of their keys are exhausted: two queries for any number."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.objectives.domain.objective_words import BudgetState
from apps.objectives.models import BudgetStatus, Objective


@dataclass(frozen=True)
class Placed:
    """An objective: its primary key, the service it is measured at, the keys that are exhausted, in their order."""

    pk: int
    service: str
    exhausted_keys: tuple[str, ...] = ()


def place_objectives(team_id: int) -> Mapping[str, Placed]:
    """The objectives of a team that are not retired, by short name."""
    rows = Objective.objects.filter(owner_team_id=team_id, retired_on=None)
    named = list(rows.values_list("pk", "slug", "indicator__service__slug"))
    bad = BudgetStatus.objects.filter(
        objective__in=[pk for pk, _, _ in named], series__isnull=False, state=BudgetState.EXHAUSTED.value
    ).exclude(series__key="")
    keys: dict[int, list[str]] = {}
    for objective_id, key in bad.order_by("series__key").values_list("objective_id", "series__key"):
        keys.setdefault(objective_id, []).append(key)
    return {slug: Placed(pk, service, tuple(keys.get(pk, ()))) for pk, slug, service in named}

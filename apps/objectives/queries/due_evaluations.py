"""Duties of evaluating objectives: whose counts an indicator's are, and the lock under which a duty is asked for."""

from collections.abc import Collection

from apps.objectives.models import EvaluationDue, Objective


def list_judged_by(indicator_ids: Collection[int]) -> list[tuple[int, int]]:
    """Objectives that are measured by these indicators and not retired, each with its indicator."""
    found = Objective.objects.filter(indicator__in=indicator_ids, retired_on=None).order_by("pk")
    return list(found.values_list("pk", "indicator_id"))


def lock_duties(objective_ids: Collection[int]) -> list[EvaluationDue]:
    """The duties of these objectives, locked in their order."""
    duties = EvaluationDue.objects.select_for_update(of=("self",), no_key=True)
    return list(duties.filter(objective__in=objective_ids).order_by("objective_id"))

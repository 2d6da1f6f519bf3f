"""Duties of evaluating objectives: whose counts an indicator's are, and the lock under which a duty is asked for."""

from collections.abc import Collection
from datetime import date

from django.db.models import Q

from apps.objectives.models import EvaluationDue, Objective
from apps.objectives.queries.agreements import standing_objectives


def list_judged_by(indicator_ids: Collection[int]) -> list[tuple[int, int]]:
    """Objectives that are measured by these indicators and not retired, each with its indicator."""
    found = Objective.objects.filter(indicator__in=indicator_ids, retired_on=None).order_by("pk")
    return list(found.values_list("pk", "indicator_id"))


def list_of_services(service_ids: Collection[int]) -> list[tuple[int, int]]:
    """Objectives about these services that are not retired, each with its service."""
    found = Objective.objects.filter(indicator__service__in=service_ids, retired_on=None).order_by("pk")
    return list(found.values_list("pk", "indicator__service_id"))


def list_changed_by(slugs: Collection[str], indicators: Collection[str], team_ids: Collection[int]) -> list[int]:
    """Objectives that are not retired, of these names, on these indicators or of these teams; one query."""
    rows = Objective.objects.filter(
        Q(slug__in=slugs) | Q(indicator__slug__in=indicators) | Q(owner_team__in=team_ids), retired_on=None
    )
    return list(rows.values_list("pk", flat=True))


def lock_objectives(objective_ids: Collection[int]) -> None:
    """Lock objectives in their order, their keys left alone: one evaluation at a time, and none while it changes."""
    rows = Objective.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=objective_ids)
    list(rows.order_by("pk").values_list("pk"))


def lock_duties(objective_ids: Collection[int]) -> list[EvaluationDue]:
    """The duties of these objectives, locked in their order."""
    duties = EvaluationDue.objects.select_for_update(of=("self",), no_key=True)
    return list(duties.filter(objective__in=objective_ids).order_by("objective_id"))


def list_without_duty() -> list[int]:
    """Objectives that stand and that nobody was ever asked to evaluate."""
    asked = EvaluationDue.objects.values("objective")
    return list(Objective.objects.filter(retired_on=None).exclude(pk__in=asked).values_list("pk", flat=True))


def list_standing(objective_ids: Collection[int], day: date) -> set[int]:
    """Of these objectives those that are not retired on a day."""
    return set(standing_objectives(day).filter(pk__in=objective_ids).values_list("pk", flat=True))

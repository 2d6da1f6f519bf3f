"""Where budgets stand: statuses, open alerts and open triggers of many objectives, each in one query."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db.models import Max, QuerySet

from apps.core.problems import Absent
from apps.objectives.domain.objective_words import EvaluationCause
from apps.objectives.models import BudgetEvaluation, BudgetStatus, BurnAlert, Objective, PolicyTrigger
from apps.objectives.queries.agreements import with_versions

# The empty key is the sum.
Place = tuple[int, str]


def statuses_of(objective_ids: Collection[int]) -> dict[Place, BudgetStatus]:
    """Statuses by objective and key; a series without a key, from before there was a dimension, is not the sum."""
    rows = BudgetStatus.objects.filter(objective__in=objective_ids).select_related("series")
    return {
        (row.objective_id, row.series.key if row.series else ""): row
        for row in rows if row.series is None or row.series.key
    }  # fmt: skip


def list_retired(objective_ids: Collection[int], day: date) -> list[Objective]:
    """Of these objectives those that are retired on a day, with everything that was agreed about them."""
    rows = Objective.objects.filter(pk__in=objective_ids, retired_on__lte=day)
    return list(with_versions(rows))


def open_alerts(objective_ids: Collection[int]) -> dict[tuple[int, str], BurnAlert]:
    """Open burn alerts by objective and tier."""
    rows = BurnAlert.objects.filter(objective__in=objective_ids, until_at=None)
    return {(row.objective_id, row.tier): row for row in rows}


def lock_open_triggers(objective_ids: Collection[int]) -> list[PolicyTrigger]:
    """Triggers that nobody closed, locked in their order; closing one waits for the evaluation that looks at it."""
    rows = PolicyTrigger.objects.select_for_update(of=("self",), no_key=True).select_related("version")
    return list(rows.filter(objective__in=objective_ids, closed_at=None).order_by("pk"))


def evaluations_at(objective_ids: Iterable[int], at: datetime) -> dict[tuple[int, str], int]:
    """Results that are kept for an instant, by objective and cause."""
    rows = BudgetEvaluation.objects.filter(objective__in=list(objective_ids), as_of=at)
    return {(objective_id, cause): pk for objective_id, cause, pk in rows.values_list("objective_id", "cause", "pk")}


def newest_midnights(objective_ids: Collection[int]) -> dict[int, datetime]:
    """The newest midnight whose result is kept, by objective."""
    rows: QuerySet[BudgetEvaluation] = BudgetEvaluation.objects.filter(objective__in=objective_ids)
    rows = rows.filter(cause=EvaluationCause.MIDNIGHT.value)
    return dict(rows.values_list("objective_id").annotate(newest=Max("as_of")))


def lock_alert(pk: int) -> BurnAlert:
    """A burn alert with its objective, locked; raises `Absent`."""
    rows = BurnAlert.objects.select_for_update(of=("self",), no_key=True).select_related("objective__owner_team")
    alert = rows.filter(pk=pk).first()
    if alert is None:
        raise Absent("not_found", "Nothing is here for you.")
    return alert

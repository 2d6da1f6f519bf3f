"""Which team owned an objective when something of it was kept: its versions that moved it say so."""

from datetime import timedelta
from typing import Any

from django.db.models import Case, DateTimeField, ExpressionWrapper, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, TruncDate

from apps.core import clock
from apps.objectives.domain.objective_words import EvaluationCause
from apps.objectives.models import ObjectiveVersion

HOUR = timedelta(hours=1)


def with_team_then(rows: QuerySet[Any], *, objective: str, at: str | Combinable) -> QuerySet[Any]:
    """Rows with the team that owned their objective on their local day: `team_then`, and `team_then_name`.

    `objective` is the way to it, `at` the instant of a row. A move holds from its midnight on.
    """
    dated = rows.annotate(local_day=TruncDate(at, tzinfo=clock.reporting_zone()))
    later = ObjectiveVersion.objects.filter(
        objective=OuterRef(f"{objective}_id"), moved_from__isnull=False, effective_from__gt=OuterRef("local_day")
    ).order_by("effective_from", "number")
    found: QuerySet[Any] = dated.annotate(
        team_then=Coalesce(Subquery(later.values("moved_from__slug")[:1]), F(f"{objective}__owner_team__slug")),
        team_then_name=Coalesce(Subquery(later.values("moved_from__name")[:1]), F(f"{objective}__owner_team__name")),
    )
    return found


def results_with_team(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Kept results with the team that owned the objective then; a result of midnight is of the day that ended."""
    before = ExpressionWrapper(F("as_of") - Value(HOUR), output_field=DateTimeField())
    at = Case(When(cause=EvaluationCause.MIDNIGHT.value, then=before), default=F("as_of"), output_field=DateTimeField())
    return with_team_then(rows, objective="objective", at=at)

"""What happened near a budget: incidents that hurt its service, deployments of each day; by core's registry alone."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import CharField, Count, DateTimeField, F, IntegerField, Q, QuerySet, Value
from django.db.models.functions import TruncDay

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.fact_sources import sources
from apps.objectives.domain.windows import Span
from apps.objectives.queries.incident_spans import COUNTED_KIND, INCIDENTS

DEPLOYMENTS = "deployments"
COLUMNS = ("what", "name", "begins", "ends", "number")


@dataclass(frozen=True)
class NearIncident:
    """One incident; without an end it goes on."""

    key: str
    started_at: datetime
    resolved_at: datetime | None

    def span(self, end: datetime) -> Span:
        """When it hurt, as far as a stretch of time reaches."""
        return Span(self.started_at, max(self.started_at, min(self.resolved_at or end, end)))


@dataclass(frozen=True)
class Near:
    """Incidents in order of time, and deployments by local day."""

    incidents: list[NearIncident] = field(default_factory=list)
    deployments: dict[date, int] = field(default_factory=dict)
    has_deployments: bool = False


def find_near(service_id: int, span: Span, by: Principal) -> Near:
    """What happened to a service in a stretch of time, as far as the reader may know of it; one query."""
    rows = [part for part in (_incidents(service_id, span, by), _deployments(service_id, span)) if part is not None]
    if not rows:
        return Near()
    listed = rows[0].union(*rows[1:], all=True) if len(rows) > 1 else rows[0]
    incidents, deployments = [], {}
    for what, name, begins, ends, number in listed:
        if what == INCIDENTS:
            incidents.append(NearIncident(name, begins, ends))
        else:
            deployments[clock.local_day(begins)] = number
    return Near(sorted(incidents, key=lambda one: one.started_at), deployments, DEPLOYMENTS in sources)


def _incidents(service_id: int, span: Span, by: Principal) -> QuerySet[Any, Any] | None:
    if INCIDENTS not in sources:
        return None
    source = sources.get(INCIDENTS)
    rows = source.model._default_manager.filter(until_seq=None, service=service_id, kind=COUNTED_KIND)
    rows = rows.filter(Q(resolved_at=None) | Q(resolved_at__gt=span.start), started_at__lt=span.end)
    rows = rows.exclude(source.hides(by)) if source.hides else rows
    found: QuerySet[Any, Any] = rows.annotate(
        what=Value(INCIDENTS, CharField()), name=F("incident"), begins=F("started_at"), ends=F("resolved_at"),
        number=Value(1, IntegerField()),
    ).values_list(*COLUMNS)  # fmt: skip
    return found


def _deployments(service_id: int, span: Span) -> QuerySet[Any, Any] | None:
    """Deployments to production that succeeded, counted by the local day on which they were done."""
    if DEPLOYMENTS not in sources:
        return None
    model = sources.get(DEPLOYMENTS).model
    rows = model._default_manager.filter(
        until_seq=None, service=service_id, environment="production", status="succeeded",
        finished_at__gte=span.start, finished_at__lt=span.end,
    )  # fmt: skip
    by_day = rows.order_by().annotate(begins=TruncDay("finished_at", tzinfo=clock.reporting_zone()))
    found: QuerySet[Any, Any] = (
        by_day.values("begins")
        .annotate(
            what=Value(DEPLOYMENTS, CharField()), name=Value("", CharField()), ends=Value(None, DateTimeField()),
            number=Count("pk"),
        )
        .values_list(*COLUMNS)
    )  # fmt: skip
    return found

"""Reads of the page on data health."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet, Value

from apps.accounts.domain import Principal
from apps.audit import queries as audit
from apps.audit.models import AuditHead
from apps.core.fact_sources import FactSource, sources
from apps.integrations import queries as integrations
from apps.integrations.models import ImportRun
from apps.measurements.models import RecomputeRequest
from apps.objectives.queries.count_health import CountHealth, get_count_health
from apps.services.models import FactConnection

RHYTHM_WEEKS = 26
MOST_SILENT = 50
NEWEST_IMPORTS = 10


@dataclass(frozen=True)
class SourceHealth:
    """One fact source: services that report it, when the newest was heard, facts in the last 26 weeks."""

    source: FactSource
    service_count: int
    silent_count: int
    heard_at: datetime | None
    fact_count: int


@dataclass(frozen=True)
class Waiting:
    """Recompute requests that are not done: how many, since when, and how many failed before."""

    count: int
    since: datetime | None
    failed_count: int


@dataclass(frozen=True)
class DataHealth:
    """What can be said about the data the numbers are made of."""

    sources: list[SourceHealth]
    silent: list[FactConnection]
    imports: list[ImportRun]
    waiting: Waiting
    audit_head: AuditHead | None
    counts: CountHealth


def get_data_health(principal: Principal, at: datetime) -> DataHealth:
    """Sources, silent services, imports, waiting work and the head of the audit chain; nine queries."""
    return DataHealth(
        sources=_sources(at),
        silent=list(_silent(at).select_related("service").order_by("heard_at", "pk")[:MOST_SILENT]),
        imports=list(integrations.list_imports(principal)[:NEWEST_IMPORTS]),
        waiting=_waiting(),
        audit_head=audit.get_head(),
        counts=get_count_health(principal, at),
    )


def _sources(at: datetime) -> list[SourceHealth]:
    standing = FactConnection.objects.filter(until_seq=None)
    quiet = Count("pk", filter=_is_silent(at))
    rows = standing.values("source").annotate(
        services=Count("service", distinct=True), heard=Max("heard_at"), silent=quiet
    )
    known: dict[str, dict[str, Any]] = {row["source"]: dict(row) for row in rows}
    counts = _fact_counts(at)
    return [_health(source, known.get(source.key, {}), counts.get(source.key, 0)) for source in sources]


def _health(source: FactSource, row: dict[str, Any], fact_count: int) -> SourceHealth:
    return SourceHealth(
        source=source,
        service_count=row.get("services", 0),
        silent_count=row.get("silent", 0),
        heard_at=row.get("heard"),
        fact_count=fact_count,
    )


def _fact_counts(at: datetime) -> dict[str, int]:
    """Current facts of the last 26 weeks by source, in one query over all tables."""
    since = at - timedelta(weeks=RHYTHM_WEEKS)
    parts = [_count_of(source, since, at) for source in sources]
    return dict(parts[0].union(*parts[1:], all=True)) if parts else {}


def _count_of(source: FactSource, since: datetime, at: datetime) -> QuerySet[Any, Any]:
    inside = {f"{source.main_clock}__gte": since, f"{source.main_clock}__lte": at}
    standing = source.model._default_manager.filter(until_seq=None, **inside)
    named = standing.annotate(of=Value(source.key)).values("of").annotate(count=Count("pk"))
    found: QuerySet[Any, Any] = named.order_by().values_list("of", "count")
    return found


def _silent(at: datetime) -> QuerySet[FactConnection]:
    return FactConnection.objects.filter(_is_silent(at), until_seq=None)


def _is_silent(at: datetime) -> Q:
    """Connections of which nothing was heard for longer than their source is normally quiet."""
    clauses = (Q(source=source.key, heard_at__lt=at - source.silent_after) for source in sources)
    return reduce(or_, clauses, Q(pk=None))


def _waiting() -> Waiting:
    still = RecomputeRequest.objects.filter(done_at=None)
    found = still.aggregate(count=Count("pk"), since=Min("due_at"), failed=Count("pk", filter=~Q(last_error="")))
    return Waiting(found["count"], found["since"], found["failed"])

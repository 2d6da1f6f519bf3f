"""Reads of what incidents are linked to: statements that hold, the facts behind them, candidates by time.

Deployments and changes belong to a sibling app, so their rows are read through the registry of fact sources.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from apps.core.bulk import select_pairs
from apps.core.fact_sources import sources
from apps.incidents.domain.change_links import Link, holding
from apps.incidents.domain.incident_words import LinkedFact, LinkKind, LinkState, StatementOrigin
from apps.incidents.models import ChangeLink, Incident, IncidentService
from apps.services import queries as services
from apps.services.models import Service

PRODUCTION, SUCCEEDED = "production", "succeeded"
REACH = timedelta(hours=72)
MOST_CANDIDATES = 50
Place = tuple[str, int, str]


def get_links(incident: Incident) -> list[Link]:
    """What holds of each pair an incident was linked to."""
    return holding(
        Link(
            LinkKind(row.kind), LinkedFact(row.fact_source), row.service_id, row.fact_key, LinkState(row.state),
            StatementOrigin(row.origin), row.pk, row.reason,
        )
        for row in ChangeLink.objects.filter(incident=incident).order_by("pk")
    )  # fmt: skip


def incidents_linked_to(places: Collection[Place]) -> list[int]:
    """Incidents that were linked to one of some facts, as (source, service, key), in the order of their locks."""
    if not places:
        return []
    named = Q(pk__in=[])
    by_service: dict[tuple[str, int], list[str]] = {}
    for source, service_id, key in places:
        by_service.setdefault((source, service_id), []).append(key)
    for (source, service_id), keys in by_service.items():
        named |= Q(fact_source=source, service_id=service_id, fact_key__in=keys)
    return sorted(set(ChangeLink.objects.filter(named).values_list("incident_id", flat=True)))


def fixed_at(links: Iterable[Link]) -> datetime | None:
    """When the first successful production deployment that fixes it was done; a change counts by its deployment."""
    fixing = [link for link in links if link.is_declared and link.kind is LinkKind.FIXED_BY]
    pairs = {(link.service_id, link.fact_key) for link in fixing if link.fact_source is LinkedFact.DEPLOYMENTS}
    named = {(link.service_id, link.fact_key) for link in fixing if link.fact_source is LinkedFact.CHANGES}
    if named:
        rows = select_pairs(sources.get(LinkedFact.CHANGES).model, "key", named).exclude(deployment="")
        pairs |= set(rows.values_list("service_id", "deployment"))
    if not pairs:
        return None
    rows = select_pairs(sources.get(LinkedFact.DEPLOYMENTS).model, "key", pairs)
    done = rows.filter(environment=PRODUCTION, status=SUCCEEDED).order_by("finished_at")
    found: datetime | None = done.values_list("finished_at", flat=True).first()
    return found


@dataclass(frozen=True)
class Candidate:
    """A deployment before the impact: of which service, how long before, and whether the incident touched it."""

    service: Service
    key: str
    finished_at: datetime
    seconds_before: int
    is_affected: bool


def list_candidates(
    incident: Incident, links: Iterable[Link], touched: Collection[int] | None = None
) -> list[Candidate]:
    """Successful production deployments of the 72 hours before impact; affected services first, nearest first.

    Of other services, those that the owner team owns are looked at too. What somebody spoke of already is no candidate.
    """
    start = incident.started_at or incident.detected_at
    if start is None:
        return []
    touched = touched_ids(incident) if touched is None else touched
    mates = services.list_services_of(incident.owner_team_id, start).order_by().values("pk")
    rows = sources.get(LinkedFact.DEPLOYMENTS).model._default_manager.filter(
        Q(service_id__in=touched) | Q(service_id__in=mates), until_seq=None, environment=PRODUCTION, status=SUCCEEDED,
        finished_at__gte=start - REACH, finished_at__lte=start,
    )  # fmt: skip
    spoken = {(link.service_id, link.fact_key) for link in links if link.kind is LinkKind.CAUSED_BY}
    found = [
        _candidate(row, start, touched)
        for row in rows.select_related("service").order_by("-finished_at", "key")[: MOST_CANDIDATES * 4]
        if (row.service_id, row.key) not in spoken
    ]
    return sorted(found, key=lambda one: (not one.is_affected, one.seconds_before, one.key))[:MOST_CANDIDATES]


def touched_ids(incident: Incident) -> set[int]:
    """The services that an incident began in or touched."""
    return set(IncidentService.objects.filter(incident=incident).values_list("service_id", flat=True))


def _candidate(row: Any, start: datetime, touched: Collection[int]) -> Candidate:
    before = int((start - row.finished_at).total_seconds())
    return Candidate(row.service, row.key, row.finished_at, before, row.service_id in touched)

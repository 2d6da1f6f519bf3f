"""Incidents as far as budgets are concerned: when they hurt which service; read by the registry of facts alone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.db.models import Q

from apps.core.fact_sources import sources
from apps.objectives.domain.budget_triggers import incident_spent
from apps.objectives.domain.budgets import Budget
from apps.objectives.domain.windows import Span
from apps.objectives.models import IncidentSpend, ObjectiveVersion

INCIDENTS = "incidents"
# Drills hurt nobody, and what was written from memory has no exact times.
COUNTED_KIND = "incident"


@dataclass(frozen=True)
class IncidentSpan:
    """One incident of one service; until now where it goes on."""

    key: str
    service_id: int
    span: Span


def list_incident_spans(service_ids: Collection[int], start: datetime, end: datetime) -> list[IncidentSpan]:
    """Incidents that hurt these services in `[start, end)`, oldest first; one query."""
    if INCIDENTS not in sources or not service_ids:
        return []
    model: Any = sources.get(INCIDENTS).model
    rows = model.objects.filter(until_seq=None, service__in=service_ids, kind=COUNTED_KIND, started_at__lt=end)
    rows = rows.filter(Q(resolved_at=None) | Q(resolved_at__gt=start)).order_by("started_at", "key")
    return [
        IncidentSpan(incident, service_id, Span(started_at, min(resolved_at or end, end)))
        for incident, service_id, started_at, resolved_at in rows.values_list(
            "incident", "service_id", "started_at", "resolved_at"
        )
        if started_at < (resolved_at or end)
    ]


def list_spends(objective_ids: Collection[int]) -> list[IncidentSpend]:
    """What incidents took of these budgets, as it was counted; one query."""
    return list(IncidentSpend.objects.filter(objective__in=objective_ids))


def shares_of(objective_id: int, version: ObjectiveVersion) -> dict[str, Fraction]:
    """The share of its budget that each incident took, by that version; what is not known is absent; one query."""
    rows = IncidentSpend.objects.filter(objective=objective_id, version=version, bad__isnull=False)
    found = {
        row.incident: incident_spent(row.bad or 0, Budget(version.target, 0, row.basis, row.basis).allowed)
        for row in rows
    }
    return {key: share for key, share in found.items() if share is not None}


def hidden_incidents(keys: Collection[str], by: Any) -> frozenset[str]:
    """Of these incidents those that a reader may not know of."""
    if INCIDENTS not in sources or not keys:
        return frozenset()
    source = sources.get(INCIDENTS)
    if source.hides is None:
        return frozenset()
    rows = source.model._default_manager.filter(source.hides(by), until_seq=None, incident__in=keys)
    return frozenset(rows.values_list("incident", flat=True))

"""Reads of an incident's timeline: its lines in order, and what the facts around it offer."""

from collections.abc import Collection
from datetime import datetime, timedelta

from apps.accounts.domain import Principal
from apps.core.problems import Absent
from apps.core.timelines import Asked, Line, list_lines
from apps.incidents.models import Incident, TimelineEntry
from apps.incidents.queries.linked import touched_ids
from apps.services.models import Service

BEFORE = timedelta(days=1)
MOST_CANDIDATES = 200


def list_entries(incident: Incident) -> list[TimelineEntry]:
    """Every line in order of time, hidden ones included."""
    rows = TimelineEntry.objects.filter(incident=incident).select_related("fact_service")
    return list(rows.order_by("at", "pk"))


def get_entry(pk: int, by: Principal) -> TimelineEntry:
    """A line of an incident that may be known of; raises `Absent`."""
    rows = TimelineEntry.objects.filter(incident__in=Incident.objects.visible_to(by))
    entry = rows.select_related("incident", "incident__owner_team").filter(pk=pk).first()
    if entry is None:
        raise Absent("not_found", "Nothing is here for you.")
    return entry


def lock_entry(pk: int) -> TimelineEntry:
    """The line, locked until the transaction ends."""
    rows = TimelineEntry.objects.select_related("incident", "incident__owner_team")
    return rows.select_for_update(of=("self",)).get(pk=pk)


def find_by_key(incident: Incident, source: str, external_key: str) -> TimelineEntry | None:
    """The line a source wrote under a key."""
    if not external_key:
        return None
    return TimelineEntry.objects.filter(incident=incident, source=source, external_key=external_key).first()


def count_entries(incident: Incident) -> int:
    """How many lines there are."""
    return TimelineEntry.objects.filter(incident=incident).count()


def list_candidates(incident: Incident, now: datetime, touched: Collection[int] | None = None) -> list[Line]:
    """What happened around the affected services from a day before impact to resolution and is no line yet."""
    asked = _asked(incident, now, touched_ids(incident) if touched is None else touched)
    if asked is None:
        return []
    taken = set(
        TimelineEntry.objects.filter(incident=incident)
        .exclude(fact_key="")
        .values_list("fact_source", "fact_service_id", "fact_key")
    )
    return [line for line in list_lines(asked) if (line.source, line.service_id, line.key) not in taken]


def find_candidate(incident: Incident, source: str, service: str, key: str, now: datetime) -> Line | None:
    """One of the candidates by where it comes from; `service` is a slug, or empty for lines of no service."""
    service_id = Service.objects.filter(slug=service.lower()).values_list("pk", flat=True).first() if service else None
    place = (source, service_id, key)
    lines = list_candidates(incident, now)
    return next((line for line in lines if (line.source, line.service_id, line.key) == place), None)


def _asked(incident: Incident, now: datetime, touched: Collection[int]) -> Asked | None:
    start = incident.started_at or incident.detected_at
    if start is None:
        return None
    end = incident.resolved_at or (incident.first_resolved_at if incident.is_over else None) or now
    return Asked(frozenset(touched), incident.owner_team_id, start - BEFORE, max(end, start), MOST_CANDIDATES)

"""Generated incidents with their statements, stories, retros and actions: one seeded generator, straight into tables.

Only the bench's scratch database is written like this. What stands there afterwards has the shape that settling leaves
behind: the columns of an incident are those that its statements fold to.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import numpy as np
from django.db import models

from apps.core.immutable import ImmutableModel, writing
from apps.incidents.domain.incident_words import DetectedBy, MilestoneKind, ServiceRole, StatementOrigin, Visibility
from apps.incidents.models import (
    Incident,
    IncidentAccess,
    IncidentFact,
    IncidentService,
    Milestone,
    SeverityChange,
    TimelineEntry,
)
from apps.incidents.operations.rating import policy_in_force
from apps.portal.bench.copying import CHANNEL
from apps.portal.bench.sizes import AS_OF, SEED, Size

LEVELS, OF_LEVELS = (1, 2, 3, 4), (0.05, 0.25, 0.4, 0.3)
DRILLS, RESTRICTED = 0.03, 0.02
GOING_ON = 40
LINES = 8
STEPS = (MilestoneKind.DETECTED, MilestoneKind.ACKNOWLEDGED, MilestoneKind.MITIGATED, MilestoneKind.RESOLVED)
Row = TypeVar("Row", bound=models.Model)
STORY = "A responder looked at the queue of the service, saw it grow since the release and took the release back."


@dataclass(frozen=True)
class Happened:
    """An incident before it is stored: where, when each step came, how bad, and what is special about it."""

    service: int
    team: int
    started_at: datetime
    steps: tuple[datetime, ...]
    level: int
    is_drill: bool
    is_restricted: bool

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do."""
        return len(self.steps) == len(STEPS)

    @property
    def times(self) -> dict[str, datetime]:
        """The columns of its moments."""
        names = ("detected_at", "acknowledged_at", "mitigated_at", "resolved_at")
        return {"started_at": self.started_at, **dict(zip(names, self.steps, strict=False))}


def make_incidents(size: Size, count: int) -> list[Happened]:
    """Incidents in order of time over the whole history; the newest go on."""
    rng = np.random.default_rng(SEED)
    offsets = np.sort(rng.integers(0, (size.days - 1) * 86_400, count))
    services = rng.integers(0, size.services, count)
    levels = rng.choice(LEVELS, count, p=OF_LEVELS)
    chances = rng.random((count, 2))
    minutes = np.cumsum(rng.lognormal([1.5, 1, 3.5, 3.5], 0.8, (count, len(STEPS))), axis=1)
    found = []
    for i in range(count):
        started, service = size.begins_at + timedelta(seconds=int(offsets[i])), int(services[i])
        passed = minutes[i] if i < count - GOING_ON else minutes[i][:2]
        steps = tuple(started + timedelta(minutes=float(after)) for after in passed)
        special = bool(chances[i, 0] < DRILLS), bool(chances[i, 1] < RESTRICTED)
        found.append(Happened(service, service % size.teams, started, steps, int(levels[i]), *special))
    return found


def store_incidents(found: Sequence[Happened], service_ids: Sequence[int], team_ids: Sequence[int]) -> list[Incident]:
    """Incidents with services, statements, lines and facts; answers them in their order."""
    policy = policy_in_force(found[0].started_at)
    incidents = insert(
        Incident,
        (
            Incident(
                title=f"Requests of service {one.service} fail", summary=STORY, owner_team_id=team_ids[one.team],
                kind="drill" if one.is_drill else "incident", source=CHANNEL, external_key=f"i{number}",
                detected_by=DetectedBy.ALERT.value, policy=policy, reported_at=one.steps[0], is_over=one.is_over,
                visibility=(Visibility.RESTRICTED if one.is_restricted else Visibility.OPEN).value,
                status="resolved" if one.is_over else "acknowledged", severity_worst=one.level,
                severity_final=one.level, first_resolved_at=one.times.get("resolved_at"),
                hurt_seconds=_hurt(one), **one.times,
            )
            for number, one in enumerate(found)
        ),
    )  # fmt: skip
    pairs = list(zip(incidents, found, strict=True))
    insert(IncidentService, (row for pair in pairs for row in _services(*pair, service_ids)))
    insert(Milestone, (row for pair in pairs for row in _milestones(*pair)))
    insert(SeverityChange, (_severity(*pair) for pair in pairs))
    insert(TimelineEntry, (row for pair in pairs for row in _lines(*pair)))
    insert(IncidentFact, (_fact(*pair, service_ids) for pair in pairs))
    insert(IncidentAccess, (_access(incident) for incident, one in pairs if one.is_restricted))
    return incidents


def insert(model: type[Row], rows: Iterable[Row]) -> list[Row]:
    """Rows in bulk, also those that are written once."""
    if not issubclass(model, ImmutableModel):
        return list(model._default_manager.bulk_create(rows, batch_size=1000))
    with writing(model):
        return list(model._default_manager.bulk_create(rows, batch_size=1000))


def _hurt(one: Happened) -> int | None:
    return int((one.times["mitigated_at"] - one.started_at).total_seconds()) if one.is_over else None


def _services(incident: Incident, one: Happened, service_ids: Sequence[int]) -> Iterator[IncidentService]:
    """The service it began in, and for every second one its neighbour."""
    yield IncidentService(incident=incident, service_id=service_ids[one.service], role=ServiceRole.ORIGIN.value)
    if one.service % 2:
        other = service_ids[(one.service + 1) % len(service_ids)]
        yield IncidentService(incident=incident, service_id=other, role=ServiceRole.AFFECTED.value)


def _milestones(incident: Incident, one: Happened) -> Iterator[Milestone]:
    moments = [(MilestoneKind.IMPACT_STARTED, one.started_at), *zip(STEPS, one.steps, strict=False)]
    for kind, at in moments:
        yield Milestone(
            incident=incident, kind=kind.value, interval=1, at=at, origin=StatementOrigin.SOURCE.value, source=CHANNEL,
            recorded_at=at,
        )  # fmt: skip


def _severity(incident: Incident, one: Happened) -> SeverityChange:
    return SeverityChange(
        incident=incident, level=one.level, at=one.started_at, origin=StatementOrigin.SOURCE.value, source=CHANNEL,
        recorded_at=one.steps[0],
    )  # fmt: skip


def _lines(incident: Incident, one: Happened) -> Iterator[TimelineEntry]:
    for number in range(LINES):
        at = one.started_at + timedelta(minutes=7 * number)
        yield TimelineEntry(incident=incident, at=at, text=STORY, source=CHANNEL, recorded_at=at)


def _fact(incident: Incident, one: Happened, service_ids: Sequence[int]) -> IncidentFact:
    return IncidentFact(
        channel="incidents", key=f"I-{incident.pk}", service_id=service_ids[one.service], seq=1, recorded_at=AS_OF,
        incident=f"I-{incident.pk}", first_resolved_at=one.times.get("resolved_at"), hurt_seconds=_hurt(one),
        severity_worst=one.level, severity_final=one.level, kind=incident.kind, role="origin", detected_by="alert",
        is_over=one.is_over, retro_required=one.level <= LEVELS[2], start_assumed=False, **one.times,
    )  # fmt: skip


def _access(incident: Incident) -> IncidentAccess:
    return IncidentAccess(incident=incident, team_id=incident.owner_team_id, added_at=incident.reported_at)

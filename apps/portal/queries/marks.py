"""What happened near a number's periods: annotations and incidents together, in one query."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Case, CharField, F, IntegerField, QuerySet, Value, When
from django.db.models.functions import Cast
from django.urls import reverse

from apps.accounts.domain import Principal
from apps.annotations import queries as annotations
from apps.annotations.domain import AnnotationKind
from apps.incidents.queries import lanes as incidents
from apps.measurements.domain.subjects import Subject, SubjectKind

PAUSES = frozenset({AnnotationKind.OUTAGE.value})
INCIDENT = "incident"


class Lane(StrEnum):
    """The three lines under a chart."""

    INCIDENTS = "incidents"
    PAUSES = "pauses"
    EVENTS = "events"


@dataclass(frozen=True)
class Mark:
    """One thing that happened: at an instant, or from one to another; `goes_on` where it has not ended."""

    lane: Lane
    text: str
    starts_at: datetime
    ends_at: datetime | None
    link: str
    goes_on: bool = False


def list_near(
    subject: Subject, start: datetime, end: datetime, service_ids: Iterable[int], by: Principal
) -> list[Mark]:
    """Marks that touch a stretch of time: of a team and the services it had then, of a service, or of all; one query.

    The organisation and groups show only what concerns everybody: all teams' marks together would bury it.
    """
    if subject.kind is SubjectKind.SERVICE:
        return list_of(start, end, by, service_ids=[subject.id])
    if subject.kind is not SubjectKind.TEAM:
        return list_of(start, end, by)
    return list_of(start, end, by, team_ids=[subject.id], service_ids=service_ids)


def list_of(
    start: datetime, end: datetime, by: Principal, *, team_ids: Iterable[int] = (), service_ids: Iterable[int] = ()
) -> list[Mark]:
    """Annotations and visible incidents of teams and services in the order of their start; one query."""
    here: dict[str, Any] = {"team_ids": list(team_ids), "service_ids": list(service_ids)}
    said = _annotations(annotations.list_marks(start, end, **here))
    broke = _incidents(incidents.list_near(start, end, by, **here))
    rows = said.union(broke, all=True)
    return sorted((_mark(row) for row in rows), key=lambda mark: (mark.starts_at, mark.text))


def _annotations(rows: QuerySet[Any]) -> QuerySet[Any]:
    return _columns(
        rows.select_related(None), what=F("kind"), said=F("text"), since=F("starts_at"), until=F("ends_at"),
        leads_to=F("link"), number=Value(0, IntegerField()),
    )  # fmt: skip


def _incidents(rows: QuerySet[Any]) -> QuerySet[Any]:
    # One that is over without a known end is a point: its end is not made up.
    until = Case(When(is_over=True, resolved_at=None, then=F("started_at")), default=F("resolved_at"))
    return _columns(
        rows, what=Value(INCIDENT, CharField()), said=F("title"), since=F("started_at"), until=until,
        leads_to=Value("", CharField()), number=Cast("pk", IntegerField()),
    )  # fmt: skip


def _columns(rows: QuerySet[Any], **columns: Any) -> QuerySet[Any]:
    found: QuerySet[Any] = rows.order_by().annotate(**columns).values_list(*columns)
    return found


def _mark(row: Sequence[Any]) -> Mark:
    what, said, since, until, leads_to, number = row
    if what != INCIDENT:
        return Mark(Lane.PAUSES if what in PAUSES else Lane.EVENTS, said, since, until, leads_to)
    url = reverse("incidents:incident", args=[number])
    return Mark(Lane.INCIDENTS, f"I-{number} {said}", since, until, url, goes_on=until is None)

"""Reporting an incident, or saying more of one that was reported under the same key."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import IntegrityError, transaction

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.fact_parsing import printable
from apps.core.problems import FieldProblem, Invalid, invalid
from apps.incidents.domain.incident_words import (
    DetectedBy,
    IncidentKind,
    MilestoneKind,
    ServiceRole,
    StatementOrigin,
)
from apps.incidents.domain.severity import level_of
from apps.incidents.domain.statements import Moment, is_repeat, with_assumed
from apps.incidents.models import Incident, IncidentService
from apps.incidents.operations import rating, restricting, statements
from apps.incidents.operations.noting import note
from apps.incidents.operations.settling import settle
from apps.incidents.policies import incidents as policies
from apps.incidents.queries import incidents as queries
from apps.services.queries import Place, places_by_slug

PORTAL = statements.PORTAL
Level = tuple[int | None, str]  # of severity: its number, and what a source calls it


@dataclass(frozen=True)
class Touched:
    """A service that an incident began in or touched, by its slug, with the flow and the tenant it was felt in."""

    service: str
    role: ServiceRole = ServiceRole.AFFECTED
    flow: str = ""
    tenant: str = ""


@dataclass(frozen=True)
class Reported:
    """An incident, whether this report made it, and whether it said anything that was not known."""

    incident: Incident
    is_new: bool
    has_news: bool = True


@transaction.atomic
def report_incident(
    *, title: str, services: Sequence[Touched], kind: IncidentKind = IncidentKind.INCIDENT,
    detected_by: DetectedBy = DetectedBy.UNKNOWN, milestones: Sequence[Moment] = (), severity: int | None = None,
    severity_as: str = "", summary: str = "", source: str = PORTAL, external_key: str = "", dedup_key: str = "",
    external_url: str = "", restricted: bool = False, now: datetime | None = None, by: Principal,
) -> Reported:  # fmt: skip
    """Write an incident down, or add to the one that was reported under the same key; raises `Invalid`.

    Services come as slugs; the one it began in decides who owns the incident. Times are those known so far: without
    any, it is detected now. `severity_as` is what a source calls a level that the policy does not know. A person may
    restrict it at once.
    """
    now, origin = now or clock.as_of(), statements.origin_of(by)
    policies.require_can_report_somewhere(by)
    moments = with_assumed(list(milestones) or [Moment(MilestoneKind.DETECTED, now)])
    if origin is StatementOrigin.HUMAN:  # a person speaks of the first interval, whatever comes later
        moments = [replace(moment, interval=moment.interval or 1) for moment in moments]
    level = (severity, severity_as)
    keys = {"external_key": external_key, "dedup_key": dedup_key}
    if (standing := queries.lock_by_key(source, **keys)) is not None:
        return _add_to(standing, services, moments, level, source, now, by)
    statements.require_times(moments, origin, now)
    touched = _with_origin(services)
    places, owner_id = place_services(touched, _began(moments, now), by)
    try:
        with transaction.atomic():
            incident = Incident.objects.create(
                title=title, summary=summary, kind=kind, owner_team_id=owner_id, source=source, **keys,
                external_url=external_url, detected_by=detected_by, policy=rating.policy_in_force(now), reported_at=now,
            )  # fmt: skip
    except IntegrityError:  # another report of the same key came between
        standing = queries.lock_by_key(source, **keys)
        if standing is None:
            raise
        return _add_to(standing, services, moments, level, source, now, by)
    IncidentService.objects.bulk_create(_row(incident, one, places) for one in touched)
    statements.say(incident, moments, origin, source, now)
    _rate(incident, level, _began(moments, now), source, now, by)
    settle(incident, now=now)
    note("reported", incident, by=by, kind=str(kind), source=source)
    if restricted:
        incident = restricting.restrict_incident(incident=incident, by=by)
    return Reported(incident, is_new=True)


def _add_to(
    incident: Incident, services: Sequence[Touched], moments: Sequence[Moment], level: Level, source: str,
    now: datetime, by: Principal,
) -> Reported:  # fmt: skip
    """What a repeated report says beyond what is known: moments, a level, further services; nothing is taken back."""
    policies.require_can_write(by, incident)
    origin, said = statements.origin_of(by), queries.said_of(incident.pk)
    fresh = [m for m in moments if not is_repeat(said, m, m.origin or origin)]
    statements.require_times(fresh, origin, now)
    if origin is StatementOrigin.HUMAN:  # a repeated report is no way around what a correction asks for
        fresh = [statements.checked(incident, said, moment) for moment in fresh]
    known = {one.service.slug for one in queries.list_services(incident)}
    more = [one for one in services if one.service.lower() not in known]
    if more:
        places, _ = place_services(more, _began(moments, now), by)
        more = [Touched(one.service, ServiceRole.AFFECTED, one.flow, one.tenant) for one in more]
        IncidentService.objects.bulk_create(_row(incident, one, places) for one in more)
    statements.say(incident, fresh, origin, source, now)
    is_rated = not rating.repeats_last(incident, *level, origin) and _rate(incident, level, now, source, now, by)
    has_news = bool(fresh or more or is_rated)
    if has_news:
        settle(incident, now=now)
        note("reported_again", incident, by=by, source=source, milestones=len(fresh), services=len(more))
    return Reported(incident, is_new=False, has_news=has_news)


def _rate(incident: Incident, level: Level, at: datetime, source: str, now: datetime, by: Principal) -> bool:
    number, reported_as = level
    if number is None and not reported_as:
        return False
    if by.is_person and level_of(queries.levels_of(incident), number) is None:
        raise rating.unknown_level(incident.policy, reported_as or number)
    return rating.rate(incident, number, reported_as, at, statements.origin_of(by), source, "", now)


def _with_origin(services: Sequence[Touched]) -> list[Touched]:
    """Each service once; a single one is where it began."""
    slugs = [one.service.lower() for one in services]
    if not services:
        raise invalid("/services", "required", "Name at least one service that was touched.")
    if len(set(slugs)) != len(slugs):
        raise invalid("/services", "duplicate_value", "Name each service once.")
    if sum(one.role is ServiceRole.ORIGIN for one in services) > 1:
        raise invalid("/services", "out_of_range", "An incident begins in one service at most.")
    if len(services) == 1:
        (one,) = services
        return [Touched(one.service, ServiceRole.ORIGIN, one.flow, one.tenant)]
    return list(services)


def place_services(services: Sequence[Touched], at: datetime, by: Principal) -> tuple[dict[str, Place], int]:
    """Known services by slug, and the team that owned the one it began in; raises `Invalid` or `Forbidden`.

    The owner of the first service stands in where none is the origin.
    """
    places = places_by_slug([one.service for one in services], at)
    problems = [
        FieldProblem(f"/services/{index}/service", "unknown_service", f"There is no service {printable(one.service)}.")
        for index, one in enumerate(services)
        if one.service.lower() not in places
    ]
    if problems:
        raise Invalid("validation_failed", "Some fields need attention.", problems)
    policies.require_can_report(by, {place.team_id for place in places.values()})
    begun = next((i for i, one in enumerate(services) if one.role is ServiceRole.ORIGIN), 0)
    owner_id = places[services[begun].service.lower()].team_id
    if owner_id is None:
        day = f"{clock.local_day(at):%-d %B %Y}"
        sentence = (
            f"{printable(services[begun].service)} belonged to no team on {day}; its owner is named in the catalogue."
        )
        raise invalid(f"/services/{begun}/service", "unowned_service", sentence)
    return places, owner_id


def _began(moments: Sequence[Moment], now: datetime) -> datetime:
    """When the impact began as far as is known, else the earliest time that was given."""
    known = [moment.at for moment in moments if moment.at is not None]
    starts = [m.at for m in moments if m.kind is MilestoneKind.IMPACT_STARTED and m.at is not None]
    return min(starts or known, default=now)


def _row(incident: Incident, one: Touched, places: dict[str, Place]) -> IncidentService:
    place = places[one.service.lower()]
    return IncidentService(
        incident=incident, service_id=place.pk, role=one.role.value, flow=one.flow, tenant=one.tenant
    )

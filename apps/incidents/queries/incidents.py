"""Reads of incidents: who sees which, one with all its parts, and the lock under which it is settled."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Case, F, Prefetch, Q, QuerySet, Value, When

from apps.accounts.domain import Principal
from apps.accounts.models import User
from apps.accounts.queries import find_person
from apps.core.bulk import batched
from apps.core.problems import Absent, invalid
from apps.incidents.domain.folding import Folded, Said, fold
from apps.incidents.domain.incident_words import IncidentKind, MilestoneKind, StatementOrigin
from apps.incidents.domain.severities import Rated, Severity, rate
from apps.incidents.domain.severity import SHIPPED, Level, read_levels
from apps.incidents.models import (
    Action,
    Incident,
    IncidentAccess,
    IncidentFact,
    IncidentQuerySet,
    IncidentService,
    Milestone,
    SeverityChange,
    SeverityPolicy,
)
from apps.teams.models import Team

CHANNEL = "incidents"
WITH = ("owner_team", "policy")
MOST_DIGITS = 10
GOES_ON = Q(is_over=False, exclusion="")


def visible(by: Principal) -> IncidentQuerySet:
    """Incidents the principal may know of; the base of every list."""
    return Incident.objects.visible_to(by).select_related(*WITH)


def get_incident(pk: int, by: Principal) -> Incident:
    """An incident by its primary key; raises `Absent` for one that is not there and for an invisible one alike."""
    incident = visible(by).filter(pk=pk).first()
    if incident is None:
        raise Absent("not_found", "Nothing is here for you.")
    return incident


def list_incidents(by: Principal) -> QuerySet[Incident]:
    """Visible incidents with their services: those that go on first, oldest on top; then the others, newest first."""
    since = Case(When(GOES_ON, then=F("started_at")))
    rows = visible(by).annotate(place=Case(When(GOES_ON, then=Value(0)), default=Value(1)), since=since)
    return rows.prefetch_related(_services()).order_by("place", "since", F("started_at").desc(nulls_last=True), "-pk")


def list_asked(by: Principal, *, standing: str, kind: str, team: str = "", service: str = "") -> QuerySet[Incident]:
    """The same, narrowed: those that go on, are over or left out; of one kind; of one team; of one service."""
    rows = list_incidents(by)
    narrowed = {"going-on": GOES_ON, "over": Q(is_over=True, exclusion=""), "left-out": ~Q(exclusion="")}
    rows = rows.filter(narrowed[standing]) if standing in narrowed else rows
    rows = rows.filter(kind=kind) if kind in set(IncidentKind) else rows
    rows = rows.filter(owner_team__slug=team) if team else rows
    return rows.filter(services__service__slug=service) if service else rows


def list_open_of(team_id: int, by: Principal) -> list[Incident]:
    """Visible incidents of a team that go on, oldest first."""
    return list(visible(by).filter(GOES_ON, owner_team_id=team_id).order_by("started_at", "pk"))


def find_named(words: str, by: Principal, most: int) -> list[Incident]:
    """Visible incidents whose title or number is what is looked for, newest first."""
    text = words.strip()
    number = text.upper().removeprefix("I-")
    named = Q(title__icontains=text)
    if number.isascii() and number.isdecimal() and len(number) < MOST_DIGITS:
        named |= Q(pk=int(number))
    return list(visible(by).filter(named).order_by("-reported_at", "-pk")[:most])


def names_for_evidence(keys: Iterable[str], by: Principal) -> dict[str, str]:
    """What evidence calls incidents by key: the title, or of a restricted one nothing but its severity."""
    pks = [int(number) for key in keys if (number := key.removeprefix("I-")).isascii() and number.isdecimal()]
    seen = dict(visible(by).filter(pk__in=pks).values_list("pk", "title"))
    levels = Incident.objects.filter(pk__in=pks).values_list("pk", "severity_worst")
    return {
        f"I-{pk}": f"I-{pk}: {seen[pk]}" if pk in seen else f"restricted, severity {level or 'not known'}"
        for pk, level in levels
    }


def traits_for_evidence(keys: Iterable[str]) -> dict[str, tuple[int | None, str]]:
    """How severe incidents were at worst and how their known cause came again, by key, as their facts say."""
    rows = IncidentFact.objects.filter(incident__in=set(keys), until_seq=None)
    return {key: (level, state) for key, level, state in rows.values_list("incident", "severity_worst", "repeat_state")}


def list_by_start(by: Principal) -> QuerySet[Incident]:
    """Visible incidents with their services, the newest first."""
    rows = visible(by).select_related("duplicate_of").prefetch_related(_services())
    return rows.order_by("-reported_at", "-pk")


def _services() -> "Prefetch[str, Any, str]":
    return Prefetch("services", IncidentService.objects.select_related("service").order_by("pk"))


def lock_incident(pk: int) -> Incident:
    """The incident, locked until the transaction ends: everything said of it is settled under this lock."""
    return Incident.objects.select_related(*WITH).select_for_update(of=("self",)).get(pk=pk)


def teams_with_actions(incident: Incident) -> QuerySet[Team]:
    """The teams that hold an action out of an incident's retro."""
    return Team.objects.filter(pk__in=Action.objects.filter(retro__incident=incident).values("owner_team")).order_by(
        "pk"
    )


def lock_by_key(source: str, *, external_key: str, dedup_key: str) -> Incident | None:
    """The incident a source reported under a key, else its open one of a deduplication key, locked; or None."""
    rows = Incident.objects.select_related(*WITH).select_for_update(of=("self",)).filter(source=source).order_by("pk")
    if external_key and (found := rows.filter(external_key=external_key).first()):
        return found
    return rows.filter(GOES_ON, dedup_key=dedup_key).first() if dedup_key else None


def get_by_key(source: str, external_key: str) -> Incident:
    """The incident that a source reported under a key, whoever asks."""
    return Incident.objects.select_related(*WITH).get(source=source, external_key=external_key)


def list_services(incident: Incident) -> list[IncidentService]:
    """The services of an incident, the one it began in first."""
    rows = IncidentService.objects.filter(incident=incident).select_related("service")
    return list(rows.order_by("-role", "pk"))  # "origin" sorts behind "affected"


def said_of(incident_id: int) -> list[Said]:
    """Every statement about the moments of an incident, as the fold reads it."""
    rows = Milestone.objects.filter(incident_id=incident_id).order_by("pk")
    return [
        Said(MilestoneKind(kind), at, StatementOrigin(origin), pk, interval)
        for pk, kind, at, origin, interval in rows.values_list("pk", "kind", "at", "origin", "interval")
    ]


def fold_of(incident_id: int) -> Folded:
    """The moments of an incident as they hold."""
    return fold(said_of(incident_id))


def severity_of(incident_id: int) -> Severity:
    """The levels of an incident over time."""
    rows = SeverityChange.objects.filter(incident_id=incident_id).order_by("pk")
    return rate(
        Rated(level, at, StatementOrigin(origin), pk)
        for pk, level, at, origin in rows.values_list("pk", "level", "at", "origin")
    )


def policy_at(at: datetime) -> SeverityPolicy | None:
    """The severity policy in force at an instant; None before the first was written."""
    return SeverityPolicy.objects.filter(from_at__lte=at).order_by("-from_at", "-pk").first()


def levels_in_force(at: datetime) -> tuple[Level, ...]:
    """The levels in force at an instant; the shipped ones before any policy was written."""
    policy = policy_at(at)
    return read_levels(policy.levels) if policy else SHIPPED


def list_policies() -> QuerySet[SeverityPolicy]:
    """Every severity policy, the newest first."""
    rows: QuerySet[SeverityPolicy] = SeverityPolicy.objects.select_related("written_by")
    return rows.order_by("-from_at", "-pk")


def levels_of(incident: Incident) -> tuple[Level, ...]:
    """The levels under which an incident was reported, worst first."""
    return read_levels(incident.policy.levels)


def current_facts(incident_ids: Collection[int]) -> dict[str, list[IncidentFact]]:
    """The current fact rows of some incidents, by key."""
    found: dict[str, list[IncidentFact]] = {}
    for some in batched([f"I-{pk}" for pk in incident_ids]):
        for row in IncidentFact.objects.filter(channel=CHANNEL, until_seq=None, key__in=some).order_by("pk"):
            found.setdefault(row.key, []).append(row)
    return found


def list_access(incident: Incident) -> list[IncidentAccess]:
    """Who stands on the access list, teams first."""
    rows = IncidentAccess.objects.filter(incident=incident, removed_at=None).select_related("user", "team")
    return list(rows.order_by(F("team_id").asc(nulls_last=True), "pk"))


def is_listed(incident: Incident, *, user_id: int | None, team_ids: Iterable[int]) -> bool:
    """Whether a person, or one of some teams, stands on the access list."""
    listed = Q(team_id__in=set(team_ids)) | (Q(user_id=user_id) if user_id is not None else Q(pk__in=[]))
    return IncidentAccess.objects.filter(listed, incident=incident, removed_at=None).exists()


def last_severity(incident: Incident, origin: StatementOrigin) -> SeverityChange | None:
    """What witnesses of one kind said last about the level."""
    rows = SeverityChange.objects.filter(incident=incident, origin=origin)
    return rows.order_by("-pk").first()


def is_rated(incident: Incident, origin: StatementOrigin, *, at: datetime, level: int | None, reported_as: str) -> bool:
    """Whether witnesses of one kind said this of this instant already."""
    rows = SeverityChange.objects.filter(incident=incident, origin=origin, at=at)
    return rows.filter(level=level, reported_as=reported_as).exists()


def has_open_twin(incident: Incident) -> bool:
    """Whether another open incident of the same source carries the same deduplication key."""
    if not incident.dedup_key:
        return False
    twins = Incident.objects.filter(GOES_ON, source=incident.source, dedup_key=incident.dedup_key)
    return twins.exclude(pk=incident.pk).exists()


def has_duplicates(incident: Incident) -> bool:
    """Whether another incident is a duplicate of this one."""
    return Incident.objects.filter(duplicate_of=incident).exists()


def get_person(email: str) -> User:
    """The active person who signs in with an address; raises `Invalid`, in the same words for every other address."""
    user = find_person(email)
    if user is None:
        raise invalid("/email", "unknown_person", "Nobody signs in with this address.")
    return user

"""Severity: what level holds from when, and the policy that says what each level means."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from apps.accounts.domain import Principal
from apps.audit import operations as audit
from apps.core import clock
from apps.core.immutable import writing
from apps.core.problems import Invalid, invalid
from apps.incidents.domain.incident_words import StatementOrigin
from apps.incidents.domain.severity import SHIPPED, Level, as_document, level_of, policy_problem
from apps.incidents.models import Incident, SeverityChange, SeverityPolicy
from apps.incidents.operations.noting import note
from apps.incidents.operations.settling import settle
from apps.incidents.operations.statements import PORTAL, origin_of
from apps.incidents.policies import incidents as policies
from apps.incidents.queries import incidents as queries

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
SHIPPED_REASON = "As shipped."


@transaction.atomic
def change_severity(
    *, incident: Incident, level: int | None, reported_as: str = "", at: datetime | None = None, reason: str = "",
    source: str = PORTAL, now: datetime | None = None, by: Principal,
) -> Incident:  # fmt: skip
    """Say which level holds from an instant on (default: now); the worst one decides the retro, whatever comes later.

    A level that the policy does not know is refused to a person; of a tool it is kept as `reported_as` and flagged.
    """
    policies.require_can_write(by, incident)
    incident, now = queries.lock_incident(incident.pk), now or clock.as_of()
    origin, is_timed = origin_of(by), at is not None
    at = at or now
    if at > now:
        raise invalid("/at", "in_future", f"The time lies ahead of the clock here, {now:%Y-%m-%d %H:%M} UTC.")
    known = level_of(queries.levels_of(incident), level)
    if known is None and origin is StatementOrigin.HUMAN:
        raise unknown_level(incident.policy, level if level is not None else reported_as)
    if not is_timed and repeats_last(incident, level, reported_as, origin):
        return incident
    if rate(incident, level, reported_as, at, origin, source, reason, now):
        settle(incident, now=now)
        note("severity", incident, by=by, reason=reason.strip(), level=level, at=at.isoformat())
    return incident


def rate(
    incident: Incident, level: int | None, reported_as: str, at: datetime, origin: StatementOrigin, source: str,
    reason: str, now: datetime,
) -> bool:  # fmt: skip
    """Write a level down, unless the same was said of that instant; the caller holds the lock and settles."""
    said = _said(incident, level, reported_as)
    if queries.is_rated(incident, origin, at=at, **said):
        return False
    row = SeverityChange(
        incident=incident, at=at, origin=origin, source=source, reason=reason.strip(), recorded_at=now, **said
    )
    with writing(SeverityChange):
        row.save()
    return True


def repeats_last(incident: Incident, level: int | None, reported_as: str, origin: StatementOrigin) -> bool:
    """Whether this is what witnesses of one kind said last: without a time of its own it says nothing new."""
    before = queries.last_severity(incident, origin)
    said = _said(incident, level, reported_as)
    return before is not None and {"level": before.level, "reported_as": before.reported_as} == said


def _said(incident: Incident, level: int | None, reported_as: str) -> dict[str, Any]:
    """A level of the policy, or what a tool calls one that is none."""
    known = level_of(queries.levels_of(incident), level)
    unknown = "" if level is None or known else str(level)
    return {"level": known.number if known else None, "reported_as": (reported_as or unknown)[:60]}


def unknown_level(policy: SeverityPolicy, level: object) -> Invalid:
    """422 with the levels that may be named."""
    known = ", ".join(str(row["number"]) for row in policy.levels)
    return invalid("/level", "unknown_value", f"{level!s:.40} is no level of severity. Known: {known}.")


def policy_in_force(at: datetime) -> SeverityPolicy:
    """The policy in force at an instant; the shipped one is written down when it is first asked for."""
    found = queries.policy_at(at)
    return found or _write(SHIPPED, BEGINNING, SHIPPED_REASON, None)


@transaction.atomic
def write_policy(
    *, levels: Sequence[Level], reason: str, from_at: datetime | None = None, by: Principal
) -> SeverityPolicy:
    """Put another severity policy into force from an instant on; incidents keep the one they were reported under."""
    policies.require_steward(by)
    now = clock.as_of()
    if problem := policy_problem(levels):
        raise invalid("/levels", "out_of_range", problem)
    if not reason.strip():
        raise invalid("/reason", "required", "Say why the levels change; the reason stays with them.")
    if from_at is not None and from_at < now:
        raise invalid("/from_at", "in_past", "A policy holds from now or later; incidents keep theirs.")
    policy_in_force(now)  # what held until now is written down first
    policy = _write(levels, from_at or now, reason.strip(), by.user_id)
    data = {"from": policy.from_at.isoformat(), "reason": policy.reason, "levels": policy.levels}
    audit.record("severity_policy.written", subject=policy, by=by, data=data)
    return policy


def _write(levels: Sequence[Level], from_at: datetime, reason: str, user_id: int | None) -> SeverityPolicy:
    policy = SeverityPolicy(
        from_at=from_at, levels=as_document(tuple(levels)), reason=reason, written_at=clock.now(),
        written_by_id=user_id,
    )  # fmt: skip
    with writing(SeverityPolicy):
        policy.save()
    return policy

"""Saying when something was: a milestone, its correction, a reopening. Statements are only added."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.immutable import writing
from apps.core.problems import Conflict, FieldProblem, Invalid, invalid
from apps.incidents.domain.folding import Said, fold
from apps.incidents.domain.incident_words import MilestoneKind, StatementOrigin
from apps.incidents.domain.retros import STEP_SENTENCES, StepProblem
from apps.incidents.domain.statements import (
    Moment,
    interval_of,
    is_repeat,
    needs_reason,
    new_disorders,
    sentence_of,
    time_problem,
)
from apps.incidents.models import Incident, Milestone
from apps.incidents.operations.noting import note
from apps.incidents.operations.settling import settle
from apps.incidents.policies import incidents as policies
from apps.incidents.queries import incidents as queries
from apps.incidents.queries import retros

PORTAL = "portal"
TWIN_GOES_ON = "Another incident of the same deduplication key goes on; resolve that one first."


@transaction.atomic
def record_milestone(
    *, incident: Incident, kind: MilestoneKind, at: datetime | None, reason: str = "", interval: int = 0,
    source: str = PORTAL, now: datetime | None = None, by: Principal,
) -> Incident:  # fmt: skip
    """Say when a moment was, or (no `at`) that this cannot be known; a person's word goes before a tool's.

    Correcting what was said is the owner team's, with a reason. A person is refused what does not fit, with both times;
    what a tool says so is stored and flagged. The same said twice writes nothing.
    """
    policies.require_can_write(by, incident)
    incident, now = queries.lock_incident(incident.pk), now or clock.as_of()
    moment = Moment(kind, at, reason.strip(), interval)
    _require_time(moment, now, "/at")
    said, origin = queries.said_of(incident.pk), origin_of(by)
    if is_repeat(said, moment, origin):
        return incident
    if origin is StatementOrigin.HUMAN:
        moment = checked(incident, said, moment)
    (row,) = say(incident, [moment], origin, source, now)
    settle(incident, now=now)
    when = None if at is None else at.isoformat()
    note("milestone", incident, by=by, reason=moment.reason, milestone=row.pk, kind=str(kind), at=when)
    return incident


@transaction.atomic
def reopen_incident(
    *, incident: Incident, at: datetime, reason: str = "", source: str = PORTAL, now: datetime | None = None,
    by: Principal,
) -> Incident:  # fmt: skip
    """Begin the next interval of an incident that was resolved; nothing before it is overwritten."""
    policies.require_can_write(by, incident)
    incident, now = queries.lock_incident(incident.pk), now or clock.as_of()
    moment = Moment(MilestoneKind.REOPENED, at, reason.strip())
    _require_time(moment, now, "/at")
    said, origin = queries.said_of(incident.pk), origin_of(by)
    if is_repeat(said, moment, origin):
        return incident
    if origin is StatementOrigin.HUMAN:
        _require_over(said)
        _require_order(said, moment)
        _require_no_twin(incident, said, moment)
    say(incident, [moment], origin, source, now)
    settle(incident, now=now)
    note("reopened", incident, by=by, reason=moment.reason, at=at.isoformat())
    return incident


def origin_of(by: Principal) -> StatementOrigin:
    """A person's word, or a tool's."""
    return StatementOrigin.HUMAN if by.is_person else StatementOrigin.SOURCE


def say(
    incident: Incident, moments: Sequence[Moment], origin: StatementOrigin, source: str, now: datetime
) -> list[Milestone]:
    """Write statements down; the caller holds the lock and settles."""
    rows = [
        Milestone(
            incident=incident, kind=moment.kind, interval=moment.interval, at=moment.at,
            origin=moment.origin or origin, source=source, reason=moment.reason, recorded_at=now,
        )
        for moment in moments
    ]  # fmt: skip
    with writing(Milestone):
        for row in rows:
            row.save()
    return rows


def require_times(moments: Sequence[Moment], origin: StatementOrigin, now: datetime) -> None:
    """Raise `Invalid` for times ahead of the clock, and to a person for such as stand in the wrong order."""
    for index, moment in enumerate(moments):
        _require_time(moment, now, f"/milestones/{index}/at")
    if origin is StatementOrigin.HUMAN:
        said = [_said(moment, number) for number, moment in enumerate(moments, start=1)]
        problems = [FieldProblem("/milestones", "ends_before_start", s) for s in _disorders([], said)]
        if problems:
            raise Invalid("validation_failed", "Some fields need attention.", problems)


def checked(incident: Incident, said: Sequence[Said], moment: Moment) -> Moment:
    """A person's statement with the interval it is about; raises where it needs a reason or does not fit."""
    if needs_reason(said, moment):
        _require_reason(moment)
        _require_retro_open(incident)
    if moment.kind is MilestoneKind.REOPENED:
        _require_over(said)
    elif not moment.interval:
        moment = Moment(moment.kind, moment.at, moment.reason, interval_of(fold(said), moment))
    _require_order(said, moment)
    _require_no_twin(incident, said, moment)
    return moment


def _require_time(moment: Moment, now: datetime, pointer: str) -> None:
    if problem := time_problem(moment, now):
        raise invalid(pointer, "in_future", problem)


def _require_reason(moment: Moment) -> None:
    if not moment.reason:
        sentence = "Say why this time is another one, or why it cannot be known; both stay readable."
        raise invalid("/reason", "required", sentence)


def _require_retro_open(incident: Incident) -> None:
    retro = retros.find_retro(incident.pk)
    if retro is not None and retro.first_published_at is not None and not retros.is_written(retro):
        raise Conflict(StepProblem.RETRO_PUBLISHED, STEP_SENTENCES[StepProblem.RETRO_PUBLISHED])


def _require_over(said: Sequence[Said]) -> None:
    if not fold(said).is_over:
        raise Conflict("illegal_transition", "This incident goes on; only a resolved one is reopened.")


def _require_no_twin(incident: Incident, said: Sequence[Said], moment: Moment) -> None:
    """At most one incident goes on under a deduplication key; a person decides which of two it is."""
    is_opened = incident.is_over and not incident.exclusion and not fold([*said, _next(said, moment)]).is_over
    if is_opened and queries.has_open_twin(incident):
        raise Conflict("state_forbids", TWIN_GOES_ON)


def _require_order(said: Sequence[Said], moment: Moment) -> None:
    sentences = _disorders(said, [_next(said, moment)])
    if sentences:
        problems = [FieldProblem("/at", "ends_before_start", sentence) for sentence in sentences]
        raise Invalid("validation_failed", " ".join(sentences), problems)


def _next(said: Sequence[Said], moment: Moment) -> Said:
    return _said(moment, max((one.number for one in said), default=0) + 1)


def _said(moment: Moment, number: int) -> Said:
    return Said(moment.kind, moment.at, moment.origin or StatementOrigin.HUMAN, number, moment.interval)


def _disorders(said: Sequence[Said], more: Sequence[Said]) -> list[str]:
    return list(dict.fromkeys(sentence_of(found, _show) for found in new_disorders(said, more)))


def _show(at: datetime) -> str:
    return f"{at.astimezone(clock.reporting_zone()):%-d %B %Y %H:%M}"

"""How known causes stood when they struck again: settled with each incident, under its lock."""

from datetime import datetime

from apps.core import clock
from apps.core.immutable import writing
from apps.incidents.domain.action_words import CauseStatus, RepeatState
from apps.incidents.domain.causes import repeat_state
from apps.incidents.domain.incident_words import IncidentKind
from apps.incidents.models import CauseStatusChange, Incident, IncidentCause, KnownCause
from apps.incidents.queries import causes

RETURNED = "It came again after an action on it was done."


def settle_repeats(incident: Incident, *, now: datetime | None = None) -> None:
    """Write in which state each confirmed cause came again; one that came after a done action is open again.

    The caller holds the incident's lock; causes are locked after incidents, in order of their keys.
    """
    links = list(IncidentCause.objects.filter(incident=incident).order_by("cause_id"))
    if not links:
        return
    known = causes.lock_causes(link.cause_id for link in links)
    lives = causes.lives_of(known.values())
    counts = incident.kind == IncidentKind.INCIDENT and not incident.exclusion
    for link in links:
        state = None
        if counts and link.is_confirmed and incident.started_at is not None:
            state = repeat_state(incident.started_at, lives[link.cause_id])
        _settle(link, known[link.cause_id], state, now or clock.now())


def _settle(link: IncidentCause, cause: KnownCause, state: RepeatState | None, now: datetime) -> None:
    before, after = link.repeat_state, state.value if state else ""
    if before == after:
        return
    link.repeat_state = after
    link.save(update_fields=["repeat_state"])
    if state is RepeatState.AFTER_DONE and cause.status != CauseStatus.OPEN:
        set_status(cause, CauseStatus.OPEN, RETURNED, now)


def set_status(cause: KnownCause, status: CauseStatus, reason: str, now: datetime) -> None:
    """Change what is being done about a cause; the row stays and says why."""
    with writing(CauseStatusChange):
        CauseStatusChange(cause=cause, status=status, at=now, reason=reason).save()
    cause.status = status
    cause.save(update_fields=["status"])

"""How known causes stood when they struck again: settled with each incident, under its lock."""

from collections.abc import Collection
from datetime import datetime

from apps.core.immutable import writing
from apps.incidents.domain.action_words import CauseStatus, RepeatState
from apps.incidents.domain.causes import repeat_state
from apps.incidents.domain.incident_words import feeds_numbers
from apps.incidents.models import CauseStatusChange, Incident, IncidentCause, KnownCause
from apps.incidents.queries import causes

RETURNED = "It came again after an action on it was done."


def settle_repeats(incidents: Collection[Incident], *, now: datetime) -> None:
    """Write in which state each confirmed cause came again; one that came after a done action is open again.

    The caller holds the incidents' locks; the causes of all are locked after them, in order of their keys.
    """
    settled = {incident.pk: incident for incident in incidents}
    links = list(IncidentCause.objects.filter(incident__in=settled).order_by("incident_id", "cause_id"))
    if not links:
        return
    known = causes.lock_causes(link.cause_id for link in links)
    lives = causes.lives_of(known.values())
    for link in links:
        incident, state = settled[link.incident_id], None
        if incident.started_at is not None and link.is_confirmed and feeds_numbers(incident.kind, incident.exclusion):
            state = repeat_state(incident.started_at, lives[link.cause_id])
        _settle(link, known[link.cause_id], state, now)


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

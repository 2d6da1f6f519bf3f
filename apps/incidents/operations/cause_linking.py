"""Known causes: written down, kept, confirmed or refused for an incident; each answer settles what follows from it."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from apps.accounts.domain import Principal
from apps.audit import operations as audit
from apps.core import clock
from apps.core.immutable import writing
from apps.core.problems import Conflict, FieldProblem, Invalid, Outdated
from apps.incidents.domain.action_words import CauseStatus
from apps.incidents.models import CauseStatusChange, Incident, IncidentCause, KnownCause
from apps.incidents.operations import settling
from apps.incidents.operations.cause_settling import set_status
from apps.incidents.policies import learning as policies
from apps.incidents.queries import causes
from apps.services.models import Service
from apps.teams.models import Team

OPENED = "Written down."


@transaction.atomic
def open_cause(
    *, title: str, text: str = "", team: Team, services: Iterable[Service] = (), incident: Incident | None = None,
    by: Principal,
) -> KnownCause:  # fmt: skip
    """Write down something that makes incidents return; named for an incident, it is confirmed for that one."""
    policies.require_can_write_cause(by, team.pk, team.name)
    if incident is not None:
        policies.require_can_link_cause(by, incident)
        incident = causes.lock_incidents([incident.pk])[incident.pk]
    _require_words(title)
    now = clock.as_of()
    cause = KnownCause.objects.create(title=title.strip(), text=text.strip(), owner_team=team, opened_at=now)
    cause.services.set(services)
    with writing(CauseStatusChange):
        CauseStatusChange(cause=cause, status=CauseStatus.OPEN, at=now, reason=OPENED).save()
    if incident is not None:
        IncidentCause.objects.create(incident=incident, cause=cause, is_confirmed=True, said_at=now)
        settling.settle(incident, now=now)
    # The chain is locked last: settling locks the other causes of the incident.
    audit.record("cause.opened", subject=cause, by=by, data={"team": team.pk})
    if incident is not None:
        audit.record("cause.confirmed", subject=cause, by=by, data={"incident": f"I-{incident.pk}"})
    return cause


def _require_words(title: str) -> None:
    if not title.strip():
        raise Invalid("validation_failed", "Some fields need attention.", [
            FieldProblem("/title", "required", "Say in a few words what makes incidents return."),
        ])  # fmt: skip


@transaction.atomic
def edit_cause(
    *, cause: KnownCause, title: str, text: str, services: Iterable[Service], revision: int, by: Principal
) -> KnownCause:
    """Change what a cause says; a save on an older revision is refused."""
    policies.require_can_write_cause(by, cause.owner_team_id, cause.owner_team.name)
    cause = causes.lock_causes([cause.pk])[cause.pk]
    if cause.revision != revision:
        raise Outdated("revision_changed", "Somebody else changed this cause meanwhile. Read it, then change it.")
    _require_words(title)
    cause.title, cause.text, cause.revision = title.strip(), text.strip(), cause.revision + 1
    cause.save(update_fields=["title", "text", "revision"])
    cause.services.set(services)
    audit.record("cause.edited", subject=cause, by=by, data={"revision": cause.revision})
    return cause


@transaction.atomic
def change_cause_status(*, cause: KnownCause, status: CauseStatus, reason: str, by: Principal) -> KnownCause:
    """Say what is being done about a cause, and why; accepting it is read by every incident that follows."""
    policies.require_can_write_cause(by, cause.owner_team_id, cause.owner_team.name)
    incidents = causes.lock_incidents(causes.incident_ids_of([cause.pk]))
    cause = causes.lock_causes({cause.pk} | causes.cause_ids_of(incidents))[cause.pk]
    if cause.status == status:
        raise Conflict("state_forbids", "The cause stands like this already.")
    if not reason.strip():
        raise Invalid("validation_failed", "Some fields need attention.", [
            FieldProblem("/reason", "required", "Say why: it stays beside the new state."),
        ])  # fmt: skip
    now = clock.as_of()
    set_status(cause, status, reason.strip(), now)
    settling.settle_all(incidents.values(), now=now)
    audit.record("cause.status_changed", subject=cause, by=by, data={"status": status.value})
    return cause


@transaction.atomic
def confirm_cause(*, incident: Incident, cause: KnownCause, by: Principal) -> IncidentCause:
    """A person says that a known cause struck in this incident."""
    return _answer(incident, cause, True, "", by)


@transaction.atomic
def refuse_cause(*, incident: Incident, cause: KnownCause, reason: str = "", by: Principal) -> IncidentCause:
    """A person says that it did not; it is not suggested again."""
    return _answer(incident, cause, False, reason.strip(), by)


def _answer(incident: Incident, cause: KnownCause, is_confirmed: bool, reason: str, by: Principal) -> IncidentCause:
    policies.require_can_link_cause(by, incident)
    incident = causes.lock_incidents([incident.pk])[incident.pk]
    # All its causes at once, in order of their keys, as settling locks them, too.
    causes.lock_causes({cause.pk} | causes.cause_ids_of([incident.pk]))
    now = clock.as_of()
    link = IncidentCause.objects.filter(incident=incident, cause=cause).first()
    if link is not None and link.is_confirmed == is_confirmed:
        raise Conflict("state_forbids", "This was answered like this already.")
    link = link or IncidentCause(incident=incident, cause=cause)
    link.is_confirmed, link.reason, link.said_at = is_confirmed, reason, now
    link.save()
    act = "cause.confirmed" if is_confirmed else "cause.refused"
    settling.settle(incident, now=now)
    audit.record(act, subject=cause, by=by, data={"incident": f"I-{incident.pk}"})
    return link


def name_in_retro(incident: Incident, named: Iterable[int], *, now: datetime) -> list[KnownCause]:
    """Causes that a publication names: confirmed for its incident, and known from the first publication on.

    Answers those that became known by it. The incident and, after it, the causes are locked.
    """
    known = causes.lock_causes(named)
    standing = {link.cause_id: link for link in IncidentCause.objects.filter(incident=incident, cause_id__in=known)}
    for pk, cause in known.items():
        link = standing.get(pk) or IncidentCause(incident=incident, cause=cause, is_confirmed=False)
        if not link.is_confirmed:
            link.is_confirmed, link.reason, link.said_at = True, "", now
            link.save()
    new = [cause for cause in known.values() if cause.known_since is None]
    for cause in new:
        cause.known_since = now
        cause.save(update_fields=["known_since"])
    return new


def lock_around(cause_id: int) -> dict[int, Incident]:
    """The incidents with which a cause stands, locked, and after them the cause and whatever else is behind them."""
    incidents = causes.lock_incidents(causes.incident_ids_of([cause_id]))
    causes.lock_causes({cause_id} | causes.cause_ids_of(incidents))
    return incidents

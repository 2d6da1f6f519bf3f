"""Restricting an incident to its access list, and lifting that: at once the one way, with a second person the other."""

from datetime import datetime

from django.db import transaction

from apps.accounts.domain import Principal
from apps.accounts.models import User
from apps.core import clock
from apps.core.problems import Conflict, Forbidden, invalid
from apps.incidents.domain.incident_words import Visibility
from apps.incidents.models import Incident, IncidentAccess
from apps.incidents.operations.noting import note
from apps.incidents.policies import incidents as policies
from apps.incidents.queries import incidents as queries
from apps.teams.models import Team


def require_visible(incident: Incident, by: Principal) -> None:
    """Raise `Absent`, as for a number that was never given, where the incident may not be known of."""
    queries.get_incident(incident.pk, by)


@transaction.atomic
def restrict_incident(*, incident: Incident, by: Principal) -> Incident:
    """Hide an incident, at once, from all but its access list.

    The list begins with the owner team, the teams that already hold one of its actions, and whoever restricts it.
    """
    policies.require_can_correct(by, incident)
    incident, now = queries.lock_incident(incident.pk), clock.now()
    if incident.visibility == Visibility.RESTRICTED:
        return incident
    incident.visibility = Visibility.RESTRICTED.value
    incident.save(update_fields=["visibility"])
    for team in (incident.owner_team, *queries.teams_with_actions(incident)):
        add_team(incident, team, now=now)
    if by.user_id is not None:
        _add(incident, now, user_id=by.user_id)
    note("restricted", incident, by=by)
    return incident


@transaction.atomic
def ask_lift(*, incident: Incident, reason: str, by: Principal) -> Incident:
    """Ask that everybody may know of a restricted incident again; another listed person answers."""
    incident = _lock_restricted(incident, by)
    if incident.lift_asked_by_id is not None:
        raise Conflict("illegal_transition", "Lifting is asked for already; another listed person answers.")
    if not reason.strip():
        sentence = "Say why everybody may know of it now."
        raise invalid("/reason", "required", sentence)
    incident.lift_asked_at, incident.lift_asked_by_id = clock.now(), by.user_id
    incident.lift_reason = reason.strip()
    incident.save(update_fields=["lift_asked_at", "lift_asked_by", "lift_reason"])
    note("lift_asked", incident, by=by, reason=incident.lift_reason)
    return incident


@transaction.atomic
def answer_lift(*, incident: Incident, agree: bool, by: Principal) -> Incident:
    """Lift a restriction as a second listed person, or leave it; who asked may take the request back."""
    incident = _lock_restricted(incident, by)
    if incident.lift_asked_by_id is None:
        raise Conflict("illegal_transition", "Nobody asks to lift this restriction.")
    if agree and incident.lift_asked_by_id == by.user_id:
        raise Forbidden("second_person_required", "Another person on the access list lifts it.")
    if agree:
        incident.visibility = Visibility.OPEN.value
    incident.lift_asked_at = incident.lift_asked_by = None
    incident.save(update_fields=["visibility", "lift_asked_at", "lift_asked_by"])
    note("lifted" if agree else "lift_refused", incident, by=by)
    return incident


@transaction.atomic
def give_access(*, incident: Incident, user: User | None = None, team: Team | None = None, by: Principal) -> None:
    """Put a person or a team on the access list."""
    incident = _lock_restricted(incident, by)
    _add(incident, clock.now(), user_id=user.pk if user else None, team_id=team.pk if team else None)
    note("access_given", incident, by=by, user=user.pk if user else None, team=team.pk if team else None)


@transaction.atomic
def take_access(*, incident: Incident, access: IncidentAccess, by: Principal) -> None:
    """Take a person or a team off the access list; the owner team stays, so that somebody always knows."""
    incident = _lock_restricted(incident, by)
    if access.team_id == incident.owner_team_id:
        raise Conflict("state_forbids", f"{incident.owner_team.name} owns this incident and stays on the list.")
    IncidentAccess.objects.filter(pk=access.pk, incident=incident, removed_at=None).update(removed_at=clock.now())
    note("access_taken", incident, by=by, user=access.user_id, team=access.team_id)


def add_team(incident: Incident, team: Team, *, now: datetime) -> None:
    """A team that has something to do with a restricted incident joins its access list; nothing for open ones."""
    if incident.visibility == Visibility.RESTRICTED:
        _add(incident, now, team_id=team.pk)


def _add(incident: Incident, now: datetime, *, user_id: int | None = None, team_id: int | None = None) -> None:
    standing = IncidentAccess.objects.filter(incident=incident, removed_at=None)
    listed = standing.filter(team_id=team_id) if team_id else standing.filter(user_id=user_id or 0)
    if not listed.exists():
        IncidentAccess.objects.create(incident=incident, user_id=user_id, team_id=team_id, added_at=now)


def _lock_restricted(incident: Incident, by: Principal) -> Incident:
    """The restricted incident, locked, for a person on its list; for all others it is not there."""
    require_visible(incident, by)
    policies.require_person(by)
    incident = queries.lock_incident(incident.pk)
    if incident.visibility != Visibility.RESTRICTED:
        raise Conflict("illegal_transition", "This incident is open to everybody already.")
    return incident

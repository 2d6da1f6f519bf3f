"""Who may report an incident, say what happened, link changes, restrict and redact."""

from collections.abc import Collection

from apps.accounts.domain import OrganisationRole, Principal, PrincipalKind, Scope
from apps.core.problems import Forbidden
from apps.incidents.models import Incident


def works_for(by: Principal, team_id: int | None) -> bool:
    """Who does a team's work here: its people, its tools that may push, the organisation's tools, the system."""
    if by.kind is PrincipalKind.SYSTEM:
        return True
    if by.kind is PrincipalKind.TOKEN:
        return Scope.PUSH in by.scopes and by.token_team_id in (None, team_id)
    return team_id is not None and by.works_in(team_id)


def can_report(by: Principal, owner_ids: Collection[int | None]) -> bool:
    """Whoever does the work of a team that owns one of the services."""
    return any(works_for(by, team_id) for team_id in owner_ids)


def require_can_report(by: Principal, owner_ids: Collection[int | None]) -> None:
    """Raise `Forbidden` naming who may."""
    if not can_report(by, owner_ids):
        raise Forbidden("role_missing", "A member or a push token of a team that owns one of the services reports it.")


def can_report_somewhere(by: Principal) -> bool:
    """Whether there is a team for which this principal may report."""
    return any(works_for(by, team_id) for team_id in (None, by.token_team_id, *by.team_roles))


def require_can_report_somewhere(by: Principal) -> None:
    """Raise `Forbidden` for those who may report for no team at all."""
    if not can_report_somewhere(by):
        raise Forbidden("role_missing", "A member of a team, or a push token, reports incidents.")


def can_write(by: Principal, incident: Incident) -> bool:
    """The owner team says what happened: milestones, severity, timeline, links."""
    return works_for(by, incident.owner_team_id)


def require_can_write(by: Principal, incident: Incident) -> None:
    """Raise `Forbidden` naming who may."""
    if not can_write(by, incident):
        raise Forbidden("role_missing", f"{incident.owner_team.name} writes down what happened in this incident.")


def can_correct(by: Principal, incident: Incident) -> bool:
    """People of the owner team correct times, rule links out and hide lines."""
    return by.is_person and can_write(by, incident)


def require_can_correct(by: Principal, incident: Incident) -> None:
    """Raise `Forbidden` naming who may."""
    require_person(by)
    require_can_write(by, incident)


def require_person(by: Principal) -> None:
    """Raise `Forbidden` where a person has to act; the system acts for people at set-up."""
    if not by.is_person and by.kind is not PrincipalKind.SYSTEM:
        raise Forbidden("needs_a_person", "A person does this in the portal; a tool cannot.")


def is_steward(by: Principal) -> bool:
    """The metrics steward, or the system at set-up."""
    return by.kind is PrincipalKind.SYSTEM or (by.is_person and by.holds(OrganisationRole.STEWARD))


def require_steward(by: Principal) -> None:
    """Raise `Forbidden` naming the role."""
    require_person(by)
    if not is_steward(by):
        raise Forbidden("role_missing", "A metrics steward may do this.")

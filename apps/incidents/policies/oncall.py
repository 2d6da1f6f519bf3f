"""Who reports pages, labels them, keeps alert rules honest, and writes how a team is on call."""

from apps.accounts.domain import OrganisationRole, Principal, PrincipalKind, Scope, TeamRole
from apps.core.problems import Forbidden
from apps.teams.models import Team

NEEDS_A_PERSON = "A person does this in the portal; a tool cannot."


def can_report(by: Principal, team_id: int | None) -> bool:
    """A push token of the team or of the organisation, a person who works in the team, an administrator."""
    if by.kind is PrincipalKind.SYSTEM:
        return True
    if by.kind is PrincipalKind.TOKEN:
        return Scope.PUSH in by.scopes and by.token_team_id in (None, team_id)
    return by.holds(OrganisationRole.ADMIN) or (team_id is not None and by.works_in(team_id))


def require_can_report_somewhere(by: Principal) -> None:
    """Raise `Forbidden` for those who may report no page at all."""
    if not any(can_report(by, team_id) for team_id in (None, by.token_team_id, *by.team_roles)):
        raise Forbidden("role_missing", "A push token or a member of the team that is called may report pages.")


def can_label(by: Principal, team_id: int) -> bool:
    """Whoever works in the team that was called."""
    return by.is_person and by.works_in(team_id)


def require_can_label(by: Principal, team: Team) -> None:
    """Raise `Forbidden` naming who may."""
    if not by.is_person:
        raise Forbidden("needs_a_person", NEEDS_A_PERSON)
    if not can_label(by, team.pk):
        raise Forbidden("role_missing", f"The people of {team.name} label its pages.")


def can_keep_rule(by: Principal, team_id: int | None) -> bool:
    """The tech lead or the engineering manager of the team that owns the service."""
    leads = (TeamRole.TECH_LEAD, TeamRole.ENGINEERING_MANAGER)
    return by.is_person and team_id is not None and by.holds_in(team_id, *leads)


def require_can_keep_rule(by: Principal, team_id: int | None) -> None:
    """Raise `Forbidden` naming who may."""
    if not by.is_person:
        raise Forbidden("needs_a_person", NEEDS_A_PERSON)
    if not can_keep_rule(by, team_id):
        who = "The tech lead or engineering manager of the team that owns the service"
        raise Forbidden("role_missing", f"{who} says what its alert rules watch.")


def can_write_profile(by: Principal, team: Team) -> bool:
    """The team's engineering manager, or the system at set-up."""
    is_lead = by.is_person and by.holds_in(team.pk, TeamRole.ENGINEERING_MANAGER)
    return by.kind is PrincipalKind.SYSTEM or is_lead


def require_can_write_profile(by: Principal, team: Team) -> None:
    """Raise `Forbidden` naming who may."""
    if can_write_profile(by, team):
        return
    if not by.is_person:
        raise Forbidden("needs_a_person", NEEDS_A_PERSON)
    raise Forbidden("role_missing", f"The engineering manager of {team.name} writes how it is on call.")


def can_write_thresholds(by: Principal) -> bool:
    """A metrics steward, or the system at set-up."""
    return by.kind is PrincipalKind.SYSTEM or (by.is_person and by.holds(OrganisationRole.STEWARD))


def require_can_write_thresholds(by: Principal) -> None:
    """Raise `Forbidden` naming who may."""
    if can_write_thresholds(by):
        return
    if not by.is_person:
        raise Forbidden("needs_a_person", NEEDS_A_PERSON)
    raise Forbidden("role_missing", "A metrics steward says what the stages of on-call ask for.")

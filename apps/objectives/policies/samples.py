"""Who reports samples, settles those that wait, and keeps the servers they are pulled from."""

from apps.accounts.domain import OrganisationRole, Principal, PrincipalKind, Scope
from apps.core.problems import Forbidden

NEEDS_A_PERSON = "A person does this in the portal; a tool cannot."


def can_report(by: Principal, team_id: int | None) -> bool:
    """A push token of the team or of the organisation, or a person who works in the team."""
    if by.kind is PrincipalKind.SYSTEM:
        return True
    if by.kind is PrincipalKind.TOKEN:
        return Scope.PUSH in by.scopes and by.token_team_id in (None, team_id)
    return team_id is not None and by.works_in(team_id)


def can_settle(by: Principal, team_id: int | None) -> bool:
    """An administrator for all; whoever works in the team that sent them."""
    if not by.is_person:
        return False
    return by.holds(OrganisationRole.ADMIN) or (team_id is not None and by.works_in(team_id))


def require_can_settle(by: Principal, team_id: int | None) -> None:
    """Raise `Forbidden` naming who may."""
    if not by.is_person:
        raise Forbidden("needs_a_person", NEEDS_A_PERSON)
    if not can_settle(by, team_id):
        raise Forbidden("role_missing", "An administrator or a member of the team that sent them settles these.")


def can_keep_sources(by: Principal) -> bool:
    """Administrators: from there requests leave the house."""
    return by.is_person and by.holds(OrganisationRole.ADMIN)


def require_can_keep_sources(by: Principal) -> None:
    """Raise `Forbidden` naming who may."""
    if not by.is_person:
        raise Forbidden("needs_a_person", NEEDS_A_PERSON)
    if not can_keep_sources(by):
        raise Forbidden("role_missing", "An administrator registers servers to pull from.")


def can_read_from(by: Principal, team_id: int) -> bool:
    """Whoever works in the indicator's team tries its queries and starts reading; an administrator too."""
    return by.is_person and (by.holds(OrganisationRole.ADMIN) or by.works_in(team_id))


def require_can_read_from(by: Principal, team_id: int) -> None:
    """Raise `Forbidden` naming who may."""
    if not by.is_person:
        raise Forbidden("needs_a_person", NEEDS_A_PERSON)
    if not can_read_from(by, team_id):
        raise Forbidden("role_missing", "A member of the indicator's team or an administrator does this.")

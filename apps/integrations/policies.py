"""Who may bring facts in."""

from apps.accounts.domain import OrganisationRole, Principal, PrincipalKind, Scope
from apps.core.problems import Forbidden
from apps.teams.models import Team


def can_import(by: Principal, team: Team | None) -> bool:
    """Who works in a team, and its push token, for its own services; for all, administrators and the system."""
    if by.kind == PrincipalKind.SYSTEM or by.holds(OrganisationRole.ADMIN):
        return True
    if by.kind == PrincipalKind.TOKEN:
        return Scope.PUSH in by.scopes and by.token_team_id in (None, team.pk if team else None)
    return team is not None and by.works_in(team.pk)


def require_can_import(by: Principal, team: Team | None) -> None:
    """Raise `Forbidden` naming the roles that may."""
    if not can_import(by, team):
        who = f"A member of {team.name}" if team else "An administrator"
        raise Forbidden("role_missing", f"{who} may do this.")

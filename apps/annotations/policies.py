"""Who may write marks and take them back."""

from apps.accounts.domain import OrganisationRole, Principal, PrincipalKind, Scope
from apps.annotations.models import Annotation
from apps.core.problems import Forbidden


def can_annotate(by: Principal, team_id: int | None) -> bool:
    """Whoever works in the team, or its push token; organisation-wide: stewards, administrators, leadership."""
    if by.kind is PrincipalKind.SYSTEM or by.holds(OrganisationRole.STEWARD, OrganisationRole.ADMIN):
        return True
    if by.kind is PrincipalKind.TOKEN:
        return Scope.PUSH in by.scopes and by.token_team_id in (None, team_id)
    return by.holds(OrganisationRole.LEADERSHIP) if team_id is None else by.works_in(team_id)


def require_can_annotate(by: Principal, team_id: int | None) -> None:
    """Raise `Forbidden` naming who may."""
    if not can_annotate(by, team_id):
        who = "A metrics steward, an administrator or leadership" if team_id is None else "A member of the owning team"
        raise Forbidden("role_missing", f"{who} may do this.")


def require_can_retract(by: Principal, annotation: Annotation, team_id: int | None) -> None:
    """Raise `Forbidden` naming who may: the writer, or whoever may write such a mark."""
    if annotation.sender != by.sender:
        require_can_annotate(by, team_id)

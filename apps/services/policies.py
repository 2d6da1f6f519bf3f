"""Who may change the service catalogue."""

from apps.accounts.domain import OrganisationRole, Principal, TeamRole
from apps.core.problems import Forbidden
from apps.teams.models import Team


def can_manage_catalogue(by: Principal) -> bool:
    """Administrators and stewards; the system at set-up."""
    return by.kind == "system" or by.holds(OrganisationRole.ADMIN, OrganisationRole.STEWARD)


def require_can_manage_catalogue(by: Principal) -> None:
    """Raise `Forbidden` naming the roles that may."""
    if not can_manage_catalogue(by):
        raise Forbidden("role_missing", "An administrator or a metrics steward may do this.")


def can_hand_over(by: Principal, giving: Team | None) -> bool:
    """The giving team's engineering manager leads; a steward for the first owner."""
    return can_manage_catalogue(by) or (giving is not None and by.holds_in(giving.pk, TeamRole.ENGINEERING_MANAGER))


def require_can_hand_over(by: Principal, giving: Team | None) -> None:
    """Raise `Forbidden` naming the roles that may."""
    if not can_hand_over(by, giving):
        who = f"The engineering manager of {giving.name}" if giving else "A metrics steward"
        raise Forbidden("role_missing", f"{who} may do this.")

"""Who may manage a team and its tokens, and who writes its working agreements."""

from apps.accounts.domain import ROLE_WORDS, OrganisationRole, Principal, TeamRole
from apps.accounts.domain.responsibilities import DatedRow
from apps.core.problems import Forbidden
from apps.teams.models import Team


def can_manage_team(by: Principal, team: Team) -> bool:
    """The team's engineering manager, an administrator, or the system at set-up."""
    return by.kind == "system" or by.holds(OrganisationRole.ADMIN) or by.holds_in(team.pk, TeamRole.ENGINEERING_MANAGER)


def require_can_manage_team(by: Principal, team: Team) -> None:
    """Raise `Forbidden` naming the role that may."""
    if not can_manage_team(by, team):
        raise Forbidden("role_missing", f"The engineering manager of {team.name} or an administrator may do this.")


def can_manage_organisation(by: Principal) -> bool:
    """An administrator, or the system at set-up."""
    return by.kind == "system" or by.holds(OrganisationRole.ADMIN)


def require_can_manage_organisation(by: Principal) -> None:
    """Raise `Forbidden` naming the role that may."""
    if not can_manage_organisation(by):
        raise Forbidden("role_missing", "An administrator may do this.")


def can_write_agreement(by: Principal, team: Team, row: DatedRow) -> bool:
    """A person whose role in the team, or in its group, leads or shares the matter in the responsibility matrix."""
    return by.is_person and by.holds_in(team.pk, *(TeamRole(role) for role in row.writers))


def require_can_write_agreement(by: Principal, team: Team, row: DatedRow) -> None:
    """Raise `Forbidden` naming the roles that may."""
    if not by.is_person:
        raise Forbidden("needs_a_person", "A person does this in the portal; a tool cannot.")
    if not can_write_agreement(by, team, row):
        roles = " or ".join(ROLE_WORDS[role] for role in row.writers)
        raise Forbidden("role_missing", f"The {roles} of {team.name} may write this.")

"""Who may write down a definition to be agreed on, and who adopts what the product ships."""

from apps.accounts.domain import ROLE_WORDS, OrganisationRole, Principal, TeamRole
from apps.accounts.domain.responsibilities import RESPONSIBILITIES, WRITES
from apps.core.problems import Forbidden
from apps.metrics.models import MetricDefinition
from apps.teams.models import Team


def can_propose(by: Principal, owner: Team) -> bool:
    """Anybody with a role in the owner team, or a steward; a tool does it over the API."""
    return by.is_person and (by.holds(OrganisationRole.STEWARD) or owner.pk in by.team_roles)


def require_can_propose(by: Principal, owner: Team) -> None:
    """Raise `Forbidden` naming the roles that may."""
    _require_person(by)
    if not can_propose(by, owner):
        raise Forbidden("role_missing", f"Somebody of {owner.name} or a metrics steward may do this.")


def can_propose_somewhere(by: Principal) -> bool:
    """Whoever may propose for one team or for all."""
    return by.is_person and (by.holds(OrganisationRole.STEWARD) or bool(by.team_roles))


def require_can_propose_somewhere(by: Principal) -> None:
    """Raise `Forbidden` naming the roles that may."""
    _require_person(by)
    if not can_propose_somewhere(by):
        raise Forbidden("role_missing", "Somebody of a team or a metrics steward may do this.")


def can_adopt_starter(by: Principal) -> bool:
    """A metrics steward."""
    return by.is_person and by.holds(OrganisationRole.STEWARD)


def require_can_adopt_starter(by: Principal) -> None:
    """Raise `Forbidden` naming the role that may."""
    _require_person(by)
    if not can_adopt_starter(by):
        raise Forbidden("role_missing", "A metrics steward may do this.")


def confirming_roles(lens: str) -> list[str]:
    """Roles of the owner team that lead or share a definition of a lens."""
    letters = RESPONSIBILITIES["metric_definition"].letters_for({"lens": lens})
    return [role for role, letter in letters.items() if letter in WRITES]


def can_confirm_for(by: Principal, owner_id: int, lens: str) -> bool:
    """Whoever leads or shares a definition of that team and lens."""
    roles = [TeamRole(role) for role in confirming_roles(lens)]
    return by.is_person and by.holds_in(owner_id, *roles)


def require_can_confirm(by: Principal, definition: MetricDefinition) -> None:
    """Raise `Forbidden` naming the roles that look at a definition each year."""
    _require_person(by)
    if not can_confirm_for(by, definition.owner_team_id, definition.lens):
        roles = " or ".join(ROLE_WORDS[role] for role in confirming_roles(definition.lens))
        raise Forbidden("role_missing", f"The {roles} of {definition.owner_team.name} confirms it.")


def _require_person(by: Principal) -> None:
    if not by.is_person or by.user_id is None:
        raise Forbidden("needs_a_person", "A person does this in the portal; a token cannot.")

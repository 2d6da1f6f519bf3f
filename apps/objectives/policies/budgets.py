"""Who decides about budgets: the roles that a rule names, each in the owner team; a tool never does."""

from apps.accounts.domain import ROLE_WORDS, Principal, TeamRole
from apps.core.joining import joined
from apps.core.problems import Forbidden
from apps.objectives.domain.budget_policies import ROLES
from apps.teams.models import Team

NEEDS_A_PERSON = "A person does this in the portal; a tool cannot."


def require_person(by: Principal) -> int:
    """The id of the person who acts; raises `Forbidden` for tools."""
    if not by.is_person or by.user_id is None:
        raise Forbidden("needs_a_person", NEEDS_A_PERSON)
    return by.user_id


def can_acknowledge(by: Principal, team: Team) -> bool:
    """Whoever works in the owner team."""
    return by.is_person and by.works_in(team.pk)


def require_can_acknowledge(by: Principal, team: Team) -> None:
    """Raise `Forbidden` naming who may."""
    require_person(by)
    if not can_acknowledge(by, team):
        raise Forbidden("role_missing", f"A member of {team.name} does this.")


def can_close(by: Principal, team: Team) -> bool:
    """The leads of the owner team."""
    return by.is_person and by.holds_in(team.pk, *(TeamRole(role) for role in ROLES))


def require_can_close(by: Principal, team: Team) -> None:
    """Raise `Forbidden` naming who may."""
    require_person(by)
    if not can_close(by, team):
        raise Forbidden("role_missing", f"A lead of {team.name} closes it: {_or(ROLES)}.")


def role_missing(team: Team, roles: tuple[str, ...]) -> Forbidden:
    """The refusal of somebody who holds none of the roles that are asked for."""
    return Forbidden("role_missing", f"In {team.name} the {_or(roles)} signs this.")


def _or(roles: tuple[str, ...]) -> str:
    return joined([ROLE_WORDS[role] for role in roles], "or")

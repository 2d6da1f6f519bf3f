"""Who may do what with actions: the owner team does and asks, a second person verifies and confirms."""

from apps.accounts.domain import OrganisationRole, Principal, TeamRole
from apps.core.problems import Forbidden
from apps.incidents.domain.action_states import is_second_person
from apps.incidents.models import Action
from apps.incidents.policies.incidents import works_for
from apps.teams.models import Team

LEADS = (TeamRole.TECH_LEAD, TeamRole.ENGINEERING_MANAGER)


def can_work(by: Principal, team: Team) -> bool:
    """Whoever works in the team, or its push token; of a closed team a metrics steward, too."""
    return works_for(by, team.pk) or _stands_in(by, team)


def _stands_in(by: Principal, team: Team) -> bool:
    """A metrics steward, where the team is closed."""
    return team.closed_on is not None and by.holds(OrganisationRole.STEWARD)


def require_can_work(by: Principal, team: Team) -> None:
    """Raise `Forbidden` naming who may."""
    if not can_work(by, team):
        raise Forbidden("role_missing", f"A member of {team.name}, or its push token, may do this.{_others(team)}")


def _others(team: Team) -> str:
    return "" if team.closed_on is None else f" {team.name} is closed: a metrics steward may, too."


def require_person(by: Principal) -> None:
    """Raise `Forbidden` for tools."""
    if not by.is_person:
        raise Forbidden("needs_a_person", "A person does this in the portal; a tool cannot.")


def may_verify(by: Principal, action: Action) -> bool:
    """Those who work in the owner team, or in the team of the incident it came from, and the leadership above."""
    places = {action.owner_team_id} | ({action.retro.incident.owner_team_id} if action.retro else set())
    return by.is_person and any(by.sees_team(team_id) for team_id in places)


def can_verify(by: Principal, action: Action) -> bool:
    """One of those, and not whoever marked it as done."""
    return may_verify(by, action) and is_second_person(by.user_id, [action.done_by_id])


def require_can_verify(by: Principal, action: Action) -> None:
    """Raise unless a second person asks who may."""
    require_person(by)
    if not may_verify(by, action):
        raise Forbidden("role_missing", f"Somebody of {action.owner_team.name}, or its leadership, verifies this.")
    if not can_verify(by, action):
        raise Forbidden("second_person_required", "You marked it as done. A second person verifies it.")


def leads(by: Principal, team: Team) -> bool:
    """The tech lead or engineering manager of a team; of a closed one a metrics steward."""
    return by.holds_in(team.pk, *LEADS) or _stands_in(by, team)


def can_confirm_drop(by: Principal, action: Action) -> bool:
    """A lead of the owner team who did not ask for it."""
    return by.is_person and leads(by, action.owner_team) and is_second_person(by.user_id, [action.drop_asked_by_id])


def require_can_confirm_drop(by: Principal, action: Action) -> None:
    """Raise unless a lead of the owner team confirms what somebody else asks for."""
    require_person(by)
    if not leads(by, action.owner_team):
        words = f"The tech lead or engineering manager of {action.owner_team.name} confirms this."
        words += _others(action.owner_team)
        raise Forbidden("role_missing", words)
    if not can_confirm_drop(by, action):
        raise Forbidden("second_person_required", "You asked to drop it. Another lead of the team confirms.")


def can_keep(by: Principal, action: Action) -> bool:
    """A lead of the owner team, or whoever asked to drop it."""
    is_own_wish = action.drop_asked_by_id is not None and action.drop_asked_by_id == by.user_id
    return by.is_person and (is_own_wish or leads(by, action.owner_team))


def require_can_keep(by: Principal, action: Action) -> None:
    """Raise unless a lead, or whoever asked, keeps it."""
    require_person(by)
    if not can_keep(by, action):
        words = f"The tech lead or engineering manager of {action.owner_team.name}, or whoever asked, keeps it."
        words += _others(action.owner_team)
        raise Forbidden("role_missing", words)


def sees_assignee(by: Principal, action: Action) -> bool:
    """The chosen assignee is shown to the owner team, to its leadership, and to the assignee."""
    return by.is_person and (by.sees_team(action.owner_team_id) or by.user_id == action.assignee_id)

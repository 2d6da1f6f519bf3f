"""Who may adopt the starter templates, freeze cards and write notes beside cells."""

from apps.accounts.domain import OrganisationRole, Principal
from apps.core.problems import Absent, Forbidden
from apps.teams.models import Team


def can_adopt_template(by: Principal) -> bool:
    """A metrics steward."""
    return by.is_person and by.holds(OrganisationRole.STEWARD)


def require_can_adopt_template(by: Principal) -> None:
    """Raise `Forbidden` naming the role that may."""
    if not by.is_person:
        raise Forbidden("needs_a_person", "A person adopts a template; a tool cannot.")
    if not can_adopt_template(by):
        raise Forbidden("role_missing", "A metrics steward may adopt a scorecard template.")


def can_freeze_card(by: Principal) -> bool:
    """The scheduled task, or a metrics steward."""
    return by.kind == "system" or (by.is_person and by.holds(OrganisationRole.STEWARD))


def require_can_freeze_card(by: Principal) -> None:
    """Raise `Forbidden` naming the role that may."""
    if not can_freeze_card(by):
        raise Forbidden("role_missing", "Cards freeze on their day; a metrics steward may freeze one by hand.")


def can_write_note(by: Principal, team: Team) -> bool:
    """Anybody who works in the team."""
    return by.is_person and by.works_in(team.pk)


def require_can_write_note(by: Principal, team: Team) -> None:
    """Raise `Absent` for outsiders, `Forbidden` for readers without a role in the team."""
    if not by.sees_team(team.pk):
        raise Absent("not_found", "Nothing is here for you.")
    if not by.is_person:
        raise Forbidden("needs_a_person", "A person writes notes; a tool cannot.")
    if not can_write_note(by, team):
        raise Forbidden("role_missing", f"A member of {team.name} may write a note here.")

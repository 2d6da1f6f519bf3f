"""Who may read and write retros, publish, waive, link known causes, and pick improvements."""

from apps.accounts.domain import OrganisationRole, Principal, TeamRole
from apps.core.problems import Conflict, Forbidden
from apps.incidents.domain.incident_words import Visibility
from apps.incidents.domain.retros import WaiverProblem, waiver_problem
from apps.incidents.models import Incident, Retro
from apps.incidents.policies.incidents import works_for

LEADS = (TeamRole.TECH_LEAD, TeamRole.ENGINEERING_MANAGER)
WAIVERS = (TeamRole.ENGINEERING_MANAGER, TeamRole.LEADERSHIP)


def facilitates(by: Principal, retro: Retro) -> bool:
    """Whether this person was named to facilitate the retro."""
    return by.is_person and by.user_id is not None and by.user_id == retro.facilitator_id


def can_read_draft(by: Principal, retro: Retro) -> bool:
    """Drafts are read by the owner team and those above it, and by the facilitator; restricted ones by their list."""
    is_listed = retro.incident.visibility == Visibility.RESTRICTED
    return is_listed or by.sees_team(retro.incident.owner_team_id) or facilitates(by, retro)


def can_write_retro(by: Principal, retro: Retro) -> bool:
    """The owner team and its tools write, and the facilitator."""
    return works_for(by, retro.incident.owner_team_id) or facilitates(by, retro)


def require_can_write_retro(by: Principal, retro: Retro) -> None:
    """Raise `Forbidden` naming who writes."""
    if not can_write_retro(by, retro):
        raise Forbidden("role_missing", f"{retro.incident.owner_team.name} and the facilitator write this retro.")


def can_open_retro(by: Principal, incident: Incident) -> bool:
    """The owner team may write a retro of any incident."""
    return works_for(by, incident.owner_team_id)


def require_can_open_retro(by: Principal, incident: Incident) -> None:
    """Raise `Forbidden` naming who opens one."""
    if not can_open_retro(by, incident):
        raise Forbidden("role_missing", f"{incident.owner_team.name} opens the retro of this incident.")


def can_run_retro(by: Principal, retro: Retro) -> bool:
    """People who write it also submit it, take it back and name the facilitator."""
    return by.is_person and can_write_retro(by, retro)


def require_can_run_retro(by: Principal, retro: Retro) -> None:
    """Raise `Forbidden` naming who may."""
    _require_person(by)
    require_can_write_retro(by, retro)


def can_publish_retro(by: Principal, retro: Retro) -> bool:
    """Tech lead or engineering manager of the owner team, or the facilitator."""
    return by.is_person and (by.holds_in(retro.incident.owner_team_id, *LEADS) or facilitates(by, retro))


def require_can_publish_retro(by: Principal, retro: Retro) -> None:
    """Raise `Forbidden` naming who publishes."""
    _require_person(by)
    if not can_publish_retro(by, retro):
        team = retro.incident.owner_team.name
        words = f"A tech lead or engineering manager of {team}, or the facilitator, publishes this retro."
        raise Forbidden("role_missing", words)


def can_answer_waiver(by: Principal, retro: Retro) -> bool:
    """Whether the role is one that waives; who asked does not answer."""
    in_team = by.holds_in(retro.incident.owner_team_id, *WAIVERS)
    return by.is_person and (in_team or by.holds(OrganisationRole.LEADERSHIP))


def require_can_answer_waiver(by: Principal, retro: Retro) -> None:
    """Raise unless this person may answer, somebody asked, and it was somebody else."""
    _require_person(by)
    if not can_answer_waiver(by, retro):
        words = f"An engineering manager of {retro.incident.owner_team.name} or leadership waives a retro."
        raise Forbidden("role_missing", words)
    problem = waiver_problem(asked_by=retro.waiver_asked_by_id, answered_by=by.user_id)
    if problem is WaiverProblem.NOT_ASKED:
        raise Conflict(problem, "Nobody asks to waive this retro.")
    if problem is WaiverProblem.OWN_REQUEST:
        raise Forbidden(problem, "Another engineering manager, or leadership, answers what you asked.")


def can_link_cause(by: Principal, incident: Incident) -> bool:
    """People of the team that owns the incident say which known cause it came from."""
    return by.is_person and by.works_in(incident.owner_team_id)


def require_can_link_cause(by: Principal, incident: Incident) -> None:
    """Raise `Forbidden` naming who says it."""
    _require_person(by)
    if not can_link_cause(by, incident):
        raise Forbidden("role_missing", f"{incident.owner_team.name} says which known cause this came from.")


def can_write_cause(by: Principal, team_id: int) -> bool:
    """People of the team that owns a cause keep it."""
    return by.is_person and by.works_in(team_id)


def can_write_causes(by: Principal) -> bool:
    """People who work in some team keep causes for it."""
    return any(can_write_cause(by, team_id) for team_id in by.team_roles)


def require_can_write_cause(by: Principal, team_id: int, team_name: str) -> None:
    """Raise `Forbidden` naming who keeps it."""
    _require_person(by)
    if not can_write_cause(by, team_id):
        raise Forbidden("role_missing", f"{team_name} keeps this cause.")


def require_can_pick(by: Principal, team_id: int, team_name: str) -> None:
    """Raise `Forbidden` unless the person works in the team that would own the improvement."""
    _require_person(by)
    if not by.works_in(team_id):
        raise Forbidden("role_missing", f"{team_name} picks its own improvements.")


def _require_person(by: Principal) -> None:
    if not by.is_person:
        raise Forbidden("needs_a_person", "A person does this in the portal; a tool cannot.")

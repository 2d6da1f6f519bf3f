"""Reads of the pages about who leads, shares and agrees in a team, and of its working agreements."""

from dataclasses import dataclass
from datetime import datetime

from apps.accounts.domain import ROLE_WORDS, Principal
from apps.accounts.domain.responsibilities import (
    AGREEMENTS,
    EM,
    LEADERSHIP,
    MEMBER,
    PM,
    STEWARD,
    TL,
    DatedRow,
)
from apps.teams import policies
from apps.teams import queries as teams
from apps.teams.models import Team, WorkingAgreement

ROLES = (TL, EM, PM, MEMBER, STEWARD, LEADERSHIP)
TEAM_ROLES = (TL, EM, PM)
UPPER = {"group": "of the group", "organisation": "of the organisation"}


@dataclass(frozen=True)
class Held:
    """A role, the people who hold it for a team, and the sentence that names a vacancy (else empty)."""

    role: str
    names: list[str]
    vacancy: str


@dataclass(frozen=True)
class Matter:
    """What a working agreement may be about, the one that holds (or None), and whether the reader may write it."""

    row: DatedRow
    standing: WorkingAgreement | None
    may_write: bool


def list_held(team: Team, at: datetime) -> list[Held]:
    """Each role of the matrix with its people; those of the group stand behind the team's own."""
    holders = teams.list_role_holders(team, at)
    found = []
    for role in ROLES:
        mine = [h for h in holders if h.role == role]
        own = [h.name for h in mine if h.place == "team"]
        above = [f"{h.name} ({UPPER[h.place]})" for h in mine if h.place != "team"]
        found.append(Held(role, own + above, _vacancy(team, role) if role in TEAM_ROLES and not own else ""))
    return found


def _vacancy(team: Team, role: str) -> str:
    return f"Nobody in {team.name} holds {ROLE_WORDS[role]}; the group's holder or a steward signs."


def list_matters(team: Team, by: Principal) -> list[Matter]:
    """Every matter of the matrix with what holds in this team; one query."""
    standing = {row.matter: row for row in teams.list_standing_agreements().filter(team=team)}
    return [
        Matter(row, standing.get(row.key), policies.can_write_agreement(by, team, row)) for row in AGREEMENTS.values()
    ]


def list_history(team: Team, matter: str) -> list[WorkingAgreement]:
    """Everything a team ever agreed on about a matter, newest first; one query."""
    return list(teams.list_agreements().filter(team=team, matter=matter))

"""Who acts: roles and the principal of a request. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple


class OrganisationRole(StrEnum):
    """Roles held in the whole organisation."""

    LEADERSHIP = "leadership"
    STEWARD = "steward"
    ADMIN = "admin"


class TeamRole(StrEnum):
    """Roles held in a team or a group."""

    MEMBER = "member"
    TECH_LEAD = "tech_lead"
    PRODUCT_MANAGER = "product_manager"
    ENGINEERING_MANAGER = "engineering_manager"
    LEADERSHIP = "leadership"


# Who does a team's work. Its leadership reads and signs, and leaves the writing to the team.
WORKING_ROLES = (
    TeamRole.MEMBER, TeamRole.TECH_LEAD, TeamRole.PRODUCT_MANAGER, TeamRole.ENGINEERING_MANAGER,
)  # fmt: skip

ROLE_WORDS = MappingProxyType(
    {
        "member": "team member",
        "tech_lead": "tech lead",
        "product_manager": "product manager",
        "engineering_manager": "engineering manager",
        "leadership": "leadership",
        "steward": "metrics steward",
        "admin": "administrator",
    }
)


class PrincipalKind(StrEnum):
    """What stands behind a request."""

    ANONYMOUS = "anonymous"
    PERSON = "person"
    TOKEN = "token"
    SYSTEM = "system"


class Scope(StrEnum):
    """What a token may do."""

    READ = "read"
    PUSH = "push"
    PROPOSE = "propose"


class OwnTeam(NamedTuple):
    """A team the person belongs to, with what every page says of it."""

    id: int
    slug: str
    name: str


@dataclass(frozen=True)
class Principal:
    """Who acts, with everything that decides what they may see and do; built once per request, never kept."""

    kind: PrincipalKind
    key: str
    user_id: int | None = None
    token_id: int | None = None
    organisation_roles: frozenset[OrganisationRole] = frozenset()
    team_roles: Mapping[int, frozenset[TeamRole]] = field(default_factory=dict)
    own_teams: tuple[OwnTeam, ...] = ()
    scopes: frozenset[Scope] = frozenset()
    token_team_id: int | None = None

    @property
    def is_authenticated(self) -> bool:
        """True for people, tokens and the system."""
        return self.kind is not PrincipalKind.ANONYMOUS

    @property
    def is_person(self) -> bool:
        """True for a signed-in person."""
        return self.kind is PrincipalKind.PERSON

    @property
    def sees_all_teams(self) -> bool:
        """Leadership, stewards and administrators of the organisation read every team, as does its token."""
        whole = self.kind is PrincipalKind.TOKEN and self.token_team_id is None
        return self.kind is PrincipalKind.SYSTEM or whole or bool(self.organisation_roles)

    @property
    def visible_team_ids(self) -> frozenset[int]:
        """Teams whose judgements this principal reads, apart from `sees_all_teams`."""
        return frozenset(self.team_roles) | ({self.token_team_id} if self.token_team_id else set())

    @property
    def working_team_ids(self) -> frozenset[int]:
        """Teams whose work this principal does; leadership above a team is not of it."""
        own = {team_id for team_id in self.team_roles if self.works_in(team_id)}
        return frozenset(own | ({self.token_team_id} if self.token_team_id else set()))

    @property
    def works_somewhere(self) -> bool:
        """True for a person who does the work of some team."""
        return self.is_person and bool(self.working_team_ids)

    @property
    def sender(self) -> str:
        """Whose keys a sent object carries: the owner of a token, so that a new token repeats nothing."""
        if self.kind is PrincipalKind.TOKEN:
            return f"team:{self.token_team_id}" if self.token_team_id else "organisation"
        return self.key

    def holds(self, *roles: OrganisationRole) -> bool:
        """True when one of these organisation roles is held."""
        return bool(self.organisation_roles.intersection(roles))

    def holds_in(self, team_id: int, *roles: TeamRole) -> bool:
        """True when one of these roles is held in the team, by itself or through its group."""
        return bool(self.team_roles.get(team_id, frozenset()).intersection(roles))

    def works_in(self, team_id: int) -> bool:
        """True for those who do the team's work; leadership above it reads."""
        return self.holds_in(team_id, *WORKING_ROLES)

    def sees_team(self, team_id: int) -> bool:
        """True when the team's own rows (scorecards, reviews, targets) may be read."""
        return self.sees_all_teams or team_id in self.visible_team_ids


ANONYMOUS = Principal(kind=PrincipalKind.ANONYMOUS, key="anonymous")
SYSTEM = Principal(kind=PrincipalKind.SYSTEM, key="system")

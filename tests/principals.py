"""Principals as plain values: who somebody is without a database, for tests of who may."""

from apps.accounts.domain import OrganisationRole, Principal, PrincipalKind, Scope, TeamRole
from apps.teams.models import Team

HERE, ELSEWHERE = Team(pk=7, slug="here", name="Here"), Team(pk=8, slug="elsewhere", name="Elsewhere")


def person(*roles: TeamRole | OrganisationRole, user_id: int = 1) -> Principal:
    """A person who holds roles in the team `HERE` (by itself or through its group) or in the organisation."""
    here = frozenset(role for role in roles if isinstance(role, TeamRole))
    return Principal(
        kind=PrincipalKind.PERSON, key=f"user:{user_id}", user_id=user_id, team_roles={HERE.pk: here} if here else {},
        organisation_roles=frozenset(role for role in roles if isinstance(role, OrganisationRole)),
    )  # fmt: skip


def token(*scopes: Scope, team_id: int | None = HERE.pk) -> Principal:
    """A tool with a token of the team `HERE`, or (None) of the organisation."""
    return Principal(
        kind=PrincipalKind.TOKEN, key="token:1", token_id=1, scopes=frozenset(scopes), token_team_id=team_id
    )  # fmt: skip

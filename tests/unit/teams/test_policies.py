"""Who may manage a team: its engineering manager and administrators."""

import pytest

from apps.accounts.domain import ANONYMOUS, SYSTEM, OrganisationRole, Scope, TeamRole
from apps.core.problems import Forbidden
from apps.teams import policies
from tests.principals import ELSEWHERE, HERE, person, token


@pytest.mark.parametrize("role", list(TeamRole))
def test_team_role__manages_its_own_team_as_engineering_manager(role: TeamRole) -> None:
    assert policies.can_manage_team(person(role), HERE) is (role is TeamRole.ENGINEERING_MANAGER)
    assert not policies.can_manage_team(person(role), ELSEWHERE)
    assert not policies.can_manage_organisation(person(role))


@pytest.mark.parametrize("role", list(OrganisationRole))
def test_organisation_role__manages_every_team_as_administrator(role: OrganisationRole) -> None:
    is_admin = role is OrganisationRole.ADMIN
    assert policies.can_manage_team(person(role), HERE) is is_admin
    assert policies.can_manage_organisation(person(role)) is is_admin


def test_set_up__manages_and_nobody_else() -> None:
    assert policies.can_manage_team(SYSTEM, HERE)
    assert policies.can_manage_organisation(SYSTEM)
    for by in (ANONYMOUS, token(*Scope), token(*Scope, team_id=None)):
        with pytest.raises(Forbidden, match="The engineering manager of Here or an administrator"):
            policies.require_can_manage_team(by, HERE)
        with pytest.raises(Forbidden, match="An administrator may"):
            policies.require_can_manage_organisation(by)

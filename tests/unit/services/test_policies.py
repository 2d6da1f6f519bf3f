"""Who may change the catalogue: administrators and stewards; whoever gives a service away manages its team."""

import pytest

from apps.accounts.domain import ANONYMOUS, SYSTEM, OrganisationRole, Scope, TeamRole
from apps.core.problems import Forbidden
from apps.services import policies
from tests.principals import ELSEWHERE, HERE, person, token


@pytest.mark.parametrize("role", list(TeamRole))
def test_team_role__gives_away_as_engineering_manager(role: TeamRole) -> None:
    assert policies.can_hand_over(person(role), HERE) is (role is TeamRole.ENGINEERING_MANAGER)
    assert not policies.can_hand_over(person(role), ELSEWHERE)
    assert not policies.can_hand_over(person(role), None)
    assert not policies.can_manage_catalogue(person(role))


@pytest.mark.parametrize("role", list(OrganisationRole))
def test_organisation_role__changes_the_catalogue_unless_it_only_leads(role: OrganisationRole) -> None:
    may = role is not OrganisationRole.LEADERSHIP
    assert policies.can_manage_catalogue(person(role)) is may
    assert policies.can_hand_over(person(role), None) is may


def test_refusals__name_the_role_that_may() -> None:
    policies.require_can_hand_over(SYSTEM, None)
    policies.require_can_manage_catalogue(SYSTEM)
    for by in (ANONYMOUS, token(*Scope), person(TeamRole.MEMBER)):
        with pytest.raises(Forbidden, match="The engineering manager of Here may"):
            policies.require_can_hand_over(by, HERE)
        with pytest.raises(Forbidden, match="A metrics steward may"):
            policies.require_can_hand_over(by, None)
        with pytest.raises(Forbidden, match="An administrator or a metrics steward"):
            policies.require_can_manage_catalogue(by)

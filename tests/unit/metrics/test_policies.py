"""Who may write a definition down to be agreed on, and who adopts the starter catalogue: people, never a tool."""

import pytest

from apps.accounts.domain import ANONYMOUS, SYSTEM, OrganisationRole, Principal, Scope, TeamRole
from apps.core.problems import Forbidden
from apps.metrics import policies
from tests.principals import ELSEWHERE, HERE, person, token

NO_PERSON = [SYSTEM, ANONYMOUS, token(Scope.PUSH, Scope.PROPOSE), token(Scope.PROPOSE, team_id=None)]


@pytest.mark.parametrize("role", list(TeamRole))
def test_team_role__proposes_for_its_own_team_only(role: TeamRole) -> None:
    by = person(role)
    assert (policies.can_propose(by, HERE), policies.can_propose_somewhere(by)) == (True, True)
    assert not policies.can_propose(by, ELSEWHERE)
    assert not policies.can_adopt_starter(by)


@pytest.mark.parametrize("role", list(OrganisationRole))
def test_organisation_role__only_a_steward_acts_for_every_team(role: OrganisationRole) -> None:
    by, is_steward = person(role), role is OrganisationRole.STEWARD
    assert (policies.can_propose(by, HERE), policies.can_propose_somewhere(by)) == (is_steward, is_steward)
    assert policies.can_adopt_starter(by) is is_steward


@pytest.mark.parametrize("by", NO_PERSON, ids=lambda by: by.kind)
def test_no_person__writes_nothing_down_on_a_page(by: Principal) -> None:
    for refused in (
        lambda: policies.require_can_propose(by, HERE),
        lambda: policies.require_can_propose_somewhere(by),
        lambda: policies.require_can_adopt_starter(by),
    ):
        with pytest.raises(Forbidden) as caught:
            refused()
        assert caught.value.code == "needs_a_person"


def test_refusals__name_the_roles_that_may() -> None:
    nobody = person()
    with pytest.raises(Forbidden, match="Somebody of Here or a metrics steward"):
        policies.require_can_propose(nobody, HERE)
    with pytest.raises(Forbidden, match="A metrics steward"):
        policies.require_can_adopt_starter(nobody)
    with pytest.raises(Forbidden, match="Somebody of a team"):
        policies.require_can_propose_somewhere(nobody)

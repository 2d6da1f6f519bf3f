"""What a principal sees and under whose name it sends."""

import pytest

from apps.accounts.domain import ANONYMOUS, SYSTEM, OrganisationRole, Scope, TeamRole
from tests.principals import ELSEWHERE, HERE, person, token


@pytest.mark.parametrize("role", list(TeamRole))
def test_team_role__sees_its_own_team(role: TeamRole) -> None:
    assert person(role).sees_team(HERE.pk)
    assert not person(role).sees_team(ELSEWHERE.pk)
    assert not person(role).sees_all_teams


@pytest.mark.parametrize("role", list(OrganisationRole))
def test_organisation_role__sees_every_team(role: OrganisationRole) -> None:
    assert person(role).sees_all_teams
    assert person(role).sees_team(ELSEWHERE.pk)


def test_token__sees_what_it_belongs_to() -> None:
    own, whole = token(Scope.READ), token(Scope.READ, team_id=None)
    assert (own.sees_team(HERE.pk), own.sees_team(ELSEWHERE.pk), own.sees_all_teams) == (True, False, False)
    assert whole.sees_all_teams
    assert whole.visible_team_ids == frozenset()


def test_nobody__sees_no_team_and_the_system_every_one() -> None:
    assert not ANONYMOUS.is_authenticated
    assert not ANONYMOUS.sees_team(HERE.pk)
    assert SYSTEM.is_authenticated
    assert SYSTEM.sees_team(HERE.pk)


def test_sender__is_the_owner_of_a_token_and_else_oneself() -> None:
    assert token(Scope.PUSH).sender == f"team:{HERE.pk}"
    assert token(Scope.PUSH, team_id=None).sender == "organisation"
    assert person(user_id=4).sender == "user:4"
    assert SYSTEM.sender == "system"

"""Those who do a team's work write for it; leadership above it reads, whatever is written."""

from collections.abc import Callable

import pytest

from apps.accounts.domain import ANONYMOUS, SYSTEM, WORKING_ROLES, Principal, TeamRole
from apps.annotations.policies import can_annotate
from apps.delivery.policies import can_report
from apps.integrations.policies import can_import
from apps.portal.queries.annotations import list_places
from apps.scorecards.policies import can_write_note
from apps.teams import operations as teams
from apps.teams.models import Team
from tests.personas import BEGAN_AT, Organisation, make_person, principal_of
from tests.principals import ELSEWHERE, HERE, person

ACTS: dict[str, Callable[[Principal, Team], bool]] = {
    "report": lambda by, team: can_report(by, team.pk),
    "annotate": lambda by, team: can_annotate(by, team.pk),
    "import": can_import,
    "note": can_write_note,
}
each_act = pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)


@each_act
@pytest.mark.parametrize("role", list(TeamRole))
def test_team_role__writes_for_its_team_unless_it_leads_it(
    act: Callable[[Principal, Team], bool], role: TeamRole
) -> None:
    assert act(person(role), HERE) is (role is not TeamRole.LEADERSHIP)
    assert not act(person(role), ELSEWHERE)
    assert not act(ANONYMOUS, HERE)


def test_system__brings_facts_and_marks_for_every_team() -> None:
    assert can_report(SYSTEM, HERE.pk)
    assert can_annotate(SYSTEM, HERE.pk)
    assert can_import(SYSTEM, HERE)


@pytest.mark.parametrize("role", list(TeamRole))
def test_team_role__writes_nothing_for_the_whole_organisation(role: TeamRole) -> None:
    assert not can_report(person(role), None)
    assert not can_annotate(person(role), None)
    assert not can_import(person(role), None)


def test_working_roles__are_all_but_leadership() -> None:
    assert set(TeamRole) - set(WORKING_ROLES) == {TeamRole.LEADERSHIP}


@pytest.mark.sql
def test_list_places__leadership_of_a_group_is_offered_no_team_to_mark(organisation: Organisation) -> None:
    leader = make_person("ida", "Ida Lund")
    teams.add_member(user=leader, group=organisation.group, role=TeamRole.LEADERSHIP, from_at=BEGAN_AT, by=SYSTEM)
    assert principal_of(leader).sees_team(organisation.checkout.pk)
    assert list_places(principal_of(leader)) == []
    mine = list_places(principal_of(organisation.people["dee"]))
    assert mine[0] == ("team:checkout", "Checkout")
    assert len(mine) == 3

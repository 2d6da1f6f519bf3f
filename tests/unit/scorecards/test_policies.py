"""Who may write a note beside a cell."""

import pytest

from apps.accounts.domain import Principal, PrincipalKind, Scope
from apps.core.problems import Absent, Forbidden, Invalid
from apps.scorecards import operations, policies, queries
from apps.scorecards.models import CellNote
from tests.cards import QUARTER, House
from tests.personas import principal_of


@pytest.mark.parametrize(("name", "may"), [("ana", True), ("dee", True), ("fay", False), ("gus", False)])
def test_note__a_role_in_the_team(house: House, name: str, may: bool) -> None:
    assert policies.can_write_note(principal_of(house.organisation.people[name]), house.team) is may


def test_note__a_token_is_no_person(house: House) -> None:
    token = Principal(
        kind=PrincipalKind.TOKEN, key="token:1", token_id=1, token_team_id=house.team.pk, scopes=frozenset({Scope.PUSH})
    )
    with pytest.raises(Forbidden) as caught:
        policies.require_can_write_note(token, house.team)
    assert caught.value.code == "needs_a_person"


def test_note__an_outsider_finds_nothing(house: House) -> None:
    with pytest.raises(Absent):
        policies.require_can_write_note(principal_of(house.organisation.people["eli"]), house.team)


def test_note__five_hundred_characters_at_most(measured: House, at_freezing: object) -> None:
    steward = principal_of(measured.organisation.people["gus"])
    card = operations.freeze_card(team=measured.team, period=QUARTER, by=steward)
    by, cell = principal_of(measured.organisation.people["dee"]), card.cells.get(rank=4)
    with pytest.raises(Invalid) as caught:
        operations.write_note(cell=cell, text="x" * 501, by=by)
    assert caught.value.errors[0].pointer == "/text"
    assert operations.write_note(cell=cell, text="x" * 500, by=by).text == "x" * 500
    assert CellNote.objects.count() == 1


def test_pressing__a_lens_shows_its_most_pressing_cell(measured: House, at_freezing: object) -> None:
    card = operations.freeze_card(
        team=measured.team, period=QUARTER, by=principal_of(measured.organisation.people["gus"])
    )
    labels = {lens.value: cell.label for lens, cell in queries.pressing_by_lens(card).items() if cell}
    assert labels == {
        "flow": "Change lead time", "reliability": "Change failure rate", "learning": "Actions done on time",
        "impact": "Correct outcomes of critical flows",
    }  # fmt: skip


def test_newest_cards__one_for_each_team_that_may_be_read(measured: House, at_freezing: object) -> None:
    organisation = measured.organisation
    for team in (organisation.checkout, organisation.harbour):
        operations.freeze_card(team=team, period=QUARTER, by=principal_of(organisation.people["gus"]))
    both = [organisation.checkout.pk, organisation.harbour.pk]
    found = queries.newest_cards(both, "quarter", by=principal_of(organisation.people["dee"]))
    assert list(found) == [organisation.checkout.pk]
    assert len(queries.newest_cards(both, "quarter", by=principal_of(organisation.people["fay"]))) == 2

"""Every cell of the responsibility matrix, as the design prints it, against what enforcement does with it."""

from dataclasses import replace
from itertools import product

import pytest

from apps.accounts.domain import OrganisationRole, Principal, PrincipalKind, TeamRole
from apps.accounts.domain.responsibilities import RESPONSIBILITIES, printed_rows
from apps.core.problems import Forbidden
from apps.governance import policies
from apps.governance.domain import consent
from apps.governance.domain.consent import Holders, Mark
from apps.governance.domain.kinds import Change, Item, Op, kinds

TEAM, OTHER_TEAM = 11, 12
# kind (and lens, or that it is about a critical flow): letters of tech lead, engineering manager, product manager,
# member, steward, leadership.
ROLES = ("tech_lead", "engineering_manager", "product_manager", "member", "steward", "leadership")
PRINTED = {
    ("metric_definition", "flow"): "S S C C A -",
    ("metric_definition", "reliability"): "S S C C A -",
    ("metric_definition", "learning"): "S S C C A -",
    ("metric_definition", "impact"): "S C S C A -",
    ("target", ""): "S S C - - -",
    ("scorecard_template", ""): "C C C - L A",
    ("exemption", ""): "S S C C A -",
    ("freeze_window", ""): "C S S - - I",
    ("sli", ""): "L C C C C -",
    ("sli", "of a flow"): "L C A C C -",
    ("slo", ""): "L C C C C -",
    ("slo", "of a flow"): "L C A C C -",
    ("budget_policy", ""): "S S S - - I",
}
MEMBERS_SUBMIT = {"exemption"}
EITHER = {"exemption": {"tech_lead", "engineering_manager"}}
OF_TEAM = set(TeamRole) - {"leadership"}
CELLS = [
    (kind, lens, role, letter)
    for (kind, lens), letters in PRINTED.items()
    for role, letter in zip(ROLES, letters.split(), strict=True)
]
each_cell = pytest.mark.parametrize(("kind", "lens", "role", "letter"), CELLS)


def content_of(lens: str) -> dict[str, str]:
    """What of a content decides the letters."""
    return {"flow": "checkout"} if lens == "of a flow" else {"lens": lens} if lens else {}


def change_of(kind: str, lens: str, team: int = TEAM) -> Change:
    """A change of meaning of one object that the team owns."""
    owner = None if kind == "scorecard_template" else team
    item = Item(kind, Op.CHANGE, "key", content_of(lens))
    return Change(item, 1, "wording", "computing", is_same_meaning=False, owner_team_id=owner, name="It")


def holder_of(role: str, team: int = TEAM) -> Principal:
    """A person who holds this one role and no other."""
    organisation = frozenset({OrganisationRole(role)}) if role not in OF_TEAM else frozenset()
    teams = {team: frozenset({TeamRole(role)})} if role in OF_TEAM else {}
    return Principal(
        kind=PrincipalKind.PERSON, key="user:1", user_id=1, organisation_roles=organisation, team_roles=teams
    )


def everybody() -> Holders:
    """One person in each role: 1 to 6 in the order of `ROLES`."""
    people = {role: frozenset({number}) for number, role in enumerate(ROLES, 1)}
    return Holders(
        team={(TEAM, role): who for role, who in people.items() if role in OF_TEAM},
        group={},
        organisation={role: who for role, who in people.items() if role not in OF_TEAM},
    )


def needs_of(kind: str, lens: str):
    """What the registered kind itself asks for."""
    return kinds.get(kind).needs(change_of(kind, lens))


def test_matrix__is_the_printed_one() -> None:
    assert set(RESPONSIBILITIES) == {kind for kind, _ in PRINTED} == {kind.key for kind in kinds}
    for kind, lens, role, letter in CELLS:
        letters = RESPONSIBILITIES[kind].letters_for(content_of(lens))
        assert letters.get(role, "-") == letter, (kind, lens, role)
    variants = {"": "", "impact": "impact", "flow": "of a flow"}
    for row in printed_rows():
        kind, _, variant = row.key.partition(":")
        assert row.letters == RESPONSIBILITIES[kind].letters_for(content_of(variants[variant]))


@each_cell
def test_cell__decides_who_must_sign(kind: str, lens: str, role: str, letter: str) -> None:
    wanted = [need for need in needs_of(kind, lens) if role in need.roles]
    assert len(wanted) == (1 if letter in "LSA" else 0)
    if wanted:
        assert wanted[0].roles == EITHER.get(kind, {role}) or wanted[0].roles == {role}
        seats = consent.seats_for(needs_of(kind, lens), everybody(), authors=[], submitter=None)
        (seat,) = [seat for seat in seats if role in seat.need.roles]
        assert ROLES.index(role) + 1 in seat.people
        assert not seat.is_vacant


@each_cell
def test_cell__a_signature_of_this_role_alone_never_suffices_and_missing_leaves_it_open(
    kind: str, lens: str, role: str, letter: str
) -> None:
    seats = consent.seats_for(needs_of(kind, lens), everybody(), authors=[], submitter=None)
    by_all = [Mark(number, each, is_author=False) for number, each in enumerate(ROLES, 1)]
    others = [mark for mark in by_all if mark.role != role]
    assert consent.count(seats, by_all, everybody()).is_signed
    is_needed = letter in "LSA" and role not in EITHER.get(kind, set())
    assert consent.count(seats, others, everybody()).is_signed is not is_needed
    # Where one role is asked for, somebody else has to have written it, or seconds it.
    alone = [Mark(mark.person, mark.role, is_author=len(seats) == 1) for mark in by_all if mark.role == role]
    counted = consent.count(seats, alone, everybody())
    assert not (counted.is_signed and counted.is_by_two)


@each_cell
def test_cell__decides_who_drafts_submits_and_is_the_second(kind: str, lens: str, role: str, letter: str) -> None:
    change, by = change_of(kind, lens), holder_of(role)
    is_steward, is_own = role == "steward", role in OF_TEAM and kind != "scorecard_template"
    assert policies.can_draft(by, [change]) is (letter != "-" or is_steward or is_own)
    may_submit = letter in "LSA" or is_steward or (role == "member" and kind in MEMBERS_SUBMIT)
    also_named = kind in MEMBERS_SUBMIT and is_own
    assert policies.can_submit(by, [change]) is (may_submit or also_named)
    assert policies.can_second(by, [change]) is (letter in "LSAC")
    if not (may_submit or also_named):
        with pytest.raises(Forbidden):
            policies.require_can_submit(by, [change])


@each_cell
def test_cell__a_retirement_is_submitted_by_a_steward_alone(kind: str, lens: str, role: str, letter: str) -> None:
    change, by = change_of(kind, lens), holder_of(role)
    leaving = replace(change, item=replace(change.item, op=Op.RETIRE))
    assert policies.can_submit(by, [leaving]) is (role == "steward")
    assert leaving.change_class == "meaning"


@each_cell
@pytest.mark.parametrize("op", [Op.CREATE, Op.DEPRECATE, Op.RETIRE])
def test_cell__what_begins_or_ends_a_definition_needs_the_same_roles(
    kind: str, lens: str, role: str, letter: str, op: Op
) -> None:
    change = change_of(kind, lens)
    needs = kinds.get(kind).needs(replace(change, item=replace(change.item, op=op)))
    assert needs == needs_of(kind, lens)


@each_cell
def test_cell__a_role_in_another_team_counts_for_nothing(kind: str, lens: str, role: str, letter: str) -> None:
    if role not in OF_TEAM or kind == "scorecard_template":
        return
    change, by = change_of(kind, lens), holder_of(role, team=OTHER_TEAM)
    acts = (policies.can_draft, policies.can_submit, policies.can_second)
    assert [act(by, [change]) for act in acts] == [False, False, False]


def test_several_kinds__need_the_roles_of_all() -> None:
    both = [change_of("freeze_window", ""), change_of("target", "")]
    for role, act in product(ROLES, (policies.can_submit, policies.can_second)):
        by = holder_of(role)
        assert act(by, both) is all(act(by, [change]) for change in both)

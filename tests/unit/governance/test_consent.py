"""Whose signatures are needed and what they amount to: hats, vacancies, two people always."""

import pytest

from apps.accounts.domain import SYSTEM, TeamRole
from apps.core.problems import Conflict, Forbidden
from apps.governance import operations
from apps.governance.domain import consent
from apps.governance.domain.consent import FilledBy, Holders, Mark
from apps.governance.domain.kinds import Change, Kind, Need, Op, kinds
from apps.governance.domain.states import ProposalState
from apps.governance.models import Proposal
from apps.teams import operations as teams
from tests.governed import RULE, Path, Rules, path, rules
from tests.personas import BEGAN_AT

__all__ = ["path", "rules"]
TEAM = 11
TL, EM, PM, STEWARD = "tech_lead", "engineering_manager", "product_manager", "steward"
THREE = tuple(Need(frozenset({role}), TEAM) for role in (TL, EM, PM))
ANA, BO, CY, GUS, GIL = 1, 2, 3, 4, 5


def holders(*, group: dict[str, int] | None = None, **team: int) -> Holders:
    """One person in each named role of the team, of its group, and a steward."""
    return Holders(
        team={(TEAM, role): frozenset({person}) for role, person in team.items()},
        group={(TEAM, role): frozenset({person}) for role, person in (group or {}).items()},
        organisation={STEWARD: frozenset({GUS})},
    )


def approved(person: int, role: str) -> Mark:
    return Mark(person, role, is_author=False)


def test_vacant__falls_to_the_groups_holder_and_else_to_a_steward() -> None:
    held = holders(tech_lead=ANA, group={EM: GIL})
    seats = consent.seats_for(THREE, held, authors=[ANA], submitter=ANA)
    assert [(seat.filled_by, set(seat.people)) for seat in seats] == [
        (FilledBy.STEWARD, {GUS, ANA}), (FilledBy.GROUP, {GIL}), (FilledBy.STEWARD, {GUS}),
    ]  # fmt: skip
    assert consent.hats(GIL, seats, held) == [EM]
    assert consent.hats(GUS, seats, held) == [STEWARD]


def test_vacant__a_stewards_one_signature_covers_every_vacancy() -> None:
    held = holders(engineering_manager=CY)
    seats = consent.seats_for(THREE, held, authors=[ANA], submitter=ANA)
    found = consent.count(seats, [approved(GUS, STEWARD)], held)
    assert [seat.signed_by for seat in found.seats] == [GUS, None, GUS]
    assert consent.count(seats, [approved(GUS, STEWARD), approved(CY, EM)], held).is_signed


def test_vacant__an_author_who_is_a_steward_covers_nothing() -> None:
    held = holders(engineering_manager=CY)
    seats = consent.seats_for(THREE, held, authors=[GUS], submitter=GUS)
    assert [seat.people for seat in seats] == [frozenset(), {CY}, frozenset()]
    found = consent.count(seats, [Mark(GUS, STEWARD, is_author=True)], held)
    assert [seat.signed_by for seat in found.seats] == [None, None, None]


def test_count__one_person_fills_one_seat_whatever_they_hold() -> None:
    held = holders(tech_lead=ANA, engineering_manager=ANA, product_manager=BO)
    seats = consent.seats_for(THREE, held, authors=[BO], submitter=BO)
    found = consent.count(seats, [Mark(BO, PM, is_author=True), approved(ANA, TL)], held)
    assert [seat.signed_by for seat in found.seats] == [ANA, None, BO]


@pytest.mark.parametrize(
    ("marks", "least", "is_by_two"),
    [
        ([Mark(ANA, TL, is_author=True)], 1, False),
        ([Mark(ANA, TL, is_author=True), approved(CY, EM)], 1, True),
        ([approved(CY, EM)], 2, False),  # a tool wrote it, so nobody has agreed by writing
        ([approved(CY, EM), approved(BO, PM)], 2, True),
    ],
)
def test_two_people__always(marks: list[Mark], least: int, is_by_two: bool) -> None:
    held = holders(tech_lead=ANA, engineering_manager=CY, product_manager=BO)
    assert consent.count([], marks, held, least_approvers=least).is_by_two is is_by_two


@pytest.fixture
def three(path: Path, rules: Rules) -> Path:
    """Tech lead, manager and product manager must sign, and Ana is tech lead and manager."""

    def needs(change: Change) -> tuple[Need, ...]:
        return tuple(Need(frozenset({role}), change.owner_team_id) for role in (TL, EM, PM))

    kinds.register(
        Kind(RULE, "Rule", frozenset(Op), rules.parse, lambda c: f"{c.name}.", needs, rules.preview, rules.apply)
    )
    people = path.organisation.people
    role = TeamRole.ENGINEERING_MANAGER
    teams.add_member(user=people["ana"], team=path.organisation.checkout, role=role, from_at=BEGAN_AT, by=SYSTEM)
    return path


def sign(path: Path, proposal: Proposal, name: str, role: str = "") -> Proposal:
    return operations.sign_proposal(proposal=proposal, sha256=proposal.revision_sha256, role=role, by=path.by(name))


@pytest.mark.sql
@pytest.mark.django_db
def test_example__a_second_hat_signs_nothing_and_three_people_sign(three: Path) -> None:
    draft = three.drafted()
    proposal = operations.submit_proposal(proposal=draft, sha256=draft.revision_sha256, role=TL, by=three.by("ana"))
    proposal = sign(three, proposal, "bo", PM)
    with pytest.raises(Forbidden) as refused:
        sign(three, proposal, "ana", EM)
    assert refused.value.code == "author_cannot_approve"
    with pytest.raises(Conflict) as again:
        sign(three, proposal, "bo", PM)
    assert (again.value.code, proposal.state) == ("already_signed", ProposalState.IN_REVIEW)
    assert sign(three, proposal, "cy", EM).state == ProposalState.SCHEDULED


@pytest.mark.sql
@pytest.mark.django_db
def test_submit__needs_somebody_for_every_role(three: Path) -> None:
    people = three.organisation.people
    draft = three.drafted()
    for name in ("bo", "gus"):
        people[name].is_active = False
        people[name].save()
    with pytest.raises(Conflict, match="product_manager") as refused:
        operations.submit_proposal(proposal=draft, sha256=draft.revision_sha256, by=three.by("ana"))
    assert refused.value.code == "role_vacant"

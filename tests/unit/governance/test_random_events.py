"""Whatever people do in whatever order: nothing comes into force without every role and two people."""

from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from apps.accounts.domain import TeamRole
from apps.core import clock
from apps.core.problems import ProblemError
from apps.governance import operations, queries
from apps.governance.domain.kinds import Item, Kind, Op, kinds
from apps.governance.domain.revisions import Asked, Category
from apps.governance.domain.states import TRANSITIONS, ProposalState
from apps.governance.models import Proposal, Signature
from apps.governance.tasks import move_proposals, run_previews
from apps.teams import operations as teams
from apps.teams import queries as team_queries
from apps.teams.models import Membership
from tests.personas import Organisation, make_organisation, principal_of
from tests.services import examples
from tests.unit.governance.conftest import RULE, Rules, needs

MONDAY = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)
PEOPLE = ("ana", "bo", "cy", "dee", "eli", "fay", "gus", "hal")
TEXT = "Because it would be read wrongly as it stands now."
STEPS = {(source, move.to or source) for move in TRANSITIONS.values() for source in move.sources}
# A signature schedules, and what waits for no date is in force in the same breath.
STEPS |= {(ProposalState.IN_REVIEW, ProposalState.ACTIVATED), (ProposalState.IN_REVIEW, ProposalState.BLOCKED)}


@dataclass
class World:
    """One proposal, the people around it, and a clock that only goes on."""

    house: Organisation
    rules: Rules
    now: datetime = MONDAY
    proposal: Proposal | None = None
    texts: int = 0
    # Every how many texts one changes words alone.
    words_each: int = 2
    # Who made Eli a tech lead of Checkout.
    appointed_by: set[int] = field(default_factory=set)

    def by(self, name: str) -> Any:
        if name == "a tool":
            return team_queries.principal_of_secret(self.house.secrets["proposing"], clock.now())
        return principal_of(self.house.people[name], self.now)

    def asked(self) -> Asked:
        self.texts += 1
        content = {
            "wording": f"words {self.texts}",
            "computing": f"b{self.texts}" if self.texts % self.words_each else "a",
        }
        return Asked((Item(RULE, Op.CHANGE, "lead-time", content),), TEXT, Category.IMPROVEMENT)


Act = Callable[[World, str], Any]


def _sha(world: World) -> dict[str, Any]:
    return {"proposal": world.proposal, "sha256": world.proposal.revision_sha256}


def _request(world: World) -> Any:
    found = queries.list_open_requests(world.proposal)
    return found[0] if found else None


def _answer(operation: Callable[..., Any], **words: str) -> Act:
    def act(world: World, who: str) -> None:
        request = _request(world)
        if request is not None:
            operation(request=request, by=world.by(who), **words)

    return act


def _outdate(world: World, _who: str) -> None:
    number, wording, computing = world.rules.texts["lead-time"]
    world.rules.texts["lead-time"] = (number + 1, wording, computing)


def _leave(world: World, who: str) -> None:
    rows = Membership.objects.filter(user=world.house.people[who], until_at=None, from_at__lt=world.now)
    rows.update(until_at=world.now)


def _appoint(world: World, who: str) -> None:
    """Whoever may do so gives Eli of Harbour a role that has to sign."""
    teams.add_member(
        user=world.house.people["eli"], team=world.house.checkout, role=TeamRole.TECH_LEAD, from_at=world.now,
        by=world.by(who),
    )  # fmt: skip
    world.appointed_by.add(world.house.people[who].pk)


def _wait(days: int) -> Act:
    def act(world: World, _who: str) -> None:
        world.now += timedelta(days=days)

    return act


ACTS: dict[str, Act] = {
    "revise": lambda w, who: operations.revise_proposal(asked=w.asked(), by=w.by(who), **_sha(w)),
    "submit": lambda w, who: operations.submit_proposal(by=w.by(who), **_sha(w)),
    "sign": lambda w, who: operations.sign_proposal(by=w.by(who), **_sha(w)),
    "sign again": lambda w, who: operations.sign_proposal(by=w.by(who), **_sha(w)),
    "request": lambda w, who: operations.request_changes(proposal=w.proposal, text=TEXT, by=w.by(who)),
    "take back": _answer(operations.take_back_request),
    "dismiss": _answer(operations.dismiss_request, text=TEXT),
    "reject": lambda w, who: operations.reject_proposal(proposal=w.proposal, text=TEXT, by=w.by(who)),
    "withdraw": lambda w, who: operations.withdraw_proposal(proposal=w.proposal, text=TEXT, by=w.by(who)),
    "preview": lambda w, _: (operations.ask_preview(proposal=w.proposal), run_previews()),
    "wait a day": _wait(1),
    "wait a week": _wait(7),
    "outdate": _outdate,
    "leave": _leave,
    "appoint": _appoint,
}
LIKELY = ["sign", "sign", "sign", "sign", "preview", "wait a week"]


class Life(RuleBasedStateMachine):
    """One proposal whose people do anything in any order; whatever they do is taken back at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.around = ExitStack()
        for name in ("_kinds", "_sections"):
            self.around.enter_context(patch.object(kinds, name, {}))
        self.around.enter_context(transaction.atomic())
        self.world: World | None = None

    @initialize(author=st.sampled_from(("ana", "cy", "gus", "a tool")), words_each=st.integers(1, 3))
    def begin(self, author: str, words_each: int) -> None:
        """Somebody, or a tool, puts a change up for consent."""
        self.world = _begin(author, words_each)

    @rule(name=st.sampled_from([*ACTS, *LIKELY]), who=st.sampled_from([*PEOPLE, "ana", "cy", "gus"]))
    def act(self, name: str, who: str) -> None:
        """Somebody does something, and the clock looks at it; states follow the table."""
        before = ProposalState(self.world.proposal.state)
        _do(self.world, name, who)
        _require_sound(self.world, before)

    def teardown(self) -> None:
        """Nothing of it is kept."""
        transaction.set_rollback(True)
        self.around.close()


@pytest.mark.sql
@pytest.mark.django_db
def test_nothing_comes_into_force_without_every_role_and_two_people() -> None:
    # Shrinking would take minutes, and the acts of a failure are short enough to read.
    run_state_machine_as_test(
        Life,
        settings=settings(max_examples=examples(30), stateful_step_count=16, phases=[Phase.explicit, Phase.generate]),
    )


def _begin(author: str, words_each: int) -> World:
    house = make_organisation()
    rules = Rules(house.checkout.pk)
    rules.texts["lead-time"] = (1, "words", "a")
    kinds.register(
        Kind(RULE, "Rule", frozenset(Op), rules.parse, lambda c: f"{c.name}.", needs, rules.preview, rules.apply)
    )
    world = World(house, rules, words_each=words_each)
    with clock.playing(world.now):
        world.proposal = operations.draft_proposal(asked=world.asked(), by=world.by(author))
        run_previews()
        operations.submit_proposal(by=world.by(author), **_sha(world))
    world.proposal = Proposal.objects.get(pk=world.proposal.pk)
    return world


def _do(world: World, name: str, who: str) -> None:
    with clock.playing(world.now):
        with suppress(ProblemError):
            ACTS[name](world, who)
        move_proposals()
    world.proposal = Proposal.objects.get(pk=world.proposal.pk)


def _require_sound(world: World, before: ProposalState) -> None:
    state = ProposalState(world.proposal.state)
    if state is not before:
        assert _is_reachable(before, state), f"{before} -> {state}"
    assert before.is_open or state is before
    assert len(world.rules.granted) == (1 if state is ProposalState.ACTIVATED else 0)
    if state in (ProposalState.SCHEDULED, ProposalState.ACTIVATED) and before is not state:
        _require_agreed(world)


def _is_reachable(before: ProposalState, after: ProposalState) -> bool:
    """In one step, or in two when the timer went on after the act."""
    middle = {to for source, to in STEPS if source is before}
    return after in middle or any((between, after) in STEPS for between in middle)


def _require_agreed(world: World) -> None:
    revision = queries.get_revision(world.proposal)
    authors = queries.authors_of(world.proposal)
    rows = [row for row in Signature.objects.filter(revision=revision) if _counts(world, row, authors)]
    approvers = {row.signed_by_id for row in rows if row.act == "approve"}
    assert approvers
    assert not approvers & authors
    assert len({row.signed_by_id for row in rows} | ({revision.made_by_id} - {None})) >= 2
    if queries.asked_of(revision).items[0].content["computing"] != "a":
        assert {row.role for row in rows} >= {"tech_lead", "engineering_manager", "steward"} or _is_covered(rows)
    assert not queries.list_open_requests(world.proposal)


def _counts(world: World, row: Signature, authors: frozenset[int]) -> bool:
    """Whoever signed is still there, and was given the role by no author."""
    if row.signed_by_id == world.house.people["eli"].pk and world.appointed_by and world.appointed_by <= authors:
        return False
    held = Membership.objects.standing(world.now).filter(user=row.signed_by_id, role=row.role)
    return row.role == "steward" or held.exists()


def _is_covered(rows: list[Signature]) -> bool:
    """A role that only authors hold is signed by a steward, whose one signature covers every vacancy."""
    return any(row.role == "steward" and row.act == "approve" for row in rows)

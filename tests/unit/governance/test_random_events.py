"""Whatever people do in whatever order: nothing comes into force without every role and two people."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from apps.core import clock
from apps.core.problems import ProblemError
from apps.governance import operations, queries
from apps.governance.domain.kinds import Item, Kind, Op, kinds
from apps.governance.domain.revisions import Asked, Category
from apps.governance.domain.states import TRANSITIONS, ProposalState
from apps.governance.models import Proposal, Signature
from apps.governance.tasks import move_proposals, run_previews
from tests.personas import Organisation, make_organisation, principal_of
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
    seen: list[ProposalState] = field(default_factory=list)

    def by(self, name: str) -> Any:
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
}
LIKELY = ["sign", "sign", "sign", "sign", "preview", "wait a week"]
steps = st.tuples(st.sampled_from([*ACTS, *LIKELY]), st.sampled_from([*PEOPLE, "ana", "cy", "gus"]))


@pytest.mark.sql
class RandomEvents(TestCase):
    """Random sequences of acts against what must hold after each of them."""

    # Shrinking would take minutes, and the acts of a failure are short enough to read.
    @settings(max_examples=40, phases=[Phase.explicit, Phase.generate])
    @given(
        author=st.sampled_from(("ana", "cy", "gus")),
        words_each=st.integers(1, 3),
        history=st.lists(steps, min_size=4, max_size=16),
    )
    def test_nothing_comes_into_force_without_every_role_and_two_people(
        self, author: str, words_each: int, history: list[tuple[str, str]]
    ) -> None:
        """States follow the table; what is granted was signed; decided stays decided."""
        with patch.object(kinds, "_kinds", {}), patch.object(kinds, "_sections", {}):
            world = _begin(author, words_each)
            for name, who in history:
                before = ProposalState(world.proposal.state)
                _do(world, name, who)
                _require_sound(world, before)


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
    rows = list(Signature.objects.filter(revision=revision))
    approvers = {row.signed_by_id for row in rows if row.act == "approve"}
    assert approvers
    assert not approvers & authors
    assert len({row.signed_by_id for row in rows} | {revision.made_by_id}) >= 2
    if queries.asked_of(revision).items[0].content["computing"] != "a":
        assert {row.role for row in rows} >= {"tech_lead", "engineering_manager", "steward"} or _is_covered(rows)
    assert not queries.list_open_requests(world.proposal)


def _is_covered(rows: list[Signature]) -> bool:
    """A role that only authors hold is signed by a steward, whose one signature covers every vacancy."""
    return any(row.role == "steward" and row.act == "approve" for row in rows)

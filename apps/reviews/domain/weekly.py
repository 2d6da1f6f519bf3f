"""The weekly review: its states, the blocks of its agenda with their rules, and what is asked first. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

MOST_OPEN = 12
MOST_DEFERRALS = 2
SKIPPED_AFTER_DAYS = 7


class ReviewKind(StrEnum):
    """Which meeting a due row asks for."""

    WEEKLY = "weekly"
    QUARTERLY = "quarterly"


class WeeklyState(StrEnum):
    """Where a weekly review stands."""

    WAITING = "waiting"
    OPEN = "open"
    CLOSED = "closed"
    SKIPPED = "skipped"

    @property
    def label(self) -> str:
        """The words on pages."""
        return STATE_WORDS[self]


STATE_WORDS: Mapping[WeeklyState, str] = {
    WeeklyState.WAITING: "Waiting",
    WeeklyState.OPEN: "Open",
    WeeklyState.CLOSED: "Closed",
    WeeklyState.SKIPPED: "Skipped",
}


class WeeklyAct(StrEnum):
    """What can be done with a weekly review."""

    REFRESH = "refresh"
    OPEN = "open"
    ANSWER = "answer"
    CLOSE = "close"
    SKIP = "skip"


_S, _A = WeeklyState, WeeklyAct
# From which state an act is possible, and where it leads.
STEPS: Mapping[WeeklyAct, tuple[WeeklyState, WeeklyState]] = {
    _A.REFRESH: (_S.WAITING, _S.WAITING),
    _A.OPEN: (_S.WAITING, _S.OPEN),
    _A.ANSWER: (_S.OPEN, _S.OPEN),
    _A.CLOSE: (_S.OPEN, _S.CLOSED),
    _A.SKIP: (_S.WAITING, _S.SKIPPED),
}
SENTENCES: Mapping[str, str] = {
    "review_closed": "This review is closed and keeps what it showed.",
    "review_skipped": "Nobody opened this review for seven days, so it was skipped. The next one asks again.",
    "review_state": "This review is in another state; read it again to see which.",
}


def step_problem(state: WeeklyState, act: WeeklyAct) -> str | None:
    """The code of why this act is not possible in this state, or None."""
    if state is STEPS[act][0]:
        return None
    return {_S.CLOSED: "review_closed", _S.SKIPPED: "review_skipped"}.get(state, "review_state")


class BlockKey(StrEnum):
    """The blocks of the agenda, in the order of the meeting."""

    TRIGGERS = "triggers"
    DECISIONS = "decisions"
    FLOW = "flow"
    BURN = "burn"
    INCIDENTS = "incidents"
    FINDINGS = "findings"
    SERVICES = "services"

    @property
    def heading(self) -> str:
        """The words above it on pages."""
        return BLOCKS[self][0]

    @property
    def minutes(self) -> int:
        """How long the meeting stays with it."""
        return BLOCKS[self][1]


BLOCKS: Mapping[BlockKey, tuple[str, int]] = {
    BlockKey.TRIGGERS: ("Budget triggers", 3),
    BlockKey.DECISIONS: ("Last decisions", 5),
    BlockKey.FLOW: ("Flow", 4),
    BlockKey.BURN: ("Burn", 4),
    BlockKey.INCIDENTS: ("Incidents", 5),
    BlockKey.FINDINGS: ("Findings", 3),
    BlockKey.SERVICES: ("Decide per service", 5),
}


class Rule(StrEnum):
    """Why something stands on the agenda."""

    BUDGET_TRIGGER = "budget_trigger"
    DECISION_DUE = "decision_due"
    DEPLOYMENT_FREQUENCY = "deployment_frequency"
    LEAD_TIME = "lead_time"
    BURN = "burn"
    INCIDENT_OPEN = "incident_open"
    RETRO_DUE = "retro_due"
    ACTION_OVERDUE = "action_overdue"
    PAGES_OVER_BUDGET = "pages_over_budget"
    CAUSE_RETURNED = "cause_returned"
    DATA_GAP = "data_gap"
    SERVICE = "service"

    @property
    def block(self) -> BlockKey:
        """The block in which it stands."""
        return RULE_BLOCKS[self]


RULE_BLOCKS: Mapping[Rule, BlockKey] = {
    Rule.BUDGET_TRIGGER: BlockKey.TRIGGERS,
    Rule.DECISION_DUE: BlockKey.DECISIONS,
    Rule.DEPLOYMENT_FREQUENCY: BlockKey.FLOW,
    Rule.LEAD_TIME: BlockKey.FLOW,
    Rule.BURN: BlockKey.BURN,
    Rule.INCIDENT_OPEN: BlockKey.INCIDENTS,
    Rule.RETRO_DUE: BlockKey.INCIDENTS,
    Rule.ACTION_OVERDUE: BlockKey.INCIDENTS,
    Rule.PAGES_OVER_BUDGET: BlockKey.INCIDENTS,
    Rule.CAUSE_RETURNED: BlockKey.INCIDENTS,
    Rule.DATA_GAP: BlockKey.FINDINGS,
    Rule.SERVICE: BlockKey.SERVICES,
}


class Press(StrEnum):
    """How much something asks for a decision, the most pressing first."""

    DECISION_MISSING = "decision_missing"
    EXHAUSTED = "exhausted"
    NOT_MET_AND_WORSENED = "not_met_and_worsened"
    NOT_MET = "not_met"
    WORSENED = "worsened"
    NO_DATA_AGAIN = "no_data_again"
    AT_RISK = "at_risk"
    NO_DATA = "no_data"
    NOT_JUDGED = "not_judged"
    CANNOT_TELL = "cannot_tell"
    REST = "rest"


@dataclass(frozen=True)
class Found:
    """One thing that asks for a decision, before it has its place on the agenda.

    `order` sorts what presses equally inside a rule; `services` are the short names of services it speaks of.
    `movement` is what a prompt is chosen by, `definition` what it is counted for.
    """

    rule: Rule
    subject: str
    sentence: str
    press: Press
    evidence: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    order: str = ""
    services: tuple[str, ...] = ()
    movement: str = ""
    definition: str = ""


@dataclass(frozen=True)
class Placed:
    """A thing on the agenda: its place, whether it is counted only, its prompt."""

    rank: int
    found: Found
    prompt: str = ""
    is_counted_only: bool = False


def arrange(found: Iterable[Found]) -> list[Placed]:
    """The agenda in the order of its blocks; beyond the twelve most pressing ones things are counted only."""
    everything = list(found)
    asked = [one for one in everything if one.rule is not Rule.SERVICE]
    urgent = {id(one) for one in sorted(asked, key=_urgency)[:MOST_OPEN]}
    blocks = list(BlockKey)
    ordered = sorted(everything, key=lambda one: (blocks.index(one.rule.block), *_urgency(one)))
    return [
        Placed(rank, one, is_counted_only=one.rule is not Rule.SERVICE and id(one) not in urgent)
        for rank, one in enumerate(ordered, start=1)
    ]


def _urgency(one: Found) -> tuple[int, int, str, str]:
    return list(Press).index(one.press), list(Rule).index(one.rule), one.order, one.subject


def named_services(found: Sequence[Found]) -> frozenset[str]:
    """Short names of services that stand somewhere on the agenda already."""
    return frozenset(slug for one in found for slug in one.services)

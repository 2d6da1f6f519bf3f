"""States of a proposal, as data: one table from which every act reads whether it may happen. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType


class ProposalState(StrEnum):
    """Where a proposal stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    BLOCKED = "blocked"
    SCHEDULED = "scheduled"
    ACTIVATED = "activated"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"

    @property
    def label(self) -> str:
        """The words on pages."""
        return STATE_WORDS[self]

    @property
    def is_open(self) -> bool:
        """True while something can still become of it."""
        return self in OPEN


class Event(StrEnum):
    """What can happen to a proposal."""

    EDIT = "edit"
    SUBMIT = "submit"
    REVISE = "revise"
    DISCUSS = "discuss"
    SCHEDULE = "schedule"
    ACTIVATE = "activate"
    BLOCK = "block"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"


@dataclass(frozen=True)
class Transition:
    """From which states an event is possible, and where it leads."""

    sources: frozenset[ProposalState]
    to: ProposalState | None  # None: it stays where it is


# Without an act of anybody for so long, what waits for people expires.
IDLE = timedelta(days=14)
_S = ProposalState
OPEN = frozenset({_S.DRAFT, _S.IN_REVIEW, _S.BLOCKED, _S.SCHEDULED})
STATE_WORDS: Mapping[ProposalState, str] = MappingProxyType(
    {
        _S.DRAFT: "Draft",
        _S.IN_REVIEW: "In review",
        _S.BLOCKED: "Blocked",
        _S.SCHEDULED: "Scheduled",
        _S.ACTIVATED: "In force",
        _S.REJECTED: "Rejected",
        _S.WITHDRAWN: "Withdrawn",
        _S.EXPIRED: "Expired",
    }
)
TRANSITIONS: Mapping[Event, Transition] = MappingProxyType(
    {
        Event.EDIT: Transition(frozenset({_S.DRAFT}), None),
        Event.SUBMIT: Transition(frozenset({_S.DRAFT}), _S.IN_REVIEW),
        Event.REVISE: Transition(frozenset({_S.IN_REVIEW, _S.BLOCKED}), _S.IN_REVIEW),
        Event.DISCUSS: Transition(frozenset({_S.IN_REVIEW}), None),
        Event.SCHEDULE: Transition(frozenset({_S.IN_REVIEW}), _S.SCHEDULED),
        Event.ACTIVATE: Transition(frozenset({_S.SCHEDULED}), _S.ACTIVATED),
        Event.BLOCK: Transition(frozenset({_S.SCHEDULED}), _S.BLOCKED),
        Event.REJECT: Transition(frozenset({_S.IN_REVIEW}), _S.REJECTED),
        Event.WITHDRAW: Transition(OPEN, _S.WITHDRAWN),
        Event.EXPIRE: Transition(frozenset({_S.IN_REVIEW, _S.BLOCKED}), _S.EXPIRED),
    }
)


def event_problem(state: ProposalState, event: Event) -> str | None:
    """Why this event is not possible in this state, as a sentence, or None."""
    if state in TRANSITIONS[event].sources:
        return None
    if not state.is_open:
        return f"This proposal is decided already: {state.label.lower()}."
    allowed = " or ".join(sorted(source.label.lower() for source in TRANSITIONS[event].sources))
    return f"This proposal is {state.label.lower()}; this can be done while it is {allowed}."


def after(state: ProposalState, event: Event) -> ProposalState:
    """The state that follows; raises `ValueError` for an event that is not possible."""
    problem = event_problem(state, event)
    if problem:
        raise ValueError(problem)
    return TRANSITIONS[event].to or state

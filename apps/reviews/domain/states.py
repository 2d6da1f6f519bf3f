"""States of a quarterly target review, as data. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class ReviewState(StrEnum):
    """Where a target review stands."""

    GENERATED = "generated"
    IN_DISCUSSION = "in_discussion"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The words on pages."""
        return STATE_WORDS[self]


class Act(StrEnum):
    """What can be done with a review."""

    REFRESH = "refresh"
    OPEN = "open"
    EDIT = "edit"
    SIGN = "sign"
    CLOSE = "close"


@dataclass(frozen=True)
class Transition:
    """From which state an act is possible, and where it leads."""

    source: ReviewState
    to: ReviewState


STATE_WORDS: Mapping[ReviewState, str] = {
    ReviewState.GENERATED: "Generated",
    ReviewState.IN_DISCUSSION: "In discussion",
    ReviewState.CLOSED: "Closed",
}
TRANSITIONS: Mapping[Act, Transition] = {
    Act.REFRESH: Transition(ReviewState.GENERATED, ReviewState.GENERATED),
    Act.OPEN: Transition(ReviewState.GENERATED, ReviewState.IN_DISCUSSION),
    Act.EDIT: Transition(ReviewState.IN_DISCUSSION, ReviewState.IN_DISCUSSION),
    Act.SIGN: Transition(ReviewState.IN_DISCUSSION, ReviewState.IN_DISCUSSION),
    Act.CLOSE: Transition(ReviewState.IN_DISCUSSION, ReviewState.CLOSED),
}


class StateProblem(StrEnum):
    """Why the state of a review forbids an act."""

    REVIEW_CLOSED = "review_closed"
    REVIEW_STATE = "review_state"


PROBLEM_SENTENCES: Mapping[StateProblem, str] = {
    StateProblem.REVIEW_CLOSED: "This review is closed and keeps what it showed.",
    StateProblem.REVIEW_STATE: "This review is in another state; read it again to see which.",
}


def act_problem(state: ReviewState, act: Act) -> StateProblem | None:
    """Why this act is not possible in this state, or None."""
    if state == TRANSITIONS[act].source:
        return None
    return StateProblem.REVIEW_CLOSED if state == ReviewState.CLOSED else StateProblem.REVIEW_STATE

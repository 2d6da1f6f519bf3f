"""States of an action, as data: what may be done with it, and by whom not. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from apps.incidents.domain.action_words import ActionKind, ActionState, EvidenceKind


class ActionAct(StrEnum):
    """What can be done with an action."""

    SET_DATE = "set_date"
    FINISH = "finish"
    TAKE_BACK = "take_back"
    VERIFY = "verify"
    ASK_DROP = "ask_drop"
    KEEP = "keep"
    CONFIRM_DROP = "confirm_drop"
    CHANGE_LINKS = "change_links"


@dataclass(frozen=True)
class ActionStep:
    """From which state an act is possible and where it leads; `asks_drop` says whether a wish to drop must stand."""

    source: ActionState
    to: ActionState
    asks_drop: bool | None = None  # None: either way


_S = ActionState
STATE_WORDS: Mapping[ActionState, str] = MappingProxyType(
    {_S.OPEN: "Open", _S.DONE: "Done, unverified", _S.VERIFIED: "Verified", _S.DROPPED: "Dropped"}
)
ACTION_STEPS: Mapping[ActionAct, ActionStep] = MappingProxyType(
    {
        ActionAct.SET_DATE: ActionStep(_S.OPEN, _S.OPEN),
        ActionAct.CHANGE_LINKS: ActionStep(_S.OPEN, _S.OPEN),
        ActionAct.FINISH: ActionStep(_S.OPEN, _S.DONE),
        ActionAct.TAKE_BACK: ActionStep(_S.DONE, _S.OPEN),
        ActionAct.VERIFY: ActionStep(_S.DONE, _S.VERIFIED),
        ActionAct.ASK_DROP: ActionStep(_S.OPEN, _S.OPEN, asks_drop=False),
        ActionAct.KEEP: ActionStep(_S.OPEN, _S.OPEN, asks_drop=True),
        ActionAct.CONFIRM_DROP: ActionStep(_S.OPEN, _S.DROPPED, asks_drop=True),
    }
)
KIND_WORDS: Mapping[ActionKind, str] = MappingProxyType({kind: kind.value.capitalize() for kind in ActionKind})
EVIDENCE_WORDS: Mapping[EvidenceKind, str] = MappingProxyType({kind: kind.value.capitalize() for kind in EvidenceKind})
NEXT_WAY: Mapping[ActionState, str] = MappingProxyType(
    {
        _S.OPEN: "Set a new date with a reason, mark it as done, or ask to drop it.",
        _S.DONE: "A second person verifies it, or whoever marked it takes that back.",
        _S.VERIFIED: "Nothing more can be changed; open a new action for what is left to do.",
        _S.DROPPED: "Nothing more can be changed; open a new action if it is needed after all.",
    }
)
DROP_IS_ASKED = "It is asked already to drop this action. Its tech lead or engineering manager confirms, or keeps it."
NO_DROP_IS_ASKED = "Nobody asks to drop this action. Ask for it with a reason first."


def action_problem(state: ActionState, act: ActionAct, *, is_drop_asked: bool) -> str | None:
    """Why this act is not possible now, as a sentence with the way on, or None."""
    step = ACTION_STEPS[act]
    if state is not step.source:
        return f"This action is {STATE_WORDS[state].lower()}. {NEXT_WAY[state]}"
    if step.asks_drop is not None and step.asks_drop is not is_drop_asked:
        return DROP_IS_ASKED if is_drop_asked else NO_DROP_IS_ASKED
    return None


def possible_acts(state: ActionState, *, is_drop_asked: bool) -> list[ActionAct]:
    """Every act that the state allows, in the order of the page."""
    return [act for act in ActionAct if action_problem(state, act, is_drop_asked=is_drop_asked) is None]


def is_second_person(actor: int | None, first: Collection[int | None]) -> bool:
    """A person, and none of those whose work or wish this is; what a tool did is nobody's own."""
    return actor is not None and actor not in first

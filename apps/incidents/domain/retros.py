"""Retros as data: which form a level asks for, states and steps, when one is due, who may waive. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from apps.incidents.domain.retro_words import RetroForm, RetroState
from apps.incidents.domain.severity import Level

STATE_WORDS: Mapping[RetroState, str] = {
    RetroState.DRAFT: "Draft",
    RetroState.IN_REVIEW: "In review",
    RetroState.PUBLISHED: "Published",
    RetroState.AMENDED: "Amended",
    RetroState.WAIVED: "Waived",
}
OPEN = frozenset({RetroState.DRAFT, RetroState.IN_REVIEW})
OUT = frozenset({RetroState.PUBLISHED, RetroState.AMENDED})


class RetroAct(StrEnum):
    """What can be done with a retro."""

    WRITE = "write"
    SUBMIT = "submit"
    TAKE_BACK = "take_back"
    PUBLISH = "publish"
    BEGIN_AMENDMENT = "begin_amendment"
    DROP_AMENDMENT = "drop_amendment"
    AMEND = "amend"
    ASK_WAIVER = "ask_waiver"
    REFUSE_WAIVER = "refuse_waiver"
    WAIVE = "waive"


@dataclass(frozen=True)
class Step:
    """From which states an act is possible, where it leads, and whether it needs or forbids an open amendment."""

    sources: frozenset[RetroState]
    to: RetroState | None = None
    amending: bool | None = None


STEPS: Mapping[RetroAct, Step] = {
    RetroAct.SUBMIT: Step(frozenset({RetroState.DRAFT}), RetroState.IN_REVIEW),
    RetroAct.TAKE_BACK: Step(frozenset({RetroState.IN_REVIEW}), RetroState.DRAFT),
    RetroAct.PUBLISH: Step(OPEN, RetroState.PUBLISHED),
    RetroAct.BEGIN_AMENDMENT: Step(OUT, amending=False),
    RetroAct.DROP_AMENDMENT: Step(OUT, amending=True),
    RetroAct.AMEND: Step(OUT, RetroState.AMENDED, amending=True),
    RetroAct.ASK_WAIVER: Step(OPEN),
    RetroAct.REFUSE_WAIVER: Step(OPEN),
    RetroAct.WAIVE: Step(OPEN, RetroState.WAIVED),
}


class StepProblem(StrEnum):
    """Why the state of a retro forbids an act."""

    RETRO_PUBLISHED = "retro_published"
    ILLEGAL_TRANSITION = "illegal_transition"


STEP_SENTENCES: Mapping[StepProblem, str] = {
    StepProblem.RETRO_PUBLISHED: "This retro is published and keeps what it says. Begin an amendment, with a reason.",
    StepProblem.ILLEGAL_TRANSITION: "The retro is in another state; open it to see which step comes next.",
}


def step_problem(state: RetroState, act: RetroAct, *, is_amending: bool) -> StepProblem | None:
    """Why this act is not possible now, or None. While an amendment is open, writing is."""
    if act is RetroAct.WRITE:
        is_possible = state in OPEN or (state in OUT and is_amending)
    else:
        step = STEPS[act]
        is_possible = state in step.sources and step.amending in (None, is_amending)
    if is_possible:
        return None
    asks_to_change = act in (RetroAct.WRITE, RetroAct.PUBLISH)
    if state in OUT and asks_to_change:
        return StepProblem.RETRO_PUBLISHED
    return StepProblem.ILLEGAL_TRANSITION


def due_at(resolved_at: datetime | None, hours: int) -> datetime | None:
    """So many hours after the last resolution; nothing is due while the incident is not resolved."""
    return None if resolved_at is None else resolved_at + timedelta(hours=hours)


def form_of(level: Level | None) -> RetroForm:
    """The form the worst level asks for; a retro that nobody asked for is the short one."""
    asked = level.retro if level else RetroForm.NONE
    return RetroForm.SHORT if asked is RetroForm.NONE else asked


def is_asked_by(level: Level | None) -> bool:
    """Whether the worst level that an incident reached asks for a retro."""
    return level is not None and level.retro is not RetroForm.NONE


class Timeliness(StrEnum):
    """How the first publication stands to the time it was due."""

    NOT_DUE = "not_due"
    OPEN = "open"
    OVERDUE = "overdue"
    ON_TIME = "on_time"
    LATE = "late"


def timeliness(*, due: datetime | None, published: datetime | None, now: datetime) -> Timeliness:
    """A retro published before it was due is on time, whatever a reopening did since."""
    if published is not None:
        return Timeliness.ON_TIME if due is None or published <= due else Timeliness.LATE
    if due is None:
        return Timeliness.NOT_DUE
    return Timeliness.OPEN if now <= due else Timeliness.OVERDUE


class WaiverProblem(StrEnum):
    """Why somebody cannot answer the request to waive a retro."""

    NOT_ASKED = "illegal_transition"
    OWN_REQUEST = "second_person_required"


def waiver_problem(*, asked_by: int | None, answered_by: int | None) -> WaiverProblem | None:
    """A waiver is answered by another person than the one who asked."""
    if asked_by is None:
        return WaiverProblem.NOT_ASKED
    return WaiverProblem.OWN_REQUEST if asked_by == answered_by else None

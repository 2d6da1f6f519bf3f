"""Answers to items of a review: verbs, deferrals, what each needs; and how a decision turned out. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from apps.core.problems import FieldProblem

INVESTIGATE_WITHIN = timedelta(days=28)
LONGEST_TEXT = 1000


class Verb(StrEnum):
    """What people decide about an item."""

    CONTINUE = "continue"
    ADJUST = "adjust"
    INVESTIGATE = "investigate"

    @property
    def label(self) -> str:
        """The word on pages."""
        return self.value.capitalize()


class Direction(StrEnum):
    """Where a definition should move."""

    LOWER = "lower"
    HIGHER = "higher"


@dataclass(frozen=True)
class Expected:
    """What an adjustment should do: a definition by its short name, where it should move, and by when."""

    definition: str
    direction: Direction
    by_on: date


class Outcome(StrEnum):
    """How a decision turned out, confirmed by a person in a sentence."""

    HELPED = "helped"
    NO_CHANGE = "no_change"
    HURT = "hurt"
    TOO_EARLY = "too_early"
    NOT_DONE = "not_done"

    @property
    def label(self) -> str:
        """The words on pages."""
        return OUTCOME_WORDS[self]

    @property
    def comes_back(self) -> bool:
        """It is asked again."""
        return self in (Outcome.TOO_EARLY, Outcome.NOT_DONE)


OUTCOME_WORDS: Mapping[Outcome, str] = {
    Outcome.HELPED: "Helped",
    Outcome.NO_CHANGE: "No detectable change",
    Outcome.HURT: "Hurt",
    Outcome.TOO_EARLY: "Too early",
    Outcome.NOT_DONE: "Not done",
}


@dataclass(frozen=True)
class Answering:
    """What somebody wants to write down, as far as the rules need it."""

    verb: Verb
    text: str = ""
    has_action: bool = False
    question: str = ""
    follow_up_on: date | None = None
    expected: Expected | None = None


def answer_problems(asked: Answering, today: date, *, is_anew: bool = False) -> list[FieldProblem]:
    """Everything that is missing or wrong, each at its place; `is_anew`: it follows a decision that hurt."""
    found = _problems(asked, today)
    if is_anew and asked.verb is Verb.CONTINUE:
        found.append(("verb", "out_of_range", "What hurt does not go on: adjust, or investigate."))
    return [FieldProblem(f"/{place}", code, words) for place, code, words in found]


def _problems(asked: Answering, today: date) -> list[tuple[str, str, str]]:
    found = []
    if len(asked.text) > LONGEST_TEXT:
        found.append(("text", "too_long", f"At most {LONGEST_TEXT} characters are kept."))
    if asked.verb is Verb.ADJUST:
        found += _adjusting(asked, today)
    if asked.verb is Verb.INVESTIGATE:
        found += _investigating(asked, today)
    return found


def _adjusting(asked: Answering, today: date) -> list[tuple[str, str, str]]:
    found = []
    if not asked.text.strip():
        found.append(("text", "required", "Say what changes."))
    if not asked.has_action:
        found.append(("action", "required", "Name the action: what somebody does, and until when."))
    if asked.expected is not None and asked.expected.by_on < today:
        found.append(("expected/by_on", "out_of_range", f"Enter a day from {today:%-d %B %Y} on."))
    if asked.follow_up_on is not None and asked.follow_up_on <= today:
        found.append(("follow_up_on", "out_of_range", f"Enter a day after {today:%-d %B %Y}."))
    return found


def _investigating(asked: Answering, today: date) -> list[tuple[str, str, str]]:
    found = []
    if not asked.question.strip():
        found.append(("question", "required", "Write the question that is open."))
    elif len(asked.question) > LONGEST_TEXT:
        found.append(("question", "too_long", f"At most {LONGEST_TEXT} characters are kept."))
    latest = today + INVESTIGATE_WITHIN
    if asked.follow_up_on is None:
        found.append(("follow_up_on", "required", f"Enter a day until {latest:%-d %B %Y}."))
    elif not today < asked.follow_up_on <= latest:
        words = f"Enter a day after {today:%-d %B %Y} and until {latest:%-d %B %Y}."
        found.append(("follow_up_on", "out_of_range", words))
    return found


FIRST_LOOK = timedelta(days=35)


def follow_up_day(asked: Answering, due_on: date | None) -> date | None:
    """When a decision is looked at again: the day named, else the one its effect is expected by, else five weeks on.

    Four whole weeks after an action is done there is a first reading of what moved.
    """
    if asked.verb is Verb.CONTINUE:
        return None
    if asked.follow_up_on is not None or asked.verb is Verb.INVESTIGATE:
        return asked.follow_up_on
    if asked.expected is not None:
        return asked.expected.by_on
    return due_on + FIRST_LOOK if due_on else None

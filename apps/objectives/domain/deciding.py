"""What a decision about a budget has to say, and in which roles somebody signs it. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from apps.core.problems import FieldProblem
from apps.objectives.domain.policy_words import Verb

LONGEST_SENTENCE, LONGEST_REASON = 1000, 500
LONGEST_WAIT = timedelta(days=92)


@dataclass(frozen=True)
class Deciding:
    """What somebody decides: a verb, a sentence, and the day on which it is looked at again."""

    verb: str
    sentence: str
    revisit_on: date | None


def find_problems(asked: Deciding, today: date) -> list[FieldProblem]:
    """Every fault of a decision, at its field."""
    found = []
    if asked.verb not in set(Verb):
        found.append(FieldProblem("/verb", "unknown_value", f"Choose {', '.join(Verb)}."))
    if not asked.sentence.strip():
        found.append(FieldProblem("/sentence", "required", "Say in a sentence what you decide."))
    elif len(asked.sentence) > LONGEST_SENTENCE:
        found.append(FieldProblem("/sentence", "too_long", f"At most {LONGEST_SENTENCE} characters are kept."))
    if asked.revisit_on is None:
        found.append(FieldProblem("/revisit_on", "required", "Name the day on which it is looked at again."))
    elif not today < asked.revisit_on <= today + LONGEST_WAIT:
        latest = today + LONGEST_WAIT
        words = f"Choose a day after today, {latest.isoformat()} at the latest, so that it is looked at again."
        found.append(FieldProblem("/revisit_on", "out_of_range", words))
    return found


@dataclass(frozen=True)
class Chair:
    """One role that has not signed: who may sign for it, whether they hold it, and whether one may stand in for all."""

    role: str
    people: frozenset[int]
    is_own: bool
    covers_all: bool = False


def roles_to_sign(person: int, chairs: Sequence[Chair], signed: Collection[int], asked: str = "") -> list[Chair]:
    """The roles for which somebody signs now: one of their own; else one, or all, of the vacant ones.

    `asked` chooses among several. Empty where they may sign none.
    """
    mine = [one for one in chairs if person in one.people and not (one.is_own and person in signed)]
    if asked:
        mine = [one for one in mine if one.role == asked]
    own = [one for one in mine if one.is_own]
    if own:
        return own[:1]
    together = [one for one in mine if one.covers_all]
    return together or [one for one in mine if person not in signed][:1]


def still_asked(chairs: Sequence[Chair], signed: Collection[int]) -> Mapping[int, str]:
    """Who may still sign, with the first role they may sign for."""
    found: dict[int, str] = {}
    for chair in chairs:
        for person in sorted(chair.people - set(signed)):
            found.setdefault(person, chair.role)
    return found

"""What became of decisions: the outcome that a measurement proposes, what comes back when, and deferrals. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from apps.core.problems import Conflict, Invalid, ProblemError, invalid
from apps.measurements.domain.effects import Stage
from apps.measurements.domain.wording import Code
from apps.reviews.domain.answers import LONGEST_TEXT, Direction, Outcome
from apps.reviews.domain.weekly import MOST_DEFERRALS

A_WEEK = timedelta(days=7)
PROPOSED: Mapping[str, Outcome] = {
    Code.IMPROVED: Outcome.HELPED,
    Code.WORSENED: Outcome.HURT,
    Code.NO_SIGNAL: Outcome.NO_CHANGE,
}
UNMEASURED = "Nothing was measured for it: say in a sentence what you see."
NOT_DONE = "Its action is not done."
DROPPED = "Its action was dropped."


@dataclass(frozen=True)
class Proposal:
    """How a decision seems to have turned out (None: nothing is proposed), in a sentence, and what says so."""

    outcome: Outcome | None
    sentence: str
    reads_on: date | None = None
    measured: Mapping[str, Any] | None = None

    @property
    def document(self) -> dict[str, Any]:
        """As the follow-up keeps it."""
        return {
            "proposed": self.outcome.value if self.outcome else "", "sentence": self.sentence,
            "reads_on": self.reads_on.isoformat() if self.reads_on else "", "measured": self.measured,
        }  # fmt: skip


def propose(stage: Stage, result: Mapping[str, Any], direction: str = "") -> Proposal:
    """What the effect of an action proposes: a movement is named, and without one nothing was detected.

    `direction` is where the decision expected it to move; it decides where the definition declares none.
    """
    reads_on = date.fromisoformat(result["reads_on"]) if result.get("reads_on") else None
    if stage is Stage.WAITING:
        day = f" on {reads_on:%-d %B %Y}" if reads_on else " later"
        return Proposal(Outcome.TOO_EARLY, f"It is too early: the first reading comes{day}.", reads_on, result)
    if stage is Stage.UNREADABLE:
        return Proposal(None, result.get("why", UNMEASURED), None, result)
    outcome = PROPOSED.get(result.get("code", "")) or _by_direction(result, direction)
    early = " More weeks are to come." if stage is Stage.EARLY else ""
    return Proposal(outcome, f"{result.get('sentence', '')}.{early}", reads_on, result)


def _by_direction(result: Mapping[str, Any], direction: str) -> Outcome | None:
    """A change whose definition says not which way is better, by what was expected."""
    before, after = (result.get(side, {}).get("value") for side in ("before", "after"))
    if result.get("code") != Code.CHANGED or not direction or before is None or after is None:
        return None
    return Outcome.HELPED if (after < before) is (direction == Direction.LOWER) else Outcome.HURT


def propose_undone(*, is_dropped: bool) -> Proposal:
    """What an action that is open or dropped proposes."""
    return Proposal(Outcome.NOT_DONE, DROPPED if is_dropped else NOT_DONE)


def again_on(outcome: Outcome, today: date, reads_on: date | None) -> date | None:
    """When it is asked again: too early on the day of the first reading, not done in a week, all else never."""
    if outcome is Outcome.TOO_EARLY:
        return reads_on if reads_on is not None and reads_on > today else today + A_WEEK
    return today + A_WEEK if outcome is Outcome.NOT_DONE else None


def outcome_problem(follow_up_on: date | None, before: Outcome | None, sentence: str) -> ProblemError | None:
    """Why an outcome cannot be confirmed now, or None."""
    if follow_up_on is None:
        return Conflict("state_forbids", "Nothing was to be followed up: it was decided to go on as before.")
    if before is Outcome.HURT:
        return Conflict("state_forbids", "It hurt, and a new decision is needed. Decide that one.")
    if before is not None and not before.comes_back:
        return Conflict("state_forbids", "How it turned out is confirmed already.")
    if not sentence.strip():
        return invalid("/sentence", "required", "Say in a sentence what you see.")
    if len(sentence) > LONGEST_TEXT:
        return invalid("/sentence", "too_long", f"At most {LONGEST_TEXT} characters are kept.")
    return None


def deferral_problem(used: int, reason: str) -> Conflict | Invalid | None:
    """Why an item cannot be put off (again), or None."""
    if used >= MOST_DEFERRALS:
        return Conflict("deferred_twice", "It was put off twice already. Decide to continue, adjust or investigate.")
    if used and not reason.strip():
        return invalid("/reason", "required", "It was put off once already. Say why it waits once more.")
    if len(reason) > LONGEST_TEXT:
        return invalid("/reason", "too_long", f"At most {LONGEST_TEXT} characters are kept.")
    return None

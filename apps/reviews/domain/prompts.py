"""Questions that stand beside items, chosen by movement; they speak of the system, never of people. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum

from apps.reviews.domain.weekly import Placed

MOST_PER_DEFINITION = 2
MOST_PER_REVIEW = 5
RESTS_FOR = timedelta(weeks=4)


class Movement(StrEnum):
    """What moved, and which way."""

    LEAD_TIME_IMPROVED = "lead_time_improved"
    LEAD_TIME_WORSE = "lead_time_worse"
    FREQUENCY_FELL = "frequency_fell"
    FREQUENCY_ROSE_ALONE = "frequency_rose_alone"
    FAILURE_RATE_WORSE = "failure_rate_worse"
    RECOVERY_SLOWER = "recovery_slower"
    NOISE_WORSE = "noise_worse"
    BUDGET_UNTOUCHED_TWICE = "budget_untouched_twice"
    BURN_AT_RISK = "burn_at_risk"
    ACTIONS_LATE = "actions_late"
    SHARED_FACTOR_TWICE = "shared_factor_twice"
    ADOPTION_FLAT = "adoption_flat"


_M = Movement
PROMPTS: Mapping[str, str] = {
    _M.LEAD_TIME_IMPROVED: "What changed in the pipeline, and who else gains from it?",
    _M.LEAD_TIME_WORSE: "Where does a change wait: review, QA, approval, rework?",
    _M.FREQUENCY_FELL: "Which release step is still manual?",
    _M.FREQUENCY_ROSE_ALONE: "Sooner, or the same work cut smaller?",
    _M.FAILURE_RATE_WORSE: "Which test, rollout step or design would have caught it?",
    _M.RECOVERY_SLOWER: "Where do we lack a rollback we trust?",
    _M.NOISE_WORSE: "Which alert fires on an inner cause, not a user symptom?",
    _M.BUDGET_UNTOUCHED_TWICE: "Is the promise too easy, or are we too careful?",
    _M.BURN_AT_RISK: "Slow down, add a safeguard, or pay debt: what returns budget first?",
    _M.ACTIONS_LATE: "What must stop so that this one gets time?",
    _M.SHARED_FACTOR_TWICE: "What did both teach that the runbook lacks?",
    _M.ADOPTION_FLAT: "Which team said no, and what does it use instead?",
}


def with_prompts(placed: Iterable[Placed], resting: Collection[str]) -> list[Placed]:
    """The agenda with its questions: at most two of a definition, five of a review; one answered lately rests."""
    asked: Counter[str] = Counter()
    return [_ask(one, resting, asked) for one in placed]


def _ask(one: Placed, resting: Collection[str], asked: Counter[str]) -> Placed:
    prompt, definition = PROMPTS.get(one.found.movement, ""), one.found.definition or one.found.movement
    is_full = asked[definition] >= MOST_PER_DEFINITION or asked.total() >= MOST_PER_REVIEW
    if not prompt or prompt in resting or one.is_counted_only or is_full:
        return one
    asked[definition] += 1
    return replace(one, prompt=prompt)

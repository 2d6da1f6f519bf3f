"""The same counts under another target: where it would stand now, for the question "what if". Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from apps.objectives.domain.budgets import least_events
from apps.objectives.domain.evaluating import Evaluation, Measured, evaluate
from apps.objectives.domain.kept_results import Kept
from apps.objectives.domain.objective_words import Judge
from apps.objectives.domain.promises import Promise


def put_to(promise: Promise, target: Decimal) -> Promise:
    """The promise with another target; the least number of events follows it where it is the default."""
    is_default = promise.minimum_events == least_events(promise.target)
    minimum = least_events(target) if is_default else promise.minimum_events
    return replace(promise, target=target, minimum_events=minimum)


def what_if(
    promise: Promise, standing: Evaluation, total: Kept, keys: Sequence[Kept], target: Decimal, as_of: datetime
) -> Evaluation:
    """Where the kept counts would stand under another target; burn alerts of the present one say nothing about it.

    Keys decide only where each is judged; a thousand of them under five targets would be slow to no end.
    """
    if target == promise.target:
        return standing
    measured = {one.key: _measured(one) for one in keys} if promise.judge is Judge.EACH else {}
    return evaluate(
        put_to(promise, target), standing.frame, _measured(total), measured, newest_end=total.newest_end, as_of=as_of
    )


def _measured(kept: Kept) -> Measured:
    return Measured(kept.tally, kept.seen, kept.unusable, kept.recent)

"""Duties of objectives."""

from apps.core.work import duty
from apps.objectives.operations import evaluating
from apps.objectives.operations.evaluation_asking import EVALUATE


@duty(EVALUATE)
def evaluate_due() -> int:
    """Evaluate every objective whose counts changed, whose day ended, or whose source fell silent."""
    evaluating.ask_missing()
    return evaluating.evaluate_due()

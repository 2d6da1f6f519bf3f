"""Duties of objectives."""

from datetime import timedelta

from apps.core import clock
from apps.core.due import drain
from apps.core.work import duty
from apps.objectives.models import IndicatorRead
from apps.objectives.operations import day_publishing, day_replacing, evaluating, reading, reading_starting
from apps.objectives.operations.evaluation_asking import EVALUATE


@duty(EVALUATE)
def evaluate_due() -> int:
    """Evaluate every objective whose counts changed, whose day ended, or whose source fell silent."""
    evaluating.ask_missing()
    return evaluating.evaluate_due()


# Two questions of a minute each, and the storing of what they bring.
READING_HOLDS = timedelta(minutes=5)


@duty(reading_starting.READ)
def read_indicators() -> int:
    """Read indicators from their servers, and count tickets, one at a time."""
    reading_starting.start_reading_tickets(at=clock.as_of())
    return drain(IndicatorRead, reading.take, hold=READING_HOLDS, prepare=reading.listen)


@duty("objectives.keep_samples")
def keep_samples() -> int:
    """Publish the days of sources that fell silent before midnight; remove slices of more than a hundred days."""
    at = clock.as_of()
    return day_publishing.publish_ended_days(at=at) + day_replacing.remove_old_slices(at=at)

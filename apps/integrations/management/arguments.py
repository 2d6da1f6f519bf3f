"""Arguments that several commands share."""

from argparse import ArgumentTypeError
from datetime import UTC, date, datetime

from apps.core import clock
from apps.core.periods import local_midnight


def instant(text: str) -> datetime:
    """An instant with its offset, or a day, which begins at midnight of the reporting zone."""
    try:
        if len(text) == len("2026-01-31"):
            return local_midnight(date.fromisoformat(text), clock.reporting_zone())
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text} is no day (2026-01-31) and no time (2026-01-31T09:00:00+01:00)") from error
    if at.tzinfo is None:
        raise ArgumentTypeError(f"{text} needs its offset, such as Z or +01:00")
    return at.astimezone(UTC)

"""When a feed counts as silent: the one rule for cells, loads and stages. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

GIVEN_UP_AFTER = timedelta(weeks=26)


def heard_at_of(instants: Iterable[datetime], as_of: datetime) -> datetime | None:
    """The sign of life that decides for several services: the oldest of those that still report, else the newest.

    A service that has said nothing for half a year no longer makes the others silent.
    """
    heard = list(instants)
    alive = [at for at in heard if at >= as_of - GIVEN_UP_AFTER]
    return min(alive) if alive else max(heard, default=None)


def is_silent(heard_at: datetime, as_of: datetime, silent_after: timedelta) -> bool:
    """Whether more time has passed since the last sign of life than is normal for the source."""
    return as_of - heard_at > silent_after

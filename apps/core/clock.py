"""Two clocks: `now` is the wall, `as_of` the business instant that decides periods and silence."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

_played: ContextVar[datetime | None] = ContextVar("played_instant", default=None)


def now() -> datetime:
    """The wall clock in UTC, or the instant being played by the demo and by tests."""
    return _played.get() or datetime.now(UTC)


def as_of() -> datetime:
    """The business instant: the played one, the demo's fixed one, else the wall clock."""
    fixed = settings.PLUMBLINE_AS_OF
    return _played.get() or (datetime.fromisoformat(fixed).astimezone(UTC) if fixed else now())


def reporting_zone() -> ZoneInfo:
    """The time zone in which this organisation's periods begin and end."""
    return ZoneInfo(settings.REPORTING_ZONE)


def local_day(instant: datetime) -> date:
    """The day that calendars of the reporting zone show at an instant."""
    return instant.astimezone(reporting_zone()).date()


def today() -> date:
    """The business day in the reporting zone."""
    return local_day(as_of())


@contextmanager
def playing(instant: datetime) -> Iterator[None]:
    """Hold both clocks at `instant`: the demo plays its story and tests set their day with it."""
    token = _played.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _played.reset(token)

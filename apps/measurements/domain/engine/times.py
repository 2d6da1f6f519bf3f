"""Instants as whole microseconds since 1970 UTC, and back."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(instant: datetime) -> int:
    """Microseconds since 1970 UTC."""
    return (instant - _EPOCH) // _MICROSECOND


def instant(value: int) -> datetime:
    """The instant of a count of microseconds."""
    return _EPOCH + timedelta(microseconds=value)


def micros_of(length: timedelta) -> int:
    """A length of time in microseconds."""
    return length // _MICROSECOND

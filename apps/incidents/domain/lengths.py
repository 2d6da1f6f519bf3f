"""How long: a length in seconds, or the reason why there is none; read from a fact's times alone. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class NoLength(StrEnum):
    """Why a length cannot be said, or is only a floor."""

    NOT_KNOWN = "not_known"
    AT_LEAST = "at_least"
    ENDS_BEFORE_START = "ends_before_start"
    CAUGHT_BEFORE_IMPACT = "caught_before_impact"
    START_ASSUMED = "start_assumed"


@dataclass(frozen=True)
class Length:
    """Seconds, a floor in seconds, or no length at all; never a silent zero."""

    seconds: int | None
    reason: NoLength | None = None

    @property
    def counts(self) -> bool:
        """A number counts it, be it as at least so long."""
        return self.seconds is not None


@dataclass(frozen=True)
class Times:
    """The times of an incident as its fact row holds them."""

    started_at: datetime | None = None
    detected_at: datetime | None = None
    acknowledged_at: datetime | None = None
    mitigated_at: datetime | None = None
    first_resolved_at: datetime | None = None
    resolved_at: datetime | None = None
    hurt_seconds: int | None = None
    start_assumed: bool = False
    is_over: bool = False


@dataclass(frozen=True)
class Lengths:
    """Every length that pages, API and definitions speak of."""

    to_detect: Length
    to_acknowledge: Length
    to_mitigate: Length
    to_first_resolved: Length
    to_resolved: Length
    hurt: Length


def lengths_of(times: Times, now: datetime) -> Lengths:
    """All lengths of an incident; `now` bounds what still goes on."""
    start, is_over = times.started_at, times.is_over
    return Lengths(
        to_detect=_to_detect(times),
        to_acknowledge=_closed(times.detected_at, times.acknowledged_at),
        to_mitigate=_span(start, times.mitigated_at, now, is_over=is_over),
        to_first_resolved=_span(start, times.first_resolved_at, now, is_over=is_over),
        to_resolved=_span(start, times.resolved_at, now, is_over=is_over),
        hurt=_hurt(times, now),
    )


def _to_detect(times: Times) -> Length:
    """From impact to detection; what was caught before, and a start that was only assumed, are no length."""
    if times.start_assumed:
        return Length(None, NoLength.START_ASSUMED)
    if times.started_at and times.detected_at and times.detected_at < times.started_at:
        return Length(None, NoLength.CAUGHT_BEFORE_IMPACT)
    return _closed(times.started_at, times.detected_at)


def _closed(start: datetime | None, end: datetime | None) -> Length:
    if start is None or end is None:
        return Length(None, NoLength.NOT_KNOWN)
    if end < start:
        return Length(None, NoLength.ENDS_BEFORE_START)
    return Length(_seconds(start, end))


def _span(start: datetime | None, end: datetime | None, now: datetime, *, is_over: bool) -> Length:
    """A span whose missing end is a floor while the incident goes on."""
    if start is not None and end is None and not is_over:
        return Length(max(_seconds(start, now), 0), NoLength.AT_LEAST)
    return _closed(start, end)


def _hurt(times: Times, now: datetime) -> Length:
    if times.hurt_seconds is not None:
        return Length(times.hurt_seconds)
    if times.started_at is not None and not times.is_over:
        return Length(max(_seconds(times.started_at, times.mitigated_at or now), 0), NoLength.AT_LEAST)
    ends = (times.mitigated_at, times.first_resolved_at)
    before = times.started_at and any(end and end < times.started_at for end in ends)
    return Length(None, NoLength.ENDS_BEFORE_START if before else NoLength.NOT_KNOWN)


def _seconds(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds())

"""Hours of being on call: buckets and nights on the wall clock of the team's zone. Pure.

A night belongs to the day on which it begins, so that every week has seven of them, whatever daylight saving does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, available_timezones

from apps.incidents.domain.page_words import Bucket

NIGHT_FROM, NIGHT_UNTIL = time(22), time(8)
MONDAY_TO_FRIDAY = (0, 1, 2, 3, 4)
DAY = timedelta(days=1)
MINUTES_A_DAY = 24 * 60
OUT_OF_HOURS = frozenset({Bucket.EVENING, Bucket.NIGHT})


@dataclass(frozen=True)
class Hours:
    """When a team works: its zone and its hours from Monday to Friday, in minutes after midnight, end not included."""

    zone: ZoneInfo
    starts: int = 8 * 60
    ends: int = 18 * 60


@dataclass(frozen=True)
class HoursFrom:
    """Working hours that hold from an instant on, until later ones do."""

    from_at: datetime
    hours: Hours


def hours_at(history: Sequence[HoursFrom], instant: datetime, default: Hours) -> Hours:
    """The hours that hold at an instant; of several from one instant the last written. `history` is in that order."""
    held = default
    for row in sorted(history, key=lambda row: row.from_at):  # stable: rows of one instant keep their order
        if row.from_at <= instant:
            held = row.hours
    return held


def bucket_at(instant: datetime, hours: Hours) -> Bucket:
    """The bucket of an instant. Working hours come first: a team that begins at seven is not woken at half past."""
    local = instant.astimezone(hours.zone)
    if local.weekday() in MONDAY_TO_FRIDAY and hours.starts <= local.hour * 60 + local.minute < hours.ends:
        return Bucket.BUSINESS
    return Bucket.NIGHT if local.time() >= NIGHT_FROM or local.time() < NIGHT_UNTIL else Bucket.EVENING


def night_at(instant: datetime, hours: Hours) -> date | None:
    """The night of an instant, named by the day on which it begins; None when it lies in no night."""
    if bucket_at(instant, hours) is not Bucket.NIGHT:
        return None
    local = instant.astimezone(hours.zone)
    return local.date() if local.time() >= NIGHT_FROM else local.date() - DAY


def nights_between(nights: Iterable[date | None], first_on: date, end_on: date) -> frozenset[date]:
    """Distinct nights that begin on the days `[first_on, end_on)`."""
    return frozenset(night for night in nights if night is not None and first_on <= night < end_on)


class HoursFault(StrEnum):
    """What is wrong with a team's working hours."""

    UNKNOWN_ZONE = "unknown_zone"
    ENDS_BEFORE_START = "ends_before_start"


def hours_fault(zone: str, starts: int, ends: int) -> HoursFault | None:
    """Why such hours cannot be agreed on; None when they can."""
    if zone not in available_timezones():
        return HoursFault.UNKNOWN_ZONE
    return None if 0 <= starts < ends <= MINUTES_A_DAY else HoursFault.ENDS_BEFORE_START


def hours_words(starts: int, ends: int) -> str:
    """Working hours as read: `Monday to Friday, 08:00 to 18:00`."""
    start, end = (f"{minutes // 60:02d}:{minutes % 60:02d}" for minutes in (starts, ends))
    return f"Monday to Friday, {start} to {end}"

"""Days of an action: when it is due, until which instant it is on time, and in which list it stands. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from apps.core.periods import local_midnight

SATURDAY = 5
LONGEST_WAIT_DAYS = 366
UNVERIFIED_AFTER = timedelta(days=14)
# A due day ends with its last second: what is done up to a second later was done within the day.
LAST_SECOND = timedelta(seconds=1)


class Standing(StrEnum):
    """In which part of the list an action stands, in the order of the page."""

    OVERDUE = "overdue"
    THIS_WEEK = "this_week"
    LATER = "later"
    DONE = "done"
    VERIFIED = "verified"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        """The heading on pages."""
        return STANDING_WORDS[self]


STANDING_WORDS = {
    Standing.OVERDUE: "Overdue",
    Standing.THIS_WEEK: "Due this week",
    Standing.LATER: "Due later",
    Standing.DONE: "Done, unverified",
    Standing.VERIFIED: "Verified",
    Standing.DROPPED: "Dropped",
}


def working_day(day: date) -> date:
    """The day itself; a Saturday or Sunday moves to Monday."""
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= SATURDAY else day


def due_day(committed_at: datetime, days: int, zone: ZoneInfo) -> date:
    """The commitment's day in the team's zone and so many calendar days, never on a weekend."""
    return working_day(committed_at.astimezone(zone).date() + timedelta(days=days))


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The last second of a day in the zone: it lies in the day's own week and month."""
    return local_midnight(day + timedelta(days=1), zone) - LAST_SECOND


def date_problem(due_on: date, today: date, present: date | None = None) -> str | None:
    """Why a day cannot be the due day, as a sentence, or None."""
    if due_on < today:
        return f"Enter a day from {today:%-d %B %Y} on."
    if due_on > today + timedelta(days=LONGEST_WAIT_DAYS):
        return f"Enter a day until {today + timedelta(days=LONGEST_WAIT_DAYS):%-d %B %Y}; what takes longer is a plan."
    if due_on == present:
        return f"It is due on {due_on:%-d %B %Y} already."
    return None


@dataclass(frozen=True)
class Promise:
    """What the share of actions on time reads of one action; `due_at` is the last second of its first due day."""

    due_at: datetime
    done_at: datetime | None = None
    dropped_at: datetime | None = None

    @property
    def is_left_out(self) -> bool:
        """Dropped by its first due day: nobody was let wait."""
        return _is_within(self.dropped_at, self.due_at)

    @property
    def is_on_time(self) -> bool:
        """Done by its first due day, whatever later dates were set."""
        return _is_within(self.done_at, self.due_at)


def _is_within(at: datetime | None, due_at: datetime) -> bool:
    """Up to the last second of a day."""
    return at is not None and at - due_at <= LAST_SECOND


def on_time(promises: Iterable[Promise]) -> tuple[int, int]:
    """How many were done by their first due day, of how many; moved dates do not help, late drops are late."""
    counted: Sequence[Promise] = [promise for promise in promises if not promise.is_left_out]
    return sum(promise.is_on_time for promise in counted), len(counted)

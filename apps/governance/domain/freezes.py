"""Freeze windows: planned pauses of delivery, by whole days, and their limits. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from apps.core.problems import FieldProblem

MOST_DAYS = 28
LATEST_ASKED = timedelta(days=7)
SHORTEST_NAME, LONGEST_NAME = 3, 60


@dataclass(frozen=True)
class Days:
    """The days of a freeze, the last one included, and the day on which it was ended early."""

    starts_on: date
    last_on: date
    ended_on: date | None = None

    @property
    def bounds(self) -> tuple[date, date] | None:
        """`[start, end)`; the day on which it was ended is free again. None: no day is left."""
        after = self.last_on + timedelta(days=1)
        end = after if self.ended_on is None else min(after, self.ended_on)
        return (self.starts_on, end) if self.starts_on < end else None


def is_frozen(days: Days, on: date) -> bool:
    """True when a day lies inside what is left of the freeze."""
    bounds = days.bounds
    return bounds is not None and bounds[0] <= on < bounds[1]


def find_limit_problems(name: str, days: Days) -> list[FieldProblem]:
    """Every limit that a freeze as asked for breaks."""
    found = []
    if not SHORTEST_NAME <= len(name.strip()) <= LONGEST_NAME:
        words = f"Name the freeze in {SHORTEST_NAME} to {LONGEST_NAME} characters, such as launch freeze."
        found.append(FieldProblem("/name", "length", words))
    count = (days.last_on - days.starts_on).days + 1
    if count < 1:
        found.append(FieldProblem("/last_on", "out_of_order", "Its last day is not before its first."))
    if count > MOST_DAYS:
        words = f"A freeze lasts at most {MOST_DAYS} days; this one would last {count}."
        found.append(FieldProblem("/last_on", "too_long", words))
    return found


def late_problems(starts_on: date, asked_on: date) -> list[FieldProblem]:
    """Why it is asked for too late: at latest 7 days after its first day."""
    if asked_on <= starts_on + LATEST_ASKED:
        return []
    words = f"A freeze is asked for at latest {LATEST_ASKED.days} days after its first day. It is a plan, no excuse."
    return [FieldProblem("/starts_on", "too_late", words)]


def title_of(number: int) -> str:
    """How a freeze is called: `F-2`."""
    return f"F-{number}"

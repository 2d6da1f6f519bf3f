"""Which version of a definition counts on a day. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

MOST_SAID = 2  # of what differs, on a chart; a page says all of it


@dataclass(frozen=True)
class Break:
    """The day from which a version with another meaning counts, and what it reads differently, the weightiest first."""

    day: date
    old: int
    new: int
    said: tuple[str, ...] = ()

    @property
    def words(self) -> list[str]:
        """What stands on a chart: the two weightiest differences, and how many more there are."""
        more = len(self.said) - MOST_SAID
        return [*self.said[:MOST_SAID], *([f"{more} more"] if more > 0 else [])]


def governing_number(versions: Iterable[tuple[int, date | None]], day: date) -> int | None:
    """The highest number with `governs_from` on or before the first day of a period; None (always) is before all."""
    numbers = (number for number, governs_from in versions if governs_from is None or governs_from <= day)
    return max(numbers, default=None)


def successions(versions: Iterable[tuple[int, date | None]]) -> list[tuple[date, int, int]]:
    """Days from which another version counts: (day, the number until then, the number from then on).

    A version that restates the past can begin before an older one, which then never counts.
    """
    known, found = list(versions), []
    standing = governing_number(known, date.min)
    for day in sorted({day for _, day in known if day is not None}):
        number = governing_number(known, day)
        if standing is not None and number is not None and number != standing:
            found.append((day, standing, number))
        standing = number
    return found

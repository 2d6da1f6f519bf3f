"""Counts of slices and days, added in whole numbers and never as ratios. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from apps.objectives.domain.objective_words import Method


@dataclass(frozen=True, slots=True)
class Counts:
    """Good out of valid events out of all that the source saw; `total` minus `valid` is what it left out itself."""

    good: int
    valid: int
    total: int

    @property
    def is_usable(self) -> bool:
        """False where more is good than valid, or less than nothing: counting it would mint budget."""
        return 0 <= self.good <= self.valid <= self.total

    @property
    def is_idle(self) -> bool:
        """The source is alive and nobody came."""
        return self.is_usable and self.valid == 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.good + other.good, self.valid + other.valid, self.total + other.total)


@dataclass(frozen=True, slots=True)
class Slice:
    """The counts of one slice of one key, by the instant at which it starts."""

    starts_at: datetime
    counts: Counts
    key: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """Bad units out of counted units: two whole numbers decide."""

    bad: int = 0
    counted: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.bad + other.bad, self.counted + other.counted)

    def __sub__(self, other: "Tally") -> "Tally":
        return Tally(self.bad - other.bad, self.counted - other.counted)

    @property
    def share(self) -> Fraction | None:
        """Bad units out of counted ones; None where nothing was counted."""
        return Fraction(self.bad, self.counted) if self.counted else None


@dataclass(frozen=True, slots=True)
class DaySum:
    """The slices of one series and local day: sums over the usable ones, and how many there were of each sort."""

    good: int = 0
    valid: int = 0
    total: int = 0
    seen: int = 0  # usable, idle ones included
    idle: int = 0
    unusable: int = 0

    def __add__(self, other: "DaySum") -> "DaySum":
        return DaySum(
            self.good + other.good, self.valid + other.valid, self.total + other.total,
            self.seen + other.seen, self.idle + other.idle, self.unusable + other.unusable,
        )  # fmt: skip

    def __sub__(self, other: "DaySum") -> "DaySum":
        return DaySum(
            self.good - other.good, self.valid - other.valid, self.total - other.total,
            self.seen - other.seen, self.idle - other.idle, self.unusable - other.unusable,
        )  # fmt: skip

    @property
    def occurrences(self) -> Tally:
        """The day's units where one event is one unit."""
        return Tally(self.valid - self.good, self.valid)


def sum_of(counts: Counts) -> DaySum:
    """What one stored slice adds to its day."""
    if not counts.is_usable:
        return DaySum(unusable=1)
    return DaySum(counts.good, counts.valid, counts.total, seen=1, idle=int(counts.is_idle))


def change_of(before: Counts | None, after: Counts | None) -> DaySum:
    """What replacing a stored slice changes of its day; None: there was, or will be, no slice."""
    return (sum_of(after) if after else DaySum()) - (sum_of(before) if before else DaySum())


def day_of(starts_at: datetime, zone: ZoneInfo) -> date:
    """The local day a slice belongs to: that of its start."""
    return starts_at.astimezone(zone).date()


def add_keys(slices: Iterable[Slice]) -> Iterator[Slice]:
    """The total, slice by slice in time order: the sum of the usable keys, unusable where no key is usable."""
    by_start: dict[datetime, list[Counts]] = {}
    for one in slices:
        by_start.setdefault(one.starts_at, []).append(one.counts)
    for starts_at in sorted(by_start):
        found = by_start[starts_at]
        usable = [counts for counts in found if counts.is_usable]
        yield Slice(starts_at, sum(usable, Counts(0, 0, 0)) if usable else found[0])


def seen_beside(seen: int, unusable: int, total_seen: int) -> int:
    """Slices of a key that count as seen: where it is silent while another reports, it is idle and nobody came."""
    return max(seen, total_seen - unusable)


def is_bad_slice(counts: Counts, slice_target: Decimal) -> bool:
    """The share of good events lies below the slice's target; exactly on it is met."""
    return Fraction(counts.good) < Fraction(slice_target) * counts.valid


def tally(slices: Iterable[Slice], method: Method, slice_target: Decimal | None = None) -> Tally:
    """Bad and counted units of slices of one series; missing, idle and unusable ones leave both sides."""
    counted = [one.counts for one in slices if one.counts.is_usable and one.counts.valid]
    if method is Method.OCCURRENCES:
        return Tally(sum(c.valid - c.good for c in counted), sum(c.valid for c in counted))
    if slice_target is None:
        raise ValueError("Time slices are counted against a slice target.")
    return Tally(sum(is_bad_slice(c, slice_target) for c in counted), len(counted))

"""Windows of a promise: rolling hours and periods of the calendar, in whole slices and local days. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from apps.core.periods import Grain, local_midnight, period_at, period_on
from apps.objectives.domain.objective_words import WindowKind
from apps.objectives.domain.samples import EPOCH

DAY = timedelta(days=1)
MOST_DAYS = 90
SHORTEST_WITH_ALERTS = 7
CALENDAR = (Grain.WEEK, Grain.MONTH, Grain.QUARTER)


@dataclass(frozen=True)
class Span:
    """Half-open time `[start, end)`."""

    start: datetime
    end: datetime

    @property
    def hours(self) -> Fraction:
        """Its length; a local day is 23 or 25 hours where the clock changes."""
        return Fraction((self.end - self.start) // timedelta(microseconds=1), 3_600_000_000)

    def holds(self, instant: datetime) -> bool:
        """True for its first instant, false for its end."""
        return self.start <= instant < self.end

    def meets(self, other: "Span") -> bool:
        """True when both share an instant."""
        return self.start < other.end and other.start < self.end

    def within(self, other: "Span") -> "Span":
        """What both share; empty (end at start) where they share nothing."""
        start = max(self.start, other.start)
        return Span(start, max(start, min(self.end, other.end)))


@dataclass(frozen=True)
class Window:
    """`rolling` days of 24 hours, or a `calendar` week, month or quarter of the reporting zone."""

    kind: WindowKind
    days: int = 0
    grain: Grain | None = None

    @property
    def may_alert(self) -> bool:
        """Windows under a week hold too little time for burn rates; a calendar week of 167 hours is a week."""
        return self.kind is WindowKind.CALENDAR or self.days >= SHORTEST_WITH_ALERTS

    @property
    def words(self) -> str:
        """How it is said: `28 days`, `calendar month`."""
        if self.kind is WindowKind.ROLLING:
            return "1 day" if self.days == 1 else f"{self.days} days"
        return f"calendar {self.grain}"

    def full_span(self, newest_start: datetime, slice_seconds: int, zone: ZoneInfo) -> Span:
        """The whole window that ends with (rolling) or holds (calendar) the newest slice; calendar ends lie ahead."""
        if self.grain is None:
            end = newest_start + timedelta(seconds=slice_seconds)
            return Span(end - self.days * DAY, end)
        period = period_at(newest_start, self.grain, zone)
        return Span(period.starts_at(zone), period.ends_at(zone))

    def span(self, newest_start: datetime, slice_seconds: int, zone: ZoneInfo) -> Span:
        """What is judged: up to the end of the newest slice, so that a silent source moves nothing."""
        full = self.full_span(newest_start, slice_seconds, zone)
        return Span(full.start, newest_start + timedelta(seconds=slice_seconds))

    def on_days(self, day: date, zone: ZoneInfo) -> tuple[Span, Span]:
        """The whole window and what is judged of it, in whole local days, the last of which is a day."""
        end = local_midnight(day + DAY, zone)
        if self.grain is None:
            full = Span(local_midnight(day - (self.days - 1) * DAY, zone), end)
            return full, full
        period = period_on(day, self.grain)
        full = Span(period.starts_at(zone), period.ends_at(zone))
        return full, Span(full.start, end)

    def length_after(self, begins: datetime, zone: ZoneInfo) -> datetime:
        """One window length after an instant; of the calendar that of the period which holds it."""
        if self.grain is None:
            return begins + self.days * DAY
        period = period_at(begins, self.grain, zone)
        return begins + (period.ends_at(zone) - period.starts_at(zone))


def rolling(days: int) -> Window:
    """A rolling window of so many days of 24 hours."""
    return Window(WindowKind.ROLLING, days=days)


def calendar(grain: Grain) -> Window:
    """A window of the calendar: week, month or quarter."""
    return Window(WindowKind.CALENDAR, grain=grain)


def slices_in(span: Span, slice_seconds: int) -> int:
    """How many slices start in a span; a slice belongs to the time of its start."""
    return max(0, _ordinal(span.end, slice_seconds) - _ordinal(span.start, slice_seconds))


def slices_to_come(span: Span, full: Span, slice_seconds: int) -> int:
    """How many slices of the whole window start at or after the end of what is judged."""
    return slices_in(Span(span.end, max(span.end, full.end)), slice_seconds)


def _ordinal(instant: datetime, slice_seconds: int) -> int:
    """How many slices since the epoch start before an instant: the length up to it, rounded up to whole slices."""
    return -(-(instant - EPOCH) // timedelta(seconds=slice_seconds))


@dataclass(frozen=True)
class Cut:
    """A span as whole local days, read from sums, and at most two edges, read from slices."""

    edges: tuple[Span, ...]
    first_on: date | None = None
    end_on: date | None = None

    @property
    def days(self) -> Iterator[date]:
        """The whole local days, in order."""
        day = self.first_on
        while day is not None and self.end_on is not None and day < self.end_on:
            yield day
            day += DAY


def cut_into_days(span: Span, zone: ZoneInfo) -> Cut:
    """Whole local days inside a span, and what is left at its ends."""
    first_on = span.start.astimezone(zone).date()
    if local_midnight(first_on, zone) < span.start:
        first_on += DAY
    end_on = span.end.astimezone(zone).date()
    if first_on >= end_on:
        return Cut((span,) if span.start < span.end else ())
    head = Span(span.start, local_midnight(first_on, zone))
    tail = Span(local_midnight(end_on, zone), span.end)
    return Cut(tuple(edge for edge in (head, tail) if edge.start < edge.end), first_on, end_on)

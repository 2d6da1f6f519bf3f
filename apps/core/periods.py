"""Calendar periods of a reporting zone: ISO weeks, months, quarters, and runs of weeks. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Grain(StrEnum):
    """How long a period is."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    WEEKS_4 = "weeks_4"
    WEEKS_13 = "weeks_13"
    WEEKS_26 = "weeks_26"

    @property
    def weeks(self) -> int:
        """Number of ISO weeks in a run of weeks; 0 for months and quarters."""
        return {"week": 1, "weeks_4": 4, "weeks_13": 13, "weeks_26": 26}.get(self.value, 0)


CALENDAR_GRAINS = (Grain.WEEK, Grain.MONTH, Grain.QUARTER)
TRAILING_GRAINS = (Grain.WEEKS_4, Grain.WEEKS_13, Grain.WEEKS_26)
# Far years would leave the calendar as soon as a period beside them is read; no fact lies before 2000.
FIRST_YEAR, LAST_YEAR = 1990, 2999
_KEY = re.compile(r"(\d{4})-(?:W(\d{2})(?:/(4|13|26))?|Q([1-4])|(\d{2}))")


class UnknownPeriod(ValueError):
    """The text names no period."""


@dataclass(frozen=True, order=True)
class Period:
    """A half-open stretch of local days `[first_on, end_on)`; instants follow from the zone."""

    first_on: date
    end_on: date
    grain: Grain

    @property
    def key(self) -> str:
        """`2026-W34`, `2026-08`, `2026-Q3`; a run of weeks is named by its last week: `2026-W34/13`."""
        if self.grain.weeks:
            year, week, _ = (self.end_on - timedelta(days=7)).isocalendar()
            run = f"/{self.grain.weeks}" if self.grain.weeks > 1 else ""
            return f"{year}-W{week:02d}{run}"
        if self.grain is Grain.QUARTER:
            return f"{self.first_on.year}-Q{(self.first_on.month + 2) // 3}"
        return f"{self.first_on:%Y-%m}"

    @property
    def deciding_on(self) -> date:
        """The local day on which a version must hold to count: the first; of a run of weeks that of its last week."""
        return self.end_on - timedelta(days=7) if self.grain.weeks else self.first_on

    @property
    def days(self) -> int:
        """Local days in the period."""
        return (self.end_on - self.first_on).days

    @property
    def working_days(self) -> int:
        """Mondays to Fridays in the period; public holidays are not known."""
        return sum((self.first_on + timedelta(days=i)).weekday() < 5 for i in range(self.days))

    def starts_at(self, zone: ZoneInfo) -> datetime:
        """The first instant, in UTC."""
        return local_midnight(self.first_on, zone)

    def ends_at(self, zone: ZoneInfo) -> datetime:
        """The first instant after the period, in UTC."""
        return local_midnight(self.end_on, zone)

    def previous(self, steps: int = 1) -> "Period":
        """The period of the same grain that many steps earlier (runs of weeks step by one week)."""
        if self.grain.weeks:
            shift = timedelta(days=7 * steps)
            return Period(self.first_on - shift, self.end_on - shift, self.grain)
        months = steps * (3 if self.grain is Grain.QUARTER else 1)
        return Period(add_months(self.first_on, -months), add_months(self.end_on, -months), self.grain)

    def trailing(self, grain: Grain) -> "Period":
        """The run of weeks that ends with this week."""
        return Period(self.end_on - timedelta(days=7 * grain.weeks), self.end_on, grain)


def local_midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant in UTC at which `day` begins in `zone`."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def add_months(day: date, months: int) -> date:
    """The first of the month that many months away."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def period_on(day: date, grain: Grain) -> Period:
    """The period of `grain` that contains `day`; a run of weeks ends with the week of `day`."""
    if grain.weeks:
        end = day - timedelta(days=day.weekday()) + timedelta(days=7)
        return Period(end - timedelta(days=7 * grain.weeks), end, grain)
    if grain is Grain.MONTH:
        return Period(day.replace(day=1), add_months(day, 1), grain)
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return Period(first, add_months(first, 3), grain)


def period_at(instant: datetime, grain: Grain, zone: ZoneInfo) -> Period:
    """The period of `grain` that contains `instant` in `zone`."""
    return period_on(instant.astimezone(zone).date(), grain)


def last_complete(instant: datetime, grain: Grain, zone: ZoneInfo) -> Period:
    """The newest period of `grain` that has ended at `instant`."""
    return period_at(instant, grain, zone).previous()


def parse_period(key: str) -> Period:
    """Read `2026-W34`, `2026-W34/13`, `2026-08` or `2026-Q3`; raises `UnknownPeriod` with the forms that exist."""
    match = _KEY.fullmatch(key)
    if not match:
        raise UnknownPeriod(f"{key!r} is no period. Known forms: 2026-W34, 2026-W34/13, 2026-08, 2026-Q3.")
    year, week, run, quarter, month = match.groups()
    if not FIRST_YEAR <= int(year) <= LAST_YEAR:
        raise UnknownPeriod(f"{key!r} is no period: years run from {FIRST_YEAR} to {LAST_YEAR}.")
    try:
        if week:
            grain = Grain(f"weeks_{run}") if run else Grain.WEEK
            return period_on(date.fromisocalendar(int(year), int(week), 1), grain)
        if quarter:
            return period_on(date(int(year), int(quarter) * 3, 1), Grain.QUARTER)
        return period_on(date(int(year), int(month), 1), Grain.MONTH)
    except ValueError as error:
        raise UnknownPeriod(f"{key!r} is no period: {error}.") from error


def periods_between(first: date, last: date, grain: Grain) -> list[Period]:
    """All periods of `grain` from the one containing `first` to the one containing `last`, in order."""
    period, found = period_on(first, grain), []
    stop = period_on(last, grain)
    while period.end_on <= stop.end_on:
        found.append(period)
        period = period.previous(-1)
    return found

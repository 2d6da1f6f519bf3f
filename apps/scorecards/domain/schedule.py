"""When cards become due, in local time of the reporting zone. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.core.periods import CALENDAR_GRAINS, Grain, Period, last_complete

FREEZES_AT = time(5)
# Monday; the 2nd of the month; the 4th day of the quarter, three days for late facts.
DAYS_AFTER = {Grain.WEEK: 0, Grain.MONTH: 1, Grain.QUARTER: 3}
MOST_BACK = 53
WAITS = timedelta(minutes=30)
LATE_AFTER = timedelta(hours=2)


def due_on(period: Period) -> date:
    """The local day on which the card of a period is frozen."""
    return period.end_on + timedelta(days=DAYS_AFTER[period.grain])


def due_at(period: Period, zone: ZoneInfo) -> datetime:
    """The instant in UTC at which the card of a period is frozen."""
    return datetime.combine(due_on(period), FREEZES_AT, zone).astimezone(UTC)


def is_late(period: Period, instant: datetime, zone: ZoneInfo) -> bool:
    """True when a card of the period made at `instant` is a catch-up."""
    return instant - due_at(period, zone) > LATE_AFTER


def due_periods(instant: datetime, zone: ZoneInfo, grain: Grain) -> list[Period]:
    """Periods of a grain whose card is due at `instant`, oldest first, at most 53."""
    newest = last_complete(instant, grain, zone)
    if due_at(newest, zone) > instant:
        newest = newest.previous()
    return [newest.previous(steps) for steps in range(MOST_BACK - 1, -1, -1)]


def all_due_periods(instant: datetime, zone: ZoneInfo) -> list[Period]:
    """Due periods of every kind of card, in the order in which they fell due."""
    found = [period for grain in CALENDAR_GRAINS for period in due_periods(instant, zone, grain)]
    return sorted(found, key=lambda period: due_at(period, zone))


def judged_period(period: Period) -> Period:
    """What a card's values are read over: the quarter itself, else the 13 complete weeks before the card's end."""
    if period.grain is Grain.QUARTER:
        return period
    return newest_week(period).trailing(Grain.WEEKS_13)


def newest_week(period: Period) -> Period:
    """The last ISO week that ended by the end of the period."""
    end = period.end_on - timedelta(days=period.end_on.weekday())
    return Period(end - timedelta(days=7), end, Grain.WEEK)


def quarter_of(period: Period) -> str:
    """Key of the quarter whose targets a card is read against: the one of its last day."""
    last = period.end_on - timedelta(days=1)
    return f"{last.year}-Q{(last.month + 2) // 3}"

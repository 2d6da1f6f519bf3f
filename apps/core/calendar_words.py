"""How days, ages and periods are said, on pages and in sentences. Pure."""

from datetime import date, datetime, timedelta

from apps.core.numbers import format_value
from apps.core.periods import Grain, Period

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
GRAIN_WORDS = {Grain.WEEK: "week", Grain.MONTH: "month", Grain.QUARTER: "quarter"}


def day_words(day: date) -> str:
    """A day: `29 Jun 2026`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def short_day(day: date) -> str:
    """A day within the stretch that is being read: `29 Jun`."""
    return f"{day.day} {MONTHS[day.month - 1]}"


def age_words(since: datetime, at: datetime) -> str:
    """How long ago: `3 h`, `12 d`."""
    seconds = max(0, int((at - since).total_seconds()))
    return format_value(seconds // 60 * 60 if seconds >= 60 else seconds, "seconds")


def period_words(period: Period) -> str:
    """A period as read: `week 34 of 2026, 17 Aug to 23 Aug`, `13 weeks to 23 Aug 2026`, `Aug 2026`, `Q3 2026`."""
    last = period.end_on - timedelta(days=1)
    if period.grain is Grain.WEEK:
        return f"week {int(period.key[-2:])} of {period.key[:4]}, {short_day(period.first_on)} to {short_day(last)}"
    if period.grain.weeks:
        return f"{period.grain.weeks} weeks to {day_words(last)}"
    if period.grain is Grain.MONTH:
        return f"{MONTHS[period.first_on.month - 1]} {period.first_on.year}"
    return f"{period.key[-2:]} {period.first_on.year}"


def named_period(period: Period) -> str:
    """A period within the time that is being read: `week 34`, `Aug 2026`, `Q3 2026`."""
    return f"week {int(period.key[-2:])}" if period.grain is Grain.WEEK else period_words(period)


def short_period(period: Period) -> str:
    """The label of a period on an axis: `W34`, `Aug 26`, `Q3 26`."""
    if period.grain.weeks:
        return f"W{period.key.split('/')[0][-2:]}"
    year = f"{period.first_on.year % 100:02d}"
    if period.grain is Grain.MONTH:
        return f"{MONTHS[period.first_on.month - 1]} {year}"
    return f"{period.key[-2:]} {year}"

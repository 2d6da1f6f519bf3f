"""The periods of a pass, as stretches of local days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from apps.core.periods import TRAILING_GRAINS, Grain, Period, periods_between
from apps.measurements.domain.engine.times import micros
from apps.metrics.domain.spec import Measure, Spec

LATEST_REACH = timedelta(days=35)
# What stands at an end may have begun whenever; no fact lies before 2000.
STOCK_FROM, STOCK_REACH = date(2000, 1, 1), timedelta(days=3660)


@dataclass(frozen=True)
class Window:
    """A period with its instants in us; facts are read from `from_on` on, which may lie before the period."""

    period: Period
    from_on: date
    starts: int
    ends: int


def windows_for(spec: Spec, periods: Iterable[Period], zone: ZoneInfo) -> list[Window]:
    """The windows in which a spec is evaluated, out of given periods; grains it does not state are left out."""
    return [_window(period, spec, zone) for period in periods if is_read(spec, period)]


def is_read(spec: Spec, period: Period) -> bool:
    """True for periods of the lengths a spec states, and for runs of its weeks; a rolling window has no runs."""
    if period.grain in TRAILING_GRAINS:
        return Grain.WEEK in spec.window.grains and spec.window.rolling == 1
    return period.grain in spec.window.grains


def _window(period: Period, spec: Spec, zone: ZoneInfo) -> Window:
    from_on = period.previous(spec.window.rolling - 1).first_on if spec.window.rolling > 1 else period.first_on
    starts = micros(Period(from_on, period.end_on, period.grain).starts_at(zone))
    if spec.measure is Measure.LATEST:
        from_on = period.end_on - LATEST_REACH
    if spec.is_stock:
        from_on = STOCK_FROM
    return Window(period, from_on, starts, micros(period.ends_at(zone)))


def periods_of_quarter(quarter: Period, as_of: datetime, zone: ZoneInfo) -> list[Period]:
    """All periods that end in a quarter (or run through `as_of` in it): weeks, runs of weeks, months, the quarter.

    A run of weeks exists only for complete weeks, a period that has not begun not at all.
    """
    today = as_of.astimezone(zone).date()
    inside = quarter.first_on, quarter.end_on
    weeks = [p for p in periods_between(*inside, Grain.WEEK) if inside[0] < p.end_on <= inside[1]]
    months = [p for p in periods_between(*inside, Grain.MONTH) if inside[0] < p.end_on <= inside[1]]
    begun = [p for p in [*weeks, *months, quarter] if p.first_on <= today]
    complete = [w for w in weeks if w.end_on <= today]
    return [*begun, *(week.trailing(grain) for week in complete for grain in TRAILING_GRAINS)]


def span_of(periods: Sequence[Window]) -> tuple[date, date]:
    """First and last local day that the windows read."""
    return min(w.from_on for w in periods), max(w.period.end_on for w in periods) - timedelta(days=1)


def reach_of(spec: Spec) -> timedelta:
    """How far from its own day a fact can move a value: an inferred link's gap, a deadline, or a newest amount."""
    gap = spec.link.max_gap if spec.link and spec.link.infer != "none" and spec.link.max_gap else timedelta(0)
    looks_back = LATEST_REACH if spec.measure is Measure.LATEST else timedelta(0)
    looks_back = STOCK_REACH if spec.is_stock else looks_back
    return max([gap, looks_back, *(p.clock.plus for p in spec.of + spec.numerator_of)])

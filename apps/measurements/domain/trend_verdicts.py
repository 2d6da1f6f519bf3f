"""Is a movement real? The quarter comparison, and the reading of a weekly or monthly chart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from apps.core.calendar_words import named_period, short_day
from apps.core.numbers import format_change, format_points, format_ratios, number_style
from apps.core.periods import Grain, period_on
from apps.measurements.domain.charts import (
    LEAST_BASELINE,
    MONTHS_BEFORE,
    RUN_LENGTH,
    WEEKS_BEFORE,
    Limits,
    Point,
    Signal,
    count_values,
    locked_limits,
    signals,
    uses_weeks,
)
from apps.measurements.domain.comparisons import (
    LEAST_MEDIAN_SIZE,
    Comparison,
    MedianSample,
    newcombe_difference,
    poisson_ratio,
    ratio_of_medians,
)
from apps.measurements.domain.readings import Direction, Kind, Reading, Reason, Status, pause_if_frozen
from apps.measurements.domain.wording import Code, Verdict, no_trend, not_judged, say, stand_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from apps.core.periods import Period
    from apps.measurements.domain.readings import Freeze, PeriodReading

WEEKS_NOW = 13
LEAST_MEAN_COUNT = 5.0
LEAST_WEEK_SIZE = 5
DAYS_OF_WEEK, DAYS_OF_MONTH = 7, 31
COMPARED = frozenset({Kind.DURATIONS, Kind.SHARES, Kind.COUNTS})
CHARTED = frozenset({Kind.DURATIONS, Kind.COUNTS})
MISSING = frozenset({Status.NOT_CONNECTED, Status.SOURCE_SILENT})


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two readings of one series and what their sentence needs."""

    now: Reading
    before: Reading
    unit: str
    direction: Direction
    phi: float
    weeks_now: int
    weeks_before: int
    per: str


def judge_quarter(
    kind: Kind,
    now: Reading,
    before: Reading | None,
    *,
    unit: str,
    direction: Direction,
    same_version: bool = True,
    phi: float = 1.0,
    weeks_now: int = WEEKS_NOW,
    weeks_before: int = WEEKS_BEFORE,
    per: str = "",
) -> Verdict:
    """13 complete weeks against the 26 before, at 99 %. `phi` is the clustering factor of the baseline's weekly shares.

    For durations that end at a linked fact both readings are the per-link ones and `per` names that fact. A rate's
    denominator is its exposure; a count's exposure is its number of weeks.
    """
    instead = stand_in(now)
    if instead:
        return instead
    if kind not in COMPARED:
        return no_trend()
    if not same_version:
        return not_judged(Reason.NEW_DEFINITION)
    if before is None or before.status != Status.OK or before.reason is not None:
        return not_judged(Reason.TOO_FEW, "too_few_before")
    pair = _Pair(now, before, unit, direction, phi, weeks_now, weeks_before, per)
    return {Kind.DURATIONS: _durations, Kind.SHARES: _shares, Kind.COUNTS: _counts}[kind](pair)


def judge_chart(
    kind: Kind,
    weeks: Sequence[PeriodReading],
    months: Sequence[PeriodReading] = (),
    *,
    unit: str,
    direction: Direction,
    breaks: Sequence[date] = (),
    freezes: Sequence[Freeze] = (),
) -> Verdict:
    """The newest complete period on its XmR chart: by weeks if 13 of the last 26 have a value, else by months.

    Periods stand in order of time without gaps, empty ones included.
    """
    terms: dict[str, Any] = {"unit": unit, "direction": direction, "breaks": breaks, "freezes": freezes}
    if reads_months(kind, weeks, months, freezes):
        return judge_periods(kind, months, lookback=MONTHS_BEFORE, **terms)
    points = _complete_points(kind, weeks, freezes)
    if kind in CHARTED and not uses_weeks(points):
        return _missing(weeks) or _too_few_weeks(
            count_values(points, WEEKS_BEFORE), weeks[len(points) - 1 : len(points)]
        )
    return judge_periods(kind, weeks, lookback=WEEKS_BEFORE, **terms)


def judge_periods(
    kind: Kind,
    periods: Sequence[PeriodReading],
    *,
    lookback: int,
    unit: str,
    direction: Direction,
    breaks: Sequence[date] = (),
    freezes: Sequence[Freeze] = (),
) -> Verdict:
    """The newest complete one of some periods against the range made of the `lookback` periods before its quarter."""
    newest = _newest_complete(periods)
    if newest is None:
        return not_judged(Reason.TOO_FEW)
    instead = stand_in(_placed(periods[newest], freezes))
    if instead:
        return instead
    if kind not in CHARTED or lookback < LEAST_BASELINE:  # so few periods make no range
        return no_trend()
    points = chart_points(kind, periods, freezes)
    limits = chart_limits(kind, points, breaks=breaks, lookback=lookback)
    return _at(points, limits, newest, unit, direction)


def reads_months(
    kind: Kind, weeks: Sequence[PeriodReading], months: Sequence[PeriodReading], freezes: Sequence[Freeze] = ()
) -> bool:
    """Whether months show what weeks cannot: too few weeks have a value, and more of the months have one."""
    by_week, by_month = _complete_points(kind, weeks, freezes), _complete_points(kind, months, freezes)
    return not uses_weeks(by_week) and count_values(by_month, MONTHS_BEFORE) > count_values(by_week, WEEKS_BEFORE)


def weeks_with_value(kind: Kind, weeks: Sequence[PeriodReading]) -> int:
    """How many of the last 26 complete weeks have a value that a chart shows."""
    return count_values(_complete_points(kind, weeks, ()), WEEKS_BEFORE)


def _complete_points(kind: Kind, periods: Sequence[PeriodReading], freezes: Sequence[Freeze]) -> list[Point]:
    newest = _newest_complete(periods)
    return [] if newest is None else chart_points(kind, periods[: newest + 1], freezes)


def chart_points(kind: Kind, periods: Sequence[PeriodReading], freezes: Sequence[Freeze] = ()) -> list[Point]:
    """One point per period; running, silent and paused ones, and medians of fewer than five, carry no value."""
    least = LEAST_WEEK_SIZE if kind == Kind.DURATIONS else 0
    return [_point(period, pause_if_frozen(period, freezes), least) for period in periods]


def chart_limits(
    kind: Kind, points: Sequence[Point], *, breaks: Sequence[date] = (), lookback: int = WEEKS_BEFORE
) -> list[Limits | None]:
    """The locked normal range for each point of this kind; None for kinds that are shown as points only."""
    if kind not in CHARTED:
        return [None] * len(points)
    return locked_limits(
        points,
        breaks=breaks,
        lookback=lookback,
        log=kind == Kind.DURATIONS,
        least_mean=LEAST_MEAN_COUNT if kind == Kind.COUNTS else 0.0,
    )


def trend_code(movement: int, direction: Direction) -> Code:
    """The code of a real movement up (+1) or down (-1), or of none (0)."""
    if not movement:
        return Code.NO_SIGNAL
    if direction == Direction.NEITHER:
        return Code.CHANGED
    return Code.IMPROVED if (movement > 0) == (direction == Direction.HIGHER_IS_BETTER) else Code.WORSENED


def _durations(pair: _Pair) -> Verdict:
    now, before = _median_sample(pair.now), _median_sample(pair.before)
    found = ratio_of_medians(now, before)
    if found is None:
        return _too_few_medians(now, before)
    if (pair.now.at_least and found.movement < 0) or (pair.before.at_least and found.movement > 0):
        return not_judged(Reason.RUNNING, "still_open")
    return _ratio_sentence("ratio_of_medians", found, pair)


def _median_sample(reading: Reading) -> MedianSample:
    size = reading.n if reading.clusters is None else reading.clusters
    if reading.value is None or reading.spread is None:
        return MedianSample(1.0, 0.0, 0)
    return MedianSample(reading.value, reading.spread, size)


def _too_few_medians(now: MedianSample, before: MedianSample) -> Verdict:
    if now.n < LEAST_MEDIAN_SIZE:
        return not_judged(Reason.TOO_FEW, "too_few", n=now.n, needed=LEAST_MEDIAN_SIZE)
    return not_judged(Reason.TOO_FEW, "too_few_before_of", n=before.n, needed=LEAST_MEDIAN_SIZE)


def _shares(pair: _Pair) -> Verdict:
    counts = [(reading.numerator or 0, reading.denominator or 0) for reading in (pair.before, pair.now)]
    (k1, n1), (k2, n2) = [(k / pair.phi, n / pair.phi) for k, n in counts]
    found = newcombe_difference(k1, n1, k2, n2)
    if found is None:
        return not_judged(Reason.TOO_FEW, "too_few_before" if n2 else "reason")
    before, now = format_change(k1 / n1, k2 / n2, pair.unit, least_decimals=1)
    low, high = format_points([found.lower, found.upper])
    template = "shares" if pair.phi <= 1 else "shares_clustered"
    code = trend_code(found.movement, pair.direction)
    return say(code, template, rule="newcombe_difference", before=before, now=now, low=low, high=high)


def _counts(pair: _Pair) -> Verdict:
    exposure_before, exposure_now = _exposures(pair)
    count_before, count_now = (round(reading.numerator or 0) for reading in (pair.before, pair.now))
    found = poisson_ratio(count_before, exposure_before, count_now, exposure_now)
    weeks: dict[str, Any] = {"weeks_before": pair.weeks_before, "weeks_now": pair.weeks_now}
    if found is None:
        return say(Code.NO_SIGNAL, "counts_none", rule="poisson_ratio", **weeks)
    if pair.unit != "count":
        return _ratio_sentence("poisson_ratio", found, pair)
    return _ratio_sentence("poisson_ratio", found, pair, template="counts", **weeks)


def _exposures(pair: _Pair) -> tuple[float, float]:
    before, now = pair.before.denominator, pair.now.denominator
    if pair.unit == "count" or not before or not now:
        return pair.weeks_before, pair.weeks_now
    return before, now


def _ratio_sentence(rule: str, found: Comparison, pair: _Pair, template: str = "", **params: Any) -> Verdict:
    before, now = format_change(pair.before.value, pair.now.value, pair.unit)
    low, high = format_ratios([found.lower, found.upper])
    named: dict[str, Any] = {"per": pair.per} if pair.per and not template else {}
    code = trend_code(found.movement, pair.direction)
    chosen = template or ("ratio_per" if named else "ratio")
    return say(code, chosen, rule=rule, before=before, now=now, low=low, high=high, **named, **params)


def _newest_complete(periods: Sequence[PeriodReading]) -> int | None:
    complete = [index for index, period in enumerate(periods) if period.reading.status != Status.PARTIAL]
    return complete[-1] if complete else None


def _placed(period: PeriodReading, freezes: Sequence[Freeze]) -> Reading:
    """A reading that names its period where it has no events: beside a chart full of points that is no answer alone."""
    reading = pause_if_frozen(period, freezes)
    return replace(reading, detail=named_period(_period(period))) if reading.status is Status.ZERO else reading


def _period(reading: PeriodReading | Point) -> Period:
    return period_on(reading.start, _grain((reading.end - reading.start).days))


def _grain(days: int) -> Grain:
    return Grain.WEEK if days <= DAYS_OF_WEEK else Grain.MONTH if days <= DAYS_OF_MONTH else Grain.QUARTER


def _missing(weeks: Sequence[PeriodReading]) -> Verdict | None:
    """What is said where the source of the newest week is silent or was never connected: few values are no answer."""
    newest = weeks[-1].reading if weeks else Reading()
    return stand_in(newest) if newest.status in MISSING else None


def _too_few_weeks(n: int, newest: Sequence[PeriodReading]) -> Verdict:
    """Without any value the newest complete week says why; else how many weeks have one."""
    why = [instead for week in newest if not n and (instead := stand_in(week.reading))]
    return why[0] if why else not_judged(Reason.TOO_FEW, "too_few_weeks", n=n, weeks=WEEKS_BEFORE)


def _point(period: PeriodReading, reading: Reading, least: int) -> Point:
    usable = stand_in(reading) is None and reading.n >= least
    return Point(period.start, period.end, reading.value if usable else None, reading.n)


def _at(
    points: Sequence[Point], limits: Sequence[Limits | None], newest: int, unit: str, direction: Direction
) -> Verdict:
    point, limit = points[newest], limits[newest]
    if point.value is None:
        return not_judged(Reason.TOO_FEW, "too_few", n=point.n, needed=LEAST_WEEK_SIZE)
    if limit is None:
        return not_judged(Reason.TOO_FEW, "too_few_before")
    rings = [signal for signal in signals(points, limits) if signal.index == newest]
    if not rings:
        style = number_style([limit.lower, limit.upper], unit)
        return say(Code.NO_SIGNAL, "inside_range", rule="xmr", range=style.range(limit.lower, limit.upper))
    since = _since(points[rings[0].since])
    return _ringing(rings[0], point.value, limit, unit, trend_code(rings[0].side, direction), since)


def _since(point: Point) -> str:
    """The day on which a week began, or the month: runs of months reach into other years."""
    period = _period(point)
    return short_day(point.start) if period.grain is Grain.WEEK else named_period(period)


def _ringing(signal: Signal, value: float, limit: Limits, unit: str, code: Code, since: str) -> Verdict:
    if signal.rule == 1:
        style, bound = number_style([value, limit.lower, limit.upper], unit), limit.upper
        template = "above_range"
        if signal.side < 0:
            template, bound = "below_range", limit.lower
        shown: dict[str, Any] = {
            "now": style.text(value, against=bound),
            "range": style.range(limit.lower, limit.upper),
        }
        return say(code, template, rule="xmr_outside", since=since, **shown)
    template = "run_above" if signal.side > 0 else "run_below"
    centre = number_style([limit.centre], unit).text(limit.centre)
    return say(code, template, rule="xmr_run", run=RUN_LENGTH, centre=centre, since=since)

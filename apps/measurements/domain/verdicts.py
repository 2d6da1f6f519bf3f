"""One verdict on a series: is the target met, or is the movement real, and if neither can be said, why."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from apps.measurements.domain.intervals import clustering_factor
from apps.measurements.domain.readings import (
    Direction,
    Freeze,
    Kind,
    PeriodReading,
    Reading,
    ReadingKind,
    Reason,
    Series,
    Status,
    Target,
    TargetComparison,
    kind_of,
    pause_if_frozen,
)
from apps.measurements.domain.target_verdicts import judge_target
from apps.measurements.domain.trend_verdicts import (
    chart_limits,
    chart_points,
    judge_chart,
    judge_periods,
    judge_quarter,
    reads_months,
    trend_code,
    weeks_with_value,
)
from apps.measurements.domain.wording import (
    REASONS,
    WORDS,
    Code,
    Verdict,
    count_words,
    line_of_expectation,
    no_trend,
    not_judged,
    stand_in,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

__all__ = [
    "REASONS",
    "WORDS",
    "Code",
    "Direction",
    "Freeze",
    "Kind",
    "PeriodReading",
    "Reading",
    "ReadingKind",
    "Reason",
    "Series",
    "Status",
    "Target",
    "TargetComparison",
    "Verdict",
    "chart_limits",
    "chart_points",
    "count_words",
    "judge",
    "judge_chart",
    "judge_periods",
    "judge_quarter",
    "judge_target",
    "kind_of",
    "line_of_expectation",
    "pause_if_frozen",
    "reads_months",
    "trend_code",
    "weeks_with_value",
]

LEAST_BASELINE_WEEKS = 13
ADDITIVE = frozenset({Kind.SHARES, Kind.COUNTS})
OUTSIDE_BASELINE = frozenset({Status.PARTIAL, Status.SOURCE_SILENT, Status.NOT_CONNECTED})


def judge(
    kind: Kind,
    series: Series,
    breaks: Sequence[date] = (),
    freezes: Sequence[Freeze] = (),
    target: Target | None = None,
) -> Verdict:
    """The verdict on the newest 13 weeks: against the target if one is given, else against the 26 weeks before."""
    now = pause_if_frozen(series.now, freezes)
    weeks = _baseline_weeks(series)
    fit = [week for week in weeks if _is_fit(week, freezes)]
    phi = _phi(kind, fit)
    if target is not None:
        return judge_target(
            now, target.comparison, target.value, reading_kind=series.reading_kind, unit=series.unit, phi=phi
        )
    if not series.has_trend or series.before is None:
        return stand_in(now) or (no_trend() if not series.has_trend else not_judged(Reason.TOO_FEW, "too_few_before"))
    return judge_quarter(
        kind,
        now,
        _baseline(kind, series, weeks, fit, freezes),
        unit=series.unit,
        direction=series.direction,
        same_version=not _is_broken(series, breaks),
        phi=phi,
        weeks_now=_week_count(series.now),
        weeks_before=len(fit) if _is_rebuilt(kind, weeks, fit) else _week_count(series.before),
        per=series.per,
    )


def _is_broken(series: Series, breaks: Sequence[date]) -> bool:
    """Whether a version began inside the compared time; one that began with the baseline governs all of it."""
    first = series.before.start if series.before else series.now.start
    return any(first < day < series.now.end for day in breaks)


def _baseline_weeks(series: Series) -> list[PeriodReading]:
    if series.before is None:
        return []
    return [week for week in series.weeks if series.before.start <= week.start and week.end <= series.before.end]


def _is_fit(week: PeriodReading, freezes: Sequence[Freeze]) -> bool:
    reading = pause_if_frozen(week, freezes)
    return reading.status not in OUTSIDE_BASELINE and reading.reason is None


def _is_rebuilt(kind: Kind, weeks: Sequence[PeriodReading], fit: Sequence[PeriodReading]) -> bool:
    return kind in ADDITIVE and len(fit) < len(weeks)


def _baseline(
    kind: Kind,
    series: Series,
    weeks: Sequence[PeriodReading],
    fit: Sequence[PeriodReading],
    freezes: Sequence[Freeze],
) -> Reading | None:
    """The baseline without its paused, silent and unconnected weeks; counts add up by week, medians do not."""
    if not _is_rebuilt(kind, weeks, fit):
        return pause_if_frozen(series.before, freezes) if series.before else None
    return _summed([week.reading for week in fit], series.unit) if len(fit) >= LEAST_BASELINE_WEEKS else None


def _summed(readings: Sequence[Reading], unit: str) -> Reading:
    """Weeks taken together: shares by k and n, counts by their sum, rates by the mean of equally long weeks."""
    numerator = sum(reading.numerator or 0 for reading in readings)
    total = Reading(n=sum(reading.n for reading in readings), numerator=numerator)
    if unit == "share":
        return replace(total, denominator=sum(reading.denominator or 0 for reading in readings))
    value = sum(reading.value or 0 for reading in readings)
    return replace(total, value=value if unit == "count" else value / len(readings))


def _phi(kind: Kind, weeks: Sequence[PeriodReading]) -> float:
    if kind != Kind.SHARES:
        return 1.0
    hits = [week.reading.numerator or 0 for week in weeks]
    return float(clustering_factor(hits, [week.reading.denominator or 0 for week in weeks]))


def _week_count(period: PeriodReading) -> int:
    return (period.end - period.start).days // 7

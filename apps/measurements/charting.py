"""Charts of stored cells: a series with its normal range, signals and breaks; months where weeks are too sparse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from apps.core.periods import Grain, Period, period_at, period_on
from apps.governance.domain.excluded import Excluded
from apps.measurements.board import Board
from apps.measurements.cells import Cell
from apps.measurements.domain.charts import signals
from apps.measurements.domain.subjects import Subject
from apps.measurements.domain.verdicts import (
    Verdict,
    chart_limits,
    chart_points,
    judge_chart,
    judge_periods,
    reads_months,
    weeks_with_value,
)
from apps.measurements.formers import Former
from apps.metrics.domain.versions import Break

CHART_HISTORY = {Grain.WEEK: 26, Grain.MONTH: 24, Grain.QUARTER: 8}
# What a chart shows: the periods its rule reads, and the one that runs.
CHART_SHOWN = {Grain.WEEK: 27, Grain.MONTH: 25, Grain.QUARTER: 13}
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Chart:
    """A series with the verdict on its newest complete period, its normal range, and where a version began."""

    cells: list[Cell]
    verdict: Verdict
    limits: list[tuple[float, float, float] | None]
    signals: frozenset[int]
    breaks: list[Break]
    # Numbers of versions that had to be in force at once.
    at_once: frozenset[int] = frozenset()
    # What periods were read as before they were restated, by their places.
    formers: Mapping[int, Former] = field(default_factory=dict)
    # Exemptions that leave facts of these periods out.
    exempted: list[Excluded] = field(default_factory=list)
    # Of the last 26 complete weeks, those with a value; set where months stand in for weeks.
    weeks_with_value: int | None = None


def chart_of(board: Board, subject: Subject, slug: str, last: Period, count: int) -> Chart | None:
    """The newest `count` periods with normal range and signals; reads further back for the range."""
    history = board.series(subject, slug, last, count + CHART_HISTORY[last.grain])
    if not history:
        return None
    kind, breaks = history[-1].kind, board.breaks(slug)
    days = [one.day for one in breaks]
    points = chart_points(kind, [cell.as_period_reading for cell in history])
    limits = chart_limits(kind, points, breaks=days, lookback=CHART_HISTORY[last.grain])
    start = max(0, len(history) - count)
    shown = history[start:]
    return Chart(
        cells=shown,
        verdict=_verdict(history, days),
        limits=[None if x is None else (x.lower, x.centre, x.upper) for x in limits[start:]],
        signals=frozenset(signal.index - start for signal in signals(points, limits) if signal.index >= start),
        breaks=breaks,
        at_once=frozenset(version.number for version in board.versions.get(slug, ()) if version.at_once_reason),
        formers=board.formers(shown),
        exempted=board.exempted(subject, slug, [cell.period for cell in shown]),
    )


def _verdict(history: Sequence[Cell], breaks: Sequence[date]) -> Verdict:
    newest, readings = history[-1], [cell.as_period_reading for cell in history]
    unit, direction, grain = newest.unit, newest.direction, newest.period.grain
    if grain is Grain.WEEK:
        return judge_chart(newest.kind, readings, unit=unit, direction=direction, breaks=breaks)
    return judge_periods(
        newest.kind, readings, lookback=CHART_HISTORY[grain], unit=unit, direction=direction, breaks=breaks
    )


def readable_chart_of(board: Board, subject: Subject, slug: str, week: Period) -> Chart | None:
    """The chart by week up to `week`; by month where weeks are too sparse to be read or are not read at all."""
    month = _running_month(board, week)
    weekly = chart_of(board, subject, slug, week, CHART_SHOWN[Grain.WEEK])
    monthly = chart_of(board, subject, slug, month, CHART_SHOWN[Grain.MONTH])
    if monthly is None or monthly.cells[-1].period != month:
        return weekly
    if weekly is None or weekly.cells[-1].period != week:
        return monthly
    kind = weekly.cells[-1].kind
    weeks, months = ([cell.as_period_reading for cell in chart.cells] for chart in (weekly, monthly))
    if not reads_months(kind, weeks, months):
        return weekly
    return replace(monthly, weeks_with_value=weeks_with_value(kind, weeks))


def _running_month(board: Board, week: Period) -> Period:
    """The month that runs when the week ends, or today if that is earlier."""
    return period_at(min(board.as_of, week.ends_at(board.zone) - INSTANT), Grain.MONTH, board.zone)


def periods_of_chart(last: Period, count: int) -> list[Period]:
    """Every period a chart reads: what it shows and the history its range is made of."""
    return [last.previous(steps) for steps in range(count + CHART_HISTORY[last.grain])]


def periods_of_readable_chart(week: Period) -> list[Period]:
    """Every period that a chart by week, or by month in its place, reads; one month more where a week begins one."""
    month = period_on(week.end_on - timedelta(days=1), Grain.MONTH)
    return [
        *periods_of_chart(week, CHART_SHOWN[Grain.WEEK]), *periods_of_chart(month, CHART_SHOWN[Grain.MONTH] + 1)
    ]  # fmt: skip

"""Charts as plain figures: points, normal ranges, breaks and marks from cells; `apps.core.svg` draws them."""

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from apps.core.calendar_words import day_words, short_day, short_period
from apps.core.numbers import format_value
from apps.core.periods import Period
from apps.governance.domain.excluded import Excluded
from apps.measurements.domain.readings import Direction, Kind, Reason, Status
from apps.measurements.domain.wording import stand_in
from apps.measurements.queries import Cell, Chart, Former
from apps.metrics.domain.versions import Break
from apps.portal.queries.marks import Lane, Mark

Url = Callable[[Cell], str]
GAPS = frozenset({Status.NOT_CONNECTED, Status.SOURCE_SILENT, Status.ZERO, Status.TOO_FEW, Status.NOT_ESTIMABLE})
STANDING, FORMER = "In force", "As published before"  # the two lines of a chart with restated periods
FULL_BASELINE = 12  # a range that exists was made of at least so many periods
DAYS_OF_YEAR = 366


def chart_figure(chart: Chart, *, id: str, title: str, finding: str, size: str, url: Url) -> dict[str, Any]:  # noqa: A002
    """A chart with its normal range, ringed signals and breaks between definition versions."""
    breaks = _breaks(chart)
    return _figure(chart.cells, id=id, title=title, finding=finding, size=size) | {
        "segments": [*_segments(chart, [mark["x"] for mark in breaks], url), *_former_segments(chart)],
        "breaks": breaks,
        "regions": _exempted(chart),
    }


def _exempted(chart: Chart) -> list[dict[str, Any]]:
    """Hatched stretches in which an exemption leaves facts out."""
    periods = [cell.period for cell in chart.cells]
    return [
        {
            "x": day_ordinal(one.start, periods),
            "until": day_ordinal(one.end, periods),
            "kind": "exempt",
            "label": exempt_words(one, periods),
        }
        for one in chart.exempted
    ]


def exempt_words(one: Excluded, periods: Sequence[Period]) -> str:
    """What an exemption does to the facts of which days: `E-3 leaves facts out, 4 Mar to 14 Mar`."""
    words = _day_words(periods)
    return f"{one.key} leaves facts out, {words(one.start)} to {words(one.end - timedelta(days=1))}"


def _day_words(periods: Sequence[Period]) -> Callable[[date], str]:
    """How a chart of these periods names a day: with its year where one day and month may be met twice."""
    return day_words if (periods[-1].end_on - periods[0].first_on).days > DAYS_OF_YEAR else short_day


def day_ordinal(day: date, periods: Sequence[Period]) -> float:
    """A day in periods: 17.5 is the middle of period 17; clipped to the periods shown."""
    for place, period in enumerate(periods):
        if day < period.end_on:
            return place + max(0, (day - period.first_on).days) / (period.end_on - period.first_on).days
    return float(len(periods))


def cells_figure(cells: Sequence[Cell], *, id: str, title: str, finding: str, url: Url) -> dict[str, Any]:  # noqa: A002
    """A small chart of cells alone: values by period, broken where the version changes."""
    points = [_point(cell, place, url, signal=None) for place, cell in enumerate(cells)]
    cuts = [i for i in range(1, len(cells)) if cells[i].version_number != cells[i - 1].version_number]
    return _figure(cells, id=id, title=title, finding=finding, size="small") | {
        "segments": [{"points": points[a:b]} for a, b in zip([0, *cuts], [*cuts, len(cells)], strict=True)],
        "breaks": [{"x": x, "label": ""} for x in cuts],
    }


def _figure(cells: Sequence[Cell], *, id: str, title: str, finding: str, size: str) -> dict[str, Any]:  # noqa: A002
    newest = cells[-1]
    return {
        "kind": "bars" if newest.kind is Kind.COUNTS else "line",
        "id": id,
        "title": title,
        "finding": finding,
        "size": size,
        "unit": newest.unit,
        "scale": "log" if newest.unit == "seconds" else "linear",
    }


def _breaks(chart: Chart) -> list[dict[str, Any]]:
    """Where a version with another meaning began, as the ordinal of its first period."""
    starts = [cell.period.first_on for cell in chart.cells]
    shown = [one for one in chart.breaks if starts[0] < one.day <= starts[-1]]
    words = _day_words([cell.period for cell in chart.cells])
    return [
        {
            "x": next(i for i, start in enumerate(starts) if start >= one.day),
            "label": _break_words(one, chart.at_once, words),
        }
        for one in shown
    ]


def _break_words(one: Break, at_once: Collection[int], words: Callable[[date], str]) -> str:
    """`v2 → v3 · 7 Sep · merge instead of first commit`; a narrow chart leaves out what stands last."""
    flag = ["at once"] if one.new in at_once else []
    return " · ".join([f"v{one.old} → v{one.new}", words(one.day), *flag, *one.words])


def _segments(chart: Chart, cuts: Sequence[int], url: Url) -> list[dict[str, Any]]:
    edges = zip([0, *cuts], [*cuts, len(chart.cells)], strict=True)
    return [_segment(chart, start, end, url) for start, end in edges if start < end]


def _former_segments(chart: Chart) -> list[dict[str, Any]]:
    """What restated periods were published as: open squares on a second line, one line for each version."""
    unit = chart.cells[-1].unit
    shown = [(i, one) for i, one in sorted(chart.formers.items()) if one.value is not None and one.unit == unit]
    runs = groupby(shown, key=lambda pair: pair[1].version_number or chart.cells[pair[0]].version_number)
    return [
        {"label": FORMER, "series": 2, "points": [_former_point(chart.cells[i], i, one, version) for i, one in run]}
        for version, run in runs
    ]


def _former_point(cell: Cell, place: int, former: Former, version: int) -> dict[str, Any]:
    words = _until(former)
    return {
        "key": cell.period.key, "label": short_period(cell.period), "x": place, "value": former.value, "n": former.n,
        "status": words[:1].upper() + words[1:], "note": words, "former": True, "version": f"v{version}",
    }  # fmt: skip


def _until(former: Former) -> str:
    by = f"by v{former.version_number} " if former.version_number else ""
    return f"{by}until {short_day(former.until)}"


def _restated(former: Former | None) -> str:
    """That a period was restated, and what it was: `restated, 31 h by v2 until 7 Sep`; empty for the others."""
    if former is None:
        return ""
    value = "no value" if former.value is None else format_value(former.value, former.unit)
    return f"restated, {value} {_until(former)}"


def _segment(chart: Chart, start: int, end: int, url: Url) -> dict[str, Any]:
    places = range(start, end)
    return {
        "label": STANDING if chart.formers else "",
        "points": [
            _point(chart.cells[i], i, url, signal=_signal(chart, i), note=_restated(chart.formers.get(i)))
            for i in places
        ],
        "bands": _bands(chart, places),
        "baseline_n": FULL_BASELINE,
    }


def _bands(chart: Chart, places: range) -> list[dict[str, float]]:
    """Runs of periods with one and the same range; limits are locked by quarter, so there are few."""
    runs = groupby(places, key=lambda i: chart.limits[i])
    found = []
    for limits, run in runs:
        inside = list(run)
        if limits is not None:
            lower, centre, upper = limits
            found.append({"start": inside[0], "end": inside[-1] + 1, "lower": lower, "centre": centre, "upper": upper})
    return found


def _signal(chart: Chart, place: int) -> str | bool | None:
    """Whether a period rings, in the tone of the side on which it lies."""
    cell, limits = chart.cells[place], chart.limits[place]
    if place not in chart.signals or limits is None or cell.reading.value is None:
        return None
    if cell.direction is Direction.NEITHER:
        return True
    is_above = cell.reading.value > limits[1]
    return "good" if is_above == (cell.direction is Direction.HIGHER_IS_BETTER) else "bad"


def _point(cell: Cell, place: int, url: Url, *, signal: str | bool | None, note: str = "") -> dict[str, Any]:
    reading = cell.reading
    instead = stand_in(reading)
    status = "; ".join(filter(None, (instead.sentence if instead else "Signal" if signal else "", note)))
    return {
        "key": cell.period.key,
        "label": short_period(cell.period),
        "x": place,
        "value": None if reading.status in GAPS else reading.value,
        "lower": reading.lower,
        "upper": reading.upper,
        "n": reading.n,
        "status": status[:1].upper() + status[1:],
        "note": note,
        "signal": signal,
        "running": reading.status is Status.PARTIAL,
        "paused": reading.reason is Reason.PAUSED,
        "version": f"v{cell.version_number}",
        "url": url(cell),
    }


def lanes_of(marks: Sequence[Mark], periods: Sequence[Period], zone: ZoneInfo) -> dict[str, list[dict[str, Any]]]:
    """What happened near, in the lanes under a chart."""
    return {lane: [_mark(mark, periods, zone) for mark in marks if mark.lane is lane] for lane in Lane}


def _mark(mark: Mark, periods: Sequence[Period], zone: ZoneInfo) -> dict[str, Any]:
    start = ordinal(mark.starts_at, periods, zone)
    until = float(len(periods)) if mark.goes_on else ordinal(mark.ends_at or mark.starts_at, periods, zone)
    day = mark.starts_at.astimezone(zone).date()
    return {
        "x": start,
        "until": max(until, start),
        "label": f"{mark.text.rstrip('.')} ({_days(day, mark, zone, _day_words(periods))})",
        "url": mark.link,
    }


def _days(day: date, mark: Mark, zone: ZoneInfo, words: Callable[[date], str]) -> str:
    if mark.goes_on:
        return f"since {words(day)}"
    last = mark.ends_at.astimezone(zone).date() if mark.ends_at else day
    return words(day) if last == day else f"{words(day)} to {words(last)}"


def ordinal(at: datetime, periods: Sequence[Period], zone: ZoneInfo) -> float:
    """An instant in periods: 17.5 is the middle of period 17; clipped to the periods shown."""
    for place, period in enumerate(periods):
        starts, ends = period.starts_at(zone), period.ends_at(zone)
        if at < ends:
            return place + max(0.0, (at - starts) / (ends - starts))
    return float(len(periods))

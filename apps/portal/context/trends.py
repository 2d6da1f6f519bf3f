"""Series on pages: the organisation's chart, teams side by side by name, a service, and the five-question row."""

from typing import Any

from django.urls import reverse

from apps.core import clock
from apps.core.calendar_words import GRAIN_WORDS
from apps.core.numbers import JOINT
from apps.measurements.domain.verdicts import Code, Kind, Verdict, line_of_expectation
from apps.measurements.queries import Cell, Chart
from apps.portal.charts import GAPS, cells_figure, chart_figure, lanes_of
from apps.portal.context.readings import evidence_url, reading_of
from apps.portal.queries.last_weeks import ServiceTrends
from apps.portal.queries.trend import DefinitionTrends, TeamTrend
from apps.services.models import Service

POINTS = {Kind.DURATIONS: "median", Kind.SHARES: "share"}
MOVED = frozenset({Code.IMPROVED, Code.WORSENED, Code.CHANGED})


def title_of(cell: Cell, place: str = "") -> str:
    """What a chart shows: `Change lead time, median by week, Checkout`."""
    by = POINTS.get(cell.kind, "")
    grain = GRAIN_WORDS.get(cell.period.grain, "")
    return ", ".join(filter(None, (cell.name, f"{by} by {grain}".strip(), place)))


def finding_of(verdict: Verdict | None, cell: Cell) -> str:
    """The verdict's sentence; kinds without a weekly rule say what the points are."""
    if verdict is None or verdict.code is Code.NO_TREND:
        return f"{cell.name}: points without a normal range"
    return verdict.sentence


def note_of(chart: Chart) -> str:
    """Why months stand where weeks are expected; empty where they do not."""
    if chart.weeks_with_value is None:
        return ""
    return f"Weeks are too sparse to read: {chart.weeks_with_value} of the last 26 have a value. Months are shown."


def chart_of(chart: Chart, address: str, *, id: str, size: str = "row", place: str = "") -> dict[str, Any]:  # noqa: A002
    """A chart of one subject with links to evidence, its trend page and CSV."""
    cell = chart.cells[-1]
    figure = chart_figure(
        chart, id=id, title=title_of(cell, place), finding=finding_of(chart.verdict, cell), size=size,
        url=lambda one: evidence_url(one, address),
    )  # fmt: skip
    return figure | {"links": links_of(cell.slug, address, cell.period.grain), "note": note_of(chart)}


def links_of(slug: str, address: str, grain: Any) -> dict[str, str]:
    """Where a chart leads: the interactive page and the file."""
    csv = reverse("portal:metric-trend-csv", args=[slug])
    return {"explore": f"{trend_url(slug, address)}&grain={grain}", "csv": f"{csv}?subject={address}&grain={grain}"}


def trend_url(slug: str, address: str) -> str:
    """The page of one subject's series, by week or in the periods that can be read."""
    return f"{reverse('portal:metric-trend', args=[slug])}?subject={address}"


def definition_charts(slug: str, trends: DefinitionTrends) -> dict[str, Any]:
    """The organisation's chart, small ones by team, and what chance alone would bring."""
    chart = trends.chart
    size = "wide" if chart and values_of(chart.cells) else "row"
    figure = chart_of(chart, "organisation:all", id="organisation", size=size) if chart else None
    shown = [row for row in trends.teams if values_of(row.cells)]
    extent = [value for row in shown for value in values_of(row.cells)]
    multiples = [_multiple(slug, row) | {"extent": extent} for row in shown]
    return {
        "figure": figure,
        "multiples": multiples,
        "empties": [_empty_row(slug, row) for row in trends.teams if row.cells and row not in shown],
        "expectation": expectation_of([row.verdict for row in trends.teams]),
    }


def _empty_row(slug: str, row: TeamTrend) -> dict[str, str]:
    """A team of whose weeks none has a value: why, and the way to its own chart; an empty frame would say less."""
    return {
        "name": row.team.name,
        "url": trend_url(slug, f"team:{row.team.slug}"),
        "finding": finding_of(row.verdict, row.cells[-1]),
    }


def _multiple(slug: str, row: TeamTrend) -> dict[str, Any]:
    """One team's small chart; its table stands on the trend page it leads to."""
    address = f"team:{row.team.slug}"
    figure = cells_figure(
        row.cells, id=f"team-{row.team.slug}", title=row.team.name, finding=finding_of(row.verdict, row.cells[-1]),
        url=lambda one: evidence_url(one, address),
    )  # fmt: skip
    return figure | {"table": False, "links": {"explore": trend_url(slug, address)}}


def values_of(cells: list[Cell]) -> list[float]:
    """What a shared scale must hold: least and largest value of the periods that are drawn."""
    drawn = [cell.reading.value for cell in cells if cell.reading.value is not None and cell.reading.status not in GAPS]
    return [min(drawn), max(drawn)] if drawn else []


def expectation_of(verdicts: list[Verdict | None]) -> str:
    """`1 of 9 moved; fewer than 1 of these 9 would by chance`; nothing where nothing was compared."""
    judged = [v for v in verdicts if v is not None and v.code in (*MOVED, Code.NO_SIGNAL)]
    return line_of_expectation(len(judged), sum(v.code in MOVED for v in judged)) if judged else ""


def service_part(service: Service, trends: ServiceTrends) -> dict[str, Any]:
    """A service's chart of deployments and its numbers."""
    address = f"service:{service.slug}"
    figure = None
    if trends.chart:
        lanes = lanes_of(trends.marks, [cell.period for cell in trends.chart.cells], clock.reporting_zone())
        figure = chart_of(trends.chart, address, id="deployments", size="wide", place=service.name) | {"lanes": lanes}
    return {"figure": figure, "readings": number_rows(trends.cells, address)}


def number_rows(cells: list[Cell], address: str) -> list[dict[str, Any]]:
    """Numbers of the last complete weeks, each naming how many."""
    return [reading_of(cell, address, note=f"{cell.period.grain.weeks}{JOINT}weeks") for cell in cells]

"""The trend of a definition for one subject: chart, verdicts, stages, prompts, and the same data as a file."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from apps.core import clock, svg
from apps.core.access import Access, access
from apps.core.asking import PageRequest, read_choice, reads
from apps.core.calendar_words import GRAIN_WORDS
from apps.core.periods import CALENDAR_GRAINS, Grain
from apps.metrics import queries as metrics
from apps.portal.charts import exempt_words, lanes_of
from apps.portal.context.readings import newest_data, verdict_of
from apps.portal.context.stages import stage_rows
from apps.portal.context.trends import chart_of
from apps.portal.queries.subjects import get_subject
from apps.portal.queries.trend import Trend, get_trend
from apps.portal.tables import csv_response
from apps.reviews.operations import note_opening

GRAINS = tuple(str(grain) for grain in CALENDAR_GRAINS)
HEADS = ("period", "first_day", "value", "lower", "upper", "n", "clusters", "status", "version", "unit")


@access(Access.SHARED_READ)
@reads("subject", "grain")
def trend(request: PageRequest, slug: str) -> HttpResponse:
    """The interactive chart with its drawing, verdicts, stages and coaching prompts."""
    found = _read(request, slug)
    note_opening(definition=found.version.definition, by=request.principal)
    cells = found.chart.cells if found.chart else []
    context = {
        "heading": found.version.name,
        "crumbs": _crumbs(found, slug),
        "found": found,
        "version_url": reverse("portal:metric-version", args=[slug, found.version.number]),
        "data_up_to": newest_data(cells),
        "grains": _grains(found, slug),
        "figure": _figure(found, slug),
        "empty": _empty(found),
        "chart_verdict": _verdict(found.chart.verdict if found.chart else None, "On the chart"),
        "quarter_verdict": _verdict(found.quarter, "13 weeks against 26 before"),
        "exempted": _exempted(found),
        "stages": stage_rows(found),
        "prompts": _prompts(found),
    }
    return render(request, "portal/trend.html", context)


@access(Access.SHARED_READ)
@reads("subject", "grain")
def trend_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The series as CSV, unrounded: seconds, shares 0-1, counts."""
    found = _read(request, slug)
    cells = found.chart.cells if found.chart else []
    name = f"{slug}-{found.subject.address.replace(':', '-')}-{found.grain}"
    return csv_response(name, HEADS, [_csv_row(cell) for cell in cells])


@access(Access.SHARED_READ)
@reads("subject", "grain")
def trend_svg(request: HttpRequest, slug: str) -> HttpResponse:
    """The drawing as a file of its own."""
    figure = _figure(_read(request, slug), slug)
    text = svg.draw(figure, standalone=True) if figure else ""
    answer = HttpResponse(text, content_type="image/svg+xml", status=200 if figure else 404)
    answer["Content-Disposition"] = f'attachment; filename="{slug}.svg"'
    return answer


def _read(request: HttpRequest, slug: str) -> Trend:
    grain = Grain(read_choice(request, "grain", GRAINS)) if "grain" in request.GET else None
    subject = get_subject(request.GET.get("subject", "organisation:all"))
    return get_trend(slug, subject, grain, clock.as_of(), by=request.principal)  # type: ignore[attr-defined]


def _csv_row(cell: Any) -> tuple[Any, ...]:
    r = cell.reading
    return (
        cell.period.key, cell.period.first_on.isoformat(), r.value, r.lower, r.upper, r.n, r.clusters, str(r.status),
        cell.version_number, cell.unit,
    )  # fmt: skip


def _figure(found: Trend, slug: str) -> dict[str, Any] | None:
    if found.chart is None:
        return None
    lanes = lanes_of(found.marks, [cell.period for cell in found.chart.cells], clock.reporting_zone())
    address = found.subject.address
    figure = chart_of(found.chart, address, id="trend", size="wide", place=found.subject.name)
    query = f"?subject={address}&grain={found.grain}"
    files = {
        "csv": reverse("portal:metric-trend-csv", args=[slug]) + query,
        "svg": reverse("portal:metric-trend-svg", args=[slug]) + query,
    }
    return figure | {"lanes": lanes, "interactive": True, "links": files, "target": found.target}


def _empty(found: Trend) -> str:
    """What stands in place of a chart."""
    stated = [GRAIN_WORDS[Grain(grain)] for grain in metrics.spec_of(found.version).window.grains]
    if GRAIN_WORDS[found.grain] in stated:
        return "No version of this definition is in force in these periods."
    return f"{found.version.name} is not read by {GRAIN_WORDS[found.grain]}. It is read by {' and '.join(stated)}."


def _exempted(found: Trend) -> list[dict[str, str]]:
    """Exemptions that leave facts of the shown periods out, each with its page."""
    if found.chart is None:
        return []
    periods = [cell.period for cell in found.chart.cells]
    return [
        {"text": exempt_words(mark, periods), "url": reverse("portal:exemption", args=[mark.key])}
        for mark in found.chart.exempted
    ]


def _grains(found: Trend, slug: str) -> list[dict[str, Any]]:
    here = reverse("portal:metric-trend", args=[slug])
    return [
        {"label": GRAIN_WORDS[grain].capitalize(), "url": f"{here}?subject={found.subject.address}&grain={grain}",
         "current": grain is found.grain}
        for grain in CALENDAR_GRAINS
    ]  # fmt: skip


def _verdict(verdict: Any, mark: str) -> dict[str, Any] | None:
    if verdict is None or verdict.code == "no_trend":
        return None
    return verdict_of(verdict, mark=mark)


def _prompts(found: Trend) -> list[str]:
    """What to ask the system, by the movement of the quarter (no signal when nothing else is known)."""
    code = str(found.quarter.code) if found.quarter else "no_signal"
    return [p["text"] for p in found.version.contract.get("prompts", ()) if p["movement"] == code]


def _crumbs(found: Trend, slug: str) -> list[dict[str, str]]:
    return [
        {"label": "Metrics", "url": reverse("portal:metric-list")},
        {"label": found.version.name, "url": reverse("portal:metric", args=[slug])},
        {"label": found.subject.name, "url": found.subject.url},
    ]

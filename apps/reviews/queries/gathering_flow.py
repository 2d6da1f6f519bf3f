"""Flow on a weekly agenda: how often and how fast each service ships, as its chart reads; signals only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from apps.core.periods import Period
from apps.measurements import queries as measurements
from apps.measurements.domain.subjects import PER_LINK, WHOLE, Subject, SubjectKind
from apps.measurements.domain.wording import Code
from apps.measurements.queries import Board, Chart
from apps.reviews.domain.flow import JUDGED, RULES, SIGNALS, movement_of, press_of
from apps.reviews.domain.weekly import Found
from apps.services.models import Service

WEEKS = 27  # what the chart of a page shows, so that both say the same


@dataclass
class Flow:
    """Signals of the services of a team, and how many series were judged at all."""

    found: list[Found] = field(default_factory=list)
    judged: int = 0
    quiet: int = 0


def read_flow(owned: Sequence[Service], week: Period) -> Flow:
    """What the charts of a team's services say of a week; five queries for any number of services."""
    subjects = {one.pk: Subject(SubjectKind.SERVICE, one.pk) for one in owned}
    flow = Flow()
    if not owned:
        return flow
    periods = measurements.periods_of_chart(week, WEEKS)
    board = measurements.load_board(subjects.values(), RULES, periods, (WHOLE, PER_LINK))
    for service in owned:
        charts = _charts(board, subjects[service.pk], week)
        signals = _signals(service, charts, week)
        flow.judged += sum(chart.verdict.code in JUDGED for chart in charts.values())
        flow.quiet += not signals
        flow.found += signals
    return flow


def _charts(board: Board, subject: Subject, week: Period) -> dict[str, Chart]:
    found = {slug: measurements.chart_of(board, subject, slug, week, WEEKS) for slug in RULES}
    return {slug: chart for slug, chart in found.items() if chart is not None}


def _signals(service: Service, charts: Mapping[str, Chart], week: Period) -> list[Found]:
    codes = {slug: chart.verdict.code for slug, chart in charts.items()}
    return [_signal(service, slug, chart, codes, week) for slug, chart in charts.items() if codes[slug] in SIGNALS]


def _signal(service: Service, slug: str, chart: Chart, codes: Mapping[str, Code], week: Period) -> Found:
    newest, verdict = chart.cells[-1], chart.verdict
    movement = movement_of(slug, codes)
    query = urlencode({"subject": f"service:{service.slug}", "grain": week.grain.value})
    return Found(
        RULES[slug], f"service:{service.slug}", f"{newest.name} of {service.name}. {verdict.sentence}.",
        press_of(verdict.code), f"{reverse('portal:metric-trend', args=[newest.slug])}?{query}",
        {"title": f"{service.name}: {newest.name}", "service": service.slug, **_shown(chart)},
        order=service.name, services=(service.slug,), movement=movement.value if movement else "", definition=slug,
    )  # fmt: skip


def _shown(chart: Chart) -> dict[str, Any]:
    """The value of the week with everything that makes it: version, interval, normal range, run."""
    newest, limits = chart.cells[-1], chart.limits[-1]
    reading = newest.reading
    return {
        "definition": newest.slug, "version": newest.version_number, "unit": newest.unit, "period": newest.period.key,
        "value": reading.value, "lower": reading.lower, "upper": reading.upper, "n": reading.n,
        "status": str(reading.status), "range": list(limits) if limits else None, "code": str(chart.verdict.code),
        "run": newest.run_id,
    }  # fmt: skip

"""Numbers of the last complete weeks: what definitions answer of a team's five questions, and a service's own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.periods import Grain, Period
from apps.delivery.models import Deployment
from apps.measurements import queries as measurements
from apps.measurements.domain.subjects import Subject, SubjectKind
from apps.measurements.domain.verdicts import Verdict
from apps.measurements.queries import Board, Cell, Chart
from apps.metrics.models import DefinitionVersion
from apps.portal.queries.marks import Mark
from apps.portal.queries.services import list_newest_deployments
from apps.portal.queries.trend import PARTS, marks_on, stage_names, week_of
from apps.services.models import Service
from apps.teams.models import Team

LEAD_TIME, FREQUENCY, FAILURE_RATE = "change-lead-time", "deployment-frequency", "change-failure-rate"
SHIPPING = (LEAD_TIME, FREQUENCY, FAILURE_RATE)
PAIN = ("support-first-response", "ticket-volume")
INCIDENTS = ("severe-incidents", "lesser-incidents", "time-to-restore", "repeat-incidents")
# Shares and lengths of what is rare need more facts than four weeks bring.
OVER_13_WEEKS = frozenset({FAILURE_RATE, "support-first-response", "time-to-restore", "repeat-incidents"})
NEWEST = 4
CHANGED_FOR = timedelta(weeks=4)


@dataclass(frozen=True)
class Shipping:
    """The row "Are we shipping?" of a subject: numbers, verdicts, a chart, the newest deployments, marks near."""

    subject: Subject
    cells: list[Cell]
    trends: dict[str, Verdict]
    chart: Chart | None
    deployments: list[Deployment]
    marks: list[Mark]
    changed: list[DefinitionVersion]
    has_stages: bool


@dataclass(frozen=True)
class Numbers:
    """A question that definitions answer: their numbers and verdicts, and the chart of the first that has one."""

    cells: list[Cell]
    trends: dict[str, Verdict]
    chart: Chart | None
    is_agreed: bool


@dataclass(frozen=True)
class Answers:
    """What definitions answer of a team's five questions."""

    shipping: Shipping
    pain: Numbers
    incidents: Numbers


@dataclass(frozen=True)
class ServiceTrends:
    """A service's chart of deployments, its numbers, and marks near."""

    cells: list[Cell]
    chart: Chart | None
    marks: list[Mark] = field(default_factory=list)


def get_answers(team: Team, at: datetime, by: Principal) -> Answers:
    """A team's numbers of the last complete weeks; six queries whatever the number of teams."""
    subject, week = Subject(SubjectKind.TEAM, team.pk), week_of(at)
    board = _board_of((*SHIPPING, *PAIN, *INCIDENTS), subject, week)
    return Answers(
        shipping=_shipping(board, subject, week, at, by),
        pain=_numbers(board, subject, week, PAIN),
        incidents=_numbers(board, subject, week, INCIDENTS),
    )


def _numbers(board: Board, subject: Subject, week: Period, slugs: Sequence[str]) -> Numbers:
    running = week.previous(-1)
    return Numbers(
        cells=_present(board.cell(subject, slug, week.trailing(_window(slug))) for slug in slugs),
        trends={slug: verdict for slug in slugs if (verdict := board.trend(subject, slug, week)) is not None},
        chart=_first(measurements.readable_chart_of(board, subject, slug, running) for slug in slugs),
        is_agreed=any(board.versions.get(slug) for slug in slugs),
    )


def _shipping(board: Board, subject: Subject, week: Period, at: datetime, by: Principal) -> Shipping:
    found = _numbers(board, subject, week, SHIPPING)
    services = [held.service_id for held in board.held[subject] if held.until_at is None]
    return Shipping(
        subject=subject,
        cells=found.cells,
        trends=found.trends,
        chart=found.chart,
        deployments=list_newest_deployments(services, NEWEST),
        marks=marks_on(board, subject, found.chart, by),
        changed=_changed(board, at),
        has_stages=bool(stage_names(board.governing(LEAD_TIME, week))),
    )


def _board_of(slugs: Sequence[str], subject: Subject, week: Period) -> Board:
    running = week.previous(-1)
    numbers = [week.trailing(Grain.WEEKS_4), week.trailing(Grain.WEEKS_13)]
    periods = [
        *numbers,
        *measurements.periods_of_readable_chart(running),
        *measurements.periods_of_trend(week),
    ]
    return measurements.load_board([subject], slugs, periods, PARTS)


def _window(slug: str) -> Grain:
    return Grain.WEEKS_13 if slug in OVER_13_WEEKS else Grain.WEEKS_4


def _changed(board: Board, at: datetime) -> list[DefinitionVersion]:
    """Versions after the first whose change of meaning is younger than four weeks."""
    today = clock.local_day(at)
    found = []
    for slug in (slug for slug in SHIPPING if slug in board.versions):
        versions = board.versions[slug]
        days = {one.day: one.new for one in board.breaks(slug) if today - CHANGED_FOR < one.day <= today}
        found += [version for version in versions if version.number in days.values()]
    return found


def get_service_trends(service: Service, at: datetime, by: Principal) -> ServiceTrends:
    """A service's deployments of 26 weeks, its lead time and frequency; five queries."""
    subject, week = Subject(SubjectKind.SERVICE, service.pk), week_of(at)
    running = week.previous(-1)
    board = _board_of(SHIPPING, subject, week)
    chart = measurements.readable_chart_of(board, subject, FREQUENCY, running)
    cells = _present(board.cell(subject, slug, week.trailing(_window(slug))) for slug in SHIPPING)
    return ServiceTrends(cells=cells, chart=chart, marks=marks_on(board, subject, chart, by))


def _present(cells: Iterable[Cell | None]) -> list[Cell]:
    return [cell for cell in cells if cell is not None]


def _first(charts: Iterable[Chart | None]) -> Chart | None:
    return next((chart for chart in charts if chart is not None), None)

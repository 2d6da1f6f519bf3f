"""Reads of measurements for pages: one board for each page, so that the number of queries stays constant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.periods import Grain, Period, last_complete, local_midnight, period_at
from apps.core.problems import Absent
from apps.measurements import queries as measurements
from apps.measurements.domain.engine.placed import ends_at_link
from apps.measurements.domain.subjects import Subject, SubjectKind
from apps.measurements.domain.verdicts import Verdict
from apps.measurements.queries import Board, Cell, Chart
from apps.metrics import queries as metrics
from apps.metrics.domain.spec import Span
from apps.metrics.models import DefinitionVersion, MetricDefinition
from apps.portal.queries.beside import Beside, find_beside
from apps.portal.queries.marks import Mark, list_near
from apps.portal.queries.subjects import NamedSubject, named_whole
from apps.teams import queries as teams
from apps.teams.models import Team

PARTS = ("whole", "per_link")
MOST_MULTIPLES = 12


@dataclass(frozen=True)
class Stage:
    """A stage of a span over 13 weeks: its median and n, and its share of the summed time (None: not recorded)."""

    name: str
    cell: Cell
    share: float | None


@dataclass(frozen=True)
class Trend:
    """Everything the trend page of a definition shows for one subject and grain."""

    subject: NamedSubject
    grain: Grain
    chart: Chart | None
    quarter: Verdict | None
    stages: list[Stage]
    marks: list[Mark]
    version: DefinitionVersion
    target: dict[str, Any] | None = None  # {value, label} of the dotted line


@dataclass(frozen=True)
class TeamTrend:
    """One team's weeks and its quarter comparison."""

    team: Team
    cells: list[Cell]
    verdict: Verdict | None


@dataclass(frozen=True)
class DefinitionTrends:
    """A definition's chart of the organisation, its weeks by team, by name, and by two versions side by side."""

    chart: Chart | None
    teams: list[TeamTrend]
    beside: Beside | None = None


def get_definition_trends(versions: Sequence[DefinitionVersion], at: datetime) -> DefinitionTrends:
    """The organisation's chart and the teams' weeks of a definition (all versions in order); five queries.

    More than twelve small charts help nobody: then the page shows the organisation alone.
    """
    slug = versions[0].definition.slug
    shown = list(teams.list_teams()[: MOST_MULTIPLES + 1])
    shown = shown if len(shown) <= MOST_MULTIPLES else []
    subjects = {team.pk: Subject(SubjectKind.TEAM, team.pk) for team in shown}
    whole, week = named_whole().subject, week_of(at)
    running = week.previous(-1)
    periods = [*measurements.periods_of_readable_chart(running), *measurements.periods_of_trend(week)]
    board = measurements.load_board_of({slug: versions}, [whole, *subjects.values()], periods, PARTS)
    rows = [_team_trend(board, team, subjects[team.pk], slug, running, week) for team in shown]
    beside = find_beside(board, whole, slug, week)
    return DefinitionTrends(measurements.readable_chart_of(board, whole, slug, running), rows, beside)


def until(definition: MetricDefinition, at: datetime) -> datetime:
    """The instant up to which a definition is read: now, or the day it was retired."""
    left = definition.retired_on
    return at if left is None else min(at, local_midnight(left, clock.reporting_zone()))


def _team_trend(board: Board, team: Team, subject: Subject, slug: str, running: Period, week: Period) -> TeamTrend:
    cells = board.series(subject, slug, running, measurements.CHART_SHOWN[Grain.WEEK])
    return TeamTrend(team, cells, board.trend(subject, slug, week))


def get_trend(slug: str, subject: NamedSubject, grain: Grain | None, at: datetime, *, by: Principal) -> Trend:
    """A definition's series for one subject; raises `Absent` without such a definition; eight queries at most.

    Without a grain it is read by week, or by month where weeks are too sparse.
    """
    versions = metrics.versions_by_slug([slug]).get(slug)
    if not versions:
        raise Absent("not_found", "Nothing is here for you.")
    metrics.require_present(slug, versions[0].definition)
    at = until(versions[0].definition, at)
    week = week_of(at)
    version = metrics.governing_version(versions, week) or versions[0]
    names = stage_names(version)
    read = _Read(subject.subject, slug, grain, period_at(at, grain or Grain.WEEK, clock.reporting_zone()))
    periods = [week.trailing(Grain.WEEKS_13), *read.periods, *measurements.periods_of_trend(week)]
    board = measurements.load_board_of({slug: versions}, [subject.subject], periods, (*PARTS, *names))
    chart = read.chart(board)
    chart = measurements.with_late_facts(chart) if chart else None
    return Trend(
        subject=subject,
        grain=chart.cells[-1].period.grain if chart else read.last.grain,
        chart=chart,
        quarter=board.trend(subject.subject, slug, week),
        stages=_stages(board, subject.subject, slug, names, week),
        marks=marks_on(board, subject.subject, chart, by),
        version=version,
        target=_target(subject.subject, version, slug, at, by) if chart else None,
    )


@dataclass(frozen=True)
class _Read:
    """Which chart a trend page asks for: one grain, or (None) the one that can be read."""

    subject: Subject
    slug: str
    grain: Grain | None
    last: Period

    @property
    def periods(self) -> list[Period]:
        if self.grain is None:
            return measurements.periods_of_readable_chart(self.last)
        return measurements.periods_of_chart(self.last, measurements.CHART_SHOWN[self.grain])

    def chart(self, board: Board) -> Chart | None:
        if self.grain is None:
            return measurements.readable_chart_of(board, self.subject, self.slug, self.last)
        shown = measurements.CHART_SHOWN[self.grain]
        return measurements.chart_of(board, self.subject, self.slug, self.last, shown)


def _target(
    subject: Subject, version: DefinitionVersion, slug: str, at: datetime, by: Principal
) -> dict[str, Any] | None:
    """A team's target of the running quarter, from the reporting day after it was agreed on, for who may read it."""
    if subject.kind is not SubjectKind.TEAM or not by.sees_team(subject.id):
        return None
    quarter = period_at(at, Grain.QUARTER, clock.reporting_zone())
    target = metrics.list_targets([subject.id], quarter.key).get((subject.id, slug))
    if target is None or target.judges_from > clock.local_day(at):
        return None
    judged = ", judged per deployment" if ends_at_link(metrics.spec_of(version)) else ""
    return {"value": float(target.value), "label": f"Target of {quarter.key}{judged}"}


def stage_names(version: DefinitionVersion | None) -> list[str]:
    """The stages of a span, in the order of its spec."""
    value = metrics.spec_of(version).value if version else None
    return [name for name, _, _ in value.stages] if isinstance(value, Span) else []


def _stages(board: Board, subject: Subject, slug: str, names: Sequence[str], week: Period) -> list[Stage]:
    """Stages in the order of the spec; medians do not add up, so shares are of the summed time."""
    period = week.trailing(Grain.WEEKS_13)
    cells = {name: board.cell(subject, slug, period, name) for name in names}
    sums = {name: cell.reading.numerator or 0 for name, cell in cells.items() if cell and cell.reading.n}
    total = sum(sums.values())
    return [
        Stage(name, cell, sums[name] / max(total, 1) if name in sums else None) for name, cell in cells.items() if cell
    ]


def marks_on(board: Board, subject: Subject, chart: Chart | None, by: Principal) -> list[Mark]:
    """What happened within the time that a chart shows, as far as this reader may know."""
    if chart is None:
        return []
    start = chart.cells[0].period.starts_at(board.zone)
    end = chart.cells[-1].period.ends_at(board.zone)
    held = {h.service_id for h in board.held.get(subject, ()) if h.touches(start, end)}
    return list_near(subject, start, end, held, by)


def week_of(at: datetime) -> Period:
    """The last complete week."""
    return last_complete(at, Grain.WEEK, clock.reporting_zone())

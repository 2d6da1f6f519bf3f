"""One pass of the engine under several specs: cells of all teams, read as pages read them, and stored nowhere."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

import polars as pl

from apps.core.fact_sources import sources
from apps.core.periods import Grain, Period, last_complete, periods_between
from apps.measurements import passes, queries
from apps.measurements.board import Board
from apps.measurements.cells import Cell
from apps.measurements.domain.engine.catalogue import NOBODY, Catalogue
from apps.measurements.domain.engine.exempts import Exempt
from apps.measurements.domain.engine.placed import EPOCH_DAY, Frame, frames_of, place_frames, tops_and_bottoms
from apps.measurements.domain.engine.reasons import Reason
from apps.measurements.domain.engine.windows import span_of, windows_for
from apps.measurements.domain.shifts import Value, value_of
from apps.measurements.domain.subjects import PER_LINK, WHOLE, Subject, SubjectKind
from apps.measurements.models import MetricValue
from apps.measurements.reading import Reader
from apps.metrics import queries as metrics
from apps.metrics.domain.canonical import canonical_text
from apps.metrics.domain.spec import Spec
from apps.metrics.models import DefinitionVersion, MetricDefinition

WEEKS = 26
COUNTED, IN_NUMERATOR = 0, 1
RESULTS = tuple(f.attname for f in MetricValue._meta.concrete_fields if f.attname not in ("id", "version_id", "run_id"))


@dataclass(frozen=True)
class Stretch:
    """The closed periods that are looked at: 26 weeks, months and quarters inside, and the newest closed quarter."""

    weeks: tuple[Period, ...]
    months: tuple[Period, ...]
    quarters: tuple[Period, ...]

    @classmethod
    def until(cls, as_of: datetime, zone: ZoneInfo) -> "Stretch":
        """The stretch that ends with the newest complete week."""
        week, quarter = (last_complete(as_of, grain, zone) for grain in (Grain.WEEK, Grain.QUARTER))
        weeks = tuple(week.previous(steps) for steps in range(WEEKS - 1, -1, -1))
        first, today = weeks[0].first_on, as_of.astimezone(zone).date()
        months, quarters = (
            tuple(p for p in periods_between(first, today, grain) if first <= p.first_on and p.end_on <= today)
            for grain in (Grain.MONTH, Grain.QUARTER)
        )
        return cls(weeks, months, quarters if quarter in quarters else (quarter, *quarters))

    def of(self, grain: Grain) -> tuple[Period, ...]:
        """The periods of one length."""
        return {Grain.WEEK: self.weeks, Grain.MONTH: self.months}.get(grain, self.quarters)

    @property
    def all(self) -> tuple[Period, ...]:
        """Every period, weeks first."""
        return (*self.weeks, *self.months, *self.quarters)


@dataclass(frozen=True)
class Side:
    """What one spec gives: cells as pages read them, and which facts it counts in the weeks."""

    slug: str
    spec: Spec
    board: Board
    counted: pl.DataFrame

    def cell(self, team_id: int, period: Period, part: str = WHOLE) -> Cell:
        """A team's cell of a period; where nothing is computed, an empty one with its status."""
        return self.cell_of(Subject(SubjectKind.TEAM, team_id), period, part)

    def cell_of(self, subject: Subject, period: Period, part: str = WHOLE) -> Cell:
        """A subject's cell of a period."""
        version = self.board.governing(self.slug, period)
        assert version is not None  # noqa: S101 - the one version of this board holds from the beginning
        return self.board.cell_under(version, subject, self.slug, period, part)

    def value(self, team_id: int, period: Period) -> Value:
        """What a page would say of a period."""
        return value_of(self.cell(team_id, period).reading)


def compute_sides(
    slug: str, specs: Mapping[str, Spec], team_ids: Iterable[int], stretch: Stretch, more: Iterable[Period] = ()
) -> dict[str, Side]:
    """Every spec over the same committed facts: one reading serves them all, and nothing is stored.

    `more` are periods that a judgement needs besides. Call it outside a transaction.
    """
    teams = [Subject(SubjectKind.TEAM, pk) for pk in team_ids]
    return compute_subjects(slug, specs, teams, stretch, more)


def compute_subjects(
    slug: str, specs: Mapping[str, Spec], subjects: Sequence[Subject], stretch: Stretch,
    more: Iterable[Period] = (), exempts: Mapping[str, Sequence[Exempt]] | None = None,
) -> dict[str, Side]:  # fmt: skip
    """The same for any subjects; `exempts` names the exemptions of each side, where they are not those in force."""
    setting = passes.present_setting(specs.values())
    if exempts:
        every = {exempt for given in exempts.values() for exempt in given}
        setting = replace(setting, catalogue=setting.catalogue.with_exempts(every))
    periods = sorted({*stretch.all, *more}, key=lambda p: (p.end_on, p.grain))
    windows = {name: windows_for(spec, periods, setting.zone) for name, spec in specs.items()}
    first, last = span_of([w for found in windows.values() for w in found])
    with Reader(sources, setting.watermark) as reader:
        tables = passes.tables_between(setting, specs.values(), reader, first, last)
    wanted = frozenset((one.kind.value, one.id) for one in subjects)
    held, excluded = queries.list_held(subjects), queries.list_excluded(metrics.versions_by_slug([slug]))
    board_of = partial(Board, held=held, excluded=excluded, as_of=setting.as_of, zone=setting.zone)
    sides = {}
    for name, spec in specs.items():
        seen = tables.for_definition(slug, exempts.get(name) if exempts else None)
        frames = list(frames_of(seen, spec, setting.zone))
        cells = passes.sum_windows(setting, spec, place_frames(frames, spec), windows[name], wanted)
        counted = _counted(frames, spec, stretch, setting.catalogue)
        sides[name] = Side(slug, spec, _board(slug, spec, cells, periods, board_of), counted)
    return sides


def _board(
    slug: str, spec: Spec, cells: pl.DataFrame, periods: Iterable[Period], board_of: Callable[..., Board]
) -> Board:
    """Computed cells as a board, so that statuses and verdicts are read off them exactly as off stored ones."""
    definition = MetricDefinition(pk=0, slug=slug)
    version = DefinitionVersion(
        pk=0, definition=definition, number=1, meaning_number=1, name=slug, spec_text=canonical_text(spec)
    )
    by_place = {(p.grain.value, p.end_on): p for p in periods}
    rows = {}
    for values in cells.filter(pl.col("part").is_in([WHOLE, PER_LINK])).iter_rows(named=True):
        row = MetricValue(version_id=0, **{name: values[name] for name in RESULTS})
        subject = Subject(SubjectKind(row.subject_kind), row.subject_id)
        rows[0, subject, row.part, by_place[row.grain, row.end_on]] = row
    return board_of(versions={slug: [version]}, rows=rows)


def _counted(frames: Iterable[Frame], spec: Spec, stretch: Stretch, catalogue: Catalogue) -> pl.DataFrame:
    """Facts counted in the weeks by team: `role` 0 for all of them, 1 for those in the numerator of a ratio."""
    first, end = (_day(day) for day in (stretch.weeks[0].first_on, stretch.weeks[-1].end_on))
    inside = pl.col("day").is_between(first, end, closed="left") & (pl.col("owner") != NOBODY)
    here = inside & (pl.col("reason") == int(Reason.COUNTED))
    parts = [_members(frame, spec, here) for frame in frames if frame.population]
    found = pl.concat([part.select("source", "service", "key", "owner", "role", "at") for part in parts])
    return found.with_columns(
        team=pl.Series(catalogue.team_ids, dtype=pl.Int64).gather(found["owner"]),
        service=pl.Series(catalogue.service_ids, dtype=pl.Int64).gather(found["service"]),
    ).drop("owner")


def _day(day: date) -> int:
    return day.toordinal() - EPOCH_DAY


def _members(frame: Frame, spec: Spec, here: pl.Expr) -> pl.DataFrame:
    """The rows that count with their role; a fact in the numerator of a share stands there and among all."""
    role = IN_NUMERATOR if frame.is_numerator else COUNTED
    rows = frame.rows.with_columns(source=pl.lit(frame.facts), role=pl.lit(role))
    if not spec.is_share:
        return rows.filter(here)
    top = rows.filter(here & pl.Series(tops_and_bottoms(frame, spec)[0] != 0))
    return pl.concat([rows.filter(here), top.with_columns(role=pl.lit(IN_NUMERATOR))])

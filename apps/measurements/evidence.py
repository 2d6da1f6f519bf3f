"""Evidence: the frame before the sum, cut to one cell, at the watermark the cell was computed with."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from apps.core import clock
from apps.core.fact_sources import sources
from apps.core.periods import Grain, Period, local_midnight
from apps.measurements import passes
from apps.measurements.domain.engine.catalogue import NOBODY, Catalogue
from apps.measurements.domain.engine.conditions import holds_all
from apps.measurements.domain.engine.exempts import NOT_EXEMPT
from apps.measurements.domain.engine.needs import explicit_paths
from apps.measurements.domain.engine.once import BY_ITSELF, in_population, repeats
from apps.measurements.domain.engine.placed import EPOCH_DAY
from apps.measurements.domain.engine.reasons import Reason, first_reason
from apps.measurements.domain.engine.steps import run_steps, run_strays
from apps.measurements.domain.engine.times import instant
from apps.measurements.domain.engine.windows import Window, span_of, windows_for
from apps.measurements.domain.subjects import Subject, SubjectKind
from apps.measurements.models import ComputeRun, MetricValue
from apps.measurements.reading import Reader, Scope
from apps.metrics.domain.spec import Spec

SECOND = 1_000_000


@dataclass(frozen=True)
class EvidenceRow:
    """One fact of a cell: what it is, when it counts, its length in seconds if any, and why it is left out."""

    source: str
    service_id: int
    key: str
    at: datetime
    seconds: float | None
    in_numerator: bool
    partner: str
    reason: Reason
    exemption: int = NOT_EXEMPT

    @property
    def words(self) -> str:
        """The reason as people read it, with the exemption that takes the fact out."""
        return words_of(self.reason, self.exemption)


def words_of(reason: Reason, exemption: int) -> str:
    """Why facts are left out; an exemption is named."""
    return f"{reason.words.removesuffix('an exemption')}exemption E-{exemption}" if exemption else reason.words


@dataclass(frozen=True)
class LeftOut:
    """Facts left out for one reason (and by one exemption): how many, and examples."""

    reason: Reason
    exemption: int
    count: int
    rows: list[EvidenceRow]

    @property
    def words(self) -> str:
        """The reason as people read it."""
        return words_of(self.reason, self.exemption)


@dataclass(frozen=True)
class Evidence:
    """All facts that a cell could have counted: `rows` holds up to the asked number of each reason, newest first."""

    rows: tuple[EvidenceRow, ...]
    counts: Mapping[Reason, int]
    watermark: Mapping[str, int]
    as_of: datetime
    # How many facts each exemption takes out, by its number.
    exempted: Mapping[int, int] = field(default_factory=dict)

    @property
    def counted(self) -> list[EvidenceRow]:
        """The facts that count."""
        return [row for row in self.rows if row.reason is Reason.COUNTED]

    @property
    def left_out(self) -> list[LeftOut]:
        """The facts that do not count, in the order of the reasons; each exemption by itself."""
        named = (Reason.COUNTED, Reason.EXEMPTION)
        others = [(reason, NOT_EXEMPT) for reason in Reason if reason not in named and self.counts.get(reason)]
        others += [(Reason.EXEMPTION, number) for number in sorted(self.exempted)]
        return [
            LeftOut(reason, number, self.exempted[number] if number else self.counts[reason], self._of(reason, number))
            for reason, number in others
        ]

    def _of(self, reason: Reason, exemption: int) -> list[EvidenceRow]:
        return [row for row in self.rows if row.reason is reason and row.exemption == exemption]


@dataclass(frozen=True)
class Behind:
    """The frames before the sum, cut to one cell: each with its source and whether it stands in the numerator."""

    setting: passes.Setting
    window: Window
    frames: tuple[tuple[pl.DataFrame, str, bool], ...]


def look_behind(spec: Spec, subject: Subject, period: Period, run: ComputeRun | None, *, definition: str) -> Behind:
    """The frames of a cell, at the watermark of its run (or at the present one where nothing is stored).

    `definition` says whose spec it is, as exemptions name definitions.
    """
    setting = _setting(spec, run, definition)
    window = windows_for(spec, [period], setting.zone)[0]
    scope = Scope(local_midnight(window.from_on, setting.zone), instant(window.ends))
    needs = passes.needs_of_all([spec])
    with Reader(sources, setting.watermark) as reader:
        tables = reader.tables(needs, [spec], scope, setting.catalogue).for_definition(definition)
    frames = [
        (run_steps(tables, spec, population, setting.zone), population.facts, population in spec.numerator_of)
        for population in (*spec.of, *spec.numerator_of)
    ]
    strays = run_strays(tables, spec, setting.zone)
    if strays is not None and spec.link is not None:
        frames.append((strays, spec.link.source, False))
    here = _of_window(window) & of_subject(subject, setting.catalogue)
    cut = ((_told_once(_standing(f.filter(here), window), subject), source, is_top) for f, source, is_top in frames)
    return Behind(setting, window, tuple(cut))


def gather(
    spec: Spec, subject: Subject, period: Period, run: ComputeRun | None, *, definition: str, limit: int = 200
) -> Evidence:
    """The evidence of a cell: its facts in words, so many of each reason."""
    behind = look_behind(spec, subject, period, run, definition=definition)
    setting = behind.setting
    found: list[EvidenceRow] = []
    counts: dict[Reason, int] = {}
    exempted: dict[int, int] = {}
    for inside, source, is_top in behind.frames:
        for value, number in inside.group_by("reason").len().iter_rows():
            counts[Reason(value)] = counts.get(Reason(value), 0) + number
        for taken_by, number in inside.filter(_is_exempted()).group_by("exempt").len().iter_rows():
            exempted[taken_by] = exempted.get(taken_by, 0) + number
        found += _rows(inside, spec, source, setting.catalogue, limit, is_top=is_top)
    return Evidence(tuple(found), counts, setting.watermark, setting.as_of, exempted)


def _told_once(frame: pl.DataFrame, subject: Subject) -> pl.DataFrame:
    """Mark what a subject wider than a service counts once already; everything here stands in its one cell."""
    if subject.kind is SubjectKind.SERVICE:
        return frame
    counted = frame["reason"].to_numpy() == Reason.COUNTED
    once = np.where(counted, in_population(frame["once"], 0), BY_ITSELF)
    again = repeats(once, frame["subject"].to_numpy(), np.zeros(frame.height, dtype=np.int64))
    return frame.with_columns(first_reason(Reason.TOLD_ALREADY, pl.lit(pl.Series(again, dtype=pl.Boolean))))


def _standing(frame: pl.DataFrame, window: Window) -> pl.DataFrame:
    """Of what counts while it stands, mark what had ended by the end of the window."""
    if "until_day" not in frame.columns:
        return frame
    end = window.period.end_on.toordinal() - EPOCH_DAY
    return frame.with_columns(first_reason(Reason.ENDED, pl.col("until_day") < end))


def _is_exempted() -> pl.Expr:
    return pl.col("reason") == int(Reason.EXEMPTION)


def _of_window(window: Window) -> pl.Expr:
    first, end = (day.toordinal() - EPOCH_DAY for day in (window.from_on, window.period.end_on))
    return pl.col("day").is_between(first, end, closed="left")


def _setting(spec: Spec, run: ComputeRun | None, definition: str) -> passes.Setting:
    if run is None:
        return passes.present_setting([spec], {0: definition})
    return passes.Setting.at(run.watermark, run.as_of, clock.reporting_zone(), {0: definition})


def of_subject(subject: Subject, catalogue: Catalogue) -> pl.Expr:
    """Rows of a subject, by the dense indexes of the pass."""
    if subject.kind is SubjectKind.ORGANISATION:
        return pl.lit(value=True)
    if subject.kind is SubjectKind.UNOWNED:
        return pl.col("owner") == NOBODY
    if subject.kind is SubjectKind.SERVICE:
        return pl.col("subject") == list(catalogue.service_ids).index(subject.id)
    if subject.kind is SubjectKind.TEAM:
        return pl.col("owner") == list(catalogue.team_ids).index(subject.id)
    group = list(catalogue.group_ids).index(subject.id)
    teams = [index for index, of in enumerate(catalogue.group_of_team[:-1]) if of == group]
    return pl.col("owner").is_in(teams)


def in_numerator(spec: Spec, source: str, *, is_top: bool) -> pl.Expr:
    """Whether a counted row stands in the numerator: of a share by its conditions, else by its population."""
    counts_twice = spec.is_share and source == spec.of[0].facts
    return holds_all(spec.numerator_where) if counts_twice else pl.lit(value=is_top)


def exemption_of() -> pl.Expr:
    """The number of the exemption that leaves a row out; 0 where another reason does, or none."""
    return pl.when(_is_exempted()).then("exempt").otherwise(NOT_EXEMPT)


def _rows(
    frame: pl.DataFrame, spec: Spec, source: str, catalogue: Catalogue, limit: int, *, is_top: bool
) -> list[EvidenceRow]:
    named = next((p for p in _named_by(spec) if p in frame.columns), None)
    columns = frame.select(
        "reason",
        "subject",
        "key",
        "at",
        "length",
        top=in_numerator(spec, source, is_top=is_top),
        partner=pl.col(named) if named else pl.lit(None, pl.String),
        taken_by=exemption_of(),
    )
    newest = columns.sort("at", "key", descending=[True, False])
    shown = newest.group_by("reason", "taken_by", maintain_order=True).head(limit)
    return [_row(row, source, catalogue) for row in shown.iter_rows(named=True)]


def _named_by(spec: Spec) -> tuple[str, ...]:
    """Fields by which the facts of a spec name their partner."""
    return explicit_paths(spec.link, sources.get(spec.link.source)) if spec.link else ()


def _row(row: Mapping[str, Any], source: str, catalogue: Catalogue) -> EvidenceRow:
    return EvidenceRow(
        source=source,
        service_id=int(catalogue.service_ids[row["subject"]]),
        key=row["key"],
        at=instant(row["at"]),
        seconds=None if row["length"] is None else row["length"] / SECOND,
        in_numerator=bool(row["top"]),
        partner=row["partner"] or "",
        reason=Reason(row["reason"]),
        exemption=row["taken_by"],
    )


@dataclass(frozen=True)
class Again:
    """A cell computed again at its own watermark: every stored result."""

    numerator: int = 0
    denominator: int = 0
    n: int = 0
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    clusters: int | None = None
    spread: float | None = None
    at_least: bool = False
    left_out: int = 0
    unattributed: int = 0
    services_owned: int = 0
    services_connected: int = 0

    @classmethod
    def of(cls, row: MetricValue) -> "Again":
        """What is stored."""
        return cls(*(getattr(row, name) for name in cls.__dataclass_fields__))


def gives(row: MetricValue, again: Again | None) -> bool:
    """True when a stored row is what its facts give; where nothing is computed, an empty row is."""
    return Again.of(row) == (again or Again())


def as_read(again: Again, spec: Spec) -> Again:
    """A cell as pages read it: without facts its value is 0 where the spec says so."""
    is_zero = again.value is None and not again.n and spec.is_zero_when_empty
    return replace(again, value=0.0) if is_zero else again


def compute_again(
    spec: Spec, places: list[tuple[Subject, Period, str]], run: ComputeRun, *, definition: str
) -> dict[tuple[Subject, Period, str], Again]:
    """Cells computed anew from facts and exemptions as they stood at a run's watermark and instant."""
    setting = _setting(spec, run, definition)
    windows = windows_for(spec, sorted({p for _, p, _ in places}, key=lambda p: (p.end_on, p.grain)), setting.zone)
    first, last = span_of(windows)
    with Reader(sources, setting.watermark) as reader:
        placed = passes.place_between(setting, {0: spec}, reader, first, last)[0]
    wanted = frozenset((s.kind.value, s.id) for s, _, _ in places)
    cells = passes.sum_windows(setting, spec, placed, windows, wanted)
    periods = {(w.period.grain, w.period.end_on): w.period for w in windows}
    found = {}
    for row in cells.iter_rows(named=True):
        period = periods[Grain(row["grain"]), row["end_on"]]
        place = (Subject(SubjectKind(row["subject_kind"]), row["subject_id"]), period, row["part"])
        found[place] = Again(*(row[name] for name in Again.__dataclass_fields__))
    return found

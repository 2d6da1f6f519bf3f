"""Cells of some subjects, definitions and periods, loaded at once: pages and the API read everything from one board."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from apps.core.fact_sources import sources
from apps.core.periods import Grain, Period
from apps.core.silence import heard_at_of
from apps.governance.domain.excluded import Excluded
from apps.measurements.cells import Cell, Sight, kind_of_spec, reading_of
from apps.measurements.domain.engine.needs import needs_of
from apps.measurements.domain.engine.placed import ends_at_link
from apps.measurements.domain.engine.windows import is_read
from apps.measurements.domain.statuses import Heard
from apps.measurements.domain.subjects import PER_LINK, WHOLE, Subject
from apps.measurements.domain.verdicts import (
    Direction,
    PeriodReading,
    ReadingKind,
    Series,
    Target,
    Verdict,
    judge,
)
from apps.measurements.domain.wording import no_trend
from apps.measurements.formers import Former, former_by_version
from apps.measurements.models import MetricValue
from apps.measurements.pausing import Pauses
from apps.metrics import queries as metrics
from apps.metrics.domain.spec import Spec
from apps.metrics.domain.versions import Break
from apps.metrics.models import DefinitionVersion

QUARTER_WEEKS, BASELINE_WEEKS = 13, 26


@dataclass(frozen=True)
class Held:
    """A service that a subject owned during `[from_at, until_at)`, with its counted connections by source."""

    service_id: int
    from_at: datetime
    until_at: datetime | None
    connections: Mapping[str, tuple[datetime, datetime]]
    team_id: int | None = None

    def touches(self, start: datetime, end: datetime) -> bool:
        """True when the ownership and the period share an instant."""
        return self.from_at < end and (self.until_at is None or self.until_at > start)


@dataclass
class Board:
    """Everything that was loaded, with the pure readings that pages ask for."""

    versions: Mapping[str, Sequence[DefinitionVersion]]
    rows: Mapping[tuple[int, Subject, str, Period], MetricValue]
    held: Mapping[Subject, Sequence[Held]]
    as_of: datetime
    zone: ZoneInfo
    excluded: Sequence[Excluded] = ()
    _specs: dict[int, Spec] = field(default_factory=dict)
    _sources: dict[Spec, tuple[str, ...]] = field(default_factory=dict)

    def governing(self, slug: str, period: Period) -> DefinitionVersion | None:
        """The version that counts for a period."""
        return metrics.governing_version(self.versions.get(slug, ()), period)

    def spec(self, version: DefinitionVersion) -> Spec:
        """The version's spec."""
        if version.pk not in self._specs:
            self._specs[version.pk] = metrics.spec_of(version)
        return self._specs[version.pk]

    def sources_of(self, spec: Spec) -> tuple[str, ...]:
        """Keys of the fact sources a spec reads."""
        if spec not in self._sources:
            self._sources[spec] = needs_of(spec, sources).sources
        return self._sources[spec]

    def cell(
        self, subject: Subject, slug: str, period: Period, part: str = WHOLE, version: DefinitionVersion | None = None
    ) -> Cell | None:
        """One cell under its governing version (or a given one); None when none is in force or reads such periods."""
        version = version or self.governing(slug, period)
        if version is None or not is_read(self.spec(version), period):
            return None
        return self.cell_under(version, subject, slug, period, part)

    def cell_under(self, version: DefinitionVersion, subject: Subject, slug: str, period: Period, part: str) -> Cell:
        """One cell of a version, empty where it reads no such periods."""
        spec = self.spec(version)
        row = self.rows.get((self._meaning(slug, version).pk, subject, part, period))
        start, end = period.starts_at(self.zone), period.ends_at(self.zone)
        heard = self._heard(subject, spec, start, end)
        sight = Sight(self.as_of, start, end, self._began(subject))
        return Cell(
            subject=subject,
            slug=slug,
            name=version.name,
            version_number=version.number,
            version_id=version.pk,
            unit=spec.unit,
            direction=Direction(spec.direction.value),
            reading_kind=ReadingKind(spec.reading.value),
            kind=kind_of_spec(spec),
            period=period,
            part=part,
            reading=self._pauses.read(
                reading_of(row, spec, heard, period, sight), subject, slug, period, by_freeze=spec.paused_by_freeze
            ),
            data_up_to=self.data_up_to(subject, spec),
            **_stored_parts(row),
        )

    @property
    def _pauses(self) -> Pauses:
        return Pauses(self.excluded, self.held, self.zone)

    def _meaning(self, slug: str, version: DefinitionVersion) -> DefinitionVersion:
        """The version whose measurements this one shares."""
        return next(v for v in self.versions[slug] if v.number == version.meaning_number)

    def _began(self, subject: Subject) -> datetime:
        begun = [h.from_at for h in self.held.get(subject, ())]
        return min(begun, default=self.as_of)

    def _heard(self, subject: Subject, spec: Spec, start: datetime, end: datetime) -> list[Heard]:
        held = [h for h in self.held.get(subject, ()) if h.touches(start, end)]
        return [self._source_heard(key, held) for key in self.sources_of(spec)]

    def _source_heard(self, key: str, held: Sequence[Held]) -> Heard:
        """Of several services the earliest connection counts, and the longest silence of those that still report."""
        connected = [h.connections[key] for h in held if key in h.connections]
        heard_at = heard_at_of((heard for _, heard in connected), self.as_of)
        since = min((since for since, _ in connected), default=None)
        return Heard(key, since, heard_at, sources.get(key).silent_after)

    def data_up_to(self, subject: Subject, spec: Spec) -> datetime | None:
        """The instant up to which the counted and linked facts are known for the services a subject owns today."""
        held = [h for h in self.held.get(subject, ()) if h.until_at is None or h.until_at > self.as_of]
        known = [h.connections[k][1] for h in held for k in spec.sources if k in h.connections]
        return min(min(known), self.as_of) if known else None

    def series(self, subject: Subject, slug: str, last: Period, count: int, part: str = WHOLE) -> list[Cell]:
        """Cells oldest first, each under its governing version; periods before the first version are left out."""
        periods = [last.previous(steps) for steps in range(count - 1, -1, -1)]
        return [cell for period in periods if (cell := self.cell(subject, slug, period, part)) is not None]

    def breaks(self, slug: str) -> list[Break]:
        """Days from which a version with another meaning counts."""
        return metrics.list_breaks(self.versions.get(slug, ()))

    def trend(self, subject: Subject, slug: str, week: Period, target: Target | None = None) -> Verdict | None:
        """13 complete weeks ending with `week` against the 26 before, or against a target; None without a version."""
        version = self.governing(slug, week)
        if version is None:
            return None
        if not is_read(self.spec(version), week.trailing(Grain.WEEKS_13)):
            return no_trend()
        series = self._quarter_series(subject, slug, week, version)
        return judge(kind_of_spec(self.spec(version)), series, breaks=self._break_days(slug), target=target)

    def _break_days(self, slug: str) -> list[date]:
        return [one.day for one in self.breaks(slug)]

    def _quarter_series(self, subject: Subject, slug: str, week: Period, version: DefinitionVersion) -> Series:
        spec = self.spec(version)
        per_link = ends_at_link(spec)
        part = PER_LINK if per_link else WHOLE
        now = week.trailing(Grain.WEEKS_13)
        before = week.previous(QUARTER_WEEKS).trailing(Grain.WEEKS_26)

        def reading(period: Period) -> PeriodReading:
            cell = self.cell(subject, slug, period, part, version)
            assert cell is not None  # noqa: S101 - a version was given, so there is a cell
            return cell.as_period_reading

        weeks = [week.previous(steps) for steps in range(QUARTER_WEEKS + BASELINE_WEEKS - 1, -1, -1)]
        return Series(
            unit=spec.unit,
            direction=Direction(spec.direction.value),
            now=reading(now),
            before=reading(before),
            weeks=tuple(reading(p) for p in weeks),
            reading_kind=ReadingKind(spec.reading.value),
            has_trend=spec.measure != "latest",
            per="deployment" if per_link else "",
        )

    def exempted(self, subject: Subject, slug: str, periods: Sequence[Period]) -> list[Excluded]:
        """Exemptions that leave facts of these periods out."""
        return self._pauses.leaving_out(subject, slug, periods)

    def formers(self, cells: Sequence[Cell]) -> dict[int, Former]:
        """By their places: what an earlier version said of closed periods that a later one reads anew."""
        found = ((place, self._former(cell)) for place, cell in enumerate(cells))
        return {place: former for place, former in found if former is not None}

    def _former(self, cell: Cell) -> Former | None:
        versions = self.versions[cell.slug]
        governing = next(version for version in versions if version.number == cell.version_number)
        before = metrics.restated_version(versions, governing, cell.period)
        if before is None or governing.effective_from is None:
            return None
        then = self.cell(cell.subject, cell.slug, cell.period, cell.part, before)
        return former_by_version(then, governing.effective_from) if then is not None else None


def _stored_parts(row: MetricValue | None) -> dict[str, Any]:
    if row is None:
        return {}
    return {
        "services_connected": row.services_connected,
        "services_owned": row.services_owned,
        "left_out": row.left_out,
        "unattributed": row.unattributed,
        "final_at": row.final_at,
        "cell_id": row.pk,
        "run_id": row.run_id,
    }


def periods_of_trend(week: Period) -> list[Period]:
    """Every period a quarter comparison at `week` reads."""
    weeks = [week.previous(steps) for steps in range(QUARTER_WEEKS + BASELINE_WEEKS)]
    return [*weeks, week.trailing(Grain.WEEKS_13), week.previous(QUARTER_WEEKS).trailing(Grain.WEEKS_26)]


def unique(periods: Iterable[Period]) -> list[Period]:
    """Each period once, in order."""
    return sorted(set(periods), key=lambda p: (p.end_on, p.grain))

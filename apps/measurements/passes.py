"""One pass of the engine over stored facts: read, place, sum."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from apps.core import clock
from apps.core.fact_sources import sources
from apps.core.periods import Grain, Period, period_on, periods_between
from apps.measurements.catalogue import load_catalogue
from apps.measurements.domain.engine.catalogue import NEVER, Catalogue, Ints
from apps.measurements.domain.engine.needs import Needs, needs_of
from apps.measurements.domain.engine.placed import Placed, join_placed, place_spec, slice_days
from apps.measurements.domain.engine.sums import Pass, sum_blocks, sum_cells
from apps.measurements.domain.engine.tables import Tables
from apps.measurements.domain.engine.windows import Window, periods_of_quarter, span_of, windows_for
from apps.measurements.reading import Reader, Scope
from apps.metrics.domain.lifecycle import covers
from apps.metrics.domain.spec import Spec
from apps.services import queries as services

FACTS_AT_ONCE = 2_500_000


@dataclass(frozen=True)
class Setting:
    """What holds for a whole pass: what it may see, when it is, and in which calendar."""

    watermark: Mapping[str, int]
    as_of: datetime
    zone: ZoneInfo
    catalogue: Catalogue = field(repr=False)
    # Whose each spec is, by the keys of the specs: exemptions speak of definitions. A spec without one has none.
    definitions: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def at(
        cls, watermark: dict[str, int], as_of: datetime, zone: ZoneInfo, definitions: Mapping[int, str] | None = None
    ) -> "Setting":
        """The setting of a watermark."""
        return cls(watermark, as_of, zone, load_catalogue(watermark), definitions or {})

    def tables_of(self, tables: Tables, key: int) -> Tables:
        """Tables as the definition of a spec sees them: with its exemptions."""
        return tables.for_definition(self.definitions.get(key, ""))


def present_setting(specs: Iterable[Spec], definitions: Mapping[int, str] | None = None) -> Setting:
    """What a pass over these specs sees if it begins now; the watermark is read before any fact."""
    watermark = services.watermark(needs_of_all(specs).sources)
    return Setting.at(watermark, clock.as_of(), clock.reporting_zone(), definitions)


def connected_since(setting: Setting, spec: Spec) -> Ints:
    """Instant (us) by service from which every source the spec reads is connected."""
    found = [setting.catalogue.connected_since(key) for key in needs_of(spec, sources).sources]
    return np.max(found, axis=0) if found else np.full(len(setting.catalogue.service_ids), NEVER)


def place_all(setting: Setting, specs: Mapping[int, Spec], reader: Reader) -> dict[int, Placed]:
    """Every fact of every service placed once, read in blocks of services."""
    parts: dict[int, list[Placed]] = {key: [] for key in specs}
    needs = needs_of_all(specs.values())
    ids = [int(i) for i in setting.catalogue.service_ids]
    # A link within a team looks into its other services, which may stand in any block.
    whole = any(s.link and s.link.scope == "team" for s in specs.values())
    block = max(len(ids) if whole else len(ids) * FACTS_AT_ONCE // max(reader.count_about(needs), 1), 1)
    for start in range(0, len(ids), block):
        scope = Scope(services=tuple(ids[start : start + block]))
        tables = reader.tables(needs, specs.values(), scope, setting.catalogue)
        for key, spec in specs.items():
            parts[key].append(place_spec(setting.tables_of(tables, key), spec, setting.zone))
    # Each version's parts are let go as soon as they are joined: both together are the most that is ever held.
    return {key: join_placed(parts.pop(key)) for key in specs if parts[key]}


def place_between(
    setting: Setting, specs: Mapping[int, Spec], reader: Reader, first: date, last: date
) -> dict[int, Placed]:
    """Facts that decide a cell between two local days, of all services."""
    tables = tables_between(setting, specs.values(), reader, first, last)
    return {key: place_spec(setting.tables_of(tables, key), spec, setting.zone) for key, spec in specs.items()}


def tables_between(setting: Setting, specs: Collection[Spec], reader: Reader, first: date, last: date) -> Tables:
    """What some specs read to decide cells between two local days."""
    start = Period(first, last, Grain.WEEK).starts_at(setting.zone)
    end = Period(first, last + timedelta(days=1), Grain.WEEK).ends_at(setting.zone)
    return reader.tables(needs_of_all(specs), specs, Scope(start, end), setting.catalogue)


def needs_of_all(specs: Iterable[Spec]) -> Needs:
    """The union of what several specs read."""
    needs = Needs()
    for spec in specs:
        needs.merge(needs_of(spec, sources))
    return needs


def quarters_of(setting: Setting, first: date) -> list[Period]:
    """Quarters from the one of a day to the one in which the running week ends."""
    today = setting.as_of.astimezone(setting.zone).date()
    return periods_between(first, period_on(today, Grain.WEEK).end_on, Grain.QUARTER)


def sum_all(
    setting: Setting, spec: Spec, placed: Placed, first: date, *, runs: bool = True, retired_on: date | None = None
) -> Iterator[pl.DataFrame]:
    """All cells of one version since a day, some subjects at a time, in the order of the table's key."""
    found = [p for q in quarters_of(setting, first) for p in periods_of_quarter(q, setting.as_of, setting.zone)]
    wanted = [p for p in found if (runs or p.grain.weeks <= 1) and covers(retired_on, p)]
    windows = windows_for(spec, wanted, setting.zone)
    since = connected_since(setting, spec)
    return sum_blocks(Pass(spec, placed, setting.catalogue, since, windows, setting.as_of))


def sum_windows(
    setting: Setting,
    spec: Spec,
    placed: Placed,
    windows: Sequence[Window],
    subjects: frozenset[tuple[str, int]] | None = None,
) -> pl.DataFrame:
    """The cells of given windows, of all subjects or of some."""
    if not windows:
        return sum_cells(Pass(spec, placed, setting.catalogue, connected_since(setting, spec), (), setting.as_of))
    near = slice_days(placed, *span_of(windows))
    since = connected_since(setting, spec)
    return sum_cells(Pass(spec, near, setting.catalogue, since, windows, setting.as_of, subjects))


def periods_near(days: Iterable[date], reach: timedelta, setting: Setting) -> Iterator[Period]:
    """Every period that holds a day, or one within `reach` of it, up to the running ones."""
    today = setting.as_of.astimezone(setting.zone).date()
    stretches = [(day - reach, min(day + reach, today)) for day in sorted(set(days))]
    seen: set[Period] = set()
    for first, last in stretches:
        for period in _touching(first, last, today):
            if period not in seen:
                seen.add(period)
                yield period


def _touching(first: date, last: date, today: date) -> Iterator[Period]:
    if first > today:
        return
    for grain in (Grain.WEEK, Grain.MONTH, Grain.QUARTER):
        yield from periods_between(first, last, grain)
    for grain in (Grain.WEEKS_4, Grain.WEEKS_13, Grain.WEEKS_26):
        reached = last + timedelta(days=7 * (grain.weeks - 1))
        yield from (p for p in periods_between(first, reached, grain) if p.end_on <= today)

"""Computing and storing measurements: everything, what a late fact reached, or what a clock closed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl
from django.db import transaction

from apps.core import clock
from apps.core.due import mark_done
from apps.core.fact_sources import sources
from apps.core.facts import Touched
from apps.core.periods import Period
from apps.core.work import nudge
from apps.measurements import passes, pending
from apps.measurements.domain.engine import ENGINE_VERSION
from apps.measurements.domain.engine.placed import EPOCH_DAY, Placed
from apps.measurements.domain.engine.windows import span_of, windows_for
from apps.measurements.models import ClosedPeriod, ComputeRun, RecomputeRequest
from apps.measurements.pending import TURNS
from apps.measurements.reading import Reader
from apps.measurements.storing import Stored, make_run, refresh_statistics, store_cells
from apps.measurements.with_and_without import Compared as Compared
from apps.measurements.with_and_without import ComparedDefinition as ComparedDefinition
from apps.measurements.with_and_without import compute_with_and_without as compute_with_and_without
from apps.metrics import queries as metrics
from apps.metrics.domain.lifecycle import covers
from apps.metrics.domain.spec import Spec
from apps.metrics.models import DefinitionVersion
from apps.services import queries as services
from apps.services.models import CATALOGUE, FactClock

Progress = Callable[[str], None]
TASK = "measurements.recompute_cells"


@dataclass(frozen=True)
class Outcome:
    """What a pass did."""

    versions: int
    written: int
    restated: int


def rebuild(*, progress: Progress | None = None, runs: bool = True) -> Outcome:
    """Compute every cell of every version anew and store what differs; requests made before it are done with it."""
    tell = progress or _silent
    asked = list(RecomputeRequest.objects.filter(done_at=None)) + list(ClosedPeriod.objects.filter(done_at=None))
    versions = pending.list_computed_versions()
    specs = {v.pk: metrics.spec_of(v) for v in versions}
    if not specs:
        return Outcome(0, 0, 0)
    closed = pending.closed_periods_missing(clock.as_of(), clock.reporting_zone()) if runs else []
    turn = pending.turns_taken()
    setting, run = _begin(specs, _definitions(versions))
    tell("reading facts")
    with Reader(sources, setting.watermark) as reader:
        placed = passes.place_all(setting, specs, reader)
    stored = []
    for version in versions:
        tell(f"computing {version}")
        found = placed[version.pk]
        left = version.definition.retired_on
        cells = passes.sum_all(setting, specs[version.pk], found, _first_day(found), runs=runs, retired_on=left)
        with transaction.atomic():
            FactClock.advance(TURNS)
            stored.append(store_cells(cells, version_id=version.pk, run=run, cause="rebuild"))
    refresh_statistics()
    if pending.turns_taken() > turn + len(versions):
        _ask_again(run)
    mark_done([row for row in asked if isinstance(row, RecomputeRequest)])
    mark_done([row for row in asked if isinstance(row, ClosedPeriod)])
    _note_closed(closed, done_at=clock.now())
    return _outcome(len(versions), stored)


def _ask_again(run: ComputeRun) -> None:
    """What was answered since a pass began had seen more than it did, and may just have been overwritten."""
    RecomputeRequest.objects.filter(done_at__gte=run.computed_at).update(done_at=None, due_at=clock.now())
    nudge(TASK)


def _silent(line: str) -> None:
    """Nobody listens."""


def _definitions(versions: Iterable[DefinitionVersion]) -> dict[int, str]:
    """Whose spec each version's is: exemptions name definitions."""
    return {version.pk: version.definition.slug for version in versions}


def _begin(specs: Mapping[int, Spec], definitions: Mapping[int, str]) -> tuple[passes.Setting, ComputeRun]:
    """Fix what the pass sees: the watermark is read before any fact."""
    setting = passes.present_setting(specs.values(), definitions)
    run = make_run(
        watermark=dict(setting.watermark), as_of=setting.as_of, computed_at=clock.now(), engine=ENGINE_VERSION
    )
    return setting, run


def _first_day(placed: Placed) -> date:
    """The first local day with a fact or an owner; today when there is neither."""
    days = [int(column.min()) for column in (placed.day, placed.left_day) if len(column)]
    today = clock.as_of().astimezone(clock.reporting_zone()).date()
    owned = services.first_owned_at()
    found = [date.fromordinal(EPOCH_DAY + min(days))] if days else []
    found += [owned.astimezone(clock.reporting_zone()).date()] if owned else []
    return min([*found, today])


def _outcome(versions: int, stored: Sequence[Stored]) -> Outcome:
    return Outcome(versions, sum(s.written for s in stored), sum(s.restated for s in stored))


Plan = Mapping[DefinitionVersion, Iterable[Period]]


@dataclass(frozen=True)
class Computed:
    """Cells that a pass computed and nobody stored yet, by primary key of the version.

    `turn` is how many passes had been stored when this one began to read.
    """

    run: ComputeRun
    cells: Mapping[int, pl.DataFrame]
    cause: str
    subjects: frozenset[tuple[str, int]] | None
    plan: Plan
    turn: int


def compute(plan: Plan, *, cause: str, subjects: frozenset[tuple[str, int]] | None = None) -> Computed | None:
    """Compute the planned periods of each version, of all subjects or of some; None when nothing is planned.

    Call it outside a transaction: the quick reader sees committed facts only.
    """
    specs = {v.pk: metrics.spec_of(v) for v in plan}
    windows = {
        v.pk: windows_for(specs[v.pk], _in_order(periods), clock.reporting_zone()) for v, periods in plan.items()
    }
    wanted = {pk: found for pk, found in windows.items() if found}
    if not wanted:
        return None
    turn = pending.turns_taken()
    setting, run = _begin({pk: specs[pk] for pk in wanted}, _definitions(plan))
    first, last = span_of([w for found in wanted.values() for w in found])
    with Reader(sources, setting.watermark) as reader:
        placed = passes.place_between(setting, {pk: specs[pk] for pk in wanted}, reader, first, last)
    cells = {pk: passes.sum_windows(setting, specs[pk], placed[pk], found, subjects) for pk, found in wanted.items()}
    return Computed(run, cells, cause, subjects, plan, turn)


def _in_order(periods: Iterable[Period]) -> list[Period]:
    return sorted(set(periods), key=lambda p: (p.end_on, p.grain))


def store(computed: Computed | None) -> Outcome:
    """Write what differs, in the caller's transaction; stores follow each other.

    A pass that another one overtook has seen less than what may be stored by now, so it looks again under the lock.
    """
    if computed is None:
        return Outcome(0, 0, 0)
    if FactClock.advance(TURNS) != computed.turn + 1:
        return _store(compute(computed.plan, cause=computed.cause, subjects=computed.subjects))
    return _store(computed)


def _store(computed: Computed | None) -> Outcome:
    if computed is None:
        return Outcome(0, 0, 0)
    stored = [
        store_cells(cells, version_id=pk, run=computed.run, cause=computed.cause, subjects=computed.subjects)
        for pk, cells in computed.cells.items()
    ]
    return _outcome(len(stored), stored)


def ask_after_facts(touched: Sequence[Touched]) -> None:
    """Receiver of changed facts: one request for each source, service and day within reach of what changed."""
    zone = clock.reporting_zone()
    asked: set[tuple[str, int, date]] = set()
    tied = pending.tied_instants(touched)
    for change in touched:
        instants = change.instants | tied.get(change.service_id, set())
        asked |= {(change.source.key, change.service_id, at.astimezone(zone).date()) for at in instants}
    _ask(asked)


def ask_after_catalogue(service_id: int, from_at: datetime, source: str) -> None:
    """Receiver of a changed owner or connection: one request, from whose day on every cell is looked at again.

    A connection moves only what is computed from its source.
    """
    what = pending.connection_of(source) if source else CATALOGUE
    _ask({(what, service_id, from_at.astimezone(clock.reporting_zone()).date())})


@transaction.atomic
def _ask(asked: set[tuple[str, int, date]]) -> None:
    """Write or renew requests; asking again makes a done request due once more."""
    now = clock.now()
    rows = [RecomputeRequest(source=s, service_id=pk, day=day, due_at=now) for s, pk, day in sorted(asked)]
    RecomputeRequest.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["source", "service", "day"],
        update_fields=["due_at", "done_at", "attempts", "last_error"],
    )
    if rows:
        nudge(TASK)


def compute_requests(requests: Sequence[RecomputeRequest]) -> Computed | None:
    """Compute every cell within reach of the requests once, however many asked for it."""
    setting = passes.present_setting([])
    days: dict[str, list[date]] = {}
    for request in requests:
        days.setdefault(request.source, []).append(request.day)
    plan = {version: pending.periods_reached(version, days, setting) for version in pending.list_computed_versions()}
    subjects = pending.subjects_around({r.service_id for r in requests if r.service_id}, days.keys())
    return compute(plan, cause=f"late {', '.join(sorted(days))}", subjects=subjects)


@transaction.atomic
def ask_closed_periods() -> int:
    """Ask for every period that closed or settled and was not asked for yet."""
    wanted = pending.closed_periods_missing(clock.as_of(), clock.reporting_zone())
    _note_closed(wanted, done_at=None)
    return len(wanted)


def _note_closed(periods: Iterable[tuple[int, Period, str]], *, done_at: datetime | None) -> None:
    """Write that periods closed or settled, as duties or as done already."""
    now = clock.now()
    ClosedPeriod.objects.bulk_create(
        [
            ClosedPeriod(version_id=pk, grain=p.grain, end_on=p.end_on, stage=stage, due_at=now, done_at=done_at)
            for pk, p, stage in periods
        ],
        ignore_conflicts=True,
        batch_size=500,
    )


def compute_closed_periods(rows: Sequence[ClosedPeriod]) -> Computed | None:
    """Compute the cells of closed periods for all subjects, with the runs of weeks that end with them."""
    versions = {v.pk: v for v in pending.list_computed_versions()}
    plan: dict[DefinitionVersion, set[Period]] = {}
    for row in rows:
        if row.version_id in versions:
            version = versions[row.version_id]
            closed = (p for p in pending.periods_closed_by(row) if covers(version.definition.retired_on, p))
            plan.setdefault(version, set()).update(closed)
    return compute(plan, cause="period closed")

"""Reads of measurements: boards of cells, evidence, and what has to be computed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from django.db.models import F, Q, QuerySet

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.facts import hidden_keys
from apps.core.periods import Grain, Period
from apps.core.problems import Absent
from apps.governance import queries as governance
from apps.governance.domain.excluded import Excluded
from apps.measurements import naming
from apps.measurements.board import Board, Held, periods_of_trend, unique
from apps.measurements.cells import Cell
from apps.measurements.charting import (
    CHART_SHOWN,
    Chart,
    chart_of,
    periods_of_chart,
    periods_of_readable_chart,
    readable_chart_of,
)
from apps.measurements.creeping import list_creeps as list_creeps
from apps.measurements.domain.engine.windows import is_read
from apps.measurements.domain.subjects import ORGANISATION, UNOWNED, WHOLE, Subject, SubjectKind
from apps.measurements.evidence import Again, Evidence, EvidenceRow, LeftOut, as_read, compute_again, gather, gives
from apps.measurements.formers import Former, formers_by_late_facts
from apps.measurements.models import ActionEffect, ComputeRun, MetricValue, RecomputeRequest, Restatement
from apps.measurements.peering import Comparison, Layer, PeerFact, Side, compare_with
from apps.metrics import queries as metrics
from apps.metrics.models import DefinitionVersion
from apps.services.models import FactConnection, Ownership, Service

__all__ = [
    "CHART_SHOWN",
    "Again",
    "Board",
    "Cell",
    "Chart",
    "Comparison",
    "Evidence",
    "Former",
    "Layer",
    "LeftOut",
    "PeerFact",
    "Side",
    "chart_of",
    "periods_of_chart",
    "periods_of_readable_chart",
    "periods_of_trend",
    "readable_chart_of",
]

BEGINNING = datetime.min.replace(tzinfo=UTC)
Versions = Mapping[str, Sequence[DefinitionVersion]]
Rows = Mapping[tuple[int, Subject, str, Period], MetricValue]


def load_board(
    subjects: Iterable[Subject], slugs: Iterable[str] | None, periods: Iterable[Period], parts: Iterable[str] = (WHOLE,)
) -> Board:
    """Load cells of subjects × definitions × periods × parts with a constant number of queries (five)."""
    return load_board_of(metrics.versions_by_slug(slugs), subjects, periods, parts)


def load_board_of(
    versions: Versions, subjects: Iterable[Subject], periods: Iterable[Period], parts: Iterable[str] = (WHOLE,)
) -> Board:
    """The same for whoever has read the versions (by slug, in the order of their numbers); four queries."""
    subjects, periods = list(dict.fromkeys(subjects)), unique(periods)
    ids = [v.pk for found in versions.values() for v in found]
    rows = _rows(subjects, ids, periods, list(parts))
    return _board(versions, rows, list_held(subjects))


def _board(versions: Versions, rows: Rows, held: Mapping[Subject, Sequence[Held]]) -> Board:
    return Board(versions, rows, held, clock.as_of(), clock.reporting_zone(), list_excluded(versions))


def list_excluded(versions: Versions) -> list[Excluded]:
    """Every freeze and exemption; one that names a definition by a former short name is found by the present one."""
    return [_by_all_names(one, versions) for one in governance.list_excluded()]


def _by_all_names(one: Excluded, versions: Versions) -> Excluded:
    if one.definitions is None:
        return one
    named = [found[0].definition.names for found in versions.values() if found[0].definition.former_slugs]
    more = {name for names in named if one.definitions & set(names) for name in names}
    return replace(one, definitions=one.definitions | more) if more else one


def _rows(
    subjects: Sequence[Subject], version_ids: Sequence[int], periods: Sequence[Period], parts: Sequence[str]
) -> dict[tuple[int, Subject, str, Period], MetricValue]:
    if not (subjects and version_ids and periods):
        return {}
    by_kind: dict[str, list[int]] = {}
    for subject in subjects:
        by_kind.setdefault(subject.kind.value, []).append(subject.id)
    by_grain: dict[Grain, list[date]] = {}
    for period in periods:
        by_grain.setdefault(period.grain, []).append(period.end_on)
    who = _any(Q(subject_kind=kind, subject_id__in=ids) for kind, ids in by_kind.items())
    when = _any(Q(grain=grain.value, end_on__in=days) for grain, days in by_grain.items())
    values = MetricValue.objects.filter(who, when, version_id__in=version_ids, part__in=parts)
    return {
        (row.version_id, Subject(SubjectKind(row.subject_kind), row.subject_id), row.part, row.period): row
        for row in values
    }


def _any(options: Iterable[Q]) -> Q:
    found = Q()
    for option in options:
        found |= option
    return found


def list_held(subjects: Sequence[Subject]) -> dict[Subject, list[Held]]:
    """What each subject owned when, with the counted connections of each service."""
    owned = Ownership.objects.current().annotate(group_id=F("team__group_id"))
    rows = list(owned.filter(_owners(subjects)).order_by("service_id", "from_at"))
    connections = _connections(None if UNOWNED in subjects else {row.service_id for row in rows})
    found: dict[Subject, list[Held]] = {subject: [] for subject in subjects}
    for row in rows:
        held = Held(row.service_id, row.from_at, row.until_at, connections.get(row.service_id, {}), row.team_id)
        for subject in _places(row):
            if subject in found:
                found[subject].append(held)
    if UNOWNED in found:
        found[UNOWNED] = [Held(pk, *gap, by_source) for pk, by_source in connections.items() for gap in _gaps(pk, rows)]
    return found


def _gaps(service_id: int, rows: Iterable[Ownership]) -> Iterator[tuple[datetime, datetime | None]]:
    """When nobody owned a service, in order of time; `rows` are the owners of all services."""
    start: datetime | None = BEGINNING
    for row in (row for row in rows if row.service_id == service_id):
        if start is not None and start < row.from_at:
            yield start, row.from_at
        start = row.until_at
    if start is not None:
        yield start, None


def _owners(subjects: Sequence[Subject]) -> Q:
    ids = {kind: [s.id for s in subjects if s.kind is kind] for kind in SubjectKind}
    if ids[SubjectKind.ORGANISATION] or ids[SubjectKind.UNOWNED]:
        return Q()
    return (
        Q(service_id__in=ids[SubjectKind.SERVICE])
        | Q(team_id__in=ids[SubjectKind.TEAM])
        | Q(team__group_id__in=ids[SubjectKind.GROUP])
    )


def _places(row: Ownership) -> list[Subject]:
    group_id = getattr(row, "group_id", None)
    group = [Subject(SubjectKind.GROUP, group_id)] if group_id else []
    return [Subject(SubjectKind.SERVICE, row.service_id), Subject(SubjectKind.TEAM, row.team_id), *group, ORGANISATION]


def _connections(service_ids: set[int] | None) -> dict[int, dict[str, tuple[datetime, datetime]]]:
    """(connected from, heard at) of the counted channel, by service (None: of all) and source."""
    found: dict[int, dict[str, tuple[datetime, datetime]]] = {}
    standing = FactConnection.objects.filter(until_seq=None).order_by("first_seq", "pk")
    for row in standing if service_ids is None else standing.filter(service_id__in=service_ids):
        found.setdefault(row.service_id, {}).setdefault(row.source, (row.connected_from, row.heard_at))
    return found


def get_cells(
    subjects: Iterable[Subject], slugs: Iterable[str], periods: Iterable[Period], parts: Iterable[str] = (WHOLE,)
) -> dict[tuple[Subject, str, str, str], Cell]:
    """Cells by (subject, slug, period key, part), each under its governing version."""
    subjects, slugs, periods, parts = list(subjects), list(slugs), list(periods), list(parts)
    board = load_board(subjects, slugs, periods, parts)
    places = ((s, slug, p, part) for s in subjects for slug in slugs for p in periods for part in parts)
    cells = ((place, board.cell(*place)) for place in places)
    return {(s, slug, p.key, part): cell for (s, slug, p, part), cell in cells if cell is not None}


def list_restatements(cell_id: int) -> list[Restatement]:
    """What a cell was before, newest first."""
    return list(Restatement.objects.filter(cell_id=cell_id).select_related("old_run", "new_run").order_by("-at", "-pk"))


def with_late_facts(chart: Chart) -> Chart:
    """The chart with what final values were before late facts came; one query. What a version restated says that."""
    return replace(chart, formers={**formers_by_late_facts(chart.cells), **chart.formers})


def get_run(run_id: int | None) -> ComputeRun | None:
    """The run that computed a cell."""
    return ComputeRun.objects.filter(pk=run_id).first() if run_id else None


def get_evidence(subject: Subject, slug: str, period: Period, *, limit: int = 200) -> Evidence | None:
    """The facts behind a cell, counted and left out; None when no version is in force or reads such periods."""
    version = metrics.governing_versions([slug], period).get(slug)
    if version is None or not is_read(metrics.spec_of(version), period):
        return None
    row = find_value(version, subject, period)
    run = get_run(row.run_id if row else None)
    return gather(metrics.spec_of(version), subject, period, run, definition=slug, limit=limit)


def get_comparison(subject: Subject, slug: str, period: Period, peer: str) -> Comparison | None:
    """A cell by another tool's rule; None where there is no evidence either; raises `Absent` for an unknown tool."""
    version = metrics.governing_versions([slug], period).get(slug)
    if version is None or not is_read(metrics.spec_of(version), period):
        return None
    row = find_value(version, subject, period)
    return compare_with(peer, version, subject, period, get_run(row.run_id if row else None))


def hidden_of(rows: Iterable[EvidenceRow | PeerFact], by: Principal) -> set[tuple[str, str]]:
    """Of some facts, as (source, key), those of which this reader may be told no more than that they count."""
    keys: dict[str, set[str]] = {}
    for row in rows:
        keys.setdefault(row.source, set()).add(row.key)
    return {(source, key) for source, of in keys.items() for key in hidden_keys(source, of, by)}


def find_value(version: DefinitionVersion, subject: Subject, period: Period, part: str = WHOLE) -> MetricValue | None:
    """The stored row of a cell, under the version whose meaning it shares."""
    return MetricValue.objects.filter(
        version__definition_id=version.definition_id,
        version__number=version.meaning_number,
        subject_kind=subject.kind.value,
        subject_id=subject.id,
        part=part,
        grain=period.grain.value,
        end_on=period.end_on,
    ).first()


@dataclass(frozen=True)
class Difference:
    """A stored value that its own facts do not give again."""

    row: MetricValue
    again: Again | None

    def __str__(self) -> str:
        stored = f"stored {self.row.numerator}/{self.row.denominator}, value {self.row.value}"
        if self.again is None:
            return f"{self.row}: {stored}; nothing is computed"
        return f"{self.row}: {stored}; computed {self.again.numerator}/{self.again.denominator}, {self.again.value}"


def find_differences(rows: Iterable[MetricValue]) -> list[Difference]:
    """Compute rows again at their own watermarks and name those that differ."""
    groups: dict[tuple[int, int], list[MetricValue]] = {}
    for row in rows:
        groups.setdefault((row.version_id, row.run_id), []).append(row)
    return [difference for group in groups.values() for difference in _differences(group)]


def _differences(group: Sequence[MetricValue]) -> list[Difference]:
    first = group[0]
    places = {(Subject(SubjectKind(r.subject_kind), r.subject_id), r.period, r.part): r for r in group}
    slug = first.version.definition.slug
    again = compute_again(metrics.spec_of(first.version), list(places), first.run, definition=slug)
    return [Difference(row, again.get(place)) for place, row in places.items() if not gives(row, again.get(place))]


def list_values(ids: Iterable[int] | None = None) -> QuerySet[MetricValue]:
    """Stored rows with version and run, in a stable order; of a retired definition those of its time."""
    rows = (
        MetricValue.objects.select_related("version__definition__replaced_by", "run")
        .exclude(naming.BEYOND)
        .order_by("pk")
    )
    return rows if ids is None else rows.filter(pk__in=list(ids))


@dataclass(frozen=True)
class Listed:
    """A stored row as lists show it: its cell with status, its stable name, and whether work near it is open."""

    row: MetricValue
    cell: Cell
    name: str
    address: str
    stale: bool


def listed(rows: Sequence[MetricValue]) -> list[Listed]:
    """Rows with status and names, with a number of queries that does not depend on how many there are."""
    subjects = {_subject_of(row) for row in rows}
    by_place = {(row.version_id, _subject_of(row), row.part, row.period): row for row in rows}
    versions = metrics.versions_by_slug({row.version.definition.slug for row in rows})
    held = list_held(list(subjects))
    board = _board(versions, by_place, held)
    addresses = naming.addresses_of(subjects)
    asked = RecomputeRequest.objects.filter(done_at=None).values_list("service_id", flat=True).distinct()
    open_services = set(asked)
    return [_listed(row, board, addresses, open_services) for row in rows]


def _listed(row: MetricValue, board: Board, addresses: dict[Subject, str], open_services: set[int]) -> Listed:
    subject = _subject_of(row)
    slug = row.version.definition.slug
    cell = board.cell(subject, slug, row.period, row.part, row.version)
    assert cell is not None  # noqa: S101 - a version is given, so there is a cell
    stale = any(held.service_id in open_services for held in board.held[subject])
    address = addresses[subject]
    return Listed(row, cell, naming.cell_name(row, address), address, stale)


def _subject_of(row: MetricValue) -> Subject:
    return Subject(SubjectKind(row.subject_kind), row.subject_id)


def evidence_of(row: MetricValue, *, limit: int = 200) -> Evidence:
    """The facts behind a stored row, at its own watermark."""
    version = row.version
    return gather(
        metrics.spec_of(version), _subject_of(row), row.period, row.run, definition=version.definition.slug, limit=limit
    )


def comparison_of(row: MetricValue, peer: str) -> Comparison:
    """A stored row by another tool's rule, at its own watermark; raises `Absent` for an unknown tool, or a part."""
    if row.part != WHOLE:
        raise Absent("not_found", "Nothing is here for you.")
    return compare_with(peer, row.version, _subject_of(row), row.period, row.run)


def service_slugs(ids: Iterable[int]) -> dict[int, str]:
    """Short names of services by primary key."""
    return dict(Service.objects.filter(pk__in=list(ids)).values_list("pk", "slug"))


def compute_places(
    run_id: int | None, slug: str, number: int, places: list[tuple[Subject, Period, str]]
) -> dict[tuple[Subject, Period, str], Again]:
    """Each place of one version computed again at the watermark of a run, as pages read it; without a run it is empty.

    Nothing when run or version are gone.
    """
    run = get_run(run_id)
    version = next((v for v in metrics.versions_by_slug([slug]).get(slug, ()) if v.number == number), None)
    if version is None or (run is None and run_id is not None):
        return {}
    spec = metrics.spec_of(version)
    found = compute_again(spec, places, run, definition=version.definition.slug) if run else {}
    return {place: as_read(found.get(place, Again()), spec) for place in places}


def list_value_keys() -> list[int]:
    """Primary keys of all stored rows, in order."""
    return list(MetricValue.objects.order_by("pk").values_list("pk", flat=True))


def list_effects(action_ids: Iterable[int]) -> dict[int, ActionEffect]:
    """Effects of some actions that are done or verified, by action; one query."""
    rows = ActionEffect.objects.filter(action_id__in=list(action_ids), action__done_at__isnull=False)
    return {row.action_id: row for row in rows.select_related("run")}

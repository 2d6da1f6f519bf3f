"""Reads that decide what has to be computed: what changed facts reach, and which periods a clock closed."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, Max

from apps.core.bulk import Pair, batched, select_pairs
from apps.core.fact_sources import FactSource, sources
from apps.core.facts import Touched
from apps.core.periods import CALENDAR_GRAINS, TRAILING_GRAINS, Grain, Period, period_on, periods_between
from apps.measurements.domain.engine.needs import is_placed_by_many, needs_of, steps_of
from apps.measurements.domain.engine.windows import reach_of
from apps.measurements.domain.subjects import ORGANISATION, UNOWNED, SubjectKind
from apps.measurements.models import ClosedPeriod
from apps.measurements.passes import Setting, periods_near
from apps.metrics import queries as metrics
from apps.metrics.domain.lifecycle import covers
from apps.metrics.domain.spec import Spec
from apps.metrics.models import DefinitionVersion
from apps.services import queries as services
from apps.services.models import CATALOGUE, FactClock, Ownership

CATCH_UP = timedelta(days=60)
TURNS = "measurements"  # the counter under whose lock passes are stored
RUNNING = "running"
Places = dict[str, set[Pair]]


def list_computed_versions() -> list[DefinitionVersion]:
    """Versions that have measurements of their own: the first of each meaning."""
    return list(
        DefinitionVersion.objects.filter(meaning_number=F("number"))
        .select_related("definition")
        .order_by("definition__slug", "number")
    )


def turns_taken() -> int:
    """How many passes have been stored so far; read before any fact is."""
    return FactClock.objects.filter(source=TURNS).values_list("seq", flat=True).first() or 0


def sources_of(version: DefinitionVersion) -> tuple[str, ...]:
    """Keys of the sources a version reads."""
    return needs_of(metrics.spec_of(version), sources).sources


def tied_instants(touched: Sequence[Touched]) -> dict[int, set[datetime]]:
    """By service, instants of facts that read changed ones by key, however far away, and of what places them.

    A change may be linked to a release years away: the cell it moves is the release's, and without the release the
    cell in which it finds no partner.
    """
    by_source: dict[str, list[Touched]] = {}
    for change in touched:
        by_source.setdefault(change.source.key, []).append(change)
    own = {key: {(c.service_id, name) for c in changes for name in c.keys} for key, changes in by_source.items()}
    way = _longest_way()
    named = _merged(*map(_named_by, by_source.values()))
    reached = _merged(*(_around(changes, way) for changes in by_source.values()))
    # What changed tells its own instants and whom it names; only the others have to be looked up.
    others = _without(reached, own)
    return _instants(_without(_merged(others, named, _named(others)), own))


def _around(touched: Sequence[Touched], way: int) -> Places:
    """Changed facts of one source with all that read them, over at most so many steps."""
    source = touched[0].source
    reached: Places = {source.key: {(change.service_id, key) for change in touched for key in change.keys}}
    front, ties = reached, _is_between(source)
    for step in range(way - ties):
        # Of a fact that ties two others, what it tied before and ties now is read differently from either side.
        found = _merged(_readers(front), _named_by(touched) if ties and step == 0 else {})
        front = _without(found, reached)
        reached = _merged(reached, front)
    return reached


def _named_by(touched: Sequence[Touched]) -> Places:
    """What changed facts name, before or now."""
    found: Places = {}
    for change in touched:
        for source, key in change.named:
            found.setdefault(source, set()).add((change.service_id, key))
    return found


def _is_between(source: FactSource) -> bool:
    """True for facts through which others are derived: half of the way to those lies behind them."""
    return any(field.via.source == source.key for other in sources for field in other.fields if field.via)


def _longest_way() -> int:
    """How many steps lie between a fact and the farthest one that reads it, over all versions."""
    return max((steps_of(metrics.spec_of(version), sources) for version in list_computed_versions()), default=0)


def _merged(*parts: Places) -> Places:
    found: Places = {}
    for part in parts:
        for key, places in part.items():
            found.setdefault(key, set()).update(places)
    return found


def _without(places: Places, known: Places) -> Places:
    return {key: found - known.get(key, set()) for key, found in places.items()}


def _readers(front: Places) -> Places:
    """Facts that read one of some facts directly: they name it, or a fact between them does."""
    found: Places = {}
    for source in sources:
        for field in source.fields:
            if field.is_stored:
                rows = _select(source, field.name, front.get(field.ref, ()), ("service_id", "key"))
                found.setdefault(source.key, set()).update(rows)
            elif field.via and field.via.source in front:
                between = sources.get(field.via.source)
                rows = _select(between, "key", front[between.key], ("service_id", field.via.match))
                found.setdefault(source.key, set()).update(rows)
    return found


def _named(places: Places) -> Places:
    """What facts name as they stand."""
    found: Places = {}
    for source in sources:
        for field in source.stored_fields:
            if field.ref:
                rows = _select(source, "key", places.get(source.key, ()), ("service_id", field.name))
                found.setdefault(field.ref, set()).update(rows)
    return found


def _instants(places: Places) -> dict[int, set[datetime]]:
    """Every clock instant of some facts as they stand, by service."""
    found: dict[int, set[datetime]] = {}
    for source in sources:
        for service, *instants in _select(source, "key", places.get(source.key, ()), ("service_id", *source.clocks)):
            found.setdefault(service, set()).update(at for at in instants if at is not None)
    return found


def _select(
    source: FactSource, column: str, pairs: Collection[Pair], wanted: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    """Columns of the current rows whose service and `column` form one of the pairs."""
    for some in batched(list(pairs)):
        yield from select_pairs(source.model, column, some).values_list(*wanted)


def subjects_around(service_ids: set[int], changed: Collection[str] = ()) -> frozenset[tuple[str, int]]:
    """The services, every team that ever owned one of them, their groups, the organisation and the unowned.

    Where a link looks into all services of a team, those services belong to it too; where facts of a `changed` source
    name their team, so do the teams that facts of these services ever named.
    """
    owners = set(Ownership.objects.filter(service_id__in=service_ids).values_list("team_id", "team__group_id"))
    for source in sources:
        if source.names_team and source.key in changed:
            rows = source.model._default_manager.filter(service_id__in=service_ids)
            owners |= set(rows.values_list("team_id", "team__group_id").distinct())
    teams = {team_id for team_id, _ in owners}
    if any(_looks_into_teams(metrics.spec_of(version)) for version in list_computed_versions()):
        mates = Ownership.objects.filter(team_id__in=teams).values_list("service_id", flat=True)
        service_ids = service_ids | set(mates)
    places = [(SubjectKind.SERVICE, pk) for pk in service_ids]
    places += [(SubjectKind.TEAM, team_id) for team_id in teams]
    places += [(SubjectKind.GROUP, group_id) for _, group_id in owners if group_id]
    places += [(ORGANISATION.kind, 0), (UNOWNED.kind, 0)]
    return frozenset((kind.value, pk) for kind, pk in places)


def _looks_into_teams(spec: Spec) -> bool:
    return spec.link is not None and spec.link.scope == "team"


def connection_of(source: str) -> str:
    """What a request says that is asked for because a service's connection to a source changed."""
    return f"connection of {source}"


def periods_reached(version: DefinitionVersion, days: Mapping[str, Sequence[date]], setting: Setting) -> set[Period]:
    """The periods of one version that changed facts, owners or connections may have moved, by source and day."""
    spec = metrics.spec_of(version)
    read = [day for source in sources_of(version) for day in days.get(source, ())]
    found = set(periods_near(read, reach_of(spec), setting))
    if read and is_placed_by_many(spec):
        found.update(all_periods_since(_beginning(setting.as_of, setting.zone), setting))
    changed = [CATALOGUE, *map(connection_of, sources_of(version))]
    since = min((day for what in changed for day in days.get(what, ())), default=None)
    if since is not None:
        # An owner decides what a link within a team may find, so it reaches as far back as the link does.
        reach = reach_of(spec) if _looks_into_teams(spec) else timedelta(0)
        found.update(all_periods_since(since - reach, setting))
    today = setting.as_of.astimezone(setting.zone).date()
    later = {period.previous(-steps) for period in found for steps in range(1, spec.window.rolling)}
    reached = found | {period for period in later if period.first_on <= today}
    return {period for period in reached if covers(version.definition.retired_on, period)}


def all_periods_since(day: date, setting: Setting) -> list[Period]:
    """Every period that ends after a day and has begun."""
    today = setting.as_of.astimezone(setting.zone).date()
    if day > today:
        return []
    calendar = [p for grain in CALENDAR_GRAINS for p in periods_between(day, today, grain)]
    weeks = [p for p in calendar if p.grain is Grain.WEEK and p.end_on <= today]
    reached = [w.trailing(grain) for w in weeks for grain in TRAILING_GRAINS]
    return [*calendar, *reached]


def closed_periods_missing(as_of: datetime, zone: ZoneInfo) -> list[tuple[int, Period, str]]:
    """(version, period, stage) of what closed or settled and was not asked for, also after a long pause.

    Of a retired definition nothing that ends later than it is asked for.
    A version that nothing was asked for yet, as it has just come into force, is asked for from the first day on which
    anybody owned anything, the periods that run included: they may be restated, and their facts came before it.
    """
    asked = set(ClosedPeriod.objects.values_list("version_id", "grain", "end_on", "stage"))
    ended = ClosedPeriod.objects.exclude(stage=RUNNING)
    newest = dict(ended.values_list("version_id").annotate(newest=Max("end_on")))
    today, beginning = as_of.astimezone(zone).date(), _beginning(as_of, zone)
    missing = []
    for version in list_computed_versions():
        spec = metrics.spec_of(version)
        known = newest.get(version.pk)
        since = beginning if known is None else min(today - CATCH_UP, known) - spec.settle
        for period in (p for g in spec.window.grains for p in periods_between(since, today, Grain(g))):
            ends = period.ends_at(zone)
            if not covers(version.definition.retired_on, period):
                continue
            stages = [
                ("closed", ends <= as_of), ("settled", ends + spec.settle <= as_of),
                (RUNNING, ends > as_of and known is None),
            ]  # fmt: skip
            missing += [
                (version.pk, period, stage)
                for stage, due in stages
                if due and (version.pk, period.grain.value, period.end_on, stage) not in asked
            ]
    return missing


def _beginning(as_of: datetime, zone: ZoneInfo) -> date:
    """The local day on which anybody first owned anything."""
    return (services.first_owned_at() or as_of).astimezone(zone).date()


def periods_closed_by(row: ClosedPeriod) -> list[Period]:
    """The period of a row and, for a week that ended, the runs of weeks that end with it."""
    period = period_on(row.end_on - timedelta(days=1), Grain(row.grain))
    has_runs = period.grain is Grain.WEEK and row.stage != RUNNING
    runs = [period.trailing(grain) for grain in TRAILING_GRAINS] if has_runs else []
    return [period, *runs]

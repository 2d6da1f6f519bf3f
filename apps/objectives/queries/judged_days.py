"""Days as they were judged: under a version, or under an earlier one of the objective that counts the same units."""

from collections.abc import Collection, Mapping
from datetime import date

from apps.objectives.domain.counts import Tally
from apps.objectives.domain.objective_words import Method
from apps.objectives.domain.reading import Units
from apps.objectives.models import BudgetDay, ObjectiveVersion
from apps.objectives.queries.agreements import can_read, promise_of
from apps.objectives.queries.counting import Counted
from apps.objectives.queries.measuring import Framed

# A version and a local day.
Place = tuple[int, date]


def as_judged(places: Mapping[Place, Framed]) -> dict[Place, Counted]:
    """What is kept of these days, by the newest version that kept it and counts alike; two queries."""
    alike = _alike({version_id for version_id, _ in places})
    wanted = {pk for listed in alike.values() for pk in listed}
    kept: dict[Place, Counted] = {}
    for row in BudgetDay.objects.filter(version__in=wanted, day__in={day for _, day in places}):
        kept.setdefault((row.version_id, row.day), {})[row.series_id] = _units(row)
    found = {}
    for (version_id, day), one in places.items():
        held = next((kept[pk, day] for pk in alike.get(version_id, ()) if None in kept.get((pk, day), ())), None)
        if held is not None:
            found[version_id, day] = {pk: of for pk, of in held.items() if pk is None or pk in one.source.keys}
    return found


def is_untold(place: Place, framed: Framed) -> bool:
    """Slices of time that are gone: nothing but what was judged tells of them."""
    return place[1] < framed.kept_from and framed.question.promise.method is Method.TIME_SLICES


def is_same(framed: Framed, counted: Counted, judged: Counted) -> bool:
    """What was judged still stands: no other events have come for the day since."""
    if framed.question.promise.method is Method.TIME_SLICES:
        return True
    return counted.get(None, Units()).raw == judged[None].raw


def _units(row: BudgetDay) -> Units:
    return Units(Tally(row.raw_bad, row.raw_counted), Tally(row.bad, row.counted), row.seen, row.unusable)


def _alike(version_ids: Collection[int]) -> dict[int, list[int]]:
    """For each version itself and the earlier ones of its objective that count the same units, newest first."""
    rows = ObjectiveVersion.objects.filter(objective__versions__in=version_ids).distinct().order_by("-number")
    by_objective: dict[int, list[tuple[ObjectiveVersion, object]]] = {}
    for row in rows:
        if can_read(row):
            promise = promise_of(row)
            by_objective.setdefault(row.objective_id, []).append((row, (promise.method, promise.slice_target)))
    return {
        one.pk: [row.pk for row, of in listed if row.number <= one.number and of == units]
        for listed in by_objective.values() for one, units in listed if one.pk in version_ids
    }  # fmt: skip

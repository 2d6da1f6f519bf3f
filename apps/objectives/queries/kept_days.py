"""Days of budgets as they are kept, summed over many ranges at once; the index of a version and key is their reader."""

from collections.abc import Iterator, Sequence
from datetime import date

from django.db.models import OuterRef, Subquery

from apps.objectives.domain.counts import Tally
from apps.objectives.domain.reading import Plan, Units
from apps.objectives.models import BudgetDay, ObjectiveVersion
from apps.objectives.queries.bound_rows import bound_rows, fetch, probing
from apps.objectives.queries.counting import Counted, Source

RANGES = {"number": "bigint", "version": "bigint", "series": "bigint", "first_on": "date", "end_on": "date"}
_STATEMENT = """
    SELECT p.number, SUM(s.bad), SUM(s.counted), SUM(s.raw_bad), SUM(s.raw_counted), SUM(s.seen), SUM(s.unusable)
    {days}
    GROUP BY p.number
"""
_INSIDE = "s.version_id = p.version AND s.series_id {series} AND s.day >= p.first_on AND s.day < p.end_on"
OF_SUM, OF_KEYS = "IS NULL", "= p.series"
Range = tuple[int, int, int | None, date, date]


def sum_kept_days(asked: Sequence[tuple[int | None, Source, Plan]]) -> list[list[Counted]]:
    """For each plan its spans with the units of their whole days; empty without a version. Two queries."""
    found: list[list[Counted]] = [[{} for _ in plan.spans] for _, _, plan in asked]
    sums: list[Range] = []
    keys: list[Range] = []
    places: list[tuple[int, int, int | None]] = []
    for number, version, source, part, first, end in _ranges(asked):
        sums.append((len(places), version, None, first, end))
        places.append((number, part, None))
        for series_id in source.keys if source.has_keys else ():
            keys.append((len(places), version, series_id, first, end))
            places.append((number, part, series_id))
    for place, units in [*_summed(OF_SUM, sums), *_summed(OF_KEYS, keys)]:
        number, part, of = places[place]
        found[number][part][of] = units
    return found


def _ranges(asked: Sequence[tuple[int | None, Source, Plan]]) -> Iterator[tuple[int, int, Source, int, date, date]]:
    for number, (version, source, plan) in enumerate(asked):
        for part, first, end in plan.ranges:
            if version is not None:
                yield number, version, source, part, first, end


def _summed(series: str, ranges: Sequence[Range]) -> list[tuple[int, Units]]:
    if not ranges:
        return []
    table, values = bound_rows("p", RANGES, ranges)
    days = probing(table, BudgetDay._meta.db_table, _INSIDE.format(series=series))
    rows = fetch(_STATEMENT.format(days=days), values)
    return [(row[0], _units(*(int(value) for value in row[1:]))) for row in rows]


def _units(bad: int, counted: int, raw_bad: int, raw_counted: int, seen: int, unusable: int) -> Units:
    raw = Tally(raw_bad, raw_counted)
    is_whole = (bad, counted) == (raw_bad, raw_counted)
    return Units(raw, raw if is_whole else Tally(bad, counted), seen, unusable)


def first_kept(version_ids: Sequence[int]) -> dict[int, date]:
    """The earliest day that is kept under each version that has one."""
    days = BudgetDay.objects.filter(version=OuterRef("pk"), series=None).order_by("day").values("day")[:1]
    rows = ObjectiveVersion.objects.filter(pk__in=version_ids).annotate(first=Subquery(days))
    return {pk: first for pk, first in rows.values_list("pk", "first") if first is not None}

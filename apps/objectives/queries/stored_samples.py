"""Reads of slices and days as they are stored, at exactly the places somebody asks for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from apps.core.bulk import batched
from apps.objectives.domain.counts import Counts
from apps.objectives.domain.samples import Place
from apps.objectives.models import Sample, SampleDay, SampleFact, Series

DayPlace = tuple[int, date]


@dataclass(frozen=True)
class StoredSlice:
    """A slice as it is stored, and the batch that brought it first."""

    counts: Counts
    first_batch_id: int


def stored_slices(places: Collection[Place]) -> dict[Place, StoredSlice]:
    """The slices that are stored at these places."""
    columns = ("series_id", "starts_at", "good", "valid", "total", "first_batch_id")
    found: dict[Place, StoredSlice] = {}
    for some in batched(sorted(places)):
        for series_id, starts_at, good, valid, total, first in _at(some).values_list(*columns):
            found[series_id, starts_at] = StoredSlice(Counts(good, valid, total), first)
    return found


def _at(places: Sequence[Place]) -> QuerySet[Sample]:
    if connection.vendor == "postgresql":
        # Two lists, `series IN … AND starts_at IN …`, would probe the index for every pair of them.
        return Sample.objects.filter(pk__in=_matching(places))
    wanted: dict[int, list[datetime]] = {}
    for series_id, starts_at in places:
        wanted.setdefault(series_id, []).append(starts_at)
    any_of = Q(pk__in=[])
    for series_id, starts in wanted.items():
        any_of |= Q(series_id=series_id, starts_at__in=starts)
    return Sample.objects.filter(any_of)


def _matching(places: Sequence[Place]) -> RawSQL:
    """The statement that finds the primary keys of the slices at exactly those places."""
    statement = (
        "SELECT row.id FROM unnest(%s::bigint[], %s::timestamptz[]) AS wanted (series, starts_at)"  # noqa: S608  our own names
        f" JOIN {connection.ops.quote_name(Sample._meta.db_table)} AS row"
        " ON row.series_id = wanted.series AND row.starts_at = wanted.starts_at"
    )
    values: list[Any] = [[series_id for series_id, _ in places], [starts_at for _, starts_at in places]]
    return RawSQL(statement, values)  # noqa: S611  our own names, and the values are bound


def stored_days(places: Collection[DayPlace]) -> dict[DayPlace, SampleDay]:
    """The days that are stored at these places."""
    days = sorted({day for _, day in places})
    found: dict[DayPlace, SampleDay] = {}
    for some in batched(sorted({series_id for series_id, _ in places})):
        for row in SampleDay.objects.filter(series_id__in=some, day__in=days):
            found[row.series_id, row.day] = row
    return {place: found[place] for place in places if place in found}


def series_with_slices_before(cutoff: datetime, indicator_ids: Collection[int], most: int) -> list[int]:
    """Up to so many series of these indicators that still have slices before an instant."""
    older = Sample.objects.filter(series=OuterRef("pk"), starts_at__lt=cutoff)
    rows = Series.objects.filter(Exists(older), indicator__in=indicator_ids)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:most])


def newest_of_indicators() -> dict[int, datetime | None]:
    """The newest usable slice of any key, by indicator."""
    return dict(Series.objects.order_by().values_list("indicator_id").annotate(newest=Max("newest_start")))


def newest_days(since: datetime, until: datetime) -> list[tuple[int, datetime]]:
    """Series whose newest slice starts in `[since, until)`, with that start."""
    rows = Series.objects.filter(newest_start__gte=since, newest_start__lt=until).order_by("pk")
    return [(pk, newest) for pk, newest in rows.values_list("pk", "newest_start") if newest is not None]


def published_keys(starts: Collection[datetime]) -> set[tuple[int, str]]:
    """Service and key of the current facts of days that begin at these instants."""
    rows = SampleFact.objects.filter(slice_start__in=starts, until_seq=None)
    return set(rows.values_list("service_id", "key"))

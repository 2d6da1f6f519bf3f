"""Reads of series: an indicator's keys, locked wherever their counts change."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from apps.core.bulk import batched
from apps.objectives.domain.indicator_words import Dimension
from apps.objectives.models import IndicatorVersion, Series


@dataclass(frozen=True)
class SeriesPlace:
    """What the facts of a series say: where they belong, and what its key is."""

    service_id: int
    indicator: str
    flow: str
    key: str
    is_tenant: bool


def lock_series(ids: Iterable[int]) -> dict[int, Series]:
    """Series by primary key, locked in that order until the transaction ends: their counts change under this lock.

    It leaves their keys alone: rows that name a series are checked at commit, and must not wait for it then.
    """
    found: dict[int, Series] = {}
    for some in batched(sorted(set(ids))):
        rows = Series.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=some).order_by("pk")
        found.update((row.pk, row) for row in rows)
    return found


def ids_by_key(indicator_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """Primary keys of all series of these indicators, by indicator and key; one query."""
    rows = Series.objects.filter(indicator_id__in=indicator_ids).values_list("indicator_id", "key", "pk")
    return {(indicator_id, key): pk for indicator_id, key, pk in rows}


def places_of(ids: Collection[int]) -> Mapping[int, SeriesPlace]:
    """Where the facts of series belong, by primary key; two queries for any number."""
    columns = ("pk", "indicator_id", "key", "indicator__service_id", "indicator__slug", "indicator__flow__slug")
    rows = [row for some in batched(list(ids)) for row in Series.objects.filter(pk__in=some).values_list(*columns)]
    versions = IndicatorVersion.objects.filter(indicator_id__in={row[1] for row in rows}).order_by("number")
    dimensions = dict(versions.values_list("indicator_id", "dimension"))
    return {
        pk: SeriesPlace(service_id, slug, flow or "", key, dimensions.get(indicator_id) == Dimension.TENANT)
        for pk, indicator_id, key, service_id, slug, flow in rows
    }

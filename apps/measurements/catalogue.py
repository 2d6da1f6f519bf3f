"""The catalogue as the engine reads it: owners, connections and exemptions at a watermark."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

from apps.core.fact_sources import sources
from apps.governance import queries as governance
from apps.governance.domain.exemptions import Validity
from apps.governance.models import Exemption
from apps.measurements.domain.engine.catalogue import FOREVER, Catalogue, Connection, OwnershipRow
from apps.measurements.domain.engine.exempts import Exempt
from apps.measurements.domain.engine.times import micros
from apps.metrics import queries as metrics
from apps.metrics.domain.faults import Faults
from apps.metrics.domain.slices import read_slice
from apps.metrics.domain.spec import Clause
from apps.services.models import CATALOGUE, FactConnection, Ownership, Service
from apps.teams.models import Team

Row = TypeVar("Row", Ownership, FactConnection)


def load_catalogue(watermark: dict[str, int]) -> Catalogue:
    """Services, teams, ownership, counted channels and exemptions as they stood at a watermark."""
    mark = watermark.get(CATALOGUE, 0)
    exempting = list(governance.list_excluding(mark))
    renamed = metrics.renamed_slugs() if exempting else {}
    return Catalogue(
        service_ids=Service.objects.values_list("pk", flat=True),
        team_groups=dict(Team.objects.values_list("pk", "group_id")),
        ownerships=[
            OwnershipRow(o.service_id, o.team_id, micros(o.from_at), _micros(o.until_at))
            for o in _at(Ownership.objects.order_by("service_id", "from_at"), mark)
        ],
        connections=_connections(mark),
        exempts=[exempt for row in exempting if (exempt := exempt_of(row, mark, renamed)) is not None],
    )


def exempt_of(row: Exemption, mark: int, renamed: Mapping[str, str]) -> Exempt | None:
    """An exemption as it stood at a watermark, as the engine reads it; None where it holds nowhere.

    `renamed` are former short names of definitions with the present ones.
    """
    is_ended = row.ended_seq is not None and row.ended_seq <= mark
    bounds = Validity(row.starts_at, row.expires_at, row.ended_at if is_ended else None).bounds
    return None if bounds is None else built(row.number, row, micros(bounds[0]), micros(bounds[1]), renamed)


def built(
    number: int, row: Exemption, start: int, end: int, renamed: Mapping[str, str] = MappingProxyType({})
) -> Exempt:
    """The engine's form of an exemption that holds in `[start, end)`, with the present names of its definitions."""
    return Exempt(
        number=number,
        definitions=frozenset(renamed.get(slug, slug) for slug in row.definitions),
        start=start,
        end=end,
        team_id=None if row.service_id else row.team_id,
        service_id=row.service_id,
        source=row.slice.get("facts", ""),
        where=conditions_of(row.slice),
        keys=_keys(row.facts),
    )


def conditions_of(slice_: Mapping[str, Any]) -> tuple[Clause, ...]:
    """The conditions of a slice, which were read without fault when it was asked for."""
    return read_slice(slice_, sources, Faults()) if slice_ else ()


def _keys(facts: Sequence[Mapping[str, str]]) -> frozenset[tuple[str, int, str]]:
    """Single facts by source, service and key; one query where there are any."""
    if not facts:
        return frozenset()
    known = dict(Service.objects.filter(slug__in={fact["service"] for fact in facts}).values_list("slug", "pk"))
    return frozenset((fact["source"], known[fact["service"]], fact["key"]) for fact in facts)


def _connections(mark: int) -> dict[tuple[str, int], Connection]:
    """The first channel of each service and source counts."""
    found: dict[tuple[str, int], Connection] = {}
    for row in _at(FactConnection.objects.order_by("first_seq", "pk"), mark):
        place = (row.source, row.service_id)
        counted = found.get(place)
        if counted is None:
            found[place] = Connection(row.channel, micros(row.connected_from))
        elif counted.channel != row.channel:
            found[place] = Connection(counted.channel, counted.since, has_rival=True)
    return found


def _at(rows: QuerySet[Row], mark: int) -> QuerySet[Row]:
    return rows.filter(Q(until_seq=None) | Q(until_seq__gt=mark), seq__lte=mark)


def _micros(at: datetime | None) -> int:
    return FOREVER if at is None else micros(at)

"""Lines that facts offer to a timeline: what happened around some services in a stretch of time.

A fact source offers its rows by `FactSource.timeline`; an app whose rows are no facts registers a provider.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.core.fact_sources import FactSource, sources


@dataclass(frozen=True)
class Asked:
    """What is looked for: services and the team around them, in `[start, end]`; at most `most` lines of each kind."""

    service_ids: frozenset[int]
    team_id: int | None
    start: datetime
    end: datetime
    most: int


@dataclass(frozen=True)
class Line:
    """One line: where it comes from (source, service, key), when it was, and what it says without naming anybody."""

    source: str
    label: str
    service_id: int | None
    key: str
    at: datetime
    text: str
    ended_at: datetime | None = None


Provider = Callable[[Asked], Iterator[Line]]
_providers: dict[str, Provider] = {}


def offer_lines(key: str, provider: Provider) -> None:
    """Register lines of rows that are no facts, under a key that no fact source has."""
    _providers[key] = provider


def list_lines(asked: Asked) -> list[Line]:
    """Every line that is offered, in order of time, at most `most`; those nearest to the end stay."""
    found = [line for source in sources if source.timeline for line in _of_source(source, asked)]
    found += [line for provider in _providers.values() for line in provider(asked)]
    return sorted(found, key=lambda line: (line.at, line.source, line.key))[-asked.most :]


def _of_source(source: FactSource, asked: Asked) -> Iterator[Line]:
    """Rows of the services, by the source's main clock, the newest ones first."""
    inside: dict[str, Any] = {f"{source.main_clock}__gte": asked.start, f"{source.main_clock}__lte": asked.end}
    rows = source.model._default_manager.filter(until_seq=None, service_id__in=asked.service_ids, **inside)
    for row in rows.order_by(f"-{source.main_clock}")[: asked.most]:
        text = source.timeline(row) if source.timeline else ""
        if text:
            yield Line(source.key, source.label, row.service_id, row.key, getattr(row, source.main_clock), text)

"""Which facts an exemption leaves out: asked of every fact when it is loaded, by its own time, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from apps.measurements.domain.engine.conditions import holds_all
from apps.metrics.domain.spec import Clause, Condition

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from apps.core.fact_sources import FactSource
    from apps.measurements.domain.engine.catalogue import Catalogue
    from apps.measurements.domain.engine.tables import Tables

NUMBER = pl.UInt32
NOT_EXEMPT = 0


@dataclass(frozen=True)
class Exempt:
    """One exemption as the engine reads it: facts of a team or service whose own time lies in `[start, end)`, in us.

    `source` empty: facts of every source; else those named by (service, key), or those that meet `where`.
    """

    number: int
    definitions: frozenset[str]
    start: int
    end: int
    team_id: int | None = None
    service_id: int | None = None
    source: str = ""
    where: tuple[Clause, ...] = ()
    keys: frozenset[tuple[str, int, str]] = field(default_factory=frozenset)  # source, service, key

    def reads(self, source: FactSource) -> set[str]:
        """Columns of a source that it looks at; empty when it says nothing about that source."""
        if not self.speaks_of(source.key):
            return set()
        return {source.main_clock, *(clause.path for clause in self.where if isinstance(clause, Condition))}

    def speaks_of(self, source: str) -> bool:
        """True when it may take out facts of that source."""
        if self.keys:
            return any(named == source for named, _, _ in self.keys)
        return self.source in ("", source)


def numbers_of(frame: pl.DataFrame, source: FactSource, tables: Tables) -> pl.Expr | pl.Series:
    """The number of the first exemption that takes each row out; 0: none does."""
    found = np.zeros(frame.height, dtype=np.uint32)
    for exempt in tables.exempts:
        if exempt.speaks_of(source.key):
            here = frame.select(_applies(exempt, frame, source, tables)).to_series().to_numpy()
            found[here & (found == NOT_EXEMPT)] = exempt.number
    return pl.Series("exempt", found, dtype=NUMBER)


def _applies(exempt: Exempt, frame: pl.DataFrame, source: FactSource, tables: Tables) -> pl.Expr:
    """The one predicate, in the fact's own time; what has no time of its own is never taken out."""
    inside = pl.col(source.main_clock).is_between(exempt.start, exempt.end, closed="left")
    asked = inside & _of_subject(exempt, frame, source, tables) & holds_all(exempt.where)
    return (asked & _named(exempt, source, tables.catalogue) if exempt.keys else asked).fill_null(value=False)


def _of_subject(exempt: Exempt, frame: pl.DataFrame, source: FactSource, tables: Tables) -> pl.Expr:
    """Facts of its service; or of its team, by what they name or by what it owned at the fact's own time."""
    catalogue = tables.catalogue
    if exempt.service_id is not None:
        return pl.col("service") == _index(catalogue.service_ids, exempt.service_id)
    instants = frame[source.main_clock].fill_null(0).to_numpy()
    owners = tables.owners(frame, frame["service"].to_numpy(), instants)
    return pl.lit(pl.Series(owners == _index(catalogue.team_ids, exempt.team_id or 0)))


def _index(ids: np.ndarray, pk: int) -> int:
    """The dense index of a primary key; one that nothing has, where it is not known."""
    place = int(np.searchsorted(ids, pk))
    return place if place < len(ids) and ids[place] == pk else -2


def _named(exempt: Exempt, source: FactSource, catalogue: Catalogue) -> pl.Expr:
    """The single facts it names."""
    found = pl.lit(value=False)
    for named, service_id, key in sorted(exempt.keys):
        if named == source.key:
            found |= (pl.col("service") == _index(catalogue.service_ids, service_id)) & (pl.col("key") == key)
    return found


def about(exempts: Iterable[Exempt], definition: str) -> Sequence[Exempt]:
    """Those that name a definition."""
    return tuple(exempt for exempt in exempts if definition in exempt.definitions)

"""Rows that tell of one happening, seen by several services: a subject counts it once."""

import numpy as np
import polars as pl

from apps.core.fact_sources import FactSource
from apps.measurements.domain.engine.catalogue import Ints
from apps.measurements.domain.engine.tilings import Groups

BY_ITSELF = np.iinfo(np.int64).min  # a row that shares its happening with no other


def columns_of(source: FactSource) -> tuple[str, ...]:
    """The fields that say which rows tell of one happening, and which of them stands for all."""
    return tuple(name for name in (source.counted_once_by, source.counted_first[0]) if name)


def once_of(source: FactSource) -> pl.Expr:
    """A number that rows of one happening share, but for the lowest bit: 0 marks the one that counts first.

    Null where a row shares its happening with no other.
    """
    if not source.counted_once_by:
        return pl.lit(None, pl.Int64)
    name, value = source.counted_first
    comes_later = (pl.col(name) != value).fill_null(value=True) if name else pl.lit(value=True)
    shared = (pl.col(source.counted_once_by).hash() // 4).cast(pl.Int64) * 2 + comes_later.cast(pl.Int64)
    return pl.when(pl.col(source.counted_once_by).is_not_null()).then(shared)


def in_population(once: pl.Series, number: int) -> Ints:
    """The numbers of one population's rows, apart from those of others: a happening may count in each of them."""
    found: Ints = once.fill_null(BY_ITSELF).to_numpy()
    return np.where(found == BY_ITSELF, found, found ^ (number << 1))


def repeats(once: Ints, services: Ints, groups: Ints) -> np.ndarray:
    """Which rows tell in their group what an earlier one of it told: by what counts first, then by service."""
    known = np.flatnonzero(once != BY_ITSELF)
    order = known[np.lexsort((services[known], once[known], groups[known]))]
    same = (groups[order][1:] == groups[order][:-1]) & (once[order][1:] >> 1 == once[order][:-1] >> 1)
    found = np.zeros(len(once), dtype=bool)
    found[order[1:][same]] = True
    return found


def each_once(groups: Groups, once: Ints, services: Ints) -> Groups:
    """The same groups without rows that repeat in theirs what another tells; columns as the groups index them."""
    if not len(once):
        return groups
    again = repeats(once[groups.inside], services[groups.inside], groups.number)
    return groups.without(again, len(once))

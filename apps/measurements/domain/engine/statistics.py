"""Values and intervals of many groups at once, from lengths sorted once."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from apps.measurements.domain import intervals
from apps.measurements.domain.engine.catalogue import Ints

SECOND = 1_000_000
INFINITE = np.iinfo(np.int64).max
HALF = Fraction(1, 2)
WORD = 63


@dataclass(frozen=True)
class Grouped:
    """Values in ascending order inside each group, groups one after the other: `starts` and `counts` by code."""

    values: Ints
    starts: Ints
    counts: Ints

    def totals(self) -> Ints:
        """Exact sums of the values by group."""
        running = np.concatenate([np.zeros(1, np.int64), np.cumsum(self.values)])
        sums: Ints = running[self.starts + self.counts] - running[self.starts]
        return sums


class Lengths:
    """Whole numbers that are put in order inside groups again and again."""

    def __init__(self, values: Ints) -> None:
        self.values = values
        self._bits = int(values.max()).bit_length() if len(values) and values.min() >= 0 else WORD

    def grouped(self, groups: Ints, inside: Ints | slice, count: int) -> Grouped:
        """The values of the rows `inside`, whose group numbers are `groups`, in order by (group, value)."""
        counts = np.bincount(groups, minlength=count)
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)[:-1]])
        if self._bits + int(count).bit_length() < WORD:
            return Grouped(_sorted_low(groups, self.values[inside], self._bits), starts, counts)
        in_order, ranks = self._ranked
        return Grouped(in_order[_sorted_low(groups, ranks[inside], len(ranks).bit_length())], starts, counts)

    @cached_property
    def _ranked(self) -> tuple[Ints, Ints]:
        """All values in order, and the place of each row's value in it: for values too large to share a word."""
        order = np.argsort(self.values)
        ranks = np.empty(len(order), dtype=np.int64)
        ranks[order] = np.arange(len(order))
        return self.values[order], ranks


def _sorted_low(high: Ints, low: Ints, bits: int) -> Ints:
    """`low` in order by (high, low): both share one word, so plain numbers are sorted and no row moves twice."""
    packed = (high << bits) | low
    packed.sort()
    packed &= (1 << bits) - 1
    return packed


def quantiles(grouped: Grouped, q: Fraction) -> np.ndarray:
    """Linear quantile of each group in the unit of the values; nan for an empty group.

    The position q·(n-1) is a whole number of q's denominators, so no binary fraction decides between two values.
    """
    n, den = grouped.counts, q.denominator
    place = np.maximum(n - 1, 0) * q.numerator
    index, rest = place // den, place % den
    low = _take(grouped, index)
    high = _take(grouped, np.minimum(index + 1, np.maximum(n - 1, 0)))
    # Beyond any real length the parts would overflow; such a value is open-ended and marked so by its caller.
    is_open = (low == INFINITE) | ((high == INFINITE) & (rest > 0))
    low, high = np.where(is_open, 0, low), np.where(is_open | (high == INFINITE), 0, high)
    exact = (low * (den - rest) + high * rest) / den
    return np.where(n == 0, np.nan, np.where(is_open, np.inf, exact))


def interval(grouped: Grouped, q: Fraction) -> tuple[np.ndarray, np.ndarray]:
    """95 % interval of the quantile from order statistics; nan where a side is open or n does not carry one."""
    n = grouped.counts
    if q == HALF:
        low = intervals.median_interval_ranks(n)
        high = np.where(low > 0, n + 1 - low, 0)
    else:
        low, high = intervals.quantile_interval_ranks(n, float(q))
    return _at_rank(grouped, low), _at_rank(grouped, high)


def log_spreads(grouped: Grouped) -> np.ndarray:
    """Standard error of the log median of each group; lengths under a second count as one second."""
    ranks, z = intervals.log_spread_ranks(grouped.counts)
    low, high = _at_rank(grouped, ranks), _at_rank(grouped, np.where(ranks > 0, grouped.counts + 1 - ranks, 0))
    with np.errstate(invalid="ignore", divide="ignore"):
        spread: np.ndarray = (np.log(np.maximum(high, SECOND)) - np.log(np.maximum(low, SECOND))) / (2 * z)
    return spread


def _take(grouped: Grouped, index: Ints) -> Ints:
    """The value at a position of each group; 0 for empty groups."""
    if len(grouped.values) == 0:
        return np.zeros(len(index), dtype=np.int64)
    found = grouped.values[np.minimum(grouped.starts + index, len(grouped.values) - 1)]
    return np.where(grouped.counts > 0, found, 0)


def _at_rank(grouped: Grouped, rank: Ints) -> np.ndarray:
    """The value of a rank (1 is the least) in each group; nan for rank 0 and for open-ended values."""
    found = _take(grouped, np.maximum(rank - 1, 0))
    return np.where((rank > 0) & (found != INFINITE), found.astype(np.float64), np.nan)

"""Intervals and ranks for many cells at once: arrays in, arrays out, all at 95 % unless said.

Ranks count from 1 as in the formulas; 0 says that there is no such order statistic, so the interval is open there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

if TYPE_CHECKING:
    from collections.abc import Callable

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

LEVEL = 0.95
Z_95 = 1.959964
LEAST_TAIL_CHANCE = 0.05
LEAST_PHI = 1.5
LEAST_PHI_WEEKS = 8


def wilson(k: ArrayLike, n: ArrayLike, z: float = Z_95) -> tuple[Floats, Floats]:
    """Wilson's score interval of the shares k/n, both 0-1; undefined (nan) where n is 0. k and n need not be whole."""
    hits, total = np.asarray(k, dtype=np.float64), np.asarray(n, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = hits / total
        shrink = 1 + z * z / total
        centre = (share + z * z / (2 * total)) / shrink
        half = z * np.sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / shrink
    lower = np.where(hits <= 0, 0.0, np.minimum(centre - half, share))
    upper = np.where(hits >= total, 1.0, np.maximum(centre + half, share))
    defined = total > 0
    return np.where(defined, lower, np.nan), np.where(defined, upper, np.nan)


def wilson_adjusted(k: ArrayLike, n: ArrayLike, phi: ArrayLike) -> tuple[Floats, Floats]:
    """Wilson's interval with k/phi and n/phi in place of k and n: weeks that cluster carry less evidence."""
    factor = np.asarray(phi, dtype=np.float64)
    return wilson(np.asarray(k) / factor, np.asarray(n) / factor)


def poisson_interval(count: ArrayLike, level: float = LEVEL) -> tuple[Floats, Floats]:
    """The exact (Garwood) interval of an event count; divide both bounds by the exposure for a rate."""
    tail = (1 - level) / 2

    def bounds(unique: Integers) -> tuple[Floats, Floats]:
        with np.errstate(invalid="ignore"):
            lower = np.where(unique > 0, special.gammaincinv(np.maximum(unique, 1), tail), 0.0)
        return lower, special.gammaincinv(unique + 1, 1 - tail)

    return _per_unique(count, bounds)


def median_interval_ranks(n: ArrayLike, level: float = LEVEL) -> Integers:
    """The largest rank j with 1 - 2·Bin(j-1; n, 1/2) >= level, 0 for n < 6; the interval is [x_(j), x_(n+1-j)]."""
    tail = (1 - level) / 2
    ranks: Integers = _per_unique(n, lambda unique: (_lower_rank(unique, 0.5, tail),))[0]
    return ranks


def quantile_interval_ranks(n: ArrayLike, q: float | str, level: float = LEVEL) -> tuple[Integers, Integers]:
    """The ranks of the order statistics that enclose the q-quantile with equal tails; 0 where that side is open."""
    tail, share = (1 - level) / 2, float(q)

    def ranks(unique: Integers) -> tuple[Integers, Integers]:
        mirrored = _lower_rank(unique, 1 - share, tail)
        return _lower_rank(unique, share, tail), np.where(mirrored > 0, unique + 1 - mirrored, 0)

    return _per_unique(n, ranks)


def is_estimable(n: ArrayLike, q: float | str) -> NDArray[np.bool_]:
    """Whether n values reach beyond an upper quantile: all of them below it must be unlikely, q**n <= 0.05."""
    counts = np.asarray(n)
    return np.full(counts.shape, True) if float(q) <= 0.5 else float(q) ** counts <= LEAST_TAIL_CHANCE


def least_estimable(q: float | str) -> int:
    """The fewest values that reach beyond an upper quantile: 19 for p85, 29 for p90."""
    n = 1
    while not is_estimable(n, q):
        n += 1
    return n


def log_spread_ranks(n: ArrayLike) -> tuple[Integers, Floats]:
    """The rank c and the normal quantile z of a log median's spread (y_(n+1-c) - y_(c))/2z; none (0, nan) for n < 2.

    c = max(1, round((n+1)/2 - √n)) and z = Φ⁻¹(1 - Bin(c-1; n, 1/2)), after Price and Bonett.
    """

    def ranks(unique: Integers) -> tuple[Integers, Floats]:
        c = np.maximum(1, np.rint((unique + 1) / 2 - np.sqrt(unique))).astype(np.int64)
        z = -special.ndtri(special.bdtr((c - 1).astype(np.float64), np.maximum(unique, 1), 0.5))
        return np.where(unique > 1, c, 0), np.where(unique > 1, z, np.nan)

    return _per_unique(n, ranks)


def overdispersion(k_by_week: ArrayLike, n_by_week: ArrayLike) -> Floats:
    """Pearson's χ²/(T-1) of weekly shares over the last axis: 1 if weeks differ by chance alone, nan for T < 2."""
    hits, total = np.asarray(k_by_week, dtype=np.float64), np.asarray(n_by_week, dtype=np.float64)
    weeks = _weeks_with_facts(total)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (hits.sum(axis=-1) / total.sum(axis=-1))[..., np.newaxis]
        terms = (hits - total * share) ** 2 / (total * share * (1 - share))
        phi = np.where(total > 0, terms, 0.0).sum(axis=-1) / (weeks - 1)
    varies = (share > 0) & (share < 1)
    return np.where(weeks > 1, np.where(varies[..., 0], phi, 1.0), np.nan)


def clustering_factor(k_by_week: ArrayLike, n_by_week: ArrayLike) -> Floats:
    """The overdispersion to divide k and n by: 1 unless it exceeds 1.5 over at least 8 weeks with facts."""
    phi = overdispersion(k_by_week, n_by_week)
    enough = _weeks_with_facts(np.asarray(n_by_week)) >= LEAST_PHI_WEEKS
    return np.where(enough & (phi > LEAST_PHI), phi, 1.0)


def _weeks_with_facts(n_by_week: NDArray[Any]) -> Integers:
    return np.asarray(np.count_nonzero(n_by_week > 0, axis=-1))


def _per_unique(values: ArrayLike, function: Callable[[Integers], tuple[NDArray[Any], ...]]) -> tuple[Any, ...]:
    """Apply a costly function once per distinct count: millions of cells hold few different n."""
    counts = np.asarray(values, dtype=np.int64)
    unique, inverse = np.unique(counts, return_inverse=True)
    return tuple(column[inverse].reshape(counts.shape) for column in function(unique))


def _lower_rank(n: Integers, q: float, tail: float) -> Integers:
    """The largest rank l with Bin(l-1; n, q) <= tail, or 0: a normal guess, then single steps until it holds."""
    guess = np.floor(n * q + special.ndtri(tail) * np.sqrt(n * q * (1 - q)))
    rank: Integers = np.clip(guess, 0, n).astype(np.int64)
    while (step := (rank < n) & (_binomial(rank, n, q) <= tail)).any():
        rank = rank + step
    while (step := (rank > 0) & (_binomial(rank - 1, n, q) > tail)).any():
        rank = rank - step
    return rank


def _binomial(k: Integers, n: Integers, q: float) -> Floats:
    """P(at most k of n hit), 0 below zero."""
    return np.where(k < 0, 0.0, special.bdtr(np.maximum(k, 0).astype(np.float64), np.maximum(n, 1), q))

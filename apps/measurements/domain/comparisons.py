"""Is a quarter different from the half year before? One comparison per kind of measure, each at 99 %."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from scipy import special

LEVEL = 0.99
LEAST_MEDIAN_SIZE = 10


class MedianSample(NamedTuple):
    """A median in seconds, the spread of its logarithm, and the number of values it stands for."""

    median: float
    spread: float
    n: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """How far two samples are apart, with its interval; `nothing` is the value that means no difference."""

    estimate: float
    lower: float
    upper: float
    nothing: float

    @property
    def movement(self) -> int:
        """+1 for a rise, -1 for a fall, 0 while the interval holds "no difference" (its ends included)."""
        return int(self.lower > self.nothing) - int(self.upper < self.nothing)


def ratio_of_medians(now: MedianSample, before: MedianSample, level: float = LEVEL) -> Comparison | None:
    """now/before of two medians on the log scale; None with fewer than ten values on either side."""
    if min(now.n, before.n) < LEAST_MEDIAN_SIZE:
        return None
    distance = math.log(max(now.median, 1.0)) - math.log(max(before.median, 1.0))
    half = _normal(level) * math.hypot(now.spread, before.spread)
    return Comparison(math.exp(distance), math.exp(distance - half), math.exp(distance + half), nothing=1.0)


def newcombe_difference(k1: float, n1: float, k2: float, n2: float, level: float = LEVEL) -> Comparison | None:
    """k2/n2 - k1/n1 by Newcombe's score method; None where either side is empty. Counts need not be whole."""
    if min(n1, n2) <= 0:
        return None
    z = _normal(level)
    (low1, high1), (low2, high2) = _wilson(k1, n1, z), _wilson(k2, n2, z)
    share1, share2 = k1 / n1, k2 / n2
    difference = share2 - share1
    below = math.hypot(share2 - low2, high1 - share1)
    above = math.hypot(high2 - share2, share1 - low1)
    return Comparison(difference, difference - below, difference + above, nothing=0.0)


def poisson_ratio(k1: int, t1: float, k2: int, t2: float, level: float = LEVEL) -> Comparison | None:
    """(k2/t2)/(k1/t1) of two event rates, exact: given k1+k2 the second count is binomial (Clopper-Pearson).

    None where nothing happened on either side; without events before, the ratio is open upwards.
    """
    if k1 + k2 <= 0 or min(t1, t2) <= 0:
        return None
    tail, exposure = (1 - level) / 2, t1 / t2
    lower = float(special.betaincinv(k2, k1 + 1, tail)) if k2 else 0.0
    upper = float(special.betaincinv(k2 + 1, k1, 1 - tail)) if k1 else 1.0
    estimate = k2 / k1 * exposure if k1 else math.inf
    return Comparison(estimate, _odds(lower) * exposure, _odds(upper) * exposure, nothing=1.0)


def _normal(level: float) -> float:
    return float(special.ndtri((1 + level) / 2))


def _wilson(k: float, n: float, z: float) -> tuple[float, float]:
    share, shrink = k / n, 1 + z * z / n
    centre = (share + z * z / (2 * n)) / shrink
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / shrink
    return max(0.0, centre - half), min(1.0, centre + half)


def _odds(chance: float) -> float:
    return chance / (1 - chance) if chance < 1 else math.inf

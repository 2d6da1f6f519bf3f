"""The engine's statistics for one list of lengths, as plain as can be: tests compare with them and sample by them."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import log, nan

from apps.measurements.domain.intervals import log_spread_ranks


def linear_quantile(sorted_values: Sequence[float | Fraction], q_text: str) -> Fraction:
    """The linear quantile of sorted values in exact arithmetic."""
    position = Fraction(Decimal(q_text)) * (len(sorted_values) - 1)
    index = int(position)
    low = Fraction(sorted_values[index])
    high = Fraction(sorted_values[min(index + 1, len(sorted_values) - 1)])
    return low + (high - low) * (position - index)


def log_spread(sorted_seconds: Sequence[float]) -> float:
    """The standard error of the log median of sorted durations in seconds, each taken as at least 1 s."""
    ranks, z = log_spread_ranks(len(sorted_seconds))
    c = int(ranks)
    if not c:
        return nan
    return (log(max(sorted_seconds[-c], 1)) - log(max(sorted_seconds[c - 1], 1))) / (2 * float(z))

"""What a definition computes in each cell: one part for most measures, several for durations."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from apps.core.periods import Period
from apps.measurements.domain import intervals
from apps.measurements.domain.engine.catalogue import Ints
from apps.measurements.domain.engine.placed import NOTHING, Placed, counts_at_link, ends_at_link
from apps.measurements.domain.engine.statistics import (
    INFINITE,
    SECOND,
    Grouped,
    Lengths,
    interval,
    log_spreads,
    quantiles,
)
from apps.measurements.domain.engine.tilings import Groups, exact_sums
from apps.measurements.domain.engine.times import micros, micros_of
from apps.measurements.domain.subjects import PER_LINK, WHOLE
from apps.metrics.domain.spec import Measure, Span, Spec

MILLION = 1_000_000
RATE_DAYS = {"day": 1, "working_day": 1, "week": 7}
Column = dict[str, np.ndarray]
Compute = Callable[[Groups], Column]


@dataclass(frozen=True)
class Part:
    """One part of a cell: which placed rows it reads (all, or some in order), and how it computes groups of them."""

    name: str
    rows: Ints | slice
    compute: Compute


ALL = slice(None)


def parts_of(spec: Spec, placed: Placed, as_of: datetime) -> list[Part]:
    """The parts of every cell of a spec."""
    if spec.measure is Measure.QUANTILE:
        return list(_quantile_parts(spec, placed, as_of))
    if spec.measure is Measure.MEAN:
        return [Part(WHOLE, ALL, _mean(spec, placed, as_of))]
    if spec.measure is Measure.LATEST:
        return [_latest(placed)]
    return [Part(WHOLE, ALL, _additive(spec, placed))]


def cell_columns(*, numerator: Ints, denominator: Ints, n: Ints, value: np.ndarray, **more: np.ndarray) -> Column:
    """All result columns of some cells; what is not given is open (nan, -1 or false)."""
    nothing = np.full(len(n), np.nan)
    return {
        "numerator": numerator,
        "denominator": denominator,
        "n": n,
        "clusters": more.get("clusters", np.full(len(n), -1, dtype=np.int64)),
        "value": value,
        "lower": more.get("lower", nothing),
        "upper": more.get("upper", nothing),
        "spread": more.get("spread", nothing),
        "at_least": more.get("at_least", np.zeros(len(n), dtype=bool)),
    }


def _additive(spec: Spec, placed: Placed) -> Compute:
    """Counts, rates, shares, quotients and attainment: sums of numerators and denominators."""

    def compute(groups: Groups) -> Column:
        top = groups.sums(placed.top)
        if spec.measure in (Measure.COUNT, Measure.RATE):
            return _rate_cells(spec, groups, top, _row_counts(spec, placed, groups))
        return _ratio_cells(spec, top, groups.sums(placed.bottom), _row_counts(spec, placed, groups))

    return compute


def _row_counts(spec: Spec, placed: Placed, groups: Groups) -> Ints:
    """Rows by group; of a quotient only those of the denominator, of a stock those that stand."""
    if spec.numerator_of or spec.is_stock:
        return groups.sums(placed.in_n)
    return np.bincount(groups.number, minlength=groups.count)


def _rate_cells(spec: Spec, groups: Groups, top: Ints, n: Ints) -> Column:
    """Value and exact Poisson interval, per unit of time for a rate; the denominator is the exposure in days."""
    scale = MILLION if spec.of[0].amount else 1
    if spec.is_stock:  # what stands at one moment has no exposure and no interval
        return cell_columns(numerator=top, denominator=n, n=n, value=top / scale)
    periods = [(w.period, w.from_on) for w in groups.windows]
    working = spec.per == "working_day"
    spans = [Period(on, p.end_on, p.grain) for p, on in periods]
    days = groups.each(p.working_days if working else p.days for p in spans)
    units = days / RATE_DAYS[spec.per] if spec.measure is Measure.RATE else np.ones(len(days))
    low, high = intervals.poisson_interval(top) if scale == 1 else (np.full(len(n), np.nan),) * 2
    return cell_columns(
        numerator=top,
        denominator=days,
        n=n,
        value=_over(top / scale, units),
        lower=_over(low, units),
        upper=_over(high, units),
    )


def _over(column: np.ndarray, units: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(units > 0, column / units, np.nan)


def _ratio_cells(spec: Spec, top: Ints, bottom: Ints, n: Ints) -> Column:
    low = high = np.full(len(n), np.nan)
    if spec.is_share and not spec.of[0].amount:
        low, high = intervals.wilson(top, bottom)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(bottom > 0, top / bottom, np.nan)
    return cell_columns(numerator=top, denominator=bottom, n=n, value=value, lower=low, upper=high)


def _mean(spec: Spec, placed: Placed, as_of: datetime) -> Compute:
    """Means of lengths or amounts; with unfinished ones in them, their least possible values."""

    def compute(groups: Groups) -> Column:
        opened, lengths = _so_far(spec, placed, as_of, groups)
        total, n = exact_sums(groups.number, lengths, groups.count), np.bincount(groups.number, minlength=groups.count)
        with np.errstate(invalid="ignore", divide="ignore"):
            value = np.where(n > 0, total / n / SECOND, np.nan)
        waiting = np.bincount(groups.number[opened], minlength=groups.count) > 0
        return cell_columns(numerator=total, denominator=n, n=n, value=value, at_least=waiting)

    return compute


def _so_far(spec: Spec, placed: Placed, as_of: datetime, groups: Groups) -> tuple[np.ndarray, Ints]:
    """Which rows of some groups are unfinished, and all lengths: theirs until now, or until the value is final."""
    lengths = placed.length[groups.inside]
    if not len(placed.open_since):
        return np.zeros(len(lengths), dtype=bool), lengths
    since = placed.open_since[groups.inside]
    cuts = [min(micros(as_of), w.ends + micros_of(spec.settle)) for w in groups.windows]
    until = np.array(cuts, dtype=np.int64)[groups.number // groups.size]
    opened = since != NOTHING
    return opened, np.where(opened, np.maximum(until - since, 0), lengths)


def _quantile_parts(spec: Spec, placed: Placed, as_of: datetime) -> Iterator[Part]:
    """The whole, one part per stage, and the medians of each partner where lengths end at one."""
    if (placed.open_since != NOTHING).any():
        yield Part(WHOLE, ALL, _unfinished(spec, placed, as_of))
    else:
        yield _whole(spec, placed)
    if isinstance(spec.value, Span):
        for (name, _, _), column in zip(spec.value.stages, placed.stages, strict=True):
            rows = _where(column >= 0)
            yield Part(name, rows, _quantile(spec, column[rows]))
    if ends_at_link(spec):
        yield _per_link(spec, placed)


def _where(fits: np.ndarray) -> Ints | slice:
    """Rows that fit; all of them without a list where all do."""
    return ALL if fits.all() else np.flatnonzero(fits)


def _whole(spec: Spec, placed: Placed) -> Part:
    rows = _where(placed.length != NOTHING)
    compute = _quantile(spec, placed.length[rows])
    if not ends_at_link(spec):
        return Part(WHOLE, rows, compute)
    if not counts_at_link(spec):
        clusters = placed.cluster[rows]
        return Part(WHOLE, rows, lambda groups: {**compute(groups), "clusters": _spread_out(clusters, groups)[2]})
    # All facts of a partner share its day and owner, so one row stands for each.
    stands = np.zeros(len(placed.cluster[rows]), dtype=np.int64)
    stands[_firsts(placed.cluster[rows])] = 1
    return Part(WHOLE, rows, lambda groups: {**compute(groups), "clusters": groups.sums(stands)})


def _firsts(clusters: Ints) -> Ints:
    """The first row of each cluster, in order of cluster numbers; the numbers are small."""
    first = np.full(int(clusters.max(initial=-1)) + 1, -1, dtype=np.int64)
    first[clusters[::-1]] = np.arange(len(clusters))[::-1]
    return first[first >= 0]


def _quantile(spec: Spec, values: Ints) -> Compute:
    lengths = Lengths(values)

    def compute(groups: Groups) -> Column:
        grouped = lengths.grouped(groups.number, groups.inside, groups.count)
        return _quantile_cells(grouped, spec)

    return compute


def _quantile_cells(grouped: Grouped, spec: Spec, total: Ints | None = None) -> Column:
    low, high = interval(grouped, spec.q)
    return cell_columns(
        numerator=grouped.totals() if total is None else total,
        denominator=grouped.counts,
        n=grouped.counts,
        value=quantiles(grouped, spec.q) / SECOND,
        lower=low / SECOND,
        upper=high / SECOND,
        spread=log_spreads(grouped) if isinstance(spec.value, Span) else np.full(len(low), np.nan),
    )


def _per_link(spec: Spec, placed: Placed) -> Part:
    """Each partner's own quantile is one value: what one release carried says one thing together."""
    kept = np.flatnonzero(placed.length != NOTHING)
    clusters, lengths = placed.cluster[kept], placed.length[kept]
    if not counts_at_link(spec):
        return Part(PER_LINK, kept, _scattered(spec, clusters, lengths))
    count = int(clusters.max(initial=-1)) + 1
    grouped = Lengths(lengths).grouped(clusters, ALL, count)  # a partner's facts lie in one cell together
    medians = _own_quantiles(grouped, spec)
    return Part(PER_LINK, kept[_firsts(clusters)], _quantile(spec, medians[grouped.counts > 0]))


def _own_quantiles(grouped: Grouped, spec: Spec) -> Ints:
    whole: Ints = np.rint(np.nan_to_num(quantiles(grouped, spec.q))).astype(np.int64)
    return whole


def _scattered(spec: Spec, clusters: Ints, lengths: Ints) -> Compute:
    """The same where a partner's facts lie in several cells: it says one thing in each of them."""

    def compute(groups: Groups) -> Column:
        pairs, pair, _ = _spread_out(clusters, groups)
        medians = _own_quantiles(Lengths(lengths[groups.inside]).grouped(pair, ALL, len(pairs)), spec)
        return _quantile_cells(Lengths(medians).grouped(pairs, ALL, groups.count), spec)

    return compute


def _spread_out(clusters: Ints, groups: Groups) -> tuple[Ints, Ints, Ints]:
    """The group of each (group, partner) pair, the pair of each row, and how many partners each group has."""
    many = int(clusters.max(initial=-1)) + 1
    pairs, pair = np.unique(groups.number * many + clusters[groups.inside], return_inverse=True)
    owners = pairs // max(many, 1)
    return owners, pair.astype(np.int64), np.bincount(owners, minlength=groups.count)


def _unfinished(spec: Spec, placed: Placed, as_of: datetime) -> Compute:
    """Quantiles where some spans are still open: with their length so far, and again as if they never ended."""

    def compute(groups: Groups) -> Column:
        opened, so_far = _so_far(spec, placed, as_of, groups)
        endless = np.where(opened, INFINITE, so_far)
        low = Lengths(so_far).grouped(groups.number, ALL, groups.count)
        high = Lengths(endless).grouped(groups.number, ALL, groups.count)
        total = exact_sums(groups.number, so_far, groups.count)
        longest = _quantile_cells(high, spec, total)["upper"]
        differs = (quantiles(low, spec.q) != quantiles(high, spec.q)) & (low.counts > 0)
        return {**_quantile_cells(low, spec, total), "upper": longest, "at_least": differs}

    return compute


def _latest(placed: Placed) -> Part:
    """The newest amount: windows of such a spec hold the 35 days before a period's end."""
    rows = np.lexsort((placed.top, placed.at))  # of two at one instant the greater, whatever their order
    amounts = placed.top[rows]

    def compute(groups: Groups) -> Column:
        newest = np.full(groups.count, -1, dtype=np.int64)
        inside = amounts[groups.inside]
        newest[groups.number] = np.arange(len(inside))
        n = (newest >= 0).astype(np.int64)
        top = np.where(n > 0, inside[newest] if len(inside) else 0, 0)
        value = np.where(n > 0, top / MILLION, np.nan)
        return cell_columns(numerator=top, denominator=n, n=n, value=value)

    return Part(WHOLE, rows, compute)

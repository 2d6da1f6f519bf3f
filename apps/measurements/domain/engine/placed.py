"""What the sum needs of a placed frame, as plain arrays: small enough to keep for a whole history."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from apps.measurements.domain.engine.catalogue import Ints
from apps.measurements.domain.engine.conditions import holds_all
from apps.measurements.domain.engine.needs import GOOD_AND_VALID, LINKED
from apps.measurements.domain.engine.once import in_population
from apps.measurements.domain.engine.reasons import Reason
from apps.measurements.domain.engine.steps import amounts, run_steps, run_strays
from apps.measurements.domain.engine.tables import Tables
from apps.metrics.domain.spec import Measure, Population, Span, Spec

EPOCH_DAY = date(1970, 1, 1).toordinal()
UNSEEN = (Reason.COUNTED, Reason.FILTERED, Reason.UNATTRIBUTED)


@dataclass
class Placed:
    """Counted rows: subject service, owner, local day, what they add to numerator and denominator, lengths.

    A column that the measure does not use is empty. `left_*` are rows left out for a reason (1) or without a partner
    (2), which are only counted.
    """

    service: Ints
    owner: Ints
    day: np.ndarray
    at: Ints
    top: Ints
    bottom: Ints
    length: Ints
    open_since: Ints
    cluster: Ints
    in_n: Ints
    stages: list[Ints] = field(default_factory=list)
    left_service: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    left_owner: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    left_day: np.ndarray = field(default_factory=lambda: np.empty(0, np.int32))
    left_kind: np.ndarray = field(default_factory=lambda: np.empty(0, np.int8))
    once: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    left_once: Ints = field(default_factory=lambda: np.empty(0, np.int64))


NOTHING = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Frame:
    """The rows of one population before the sum: the evidence. Strays, which only count as unattributed, have none."""

    rows: pl.DataFrame
    facts: str
    population: Population | None
    is_numerator: bool
    number: int = 0
    shares: bool = False  # some population of the spec counts happenings that several rows tell of


def place_spec(tables: Tables, spec: Spec, zone: ZoneInfo) -> Placed:
    """Run the steps for every population of a spec and keep what the sum needs."""
    return place_frames(frames_of(tables, spec, zone), spec)


def frames_of(tables: Tables, spec: Spec, zone: ZoneInfo) -> Iterator[Frame]:
    """The frame before the sum of every population of a spec, one after the other."""
    populations = (*spec.of, *spec.numerator_of)
    keys = {p.facts for p in populations} | ({spec.link.source} if spec.link else set())
    shares = any(tables.sources.get(key).counted_once_by for key in keys)
    for number, population in enumerate(populations):
        rows = run_steps(tables, spec, population, zone)
        yield Frame(rows, population.facts, population, number >= len(spec.of), number, shares)
    strays = run_strays(tables, spec, zone)
    if strays is not None and spec.link is not None:
        yield Frame(strays, spec.link.source, None, True, len(populations), shares)


def place_frames(frames: Iterable[Frame], spec: Spec) -> Placed:
    """What the sum needs of some frames."""
    return join_placed([_placed(frame, spec, *tops_and_bottoms(frame, spec)) for frame in frames])


def tops_and_bottoms(frame: Frame, spec: Spec) -> tuple[Ints, Ints]:
    """What each row of a frame adds to numerator and denominator."""
    nothing = np.zeros(frame.rows.height, dtype=np.int64)
    if frame.population is None:
        return nothing, nothing
    amount = amounts(frame.rows, spec, frame.population)
    return (amount, nothing) if frame.is_numerator else _added(frame.rows, spec, amount)


def _added(frame: pl.DataFrame, spec: Spec, amount: Ints) -> tuple[Ints, Ints]:
    """What each row of the population adds to numerator and denominator."""
    if spec.measure is Measure.ATTAINMENT:
        good, valid = (frame[name].fill_null(0).to_numpy().astype(np.int64) for name in GOOD_AND_VALID)
        return good, valid
    bottom = amount if spec.measure is Measure.RATIO else np.ones(len(amount), dtype=np.int64)
    return _top(frame, spec, amount), bottom


def _top(frame: pl.DataFrame, spec: Spec, amount: Ints) -> Ints:
    """What rows of the population add to the numerator: for a share only the subset, for a quotient nothing."""
    if spec.is_share:
        inside = frame.select(holds_all(spec.numerator_where)).to_series().fill_null(value=False).to_numpy()
        return np.where(inside, amount, 0)
    if spec.numerator_of:
        return np.zeros(len(amount), dtype=np.int64)
    return amount


def _placed(of: Frame, spec: Spec, top: Ints, bottom: Ints) -> Placed:
    frame = of.rows
    reason = frame["reason"].to_numpy()
    counted = reason == Reason.COUNTED
    stages = len(spec.value.stages) if isinstance(spec.value, Span) else 0
    left = np.isin(reason, [r for r in Reason if r not in UNSEEN])
    lost = reason == Reason.UNATTRIBUTED
    aside = left | lost
    rows = frame.filter(pl.Series(counted))
    unused = np.empty(0, np.int64)
    once = in_population(frame["once"], of.number) if of.shares else unused
    counts_rows = spec.numerator_of or spec.is_stock
    is_span = spec.measure in (Measure.QUANTILE, Measure.MEAN)
    waits = isinstance(spec.value, Span) and spec.value.missing == "at_least"
    found = Placed(
        service=rows["subject"].to_numpy().astype(np.int32),
        owner=rows["owner"].to_numpy().astype(np.int32),
        day=rows["day"].to_numpy(),
        at=_ints(rows, "at") if spec.measure is Measure.LATEST else unused,
        top=unused if is_span else top[counted],
        bottom=unused if is_span else bottom[counted],
        length=_ints(rows, "length") if is_span else unused,
        open_since=_ints(rows, "open_since") if waits else unused,
        cluster=_ints(rows, LINKED) if ends_at_link(spec) else unused,
        in_n=np.full(rows.height, not of.is_numerator, dtype=np.int64) if counts_rows else unused,
        stages=[_ints(rows, f"stage_{i}") for i in range(stages)],
        left_service=frame["subject"].to_numpy()[aside],
        left_owner=frame["owner"].to_numpy()[aside],
        left_day=frame["day"].to_numpy()[aside],
        left_kind=np.where(left[aside], 1, 2).astype(np.int8),
        once=once[counted] if of.shares else unused,
        left_once=once[aside] if of.shares else unused,
    )
    return _with_ends(found, rows["until_day"]) if of.population and of.population.until else found


def _with_ends(placed: Placed, until: pl.Series) -> Placed:
    """What ended takes itself out on that day again: the sum of all days up to an end is what stands there."""
    ended = np.flatnonzero(until.is_not_null().to_numpy())

    def again(column: np.ndarray, sign: int = 1) -> np.ndarray:
        return np.concatenate([column, sign * column[ended]]) if len(column) else column

    return replace(
        placed, service=again(placed.service), owner=again(placed.owner), top=again(placed.top, -1),
        day=np.concatenate([placed.day, until.drop_nulls().to_numpy()]), bottom=again(placed.bottom, -1),
        in_n=again(placed.in_n, -1), once=again(placed.once),
    )  # fmt: skip


def ends_at_link(spec: Spec) -> bool:
    """True when a duration ends at a linked fact, so that the facts of one partner say one thing together."""
    if not isinstance(spec.value, Span) or spec.link is None:
        return False
    return any(path.startswith(f"{LINKED}.") for path in spec.value.end.paths)


def counts_at_link(spec: Spec) -> bool:
    """True when the partner's clock decides the period, so that all facts of one partner lie in one cell."""
    return any(path.startswith(f"{LINKED}.") for path in spec.of[0].clock.paths)


def _ints(frame: pl.DataFrame, column: str) -> Ints:
    return frame[column].fill_null(NOTHING).to_numpy().astype(np.int64, copy=False)


def join_placed(parts: Iterable[Placed]) -> Placed:
    """One after the other; cluster numbers stay apart."""
    parts = list(parts)
    if len(parts) == 1:
        return parts[0]
    shift, clusters = 0, []
    for part in parts:
        clusters.append(part.cluster + shift)
        shift += int(part.cluster.max(initial=-1)) + 1
    joined = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in Placed.__dataclass_fields__
        if name not in ("stages", "cluster")
    }
    stages = [np.concatenate(columns) for columns in zip(*(part.stages for part in parts), strict=True)]
    return Placed(**joined, cluster=np.concatenate(clusters), stages=stages)


def slice_days(placed: Placed, first: date, last: date) -> Placed:
    """The rows from one local day to another, so that a window looks at no more than it may need."""
    low, high = first.toordinal() - EPOCH_DAY, last.toordinal() - EPOCH_DAY
    rows = np.flatnonzero((placed.day >= low) & (placed.day <= high))
    left = np.flatnonzero((placed.left_day >= low) & (placed.left_day <= high))
    picked = {
        name: _pick(getattr(placed, name), left if name.startswith("left_") else rows)
        for name in Placed.__dataclass_fields__
        if name != "stages"
    }
    return Placed(**picked, stages=[column[rows] for column in placed.stages])


def _pick(column: np.ndarray, rows: Ints) -> np.ndarray:
    """Rows of a column; a column that a spec does not use is empty and stays so."""
    return column[rows] if len(column) else column

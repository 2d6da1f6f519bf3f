"""The last step: numerator, denominator, n, value and interval of every cell."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from apps.measurements.domain.engine.catalogue import Catalogue, Ints
from apps.measurements.domain.engine.levels import Coverage, Level, coverage_of, levels_of, narrowed
from apps.measurements.domain.engine.once import each_once
from apps.measurements.domain.engine.parts import Column, Part, parts_of
from apps.measurements.domain.engine.placed import Placed
from apps.measurements.domain.engine.tilings import Groups, Tiling, batches, day_number, groups_of, standing, tilings_of
from apps.measurements.domain.engine.times import micros, micros_of
from apps.measurements.domain.engine.windows import Window
from apps.measurements.domain.subjects import SubjectKind
from apps.metrics.domain.spec import Spec

__all__ = ["CELL_SCHEMA", "Pass", "sum_blocks", "sum_cells"]

CELLS = 500_000

CELL_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "subject_kind": pl.String,
    "subject_id": pl.Int64,
    "part": pl.String,
    "grain": pl.String,
    "end_on": pl.Date,
    "numerator": pl.Int64,
    "denominator": pl.Int64,
    "n": pl.Int64,
    "clusters": pl.Int64,
    "value": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "spread": pl.Float64,
    "at_least": pl.Boolean,
    "left_out": pl.Int64,
    "unattributed": pl.Int64,
    "services_owned": pl.Int64,
    "services_connected": pl.Int64,
    "final_at": pl.Datetime("us"),
}
BY_PART = (
    "numerator",
    "denominator",
    "n",
    "clusters",
    "value",
    "lower",
    "upper",
    "spread",
    "at_least",
)
SHARED = ("left_out", "unattributed", "services_owned", "services_connected")


@dataclass(frozen=True)
class Pass:
    """What one sum is made of."""

    spec: Spec
    placed: Placed
    catalogue: Catalogue
    connected_since: Ints
    windows: Sequence[Window]
    as_of: datetime
    subjects: frozenset[tuple[str, int]] | None = None


def sum_cells(job: Pass) -> pl.DataFrame:
    """One row per (subject, part, period) with columns `CELL_SCHEMA`; subjects that owned nothing have no row."""
    frames = list(sum_blocks(job))
    return pl.concat(frames) if frames else pl.DataFrame(schema=CELL_SCHEMA)


def sum_blocks(job: Pass) -> Iterator[pl.DataFrame]:
    """The same rows in the order of the table's key, some subjects at a time, so that memory stays bounded."""
    if not job.windows:
        return
    tilings = tilings_of(job.windows)
    parts = sorted(parts_of(job.spec, job.placed, job.as_of), key=lambda part: part.name)
    levels = levels_of(job.catalogue, job.placed.service, job.placed.owner)
    left = levels_of(job.catalogue, job.placed.left_service, job.placed.left_owner)
    seen = micros(job.as_of)
    covered = [coverage_of(job.catalogue, job.connected_since, window, levels, seen) for window in job.windows]
    limit = max(1, CELLS // (len(parts) * len(job.windows)))
    for level, left_level in sorted(zip(levels, left, strict=True), key=lambda pair: pair[0].name):
        for codes in _blocks_of(level, job.subjects, limit):
            shared = _left_columns(job.placed, narrowed(left_level, codes), tilings, len(job.windows))
            shared |= _coverage_columns([by_level[level.name] for by_level in covered], codes)
            block = narrowed(level, codes)
            found = [_part_columns(part, job.placed, block, tilings, len(job.windows)) for part in parts]
            yield _frame(job, block, parts, found, shared)


def _blocks_of(level: Level, subjects: frozenset[tuple[str, int]] | None, limit: int) -> Iterator[Ints]:
    """Codes of the subjects that are asked for, at most `limit` at a time."""
    codes = np.arange(len(level.ids))
    if subjects is not None:
        places = zip(level.kinds, level.ids, strict=True)
        codes = codes[[(str(kind), int(pk)) in subjects for kind, pk in places]]
    for start in range(0, len(codes), limit):
        yield codes[start : start + limit]


def _part_columns(part: Part, placed: Placed, block: Level, tilings: Sequence[Tiling], windows: int) -> Column:
    """Result columns of one part: arrays of shape (windows, subjects)."""
    columns: Column = {}
    size, rows = len(block.ids), standing(block.codes[part.rows])
    days, codes = placed.day[part.rows][rows], block.codes[part.rows][rows]
    once, services = (column[part.rows] if len(column) else column for column in (placed.once, placed.service))
    for together in batches(tilings, len(days)):
        groups = groups_of(together, days, codes, size).of(rows)
        if block.name != SubjectKind.SERVICE:
            groups = each_once(groups, once, services)
        _put(columns, part.compute(groups), groups, windows)
    return columns


def _put(columns: Column, cells: Column, groups: Groups, windows: int) -> None:
    """Lay the cells of groups into the places of their windows."""
    for name, values in cells.items():
        target = columns.setdefault(name, np.empty((windows, groups.size), dtype=values.dtype))
        target[groups.places] = values.reshape(len(groups.places), groups.size)


def _left_columns(placed: Placed, block: Level, tilings: Sequence[Tiling], windows: int) -> Column:
    """How many rows were left out (1) and how many found no partner (2), for all parts of a cell."""
    columns: Column = {}
    size, rows = len(block.ids), standing(block.codes)
    days, codes, kinds = placed.left_day[rows], block.codes[rows], placed.left_kind[rows]
    once, services = (column[rows] if len(column) else column for column in (placed.left_once, placed.left_service))
    for together in batches(tilings, len(days)):
        groups = groups_of(together, days, codes, size)
        if block.name != SubjectKind.SERVICE:
            groups = each_once(groups, once, services)
        for which, name in ((1, "left_out"), (2, "unattributed")):
            counts = np.bincount(groups.number[kinds[groups.inside] == which], minlength=groups.count)
            _put(columns, {name: counts}, groups, windows)
    return columns


def _coverage_columns(covered: Sequence[Coverage], codes: Ints) -> Column:
    return {
        "services_owned": np.stack([found.owned[codes] for found in covered]),
        "services_connected": np.stack([found.connected[codes] for found in covered]),
    }


def _frame(job: Pass, block: Level, parts: Sequence[Part], by_part: Sequence[Column], shared: Column) -> pl.DataFrame:
    """The rows of one block by subject, part, grain and end."""
    stands = (shared["services_owned"] > 0) | (shared["left_out"] + shared["unattributed"] > 0)
    alive = np.stack([stands | (columns["n"] > 0) for columns in by_part])
    in_order = np.array(sorted(range(len(job.windows)), key=lambda i: _key(job.windows[i])))
    subject, part, place = np.nonzero(alive[:, in_order].transpose(2, 0, 1))
    window = in_order[place]
    columns = {name: np.stack([found[name] for found in by_part])[part, window, subject] for name in BY_PART}
    columns |= {name: shared[name][window, subject] for name in SHARED}
    names = pl.Series("part", [p.name for p in parts], dtype=pl.String).gather(part)
    frame = _with_labels(job, block, pl.DataFrame(columns).with_columns(names), subject, window)
    return frame.select(pl.col(column).cast(kind) for column, kind in CELL_SCHEMA.items())


def _key(window: Window) -> tuple[str, int]:
    return window.period.grain.value, day_number(window.period.end_on)


def _with_labels(job: Pass, level: Level, frame: pl.DataFrame, subject: Ints, window: Ints) -> pl.DataFrame:
    """Who and when, and null in place of nan and infinity, so that both databases store the same."""
    settle = micros_of(job.spec.settle)
    floats = ("value", "lower", "upper", "spread")
    return frame.with_columns(
        *(pl.when(pl.col(f).is_finite()).then(pl.col(f)).alias(f) for f in floats),
        pl.when(pl.col("clusters") >= 0).then(pl.col("clusters")).alias("clusters"),
        pl.Series("subject_kind", level.kinds.tolist(), dtype=pl.String).gather(subject),
        pl.Series("subject_id", level.ids).gather(subject),
        pl.Series("grain", [w.period.grain.value for w in job.windows], dtype=pl.String).gather(window),
        pl.Series("end_on", [w.period.end_on for w in job.windows], dtype=pl.Date).gather(window),
        pl.Series("final_at", [w.ends + settle for w in job.windows], dtype=pl.Datetime("us")).gather(window),
    )

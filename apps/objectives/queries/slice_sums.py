"""Sums of slices over many stretches of time at once, in the database; the rules are those of `domain.counts`.

Whole numbers alone: `good < target · valid` is asked without a product that could leave 64 bits, as
`good − n·⌊valid/d⌋ < ⌈n·(valid mod d)/d⌉` for the target n/d.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from apps.objectives.domain.counts import Tally
from apps.objectives.domain.objective_words import Method
from apps.objectives.domain.windows import Span
from apps.objectives.models import Sample
from apps.objectives.queries.bound_rows import bound_rows, each_summed, fetch, instant_of, probing

COLUMNS = {
    "number": "bigint", "series": "bigint", "starts": "timestamptz", "ends": "timestamptz", "num": "bigint",
    "den": "bigint",
}  # fmt: skip
_TABLE = Sample._meta.db_table
_INSIDE = "s.series_id = p.series AND s.starts_at >= p.starts AND s.starts_at < p.ends"
_USABLE = "s.good >= 0 AND s.good <= s.valid"
_BAD = """s.good - p.num * (s.valid / p.den) < (p.num * (s.valid %% p.den) + p.den - 1) / p.den"""
_EVENTS = f"""
    COALESCE(SUM(s.valid - s.good) FILTER (WHERE {_USABLE}), 0) AS bad_events,
    COALESCE(SUM(s.valid) FILTER (WHERE {_USABLE}), 0) AS events
"""
_SLICES = f"""
    COUNT(*) FILTER (WHERE {_USABLE} AND s.valid > 0 AND {_BAD}) AS bad_slices,
    COUNT(*) FILTER (WHERE {_USABLE} AND s.valid > 0) AS busy_slices
"""
# Where events are counted nobody asks which slices were bad, and the divisions are dear.
_NO_SLICES = "0 AS bad_slices, 0 AS busy_slices"
_CAME = f"COUNT(*) FILTER (WHERE {_USABLE}) AS seen, COUNT(*) FILTER (WHERE NOT ({_USABLE})) AS unusable"
_NAMES = ("bad_events", "events", "bad_slices", "busy_slices", "seen", "unusable")
# Keys that report together are one slice of the sum, unusable only where no key is usable.
_OF_SUMS = f"""
    SELECT t.number, SUM(t.valid - t.good), SUM(t.valid),
        SUM(CASE WHEN t.valid > 0 AND t.good - t.num * (t.valid / t.den)
            < (t.num * (t.valid %% t.den) + t.den - 1) / t.den THEN 1 ELSE 0 END),
        SUM(CASE WHEN t.valid > 0 THEN 1 ELSE 0 END), SUM(t.usable), SUM(1 - t.usable)
    FROM (
        SELECT p.number, p.num, p.den, s.starts_at,
            CAST(SUM(CASE WHEN {_USABLE} THEN s.good ELSE 0 END) AS bigint) AS good,
            CAST(SUM(CASE WHEN {_USABLE} THEN s.valid ELSE 0 END) AS bigint) AS valid,
            MAX(CASE WHEN {_USABLE} THEN 1 ELSE 0 END) AS usable
        {{slices}}
        GROUP BY p.number, p.num, p.den, s.starts_at
    ) AS t
    GROUP BY t.number
"""  # noqa: S608  our own names
# A limit of one row, as the index gives the newest first; `MAX` would read every slice before the instant on SQLite.
_NEWEST = f"""
    SELECT p.number, (
        SELECT s.starts_at FROM {_TABLE} AS s
        WHERE s.series_id = p.series AND s.starts_at < p.before AND {_USABLE} ORDER BY s.starts_at DESC LIMIT 1
    ) FROM {{asked}}
"""  # noqa: S608  our own names


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one series; pieces that share a number are summed together."""

    number: int
    series_id: int
    span: Span
    slice_target: Fraction


@dataclass(frozen=True, slots=True)
class SliceSums:
    """Sums of the slices of a number, for either method."""

    bad_events: int = 0
    events: int = 0
    bad_slices: int = 0
    busy_slices: int = 0
    seen: int = 0
    unusable: int = 0

    def tally(self, method: Method) -> Tally:
        """Units under a method."""
        if method is Method.OCCURRENCES:
            return Tally(self.bad_events, self.events)
        return Tally(self.bad_slices, self.busy_slices)


def sum_pieces(pieces: Sequence[Piece], *, in_slices: bool) -> dict[int, SliceSums]:
    """Sums of each number's slices, one by one; bad and busy slices only where they are asked for."""
    sums = ", ".join((_EVENTS, _SLICES if in_slices else _NO_SLICES, _CAME))
    return _sums(lambda bound: each_summed(bound, _TABLE, _INSIDE, sums, _NAMES), pieces)


def sum_together(pieces: Sequence[Piece]) -> dict[int, SliceSums]:
    """Sums of each number's slices, where those of several series that start together are one."""
    return _sums(lambda bound: _OF_SUMS.replace("{slices}", probing(bound, _TABLE, _INSIDE)), pieces)


def _sums(statement: Callable[[str], str], pieces: Sequence[Piece]) -> dict[int, SliceSums]:
    if not pieces:
        return {}
    table, values = bound_rows("p", COLUMNS, [_row(piece) for piece in pieces])
    found = fetch(statement(table), values)
    return {int(number): SliceSums(*(int(value) for value in sums)) for number, *sums in found}


def _row(piece: Piece) -> tuple[int, int, datetime, datetime, int, int]:
    share = piece.slice_target
    return piece.number, piece.series_id, piece.span.start, piece.span.end, share.numerator, share.denominator


def newest_before(asked: Sequence[tuple[int, datetime]]) -> dict[tuple[int, datetime], datetime | None]:
    """The newest usable slice of each series that starts before an instant; one query for any number of them."""
    if not asked:
        return {}
    columns = {"number": "bigint", "series": "bigint", "before": "timestamptz"}
    table, values = bound_rows("p", columns, [(number, *one) for number, one in enumerate(asked)])
    rows = fetch(_NEWEST.replace("{asked}", table), values)
    return {asked[number]: instant_of(found) for number, found in rows}

"""Conditions, instants and spans of a spec as expressions over a frame whose columns are paths."""

from collections.abc import Callable, Iterable
from functools import reduce
from operator import and_, or_

import polars as pl

from apps.measurements.domain.engine.times import micros_of
from apps.metrics.domain.spec import AnyOf, Clause, Condition, Op, Span, SpanCondition, TimeAt


def holds_all(clauses: Iterable[Clause]) -> pl.Expr:
    """All clauses hold; an empty list always does."""
    return reduce(and_, (_holds(clause) for clause in clauses), pl.lit(value=True))


def _holds(clause: Clause) -> pl.Expr:
    if isinstance(clause, AnyOf):
        return reduce(or_, (_holds(option) for option in clause.options))
    if isinstance(clause, SpanCondition):
        return _span_holds(clause)
    return _OPS[clause.op](pl.col(clause.path), clause).fill_null(value=clause.op in (Op.NOT_IN, Op.HAS_NOT))


def _span_holds(clause: SpanCondition) -> pl.Expr:
    length, limit = length_of(clause.span), micros_of(clause.limit)
    held = length >= limit if clause.op is Op.AT_LEAST else length <= limit
    return held.fill_null(value=False)


def _is(column: pl.Expr, clause: Condition) -> pl.Expr:
    if clause.value in ("set", "some"):
        return column.is_not_null()
    if clause.value == "unset":
        return column.is_null()
    return column == (clause.value == "true")


def _texts(clause: Condition) -> list[str]:
    return [str(value) for value in clause.value] if isinstance(clause.value, tuple) else [str(clause.value)]


def _has(column: pl.Expr, clause: Condition) -> pl.Expr:
    wanted = _texts(clause)
    return reduce(or_, (column.list.contains(text) for text in wanted))


_OPS: dict[Op, Callable[[pl.Expr, Condition], pl.Expr]] = {
    Op.IN: lambda column, clause: column.is_in(_texts(clause)),
    Op.NOT_IN: lambda column, clause: ~column.is_in(_texts(clause)),
    Op.IS: _is,
    Op.AT_LEAST: lambda column, clause: column >= pl.lit(clause.value),
    Op.AT_MOST: lambda column, clause: column <= pl.lit(clause.value),
    Op.HAS: _has,
    Op.HAS_NOT: lambda column, clause: ~_has(column, clause),
}


def instant_of(time: TimeAt) -> pl.Expr:
    """An instant in us; null where none of its paths is set."""
    columns = [pl.col(path) for path in time.paths]
    picked = {
        "only": columns[0],
        "first_of": pl.coalesce(columns),
        "earliest": pl.min_horizontal(columns),
        "latest": pl.max_horizontal(columns),
    }[time.pick]
    shift = micros_of(time.plus)
    return picked + shift if shift else picked


def length_of(span: Span) -> pl.Expr:
    """End minus start in us; null where either is not set."""
    return instant_of(span.end) - instant_of(span.start)

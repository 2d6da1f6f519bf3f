"""Many rows of values as one table of a statement, so that a join of any size is one query on either database."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection

Row = Sequence[Any]


def bound_rows(name: str, columns: Mapping[str, str], rows: Sequence[Row]) -> tuple[str, list[Any]]:
    """The table expression and its parameters; `columns` are names with their types in PostgreSQL."""
    if connection.vendor == "postgresql":
        lists = ", ".join(f"%s::{kind}[]" for kind in columns.values())
        values = [_listed(column) for column in zip(*rows, strict=True)] if rows else ["{}"] * len(columns)
        return f"unnest({lists}) AS {name} ({', '.join(columns)})", values
    parts = ", ".join(f"json_extract(value, '$[{i}]') AS {column}" for i, column in enumerate(columns))
    text = json.dumps([[_plain(value) for value in row] for row in rows])
    return f"(SELECT {parts} FROM json_each(%s)) AS {name}", [text]  # noqa: S608  our own names


def _listed(column: Sequence[Any]) -> str:
    """A list as PostgreSQL writes one, which a driver takes long to do for many; numbers, dates and instants alone."""
    found = []
    for value in column:
        if not isinstance(value, int | date | None):
            raise TypeError(f"Bound rows take whole numbers, dates and instants, not {type(value).__name__}.")
        found.append("NULL" if value is None else f'"{value}"')
    return f"{{{','.join(found)}}}"


def probing(bound: str, table: str, condition: str) -> str:
    """`FROM` bound rows and, for each of them by the index, the rows of a table (as `s`) that meet a condition.

    PostgreSQL would guess that many bound rows are worth reading the whole table once; `OFFSET 0` keeps it from that.
    """
    if connection.vendor == "postgresql":
        return f"FROM {bound} CROSS JOIN LATERAL (SELECT * FROM {table} AS s WHERE {condition} OFFSET 0) AS s"  # noqa: S608
    return f"FROM {bound} CROSS JOIN {table} AS s WHERE {condition}"


def each_summed(bound: str, table: str, condition: str, sums: str, names: Sequence[str]) -> str:
    """A statement: for each `p.number` of bound rows the sums of the rows of a table (as `s`) that meet a condition.

    `sums` are aggregates named `names`, of which `seen` and `unusable` say whether any row met it. PostgreSQL sums
    inside of each probe, which is twice as fast as summing what all of them found.
    """
    if connection.vendor != "postgresql":
        return f"SELECT p.number, {sums} {probing(bound, table, condition)} GROUP BY p.number"
    totals = ", ".join(f"SUM(t.{name})" for name in names)
    inside = f"SELECT {sums} FROM {table} AS s WHERE {condition}"  # noqa: S608  our own names
    return (
        f"SELECT p.number, {totals} FROM {bound} CROSS JOIN LATERAL ({inside}) AS t"  # noqa: S608  our own names
        " GROUP BY p.number HAVING SUM(t.seen + t.unusable) > 0"
    )


def _plain(value: Any) -> Any:
    """A value as SQLite stores it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value.isoformat() if isinstance(value, date) else value


def fetch(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement.

    Compiling one takes PostgreSQL longer than running it: it guesses that each bound row meets far more rows.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and connection.in_atomic_block:
            cursor.execute("SET LOCAL jit = off")
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def instant_of(value: str | datetime | None) -> datetime | None:
    """An instant of a statement's row: SQLite answers it as text, or without its zone."""
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    return instant.replace(tzinfo=UTC) if instant is not None and instant.tzinfo is None else instant

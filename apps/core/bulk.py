"""Many rows at once, in the ways that PostgreSQL is quick at; SQLite takes the same through the ORM."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from psycopg.types.json import Jsonb

BATCH = 500
PIECE = {"postgresql": 5_000}  # elsewhere as many as one insert takes
Item = TypeVar("Item")


def batched(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """The items in pieces that one statement takes."""
    size = PIECE.get(connection.vendor, BATCH)
    for start in range(0, len(items), size):
        yield items[start : start + size]


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows whose values stand in the order of `columns` (names in the table); lists and objects are JSON."""
    if not rows:
        return
    if connection.vendor == "postgresql":
        _copy(model, columns, rows)
    else:
        made = (model(**dict(zip(columns, row, strict=True))) for row in rows)
        model._default_manager.bulk_create(made, batch_size=BATCH)


def upsert_rows(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]], *, unique: Sequence[str]
) -> None:
    """Insert rows as `insert_rows` does; where one stands with the same `unique` values, its other columns change."""
    if connection.vendor == "postgresql":
        for some in batched(rows):
            _insert_or_change(model, columns, some, unique)
        return
    fields = {field.column: field.name for field in model._meta.concrete_fields}
    made = [model(**dict(zip(columns, row, strict=True))) for row in rows]
    changing = [fields[column] for column in columns if column not in unique]
    model._default_manager.bulk_create(
        made, batch_size=BATCH, update_conflicts=True, unique_fields=[fields[column] for column in unique],
        update_fields=changing,
    )  # fmt: skip


def _insert_or_change(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]], unique: Sequence[str]
) -> None:
    quote = connection.ops.quote_name
    types = {field.column: field.db_type(connection) for field in model._meta.concrete_fields}
    named = ", ".join(map(quote, columns))
    values = ", ".join(f"%s::{types[column]}[]" for column in columns)
    changes = ", ".join(f"{quote(column)} = EXCLUDED.{quote(column)}" for column in columns if column not in unique)
    statement = (
        f"INSERT INTO {quote(model._meta.db_table)} ({named}) SELECT * FROM unnest({values})"  # noqa: S608  our own names
        f" ON CONFLICT ({', '.join(map(quote, unique))}) DO UPDATE SET {changes}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])


def _copy(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    quote = connection.ops.quote_name
    statement = f"COPY {quote(model._meta.db_table)} ({', '.join(map(quote, columns))}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([Jsonb(value) if isinstance(value, list | dict) else value for value in row])


Pair = tuple[int, str]


def select_pairs(model: Any, column: str, pairs: Collection[Pair], channel: str = "") -> models.QuerySet[Any]:
    """The current rows of a fact table whose service and text column form one of the pairs; of one channel if named."""
    current = model._default_manager.filter(until_seq=None, **({"channel": channel} if channel else {}))
    if connection.vendor == "postgresql":
        # Two lists, `service IN … AND key IN …`, would probe the index for every pair of them.
        return current.filter(pk__in=_matching(model, column, pairs, channel))  # type: ignore[no-any-return]
    wanted: dict[int, set[str]] = {}
    for service, text in pairs:
        wanted.setdefault(service, set()).add(text)
    any_of = Q(pk__in=[])
    for service, texts in wanted.items():
        any_of |= Q(("service", service), (f"{column}__in", texts))
    return current.filter(any_of)  # type: ignore[no-any-return]


def _matching(model: Any, column: str, pairs: Collection[Pair], channel: str) -> RawSQL:
    """The statement that finds the primary keys of the current rows at exactly those pairs."""
    quote = connection.ops.quote_name
    statement = (
        "SELECT row.id FROM unnest(%s::bigint[], %s::text[]) AS wanted (service, text)"  # noqa: S608  our own names
        f" JOIN {quote(model._meta.db_table)} AS row ON row.service_id = wanted.service"
        f" AND row.{quote(column)} = wanted.text AND row.until_seq IS NULL"
    )
    values: list[Any] = [[service for service, _ in pairs], [text for _, text in pairs]]
    if channel:
        statement, values = f"{statement} AND row.channel = %s", [*values, channel]
    return RawSQL(statement, values)  # noqa: S611  our own names, and the values are bound

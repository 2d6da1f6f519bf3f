"""Generated facts go straight into the tables, in the bench's scratch database only.

Everywhere else `core.facts.publish` is the one writer. Ten million generated rows through it would take hours and
measure nothing that the bulk-ingest bar does not measure; what is inserted here has the shape `publish` leaves behind:
current rows of one channel, all with the first `seq` of their source.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO

import polars as pl
from django.db import connection, models, transaction

from apps.core.bulk import insert_rows
from apps.core.fact_sources import FactSource
from apps.portal.bench.sizes import AS_OF

CHANNEL = "api"


def copy_facts(source: FactSource, frames: Iterable[pl.DataFrame], service_ids: list[int]) -> None:
    """Insert frames of one source; `service` is an index into `service_ids`, times are us."""
    copy_rows(source.model, frames, service_ids)


def copy_rows(model: type[models.Model], frames: Iterable[pl.DataFrame], service_ids: list[int]) -> None:
    """The same for any table whose rows name a service."""
    table = model._meta.db_table
    with transaction.atomic(), rebuilding_indexes(table):
        _set_defaults(model)
        for frame in frames:
            _copy(table, _as_stored(frame, service_ids))
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {table}")


@contextmanager
def rebuilding_indexes(table: str) -> Iterator[None]:
    """Fill a table without its indexes and keys, and make them again at the end."""
    rebuild = _drop_indexes(table)
    yield
    with connection.cursor() as cursor:
        for statement in rebuild:
            cursor.execute(statement)


def _drop_indexes(table: str) -> list[str]:
    """Drop indexes, foreign and unique keys; answers the statements that make them again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = %s::regclass AND contype IN ('f', 'u')",
            [table],
        )
        keys = cursor.fetchall()
        for name, _ in keys:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE indrelid = %s::regclass AND NOT indisprimary",
            [table],
        )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
    made = [definition for _, definition in indexes]
    return [*made, *(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}" for name, definition in keys)]


def _set_defaults(model: type[models.Model]) -> None:
    """Columns that no generated frame holds get the values that `publish` would give them."""
    given = {
        "fact": "gen_random_uuid()",
        "channel": f"'{CHANNEL}'",
        "seq": "1",
        "recorded_at": f"'{AS_OF.isoformat()}'",
    }
    with connection.cursor() as cursor:
        for field in model._meta.concrete_fields:
            default = given.get(field.name) or _empty(field)
            if default:
                table = model._meta.db_table
                cursor.execute(f'ALTER TABLE {table} ALTER "{field.column}" SET DEFAULT {default}')


def _empty(field: "models.Field[object, object]") -> str:
    if isinstance(field, models.JSONField):
        return "'[]'"
    return f"'{field.get_default()}'" if isinstance(field, models.CharField) else ""


def _as_stored(frame: pl.DataFrame, service_ids: list[int]) -> pl.DataFrame:
    ids = pl.Series(service_ids)
    times = [name for name in frame.columns if name.endswith("_at") or name == "at"]
    stored = frame.with_columns(
        ids.gather(frame["service"]).alias("service_id"),
        *(pl.col(t).cast(pl.Datetime("us")).dt.strftime("%Y-%m-%d %H:%M:%S%.6f+00") for t in times),
    )
    return stored.drop("service")


def _copy(table: str, rows: pl.DataFrame) -> None:
    buffer = BytesIO()
    rows.write_csv(buffer, include_header=False, quote_style="non_numeric")
    columns = ", ".join(f'"{name}"' for name in rows.columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT csv)") as copy:
        copy.write(buffer.getbuffer())


def copy_made(made: Iterable[models.Model]) -> None:
    """Copy rows of one table as they would be saved, past every door: the scratch database has nobody to ask."""
    rows = list(made)
    if not rows:
        return
    fields = [field for field in rows[0]._meta.concrete_fields if not field.primary_key]
    values = [[f.get_db_prep_save(getattr(row, f.attname), connection) for f in fields] for row in rows]
    insert_rows(type(rows[0]), [field.attname for field in fields], values)

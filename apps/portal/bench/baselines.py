"""What any program would have to pay: the needed columns out of PostgreSQL, and as many result rows in."""

from typing import Any

import psycopg
from django.db import connection

from apps.core.fact_sources import sources
from apps.measurements.domain.engine.needs import Needs, needs_of
from apps.measurements.models import MetricValue
from apps.metrics import queries as metrics
from apps.portal.bench.scratch import Figures
from apps.portal.bench.timing import taken

FETCH = 10_000
COPIED = "copied_cells"


def read_facts() -> Figures:
    """Seconds to read every needed column once: rows through a server-side cursor, and columns by binary COPY."""
    statements = _statements()
    with _session() as session:
        with taken() as streaming:
            rows = sum(_stream(session, statement) for statement in statements)
        with taken() as copying:
            size = sum(len(block) for statement in statements for block in _copied_out(session, statement))
    return {"rows": rows, "stream_seconds": streaming.seconds, "copy_out_seconds": copying.seconds, "bytes": size}


def write_cells() -> Figures:
    """Seconds to COPY the stored cells, in the order of their key, into an empty table with the same indexes."""
    table = MetricValue._meta.db_table
    columns = ", ".join(str(field.column) for field in MetricValue._meta.concrete_fields if not field.primary_key)
    with _session() as session:
        # Every name below is one of ours.
        blocks = _copied_out(session, f"SELECT {columns} FROM {table} ORDER BY id")  # noqa: S608
        session.execute(f"CREATE TABLE {COPIED} (LIKE {table} INCLUDING ALL)")
        session.commit()
        with taken() as copying:
            with session.cursor().copy(f"COPY {COPIED} ({columns}) FROM STDIN (FORMAT binary)") as copy:
                for block in blocks:
                    copy.write(block)
            session.commit()
        session.execute(f"DROP TABLE {COPIED}")
    return {"copy_in_seconds": copying.seconds}


def _session() -> "psycopg.Connection[Any]":
    return psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor, "context": None})


def _statements() -> list[str]:
    """One statement by source, with the columns that the definitions in force read."""
    needs = Needs()
    for versions in metrics.versions_by_slug(None).values():
        for version in versions:
            needs.merge(needs_of(metrics.spec_of(version), sources))
    return [_statement(key, needs.columns[key]) for key in needs.sources]


def _statement(key: str, columns: set[str]) -> str:
    names = ", ".join(["service_id", "key", *sorted(columns)])
    return f"SELECT {names} FROM {sources.get(key).model._meta.db_table}"  # noqa: S608 - names of ours only


def _stream(session: "psycopg.Connection[Any]", statement: str) -> int:
    with session.cursor(name="stream") as cursor:
        cursor.itersize = FETCH
        cursor.execute(statement)
        return sum(1 for _ in cursor)


def _copied_out(session: "psycopg.Connection[Any]", statement: str) -> list[bytes]:
    with session.cursor().copy(f"COPY ({statement}) TO STDOUT (FORMAT binary)") as copy:
        return [bytes(block) for block in copy]

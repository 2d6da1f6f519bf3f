"""Tests that commit leave rows behind; clearing them needs the triggers of written-once tables out of the way."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations

WRITTEN_ONCE = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%refuse_truncate'"


@pytest.fixture(scope="session", autouse=True)
def _flush_reaches_written_once_tables() -> Iterator[None]:
    """The flush behind a committing test switches those triggers off for as long as it runs."""
    flush = DatabaseOperations.execute_sql_flush

    def flush_all(operations: Any, statements: list[str]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(WRITTEN_ONCE)
            tables = [table for (table,) in cursor.fetchall()]
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            flush(operations, statements)
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", flush_all)
        yield

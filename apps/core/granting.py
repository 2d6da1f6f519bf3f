"""What the role that serves the portal may do on PostgreSQL: read and write rows, and own nothing."""

from collections.abc import Iterable, Iterator

from django.db import connection
from psycopg import sql

# Tables whose rows are written once carry this trigger (see `apps.core.triggers`).
_WRITTEN_ONCE = """
SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = current_schema()::regnamespace AND t.tgname = c.relname || '_refuse_truncate'
"""
_TABLES = "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')"
# Of these, some rows may be ended once (see `WrittenOnceButEnded`): the columns that say so.
_ENDING = """
SELECT c.relname, a.attname
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = current_schema()::regnamespace AND t.tgname = c.relname || '_refuse_truncate'
  AND t.tgfoid = to_regproc(c.relname || '_refuse_change') AND a.attnum > 0 AND NOT a.attisdropped
  AND a.attname LIKE 'ended\\_%'
"""
# The one table the portal only looks at: which migrations were applied.
_READ = frozenset({"django_migrations"})


def grant_serving_role(role: str) -> tuple[int, int]:
    """Give a role exactly what serving needs; answers how many tables it may change and to how many it may only add.

    Run as the owner of the tables, after each migration. What an earlier call gave too much is taken back.
    """
    with connection.cursor() as cursor:
        once = {name for (name,) in cursor.execute(_WRITTEN_ONCE).fetchall()}
        tables = {name for (name,) in cursor.execute(_TABLES).fetchall()}
        ending = cursor.execute(_ENDING).fetchall()
        for statement in (*_statements(role, tables, once), *_ending_statements(role, ending)):
            cursor.execute(statement)
    return len(tables - once - _READ), len(once)


def _statements(role: str, tables: set[str], once: set[str]) -> Iterator[sql.Composed]:
    to = sql.Identifier(role)
    yield sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(_schema()), to)
    yield sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {} TO {}").format(sql.Identifier(_schema()), to)
    for table in sorted(tables):
        name = sql.Identifier(table)
        yield sql.SQL("REVOKE ALL ON {} FROM {}").format(name, to)
        yield sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(_rights(table, once)), name, to)


def _ending_statements(role: str, columns: Iterable[tuple[str, str]]) -> Iterator[sql.Composed]:
    """Leave to write an end; that it is written once is the business of the table's own trigger."""
    for table, column in columns:
        yield sql.SQL("GRANT UPDATE ({}) ON {} TO {}").format(
            sql.Identifier(column), sql.Identifier(table), sql.Identifier(role)
        )


def make_serving_role(role: str, password: str) -> None:
    """Make a role that may sign in with this password and nothing else; one that exists gets the password."""
    with connection.cursor() as cursor:
        known = cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
        statement = sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(
            sql.SQL("ALTER" if known else "CREATE"), sql.Identifier(role), sql.Literal(password)
        )
        cursor.execute(statement)


def _rights(table: str, once: set[str]) -> str:
    if table in _READ:
        return "SELECT"
    return "SELECT, INSERT" if table in once else "SELECT, INSERT, UPDATE, DELETE"


def _schema() -> str:
    with connection.cursor() as cursor:
        return str(cursor.execute("SELECT current_schema()").fetchone()[0])

"""Database triggers that refuse changes to written-once tables, for PostgreSQL and SQLite migrations."""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

_POSTGRES = """
CREATE OR REPLACE FUNCTION plumbline_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is written once: % is refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER {table}_refuse_change BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION plumbline_refuse_change();
CREATE TRIGGER {table}_refuse_truncate BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION plumbline_refuse_change();
"""
_SQLITE = (
    """CREATE TRIGGER {table}_refuse_update BEFORE UPDATE ON {table}
    BEGIN SELECT RAISE(ABORT, '{table} is written once: UPDATE is refused'); END""",
    """CREATE TRIGGER {table}_refuse_delete BEFORE DELETE ON {table}
    BEGIN SELECT RAISE(ABORT, '{table} is written once: DELETE is refused'); END""",
)
_POSTGRES_DROP = """
DROP TRIGGER IF EXISTS {table}_refuse_change ON {table};
DROP TRIGGER IF EXISTS {table}_refuse_truncate ON {table};
"""
_SQLITE_DROP = ("DROP TRIGGER IF EXISTS {table}_refuse_update", "DROP TRIGGER IF EXISTS {table}_refuse_delete")


class WrittenOnce(Operation):
    """Migration operation: from here on the table refuses UPDATE, DELETE and TRUNCATE."""

    reversible = True

    def __init__(self, table: str) -> None:
        self.table = table

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Triggers are no part of Django's model state."""

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        """Create the triggers."""
        self._run(schema_editor, _POSTGRES, _SQLITE)

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        """Drop the triggers."""
        self._run(schema_editor, _POSTGRES_DROP, _SQLITE_DROP)

    def describe(self) -> str:
        """One line for the migration log."""
        return f"Refuse changes to {self.table}"

    def deconstruct(self) -> tuple[str, list[str], dict[str, Any]]:
        """How the operation is written into a migration file."""
        return (self.__class__.__name__, [self.table], {})

    def _run(self, editor: BaseDatabaseSchemaEditor, postgres: str, sqlite: tuple[str, ...]) -> None:
        statements = (postgres,) if editor.connection.vendor == "postgresql" else sqlite
        for statement in statements:
            editor.execute(statement.format(table=self.table), params=None)


_POSTGRES_ENDED = """
CREATE FUNCTION {table}_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL
       AND to_jsonb(OLD) - ARRAY[{ending}] = to_jsonb(NEW) - ARRAY[{ending}] THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION '% is written once, but for its end: % is refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER {table}_refuse_change BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION {table}_refuse_change();
CREATE TRIGGER {table}_refuse_truncate BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse_change();
"""
_POSTGRES_ENDED_DROP = _POSTGRES_DROP + "DROP FUNCTION IF EXISTS {table}_refuse_change();"
_SQLITE_ENDED = """CREATE TRIGGER {table}_refuse_update BEFORE UPDATE ON {table}
    WHEN NOT (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL AND {same})
    BEGIN SELECT RAISE(ABORT, '{table} is written once, but for its end: UPDATE is refused'); END"""


class WrittenOnceButEnded(WrittenOnce):
    """Migration operation: the table refuses all but one change, the end of a row, written once.

    `columns` are those that may never change; `ending` those that are set together with `ended_at`.
    """

    def __init__(self, table: str, columns: list[str], ending: list[str]) -> None:
        super().__init__(table)
        self.columns, self.ending = columns, ending

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        """Create the triggers."""
        ending = ", ".join(f"'{name}'" for name in self.ending)
        same = " AND ".join(f'OLD."{name}" IS NEW."{name}"' for name in self.columns)
        postgres = _POSTGRES_ENDED.replace("{ending}", ending)
        self._run(schema_editor, postgres, (_SQLITE_ENDED.replace("{same}", same), _SQLITE[1]))

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        """Drop the triggers."""
        self._run(schema_editor, _POSTGRES_ENDED_DROP, _SQLITE_DROP)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """How the operation is written into a migration file."""
        return (self.__class__.__name__, [self.table, self.columns, self.ending], {})


_POSTGRES_REFUSED = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {when} THEN
    RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
"""
_POSTGRES_REFUSED_DROP = "DROP TRIGGER IF EXISTS {name} ON {table}; DROP FUNCTION IF EXISTS {name}();"
_SQLITE_REFUSED = """CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {when}
    BEGIN SELECT RAISE(ABORT, '{message}'); END"""


class Refused(Operation):
    """Migration operation: from here on the table refuses one event (INSERT, UPDATE or DELETE) where `when` holds.

    `when` is SQL over OLD and NEW that both databases read. A later migration that remakes the table on SQLite drops
    its triggers, so it repeats this operation.
    """

    reversible = True

    def __init__(self, table: str, event: str, name: str, when: str, message: str) -> None:
        self.table, self.event, self.name, self.when, self.message = table, event, name, when, message

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Triggers are no part of Django's model state."""

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        """Create the trigger."""
        self._run(schema_editor, _POSTGRES_REFUSED, _SQLITE_REFUSED)

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        """Drop the trigger."""
        self._run(schema_editor, _POSTGRES_REFUSED_DROP, "DROP TRIGGER IF EXISTS {name}")

    def describe(self) -> str:
        """One line for the migration log."""
        return f"Refuse {self.event} of {self.table}: {self.message}"

    def deconstruct(self) -> tuple[str, list[str], dict[str, Any]]:
        """How the operation is written into a migration file."""
        return (self.__class__.__name__, [self.table, self.event, self.name, self.when, self.message], {})

    def _run(self, editor: BaseDatabaseSchemaEditor, postgres: str, sqlite: str) -> None:
        statement = postgres if editor.connection.vendor == "postgresql" else sqlite
        parts = {"table": self.table, "event": self.event, "when": self.when, "message": self.message}
        editor.execute(statement.format(name=f"{self.table}_{self.name}", **parts), params=None)

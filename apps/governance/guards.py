"""What the database itself refuses of signatures and previews, as operations of migrations."""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from apps.core.triggers import WrittenOnce

_AUTHOR_POSTGRES = """
CREATE FUNCTION {table}_refuse_author() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.act = 'approve' AND EXISTS (
    SELECT 1 FROM governance_proposalrevision own JOIN governance_proposalrevision signed
      ON own.proposal_id = signed.proposal_id
    WHERE signed.id = NEW.revision_id AND own.made_by_id = NEW.signed_by_id
  ) THEN
    RAISE EXCEPTION 'an author of a proposal does not approve it: INSERT is refused'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER {table}_refuse_author BEFORE INSERT ON {table}
  FOR EACH ROW EXECUTE FUNCTION {table}_refuse_author();
"""
_AUTHOR_POSTGRES_DROP = """
DROP TRIGGER IF EXISTS {table}_refuse_author ON {table};
DROP FUNCTION IF EXISTS {table}_refuse_author();
"""
_AUTHOR_SQLITE = (
    """CREATE TRIGGER {table}_refuse_author BEFORE INSERT ON {table}
    WHEN NEW.act = 'approve' AND EXISTS (
      SELECT 1 FROM governance_proposalrevision own JOIN governance_proposalrevision signed
        ON own.proposal_id = signed.proposal_id
      WHERE signed.id = NEW.revision_id AND own.made_by_id = NEW.signed_by_id)
    BEGIN SELECT RAISE(ABORT, 'an author of a proposal does not approve it: INSERT is refused'); END""",
)
_AUTHOR_SQLITE_DROP = ("DROP TRIGGER IF EXISTS {table}_refuse_author",)


class AuthorsDoNotApprove(WrittenOnce):
    """Migration operation: no approving signature by an author of any revision of its proposal."""

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        """Create the trigger."""
        self._run(schema_editor, _AUTHOR_POSTGRES, _AUTHOR_SQLITE)

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        """Drop the trigger."""
        self._run(schema_editor, _AUTHOR_POSTGRES_DROP, _AUTHOR_SQLITE_DROP)

    def describe(self) -> str:
        """One line for the migration log."""
        return f"Refuse approvals by authors in {self.table}"


# A finished row still says of its duty that it is done; all other columns are fixed.
_FINISHED_POSTGRES = """
CREATE FUNCTION {table}_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.finished_at IS NULL OR to_jsonb(OLD) - ARRAY[{duty}] = to_jsonb(NEW) - ARRAY[{duty}] THEN
      RETURN NEW;
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    IF OLD.finished_at IS NULL THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION '% is written once when finished: % is refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER {table}_refuse_change BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION {table}_refuse_change();
CREATE TRIGGER {table}_refuse_emptying BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse_change();
"""
_FINISHED_POSTGRES_DROP = """
DROP TRIGGER IF EXISTS {table}_refuse_change ON {table};
DROP TRIGGER IF EXISTS {table}_refuse_emptying ON {table};
DROP FUNCTION IF EXISTS {table}_refuse_change();
"""
_FINISHED_SQLITE = (
    """CREATE TRIGGER {table}_refuse_update BEFORE UPDATE ON {table}
    WHEN OLD.finished_at IS NOT NULL AND NOT ({same})
    BEGIN SELECT RAISE(ABORT, '{table} is written once when finished: UPDATE is refused'); END""",
    """CREATE TRIGGER {table}_refuse_delete BEFORE DELETE ON {table} WHEN OLD.finished_at IS NOT NULL
    BEGIN SELECT RAISE(ABORT, '{table} is written once when finished: DELETE is refused'); END""",
)
_FINISHED_SQLITE_DROP = ("DROP TRIGGER IF EXISTS {table}_refuse_update", "DROP TRIGGER IF EXISTS {table}_refuse_delete")


class FixedWhenFinished(WrittenOnce):
    """Migration operation: a row with a `finished_at` is neither changed nor deleted, but for what is said of its duty.

    `columns` are those that are fixed; `duty` those that are not.
    """

    def __init__(self, table: str, columns: list[str], duty: list[str]) -> None:
        super().__init__(table)
        self.columns, self.duty = columns, duty

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        """Create the triggers."""
        duty = ", ".join(f"'{name}'" for name in self.duty)
        same = " AND ".join(f'OLD."{name}" IS NEW."{name}"' for name in self.columns)
        sqlite = tuple(statement.replace("{same}", same) for statement in _FINISHED_SQLITE)
        self._run(schema_editor, _FINISHED_POSTGRES.replace("{duty}", duty), sqlite)

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        """Drop the triggers."""
        self._run(schema_editor, _FINISHED_POSTGRES_DROP, _FINISHED_SQLITE_DROP)

    def describe(self) -> str:
        """One line for the migration log."""
        return f"Refuse changes to finished rows of {self.table}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """How the operation is written into a migration file."""
        return (self.__class__.__name__, [self.table, self.columns, self.duty], {})

"""From here on the database itself refuses to undo what became of a definition, and to give a short name twice."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from apps.core.triggers import Refused, WrittenOnce

DEFINITION, STEP = "metrics_metricdefinition", "metrics_definitionstep"
BACKWARDS = (
    "OLD.lifecycle = 'retired' OR (OLD.lifecycle = 'deprecated' AND NEW.lifecycle = 'active')"
    " OR OLD.created_at <> NEW.created_at OR OLD.created_by_id <> NEW.created_by_id"
)
TAKEN = f"EXISTS (SELECT 1 FROM {STEP} s WHERE s.former_slug = NEW.slug)"  # noqa: S608 - our own names
IN_USE = f"NEW.former_slug <> '' AND EXISTS (SELECT 1 FROM {DEFINITION} d WHERE d.slug = NEW.former_slug)"  # noqa: S608


class Migration(migrations.Migration):
    """Safe before and after the code is deployed: the code before it writes nothing that this refuses."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("metrics", "0002_written_once")]

    operations: ClassVar[list[Operation]] = [
        WrittenOnce(STEP),
        WrittenOnce("metrics_confirmation"),
        Refused(DEFINITION, "DELETE", "refuse_delete", "1 = 1", "a definition is never deleted"),
        Refused(DEFINITION, "UPDATE", "refuse_backwards", BACKWARDS, "the life of a definition only goes on"),
        Refused(DEFINITION, "INSERT", "refuse_taken", TAKEN, "this short name is reserved"),
        Refused(DEFINITION, "UPDATE", "refuse_taken_later", TAKEN, "this short name is reserved"),
        Refused(STEP, "INSERT", "refuse_in_use", IN_USE, "this short name is in use"),
    ]

"""From here on the database itself refuses an approval by an author, and any change to a finished preview."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from apps.governance.guards import AuthorsDoNotApprove, FixedWhenFinished


class Migration(migrations.Migration):
    """Safe before and after the code is deployed: nothing writes what is refused."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("governance", "0002_written_once")]

    operations: ClassVar[list[Operation]] = [
        AuthorsDoNotApprove("governance_signature"),
        FixedWhenFinished(
            "governance_previewrun",
            ["id", "revision_id", "base_numbers", "engine_version", "asked_at", "step", "finished_at", "result"],
            ["due_at", "attempts", "last_error", "done_at"],
        ),
    ]

"""From here on the database itself refuses to change agendas, decisions, signatures, reasons to keep a metric."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from apps.core.triggers import WrittenOnce


class Migration(migrations.Migration):
    """Safe before and after the code is deployed: nothing updates or deletes these rows."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("reviews", "0001_initial")]

    operations: ClassVar[list[Operation]] = [
        WrittenOnce("reviews_reviewsignature"),
        WrittenOnce("reviews_agendaitem"),
        WrittenOnce("reviews_keptdefinition"),
        WrittenOnce("reviews_reviewitem"),
        WrittenOnce("reviews_decision"),
        WrittenOnce("reviews_deferral"),
        WrittenOnce("reviews_followup"),
    ]

"""From here on the database itself refuses to change what was said about incidents, actions, causes and pages."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from apps.core.triggers import WrittenOnce


class Migration(migrations.Migration):
    """Safe before and after the code is deployed: nothing updates or deletes these rows."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("incidents", "0001_initial")]

    operations: ClassVar[list[Operation]] = [
        WrittenOnce("incidents_severitypolicy"),
        WrittenOnce("incidents_milestone"),
        WrittenOnce("incidents_severitychange"),
        WrittenOnce("incidents_changelink"),
        WrittenOnce("incidents_causestatuschange"),
        WrittenOnce("incidents_actiondate"),
        WrittenOnce("incidents_actionevidence"),
        WrittenOnce("incidents_pagelabel"),
        WrittenOnce("incidents_oncallprofile"),
        WrittenOnce("incidents_maturitythresholds"),
    ]

"""From here on the database itself refuses to change versions, stored results, decisions and their signatures."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from apps.core.triggers import WrittenOnce


class Migration(migrations.Migration):
    """Safe before and after the code is deployed: nothing updates or deletes these rows."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("objectives", "0001_initial")]

    operations: ClassVar[list[Operation]] = [
        WrittenOnce("objectives_indicatorversion"),
        WrittenOnce("objectives_objectiveversion"),
        WrittenOnce("objectives_budgetpolicyversion"),
        WrittenOnce("objectives_budgetevaluation"),
        WrittenOnce("objectives_budgetdecision"),
        WrittenOnce("objectives_decisionsignature"),
    ]

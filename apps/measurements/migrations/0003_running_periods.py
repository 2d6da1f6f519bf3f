"""The periods that run are asked for, too, when a version comes into force."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Safe before and after the code is deployed: only the words offered for a text change."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("measurements", "0002_written_once")]

    operations: ClassVar[list[Operation]] = [
        migrations.AlterField(
            model_name="closedperiod",
            name="stage",
            field=models.CharField(
                choices=[("closed", "closed"), ("settled", "settled"), ("running", "running")], max_length=8
            ),
        ),
    ]

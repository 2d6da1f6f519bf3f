"""What tells whether a metric is used: agendas with their decisions, openings by week, reasons to keep it."""

from typing import Any, ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from apps.core.triggers import WrittenOnce


class Migration(migrations.Migration):
    """Safe before the code is deployed: three new tables."""

    dependencies: ClassVar[list[Any]] = [
        ("metrics", "0002_written_once"),
        ("reviews", "0002_written_once"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="AgendaItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "is_cited",
                    models.BooleanField(help_text="Something was decided about it, other than to go on as before."),
                ),
                (
                    "answer",
                    models.CharField(
                        blank=True, default="", help_text="How its drafted target was answered.", max_length=10
                    ),
                ),
                (
                    "definition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="metrics.metricdefinition"
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reviews.targetreview"
                    ),
                ),
            ],
            options={
                "verbose_name": "agenda item",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("review", "definition"),
                        name="reviews_agendaitem_once",
                        violation_error_message="A definition stands on an agenda once.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DefinitionOpening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("week", models.CharField(max_length=8)),
                ("minutes", models.PositiveIntegerField(help_text="Minutes in which somebody opened it.")),
                (
                    "definition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="metrics.metricdefinition"
                    ),
                ),
            ],
            options={
                "verbose_name": "opening of a definition",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("definition", "week"),
                        name="reviews_definitionopening_once",
                        violation_error_message="This week is counted already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("minutes__gte", 1)),
                        name="reviews_definitionopening_counted",
                        violation_error_message="A week without an opening has no row.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KeptDefinition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=500)),
                ("asks_again_on", models.DateField()),
                ("kept_at", models.DateTimeField()),
                (
                    "definition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="metrics.metricdefinition"
                    ),
                ),
                (
                    "kept_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "kept definition",
                "indexes": [models.Index(fields=["definition", "asks_again_on"], name="reviews_kept_by_definition")],
            },
        ),
        WrittenOnce("reviews_agendaitem"),
        WrittenOnce("reviews_keptdefinition"),
    ]

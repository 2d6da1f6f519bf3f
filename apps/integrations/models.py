"""Imports of files: what was checked, what was taken and what was left."""

from django.db import models
from django.db.models import Q

from apps.integrations.domain.csv_columns import CsvKind
from apps.integrations.domain.imports import ImportState
from apps.teams.models import Team


class ImportRun(models.Model):
    """One file on its way in. Once it is stored or given up, its hash, counts and located errors are what is kept."""

    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in CsvKind])
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    channel = models.CharField(max_length=40)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    state = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in ImportState], default=ImportState.CHECKED.value
    )
    row_count = models.PositiveIntegerField(default=0)
    good_count = models.PositiveIntegerField(default=0)
    error_count = models.PositiveIntegerField(default=0)
    created_count = models.PositiveIntegerField(default=0)
    updated_count = models.PositiveIntegerField(default=0)
    unchanged_count = models.PositiveIntegerField(default=0)
    least_at = models.DateTimeField(null=True, blank=True, help_text="The earliest instant in the good rows.")
    errors = models.TextField(blank=True, default="[]", help_text="The first errors, as JSON.")
    notices = models.TextField(blank=True, default="[]", help_text="What was dropped or not read, as JSON.")
    uploaded_at = models.DateTimeField()
    uploaded_by = models.CharField(max_length=80, help_text="Key of the person, token or system that uploaded it.")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        verbose_name = "import"
        constraints = [
            models.CheckConstraint(
                name="integrations_importrun_closed_pair",
                condition=Q(state=ImportState.CHECKED.value, closed_at=None, closed_by="")
                | (~Q(state=ImportState.CHECKED.value) & Q(closed_at__isnull=False) & ~Q(closed_by="")),
                violation_error_message="An import that is applied or abandoned names its time and who closed it.",
            ),
            models.CheckConstraint(
                name="integrations_importrun_counts_add_up",
                condition=Q(row_count=models.F("good_count") + models.F("error_count")),
                violation_error_message="Each row of a file is either good or has errors.",
            ),
        ]
        indexes = [models.Index(fields=["team", "uploaded_at"], name="integrations_import_by_team")]  # a team's list

    def __str__(self) -> str:
        return f"{self.file_name}: {self.state}"


class KeptPart(models.Model):
    """A packed stretch of a checked file, there until the import is stored or given up, for a day at most."""

    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    packed = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "number"], name="integrations_keptpart_once",
                violation_error_message="A file has each of its parts once.",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"part {self.number} of import {self.run_id}"

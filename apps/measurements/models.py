"""Stored measurements, the runs that computed them, requests to compute, and what was restated."""

from typing import Any

from django.db import models
from django.db.models import Q

from apps.core.due import DueRow
from apps.core.immutable import ImmutableModel
from apps.core.periods import Grain, Period, period_on
from apps.incidents.models import Action
from apps.measurements.domain.effects import Stage
from apps.measurements.domain.subjects import WHOLE, SubjectKind
from apps.metrics.models import DefinitionVersion
from apps.services.models import Service


class ComputeRun(models.Model):
    """One pass of the engine: the data it saw (`{source: seq}`) and the business instant it was made at."""

    watermark = models.JSONField()
    as_of = models.DateTimeField()
    computed_at = models.DateTimeField()
    engine = models.PositiveIntegerField(help_text="Version of the engine's arithmetic.")

    class Meta:
        verbose_name = "compute run"

    def __str__(self) -> str:
        return f"run {self.pk}"


class MetricValue(models.Model):
    """The result for one version, subject, period and part. Status is never stored: it is read off with the clock."""

    # Versions and runs are never deleted. The database need not look each of them up again for every cell of a rebuild,
    # which takes three times as long as writing the cells; the key below begins with the version and so is its index.
    version = models.ForeignKey(
        DefinitionVersion, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    subject_kind = models.CharField(max_length=12, choices=[(k.value, k.value) for k in SubjectKind])
    subject_id = models.BigIntegerField(help_text="Primary key of the service, team or group; 0 for the organisation.")
    part = models.CharField(max_length=40, default=WHOLE, help_text="whole, per_link, or the name of a stage.")
    grain = models.CharField(max_length=8, choices=[(g.value, g.value) for g in Grain])
    end_on = models.DateField(help_text="First local day after the period.")
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField()
    n = models.IntegerField()
    clusters = models.IntegerField(null=True, blank=True)
    value = models.FloatField(null=True, blank=True)
    lower = models.FloatField(null=True, blank=True)
    upper = models.FloatField(null=True, blank=True)
    spread = models.FloatField(null=True, blank=True)
    at_least = models.BooleanField(default=False)
    left_out = models.IntegerField(default=0)
    unattributed = models.IntegerField(default=0)
    services_owned = models.IntegerField(default=0)
    services_connected = models.IntegerField(default=0)
    final_at = models.DateTimeField()
    run = models.ForeignKey(ComputeRun, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)

    class Meta:
        verbose_name = "measurement"
        constraints = [
            models.UniqueConstraint(
                # Serves every page: one subject, one version, one part, a stretch of periods of one grain.
                name="measurements_metricvalue_one_per_cell",
                fields=["version", "subject_kind", "subject_id", "part", "grain", "end_on"],
                violation_error_message="This cell has a value already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.subject_kind} {self.subject_id} {self.period.key}"

    @property
    def period(self) -> Period:
        """The period of the cell."""
        grain = Grain(self.grain)
        last_day = self.end_on.fromordinal(self.end_on.toordinal() - 1)
        return period_on(last_day, grain)


class RecomputeRequest(DueRow):
    """Facts of one source and service changed near a day: cells within reach have to be computed again."""

    source = models.CharField(max_length=60, help_text="A source of facts, its connection, or the catalogue.")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    day = models.DateField()

    class Meta:
        verbose_name = "recompute request"
        constraints = [
            models.UniqueConstraint(
                name="measurements_recomputerequest_once",
                fields=["source", "service", "day"],
                violation_error_message="This is asked for already.",
            ),
            models.UniqueConstraint(  # two nulls are not equal to the constraint above
                name="measurements_recomputerequest_once_for_all",
                fields=["source", "day"],
                condition=Q(service=None),
                violation_error_message="This is asked for already.",
            ),
        ]
        indexes = [
            models.Index(  # the drain: what is due now
                fields=["due_at"], name="measurements_request_due", condition=Q(done_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.service_id} {self.day}"


class ClosedPeriod(DueRow):
    """A period ended, or settled so that its values are final: its cells have to be computed once more.

    Of a version that came into force, every period of its past is asked for so, and the ones that run.
    """

    version = models.ForeignKey(DefinitionVersion, on_delete=models.PROTECT, related_name="+")
    grain = models.CharField(max_length=8)
    end_on = models.DateField()
    stage = models.CharField(max_length=8, choices=[(s, s) for s in ("closed", "settled", "running")])

    class Meta:
        verbose_name = "closed period"
        constraints = [
            models.UniqueConstraint(
                name="measurements_closedperiod_once",
                fields=["version", "grain", "end_on", "stage"],
                violation_error_message="This is asked for already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.grain} {self.end_on}"


class Restatement(ImmutableModel):
    """A value that changed after it was final: what it was, what it is, and why."""

    cell = models.ForeignKey(MetricValue, on_delete=models.PROTECT, related_name="+")
    old = models.JSONField()
    new = models.JSONField()
    old_run = models.ForeignKey(ComputeRun, on_delete=models.PROTECT, related_name="+")
    new_run = models.ForeignKey(ComputeRun, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "restatement"

    def __str__(self) -> Any:
        return f"{self.cell_id} {self.cause}"


class ActionEffect(DueRow):
    """What moved around an action: its metric before the commitment and after it was done, under one version.

    It is due again whenever another period after the action ends, and when a period that it reads was computed anew.
    """

    action = models.OneToOneField(Action, on_delete=models.PROTECT, related_name="+")
    # What it was read for; where the action says something else by now, it is read again.
    slug = models.CharField(max_length=60)
    subject = models.CharField(max_length=80, help_text="Address, such as team:checkout.")
    action_done_at = models.DateTimeField()
    stage = models.CharField(max_length=10, choices=[(s.value, s.value) for s in Stage], default=Stage.WAITING.value)
    version = models.ForeignKey(DefinitionVersion, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    subject_kind = models.CharField(max_length=12, blank=True, default="")
    subject_id = models.BigIntegerField(default=0)
    grain = models.CharField(max_length=8, blank=True, default="")
    first_on = models.DateField(null=True, blank=True, help_text="First day of the time before.")
    end_on = models.DateField(null=True, blank=True, help_text="First day after the time after.")
    run = models.ForeignKey(ComputeRun, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    result = models.JSONField(default=dict)

    class Meta:
        verbose_name = "effect of an action"
        verbose_name_plural = "effects of actions"
        indexes = [models.Index(fields=["due_at"], name="measurements_effect_due", condition=Q(done_at=None))]  # drain

    def __str__(self) -> str:
        return f"{self.slug} around A-{self.action_id}"

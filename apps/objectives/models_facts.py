"""Facts that objectives offer to be measured; `core.facts.publish` is their one writer."""

from django.db import models
from django.db.models import Q

from apps.services.models import FactRow


class SampleFact(FactRow):
    """The counts of an indicator's key on one local day: what weeks and months of attainment are summed from."""

    slice_start = models.DateTimeField(help_text="The first instant of the local day.")
    indicator = models.CharField(max_length=60)
    good = models.BigIntegerField()
    valid = models.BigIntegerField()
    tenant = models.CharField(max_length=200, blank=True, default="")
    flow = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        verbose_name = "counts of a day as a fact"
        verbose_name_plural = "counts of days as facts"
        constraints = [
            models.UniqueConstraint(
                name="objectives_samplefact_one_current",
                fields=["service", "channel", "key"],
                condition=Q(until_seq=None),
                violation_error_message="This fact is already current.",
            )
        ]
        indexes = [
            models.Index(fields=["recorded_at", "id"], name="objectives_sfact_by_record"),  # followers, walks
            models.Index(fields=["slice_start"], name="objectives_sfact_by_time"),  # the engine's chunk of time
        ]

    def __str__(self) -> str:
        return self.key


class BusinessFact(FactRow):
    """A number of the business at an instant: sign-ups, revenue, cost; read by definitions of impact."""

    at = models.DateTimeField()
    series = models.CharField(max_length=120)
    amount = models.DecimalField(max_digits=24, decimal_places=6)
    unit = models.CharField(max_length=20, blank=True, default="")
    tenant = models.CharField(max_length=60, blank=True, default="")
    flow = models.CharField(max_length=60, blank=True, default="")
    segment = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        verbose_name = "business measurement"
        constraints = [
            models.UniqueConstraint(
                name="objectives_businessfact_one_current",
                fields=["service", "channel", "key"],
                condition=Q(until_seq=None),
                violation_error_message="This fact is already current.",
            )
        ]
        indexes = [
            models.Index(fields=["recorded_at", "id"], name="objectives_bfact_by_record"),  # followers, walks
            models.Index(fields=["at"], name="objectives_bfact_by_time"),  # the engine's chunk of time
            models.Index(fields=["service", "at"], name="objectives_bfact_by_service"),  # the newest of a service
        ]

    def __str__(self) -> str:
        return self.key


class BudgetDayFact(FactRow):
    """How an objective stood at the end of a local day."""

    day = models.DateTimeField(help_text="The first instant of the local day.")
    objective = models.CharField(max_length=60)
    bad = models.BigIntegerField()
    counted = models.BigIntegerField()
    allowed = models.DecimalField(max_digits=24, decimal_places=6, null=True, blank=True)
    state = models.CharField(max_length=12, blank=True, default="")

    class Meta:
        verbose_name = "budget day as a fact"
        verbose_name_plural = "budget days as facts"
        constraints = [
            models.UniqueConstraint(
                name="objectives_budgetdayfact_one_current",
                fields=["service", "channel", "key"],
                condition=Q(until_seq=None),
                violation_error_message="This fact is already current.",
            )
        ]
        indexes = [
            models.Index(fields=["recorded_at", "id"], name="objectives_dfact_by_record"),  # followers, walks
            models.Index(fields=["day"], name="objectives_dfact_by_time"),  # the engine's chunk of time
        ]

    def __str__(self) -> str:
        return self.key


class BurnAlertFact(FactRow):
    """One opening of one tier of an objective's burn alerts."""

    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    objective = models.CharField(max_length=60)
    tier = models.CharField(max_length=12)
    kind = models.CharField(max_length=6, blank=True, default="")

    class Meta:
        verbose_name = "burn alert as a fact"
        verbose_name_plural = "burn alerts as facts"
        constraints = [
            models.UniqueConstraint(
                name="objectives_burnalertfact_one_current",
                fields=["service", "channel", "key"],
                condition=Q(until_seq=None),
                violation_error_message="This fact is already current.",
            )
        ]
        indexes = [
            models.Index(fields=["recorded_at", "id"], name="objectives_afact_by_record"),  # followers, walks
            models.Index(fields=["opened_at"], name="objectives_afact_by_time"),  # the engine's chunk of time
        ]

    def __str__(self) -> str:
        return self.key

"""Counts as they came: batches, series, slices for a hundred days, day sums for ever, and what waits for a person."""

from django.db import models
from django.db.models import F, Q

from apps.accounts.models import User
from apps.objectives.domain.counts import Counts
from apps.objectives.domain.samples import LARGEST_COUNT, HeldReason
from apps.objectives.models_indicators import Indicator
from apps.teams.models import Team


class SampleBatch(models.Model):
    """One delivery of counts: who sent it, when, and what became of its items."""

    # Four bytes: every slice names two of them.
    id = models.AutoField(primary_key=True)
    channel = models.CharField(max_length=40)
    sender = models.CharField(max_length=80, help_text="Key of the token, person or system.")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    received_at = models.DateTimeField()
    created_count = models.PositiveIntegerField(default=0)
    updated_count = models.PositiveIntegerField(default=0)
    unchanged_count = models.PositiveIntegerField(default=0)
    unusable_count = models.PositiveIntegerField(default=0)
    held_count = models.PositiveIntegerField(default=0)
    rejected_count = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list, help_text="The first faults: pointer, code, detail.")

    class Meta:
        verbose_name = "batch of samples"
        verbose_name_plural = "batches of samples"
        indexes = [
            models.Index(fields=["team", "received_at"], name="objectives_batch_by_team"),  # data health, a team's list
        ]

    def __str__(self) -> str:
        return f"batch {self.pk} by {self.channel}"


class Series(models.Model):
    """An indicator for one key; the empty key where it has no dimension."""

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="series", db_index=False)
    key = models.CharField(max_length=200, blank=True, default="")
    newest_start = models.DateTimeField(null=True, blank=True, help_text="Start of its newest slice.")

    class Meta:
        verbose_name = "series"
        verbose_name_plural = "series"
        constraints = [
            models.UniqueConstraint(
                name="objectives_series_key_once",  # also the reader of an indicator's keys
                fields=["indicator", "key"],
                violation_error_message="This key of the indicator is known already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.key}".strip()


class Sample(models.Model):
    """The counts of one slice, as they were received last; unusable ones are kept so that somebody finds them."""

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="+", db_index=False)
    starts_at = models.DateTimeField()
    good = models.BigIntegerField()
    valid = models.BigIntegerField()
    total = models.BigIntegerField()
    first_batch = models.ForeignKey(SampleBatch, on_delete=models.PROTECT, related_name="+", db_index=False)
    last_batch = models.ForeignKey(SampleBatch, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = "sample"
        constraints = [
            models.UniqueConstraint(
                name="objectives_sample_slice_once",  # also the one reader of slices: a series between two instants
                fields=["series", "starts_at"],
                violation_error_message="This slice of the series is stored already.",
            ),
            models.CheckConstraint(
                name="objectives_sample_counts_in_range",
                condition=Q(
                    good__gte=-LARGEST_COUNT, good__lte=LARGEST_COUNT, valid__gte=-LARGEST_COUNT,
                    valid__lte=LARGEST_COUNT, total__gte=F("valid"), total__lte=LARGEST_COUNT,
                ),
                violation_error_message="Counts are at most a million millions, and the total is no less than valid.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.series_id} at {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def counts(self) -> Counts:
        """The counts as the rules read them."""
        return Counts(self.good, self.valid, self.total)


class SampleDay(models.Model):
    """The sums of a series over one day of the reporting zone, kept for ever."""

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    good = models.BigIntegerField(default=0)
    valid = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    seen = models.PositiveIntegerField(default=0, help_text="Usable slices, idle ones included.")
    idle = models.PositiveIntegerField(default=0)
    unusable = models.PositiveIntegerField(default=0)
    # A day that an import brought as a whole has no slices behind it.
    imported_by_batch = models.ForeignKey(
        SampleBatch, on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )

    class Meta:
        verbose_name = "day of samples"
        verbose_name_plural = "days of samples"
        constraints = [
            models.UniqueConstraint(
                name="objectives_sampleday_once",  # also the reader of windows: a series between two days
                fields=["series", "day"],
                violation_error_message="This day of the series is summed already.",
            ),
            models.CheckConstraint(
                name="objectives_sampleday_adds_up",
                condition=Q(good__gte=0, good__lte=F("valid"), valid__lte=F("total"), idle__lte=F("seen")),
                violation_error_message="A day's good events are among the valid, and those among all.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series_id} on {self.day}"


class HeldSample(models.Model):
    """Counts for an indicator or a key that nobody knows; kept until a person assigns or ignores them."""

    batch = models.ForeignKey(SampleBatch, on_delete=models.PROTECT, related_name="held")
    reason = models.CharField(max_length=20, choices=[(r.value, r.value) for r in HeldReason])
    indicator_slug = models.CharField(max_length=200)
    key = models.CharField(max_length=200, blank=True, default="")
    starts_at = models.DateTimeField()
    good = models.BigIntegerField()
    valid = models.BigIntegerField()
    total = models.BigIntegerField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    settled_reason = models.CharField(max_length=300, blank=True, default="", help_text="Empty: it was assigned.")

    class Meta:
        verbose_name = "held sample"
        constraints = [
            models.CheckConstraint(
                name="objectives_heldsample_settled_pair",
                condition=Q(settled_at=None, settled_by=None) | Q(settled_at__isnull=False, settled_by__isnull=False),
                violation_error_message="What was settled names its time and its person.",
            )
        ]
        indexes = [
            models.Index(  # the page of what waits, by what it was sent for
                fields=["indicator_slug", "key", "starts_at"],
                name="objectives_held_waiting",
                condition=Q(settled_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator_slug} {self.key} held".replace("  ", " ")

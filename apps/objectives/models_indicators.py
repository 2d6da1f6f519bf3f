"""Indicators, their immutable versions, the servers they are pulled from, and the duty of reading each."""

from django.db import models
from django.db.models import F, Q

from apps.accounts.models import User
from apps.core.due import RESTS_AFTER, DueRow
from apps.core.immutable import GuardedModel, ImmutableModel
from apps.governance.models import Proposal
from apps.objectives.domain.indicator_words import SLICE_SECONDS, Dimension, IndicatorKind, SampleSource
from apps.objectives.domain.monitoring_words import PullFault
from apps.services.models import CriticalFlow, Service
from apps.teams.models import Team


class MonitoringSource(models.Model):
    """A Prometheus-compatible server; its token stands in the environment, and only the variable's name here."""

    slug = models.SlugField(unique=True, max_length=60)
    name = models.CharField(max_length=120)
    base_url = models.URLField(max_length=300)
    token_variable = models.CharField(max_length=80, blank=True, default="")
    is_active = models.BooleanField(default=True)
    revision = models.PositiveIntegerField(default=1)
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "monitoring source"

    def __str__(self) -> str:
        return self.name


class Indicator(GuardedModel):
    """The identity of an indicator: what it is called, and which service, flow and team it belongs to."""

    slug = models.SlugField(unique=True, max_length=60)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    flow = models.ForeignKey(CriticalFlow, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    owner_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    retired_on = models.DateField(null=True, blank=True, help_text="From that day on it takes no samples.")

    class Meta:
        verbose_name = "indicator"

    def __str__(self) -> str:
        return self.slug


class IndicatorVersion(ImmutableModel):
    """One immutable statement of what is counted and what of it is good, from a day on."""

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in IndicatorKind])
    source = models.CharField(max_length=8, choices=[(s.value, s.value) for s in SampleSource])
    dimension = models.CharField(max_length=8, choices=[(d.value, d.value) for d in Dimension])
    slice_seconds = models.PositiveSmallIntegerField(choices=[(s, str(s)) for s in SLICE_SECONDS])
    spec_text = models.TextField(help_text="Canonical JSON, as `domain.indicator_specs` writes it.")
    spec_sha256 = models.CharField(max_length=64)
    # Versions that measure alike share the number of the first of them; windows do not reach behind another one.
    meaning_number = models.PositiveIntegerField()
    reason = models.TextField()
    # None: in force from the beginning; only version 1 may say so.
    effective_from = models.DateField(null=True, blank=True)
    at_once_reason = models.CharField(max_length=500, blank=True, default="")
    notes = models.JSONField(default=list, help_text="Sentences in which a steward dismissed requests for changes.")
    # The team it leaves with this version; None: it stays where it is.
    moved_from = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="+")
    adopted_at = models.DateTimeField(help_text="When the proposal came into force.")
    adopted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", help_text="Who signed last.")

    class Meta:
        verbose_name = "indicator version"
        constraints = [
            models.UniqueConstraint(
                name="objectives_indicatorversion_number_once",
                fields=["indicator", "number"],
                violation_error_message="This version number is taken.",
            ),
            models.CheckConstraint(
                name="objectives_indicatorversion_dated_after_first",
                condition=Q(number=1) | Q(effective_from__isnull=False),
                violation_error_message="Only the first version may hold from the beginning.",
            ),
            models.CheckConstraint(
                name="objectives_indicatorversion_meaning_not_later",
                condition=Q(meaning_number__lte=F("number")),
                violation_error_message="A version shares the meaning of itself or of an earlier one.",
            ),
            models.CheckConstraint(
                name="objectives_indicatorversion_first_moves_nothing",
                condition=Q(moved_from=None) | Q(number__gt=1),
                violation_error_message="The first version names the team that owns it; only a later one moves it.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} v{self.number}"


class IndicatorRead(DueRow):
    """The duty of reading one indicator, from its server or from tickets; it comes again until that is retired.

    A pull begins only after a person tried it, and moves the watermark only with what it stored.
    """

    indicator = models.OneToOneField(Indicator, on_delete=models.PROTECT, related_name="read")
    begins_at = models.DateTimeField(help_text="Nothing before is asked for.")
    tried_number = models.PositiveIntegerField(
        default=1, help_text="The meaning whose queries a person tried; a later one waits until somebody tries it."
    )
    watermark = models.DateTimeField(null=True, blank=True, help_text="End of the newest slice that was covered.")
    heard_at = models.DateTimeField(null=True, blank=True, help_text="The last whole answer.")
    failures = models.PositiveIntegerField(default=0, help_text="In a row; none since the last whole answer.")
    fault = models.CharField(max_length=16, choices=[(f.value, f.value) for f in PullFault], blank=True, default="")
    fault_said = models.CharField(max_length=300, blank=True, default="")
    notes = models.JSONField(default=list, help_text="Remarks of the server about the query.")
    others = models.JSONField(default=list, help_text="Keys behind the cap, counted together.")
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "reading of an indicator"
        verbose_name_plural = "readings of indicators"
        constraints = [
            models.CheckConstraint(
                name="objectives_indicatorread_fault_of_a_failure",
                condition=Q(failures=0, fault="") | (Q(failures__gt=0) & ~Q(fault="")),
                violation_error_message="A failure has its fault, and a whole answer has none.",
            )
        ]
        indexes = [models.Index(fields=["due_at"], name="objectives_read_due", condition=Q(done_at=None))]  # the drain

    @property
    def is_resting(self) -> bool:
        """It failed here, not at the server, as often as a duty is tried."""
        return self.done_at is None and self.attempts >= RESTS_AFTER

    def __str__(self) -> str:
        return f"reading of {self.indicator_id}"

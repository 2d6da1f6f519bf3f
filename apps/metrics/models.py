"""Metric definitions, their immutable versions, and targets."""

from django.db import models
from django.db.models import F, Q

from apps.accounts.models import User
from apps.core.immutable import GuardedModel, ImmutableModel
from apps.governance.models import Proposal
from apps.metrics.domain.lenses import Lens
from apps.metrics.domain.lifecycle import Lifecycle, Step, short_state_words
from apps.teams.models import Team


class MetricDefinition(GuardedModel):  # type: ignore[django-manager-missing]
    """The identity of a metric, and where its life stands. How it is measured stands in its versions.

    What changed of the identity itself stands in its steps; a former short name is never given away.
    """

    slug = models.SlugField(unique=True)
    lens = models.CharField(max_length=12, choices=[(lens.value, lens.value) for lens in Lens])
    owner_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    former_slugs = models.JSONField(
        default=list, blank=True, help_text="Short names it had before, oldest first; its steps reserve them."
    )
    lifecycle = models.CharField(
        max_length=10, choices=[(one.value, one.label) for one in Lifecycle], default=Lifecycle.ACTIVE.value
    )
    # None: nothing replaces it.
    replaced_by = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    deprecated_on = models.DateField(null=True, blank=True)
    sunset_on = models.DateField(null=True, blank=True, help_text="The day from which it may be retired.")
    retired_on = models.DateField(null=True, blank=True, help_text="No period that ends later is computed.")

    class Meta:
        verbose_name = "metric definition"
        constraints = [
            models.CheckConstraint(
                name="metrics_metricdefinition_lifecycle_dated",
                condition=Q(
                    lifecycle=Lifecycle.ACTIVE.value, deprecated_on=None, sunset_on=None, retired_on=None,
                    replaced_by=None,
                )
                | Q(
                    lifecycle=Lifecycle.DEPRECATED.value, deprecated_on__isnull=False, sunset_on__isnull=False,
                    retired_on=None,
                )
                | Q(
                    lifecycle=Lifecycle.RETIRED.value, deprecated_on__isnull=False, sunset_on__isnull=False,
                    retired_on__isnull=False,
                ),
                violation_error_message="A deprecated definition names its last day, a retired one the day it left.",
            ),
            models.CheckConstraint(
                name="metrics_metricdefinition_sunset_after_notice",
                condition=Q(sunset_on=None) | Q(sunset_on__gt=F("deprecated_on")),
                violation_error_message="The last day lies after the day of the deprecation.",
            ),
            models.CheckConstraint(
                name="metrics_metricdefinition_retired_after_sunset",
                condition=Q(retired_on=None) | Q(retired_on__gte=F("sunset_on")),
                violation_error_message="A definition is not retired before its last day.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.slug

    @property
    def names(self) -> tuple[str, ...]:
        """The short name it has, then those it had."""
        return (self.slug, *self.former_slugs)

    @property
    def state_words(self) -> str:
        """That it leaves or has left, and when; empty while it stays."""
        return short_state_words(self.lifecycle, sunset_on=self.sunset_on, retired_on=self.retired_on)


class DefinitionVersion(ImmutableModel):
    """One immutable statement of how a metric is measured, from a day on."""

    definition = models.ForeignKey(MetricDefinition, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    spec_text = models.TextField(help_text="Canonical JSON; what is computed follows from it alone.")
    spec_sha256 = models.CharField(max_length=64)
    contract = models.JSONField(
        help_text="Purpose, decision, data source, cadence, escalation, pitfall, pair, prompts."
    )
    reason = models.TextField()
    # None: in force from the beginning; only version 1 may say so.
    effective_from = models.DateField(null=True, blank=True)
    governs_from = models.DateField(null=True, blank=True)
    # Versions that compute alike share the number of the first of them; measurements belong to it.
    meaning_number = models.PositiveIntegerField()
    # Why it did not wait for the next period; empty where it did.
    at_once_reason = models.CharField(max_length=500, blank=True, default="")
    notes = models.JSONField(default=list, help_text="Sentences in which a steward dismissed requests for changes.")
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="+")
    adopted_at = models.DateTimeField(help_text="When the proposal came into force.")
    adopted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", help_text="Who signed last.")

    class Meta:
        verbose_name = "definition version"
        constraints = [
            models.UniqueConstraint(
                name="metrics_definitionversion_number_once",
                fields=["definition", "number"],
                violation_error_message="This version number is taken.",
            ),
            models.CheckConstraint(
                name="metrics_definitionversion_dated_after_first",
                condition=Q(number=1) | Q(effective_from__isnull=False, governs_from__isnull=False),
                violation_error_message="Only the first version may hold from the beginning.",
            ),
            models.CheckConstraint(
                name="metrics_definitionversion_meaning_not_later",
                condition=Q(meaning_number__lte=F("number")),
                violation_error_message="A version shares the meaning of itself or of an earlier one.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.definition} v{self.number}"


class DefinitionStep(ImmutableModel):
    """What became of a definition as a whole: it moved to another team, lens or short name, was deprecated, or left."""

    definition = models.ForeignKey(MetricDefinition, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Step])
    holds_from = models.DateField()
    text = models.CharField(max_length=500, help_text="What became of it, in a sentence.")
    reason = models.TextField()
    former_slug = models.CharField(max_length=50, blank=True, default="", help_text="The short name it left behind.")
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="+")
    adopted_at = models.DateTimeField(help_text="When the proposal came into force.")
    adopted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", help_text="Who signed last.")

    class Meta:
        verbose_name = "definition step"
        constraints = [
            models.UniqueConstraint(
                name="metrics_definitionstep_slug_once",
                fields=["former_slug"],
                condition=~Q(former_slug=""),
                violation_error_message="This short name belonged to another definition and stays reserved.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.definition} {self.step}"


class Confirmation(ImmutableModel):
    """Somebody who leads or shares a definition looked at it and says that it still holds; the newest row counts."""

    definition = models.ForeignKey(MetricDefinition, on_delete=models.PROTECT, related_name="confirmations")
    version_number = models.PositiveIntegerField()
    looked_on = models.DateField()
    text = models.CharField(max_length=500, help_text="What it was good for, and why it stays.")
    confirmed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "confirmation"
        constraints = [
            models.UniqueConstraint(
                name="metrics_confirmation_day_once",
                fields=["definition", "looked_on"],
                violation_error_message="Somebody confirmed this definition today already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.definition} {self.looked_on}"


class Target(ImmutableModel):
    """What a team means to reach in a quarter, from its own baseline; a newer row replaces an older one."""

    definition = models.ForeignKey(MetricDefinition, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    quarter = models.CharField(max_length=7)
    number = models.PositiveIntegerField()
    comparison = models.CharField(max_length=8, choices=[("at_most", "at most"), ("at_least", "at least")])
    value = models.DecimalField(max_digits=20, decimal_places=6)
    version_number = models.PositiveIntegerField()
    baseline_period = models.CharField(max_length=12, blank=True, default="")
    baseline_value = models.FloatField(null=True, blank=True)
    baseline_lower = models.FloatField(null=True, blank=True)
    baseline_upper = models.FloatField(null=True, blank=True)
    baseline_n = models.PositiveIntegerField(null=True, blank=True)
    heroic_reason = models.CharField(max_length=500, blank=True, default="")
    reason = models.TextField()
    judges_from = models.DateField()
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(help_text="When the proposal came into force.")
    agreed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", help_text="Who signed last.")

    class Meta:
        verbose_name = "target"
        constraints = [
            models.UniqueConstraint(
                name="metrics_target_number_once",
                fields=["definition", "team", "quarter", "number"],
                violation_error_message="Somebody agreed on this target at the same time; read theirs first.",
            ),
        ]
        indexes = [models.Index(fields=["team", "quarter"], name="metrics_target_by_team")]  # a team's card

    def __str__(self) -> str:
        return f"{self.definition} {self.comparison} {self.value} in {self.quarter}"

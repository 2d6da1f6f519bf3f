"""Objectives, their immutable versions, and the duty of evaluating each."""

from django.db import models
from django.db.models import F, Q

from apps.accounts.models import User
from apps.core.due import DueRow
from apps.core.immutable import GuardedModel, ImmutableModel
from apps.governance.models import Proposal
from apps.objectives.domain.suggesting import SuggestionKind
from apps.objectives.models_indicators import Indicator
from apps.teams.models import Team


class Objective(GuardedModel):
    """The identity of a promise: its short name, what it is measured by, and the one team that owns it."""

    slug = models.SlugField(unique=True, max_length=60)
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="objectives")
    owner_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    retired_on = models.DateField(null=True, blank=True, help_text="From that day on it is no longer evaluated.")

    class Meta:
        verbose_name = "objective"

    def __str__(self) -> str:
        return self.slug


class ObjectiveVersion(ImmutableModel):
    """One immutable statement of what is promised, from a local midnight on; in force it judges the whole window."""

    objective = models.ForeignKey(Objective, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    target = models.DecimalField(max_digits=10, decimal_places=9)
    revisit_on = models.DateField()
    promise_text = models.TextField(help_text="Canonical JSON, as `domain.promises` writes it.")
    promise_sha256 = models.CharField(max_length=64)
    # Versions that promise alike share the number of the first of them.
    meaning_number = models.PositiveIntegerField()
    reason = models.TextField()
    effective_from = models.DateField(null=True, blank=True)
    at_once_reason = models.CharField(max_length=500, blank=True, default="")
    notes = models.JSONField(default=list, help_text="Sentences in which a steward dismissed requests for changes.")
    # The team it leaves with this version; None: it stays where it is.
    moved_from = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="+")
    adopted_at = models.DateTimeField(help_text="When the proposal came into force.")
    adopted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", help_text="Who signed last.")

    class Meta:
        verbose_name = "objective version"
        constraints = [
            models.UniqueConstraint(
                name="objectives_objectiveversion_number_once",
                fields=["objective", "number"],
                violation_error_message="This version number is taken.",
            ),
            models.CheckConstraint(
                name="objectives_objectiveversion_dated_after_first",
                condition=Q(number=1) | Q(effective_from__isnull=False),
                violation_error_message="Only the first version may hold from the beginning.",
            ),
            models.CheckConstraint(
                name="objectives_objectiveversion_meaning_not_later",
                condition=Q(meaning_number__lte=F("number")),
                violation_error_message="A version shares the meaning of itself or of an earlier one.",
            ),
            models.CheckConstraint(
                name="objectives_objectiveversion_first_moves_nothing",
                condition=Q(moved_from=None) | Q(number__gt=1),
                violation_error_message="The first version names the team that owns it; only a later one moves it.",
            ),
            models.CheckConstraint(
                name="objectives_objectiveversion_target_is_a_share",
                condition=Q(target__gt=0, target__lte=1),
                violation_error_message="A target is more than 0 and at most 1.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.objective} v{self.number}"


class EvaluationDue(DueRow):
    """The duty of evaluating an objective: after new counts, at local midnight, after a change of what judges it."""

    objective = models.OneToOneField(Objective, on_delete=models.PROTECT, related_name="+")
    # The earliest local day whose sums changed; None: only the clock moved.
    changed_from = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = "due evaluation"
        indexes = [
            models.Index(fields=["due_at"], name="objectives_evaluation_due", condition=Q(done_at=None)),  # the drain
        ]

    def __str__(self) -> str:
        return f"evaluation of {self.objective_id}"


class TargetSuggestion(models.Model):
    """What the last three windows suggest about a target, once a month; only a person turns it into a proposal."""

    objective = models.ForeignKey(Objective, on_delete=models.PROTECT, related_name="suggestions", db_index=False)
    month = models.CharField(max_length=7)
    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in SuggestionKind])
    target = models.DecimalField(max_digits=10, decimal_places=9, null=True, blank=True)
    windows = models.JSONField(help_text="The three windows: start, end, bad, counted, remaining.")
    computed_at = models.DateTimeField()

    class Meta:
        verbose_name = "suggestion of a target"
        verbose_name_plural = "suggestions of targets"
        constraints = [
            models.UniqueConstraint(
                name="objectives_targetsuggestion_month_once",
                fields=["objective", "month"],
                violation_error_message="This month's suggestion is written.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.objective_id} in {self.month}"

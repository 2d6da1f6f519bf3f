"""Budgets as they were spent and as they stand: units per day, the state now, results kept for good, burn alerts."""

from django.db import models
from django.db.models import F, Q

from apps.accounts.models import User
from apps.core.immutable import ImmutableModel
from apps.objectives.domain.burning import TierKey
from apps.objectives.domain.objective_words import AlertKind, BudgetState, EvaluationCause, StateReason
from apps.objectives.models_objectives import Objective, ObjectiveVersion
from apps.objectives.models_samples import Series

STATES = [(state.value, state.label) for state in BudgetState]
REASONS = [(reason.value, reason.value) for reason in StateReason]


class BudgetDay(models.Model):
    """Units of one day under one version: bad out of counted, with and without what exemptions took out.

    No series: the sum of all keys. Slices of time do not add up over keys, so the sum has rows of its own; a slice of
    it that was good with a key may be bad without that key, so an exemption may also add bad units.
    """

    version = models.ForeignKey(ObjectiveVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    series = models.ForeignKey(
        Series, on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    day = models.DateField()
    bad = models.BigIntegerField()
    counted = models.BigIntegerField()
    raw_bad = models.BigIntegerField()
    raw_counted = models.BigIntegerField()
    seen = models.PositiveIntegerField(default=0)
    unusable = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "day of a budget"
        verbose_name_plural = "days of budgets"
        constraints = [
            models.UniqueConstraint(
                name="objectives_budgetday_of_a_key_once",  # also the reader of windows
                fields=["version", "series", "day"],
                condition=Q(series__isnull=False),
                violation_error_message="This day is written for the key.",
            ),
            models.UniqueConstraint(
                name="objectives_budgetday_of_the_sum_once",  # also the reader of windows and charts
                fields=["version", "day"],
                condition=Q(series=None),
                violation_error_message="This day is written for the sum.",
            ),
            models.CheckConstraint(
                name="objectives_budgetday_within_raw",
                condition=Q(bad__gte=0, bad__lte=F("counted"), raw_bad__lte=F("raw_counted"))
                & Q(counted__lte=F("raw_counted")),
                violation_error_message="An exemption only takes out, and bad units are among the counted.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} on {self.day}"


class JudgedCounts(models.Model):
    """Where a promise stands, and the counts that say so."""

    version = models.ForeignKey(ObjectiveVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=12, choices=STATES)
    reason = models.CharField(max_length=16, choices=REASONS)
    window_start = models.DateTimeField(null=True, blank=True)
    window_end = models.DateTimeField(null=True, blank=True, help_text="Data up to here.")
    bad = models.BigIntegerField(default=0)
    counted = models.BigIntegerField(default=0)
    basis = models.BigIntegerField(default=0)
    raw_bad = models.BigIntegerField(default=0)
    raw_counted = models.BigIntegerField(default=0)
    raw_basis = models.BigIntegerField(default=0)
    recent_bad = models.BigIntegerField(default=0)
    recent_counted = models.BigIntegerField(default=0)
    seen = models.PositiveIntegerField(default=0)
    elapsed = models.PositiveIntegerField(default=0)
    unusable = models.PositiveIntegerField(default=0)
    keys_within = models.PositiveIntegerField(default=0)
    keys_judged = models.PositiveIntegerField(default=0)
    keys_unjudged = models.PositiveIntegerField(default=0)
    computed_at = models.DateTimeField()

    class Meta:
        abstract = True


class BudgetStatus(JudgedCounts):
    """Where a budget stands now: of an objective (no series), or of one of its keys. Written by evaluation alone."""

    objective = models.ForeignKey(Objective, on_delete=models.PROTECT, related_name="statuses", db_index=False)
    series = models.ForeignKey(
        Series, on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    # The last judged state, which silence does not change.
    judged_state = models.CharField(max_length=12, choices=STATES, blank=True, default="")
    met_since = models.DateTimeField(null=True, blank=True, help_text="Met without a break since then.")
    # The policy whose rule spoke of the judged state; a low budget that another one speaks of fires that one's rule.
    policy = models.ForeignKey(
        "objectives.BudgetPolicy", on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )

    class Meta:
        verbose_name = "status of a budget"
        verbose_name_plural = "statuses of budgets"
        constraints = [
            models.UniqueConstraint(
                name="objectives_budgetstatus_of_the_objective_once",  # also the reader of the list page
                fields=["objective"],
                condition=Q(series=None),
                violation_error_message="The objective has its status.",
            ),
            models.UniqueConstraint(
                name="objectives_budgetstatus_of_a_key_once",  # also the reader of "who felt it"
                fields=["objective", "series"],
                condition=Q(series__isnull=False),
                violation_error_message="The key has its status.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.objective_id}: {self.state}"


class FormerStatus(JudgedCounts):
    """What the version before would say of the same counts, for one window after its promise was changed.

    It stands beside the status and decides nothing. Written by evaluation alone.
    """

    objective = models.OneToOneField(Objective, on_delete=models.PROTECT, related_name="former_status")
    until_at = models.DateTimeField(help_text="From then on it stands nowhere.")

    class Meta:
        verbose_name = "status under the version before"
        verbose_name_plural = "statuses under the version before"

    def __str__(self) -> str:
        return f"{self.objective_id} under {self.version_id}: {self.state}"


class IncidentSpend(models.Model):
    """What one incident took of a budget: failures inside its span, and the basis of the window at its end.

    Written by evaluation alone; the page and the rule of an incident's share say the same figure.
    """

    objective = models.ForeignKey(Objective, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.ForeignKey(ObjectiveVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    incident = models.CharField(max_length=20, help_text="I-12.")
    bad = models.BigIntegerField(null=True, blank=True, help_text="Empty: nothing was measured inside it.")
    basis = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "spend of an incident"
        verbose_name_plural = "spends of incidents"
        constraints = [
            models.UniqueConstraint(
                name="objectives_incidentspend_once",  # also the reader of the page
                fields=["objective", "incident"],
                violation_error_message="What this incident spent is written.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident} of {self.objective_id}"


class BudgetEvaluation(ImmutableModel):
    """A result that stays as it was: at midnight, at a change of state, of a trigger, for a review or an exemption."""

    objective = models.ForeignKey(Objective, on_delete=models.PROTECT, related_name="evaluations", db_index=False)
    version = models.ForeignKey(ObjectiveVersion, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=12, choices=[(c.value, c.value) for c in EvaluationCause])
    as_of = models.DateTimeField()
    state = models.CharField(max_length=12, choices=STATES)
    bad = models.BigIntegerField()
    counted = models.BigIntegerField()
    basis = models.BigIntegerField()
    raw_bad = models.BigIntegerField()
    raw_counted = models.BigIntegerField()
    document_text = models.TextField(help_text="Canonical JSON of the whole result, keys and exemptions included.")
    document_sha256 = models.CharField(max_length=64)
    computed_at = models.DateTimeField()

    class Meta:
        verbose_name = "evaluation of a budget"
        verbose_name_plural = "evaluations of budgets"
        constraints = [
            models.UniqueConstraint(
                name="objectives_budgetevaluation_once",
                fields=["objective", "cause", "as_of"],
                condition=~Q(cause=EvaluationCause.REVIEW.value),
                violation_error_message="This evaluation is written.",
            ),
            models.UniqueConstraint(  # what two reviews of one moment showed may differ, as counts came in between
                name="objectives_budgetevaluation_shown_once",
                fields=["objective", "as_of", "document_sha256"],
                condition=Q(cause=EvaluationCause.REVIEW.value),
                violation_error_message="This evaluation is written.",
            ),
        ]
        indexes = [
            models.Index(fields=["objective", "as_of"], name="objectives_evaluation_by_time"),  # months, log, API
        ]

    def __str__(self) -> str:
        return f"{self.objective_id} at {self.as_of:%Y-%m-%d %H:%M}: {self.state}"


class BurnAlert(models.Model):
    """One opening of one tier of an objective, with the keys that burned."""

    objective = models.ForeignKey(Objective, on_delete=models.PROTECT, related_name="alerts", db_index=False)
    version = models.ForeignKey(ObjectiveVersion, on_delete=models.PROTECT, related_name="+")
    tier = models.CharField(max_length=12, choices=[(t.value, t.value) for t in TierKey])
    kind = models.CharField(max_length=6, choices=[(k.value, k.value) for k in AlertKind])
    keys = models.JSONField(default=list, help_text="Keys that burn; an empty key is the sum.")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        verbose_name = "burn alert"
        constraints = [
            models.UniqueConstraint(
                name="objectives_burnalert_one_open",
                fields=["objective", "tier"],
                condition=Q(until_at=None),
                violation_error_message="This tier of the objective is open already.",
            ),
            models.CheckConstraint(
                name="objectives_burnalert_acknowledged_pair",
                condition=Q(acknowledged_at=None, acknowledged_by=None)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                violation_error_message="An acknowledgement names its time and its person.",
            ),
            models.CheckConstraint(
                name="objectives_burnalert_ends_after_start",
                condition=Q(until_at=None) | Q(until_at__gte=F("from_at")),
                violation_error_message="An alert ends after it opens.",
            ),
        ]
        indexes = [
            models.Index(fields=["objective", "from_at"], name="objectives_alert_by_time"),  # the log of the page
        ]

    def __str__(self) -> str:
        return f"{self.tier} of {self.objective_id}"

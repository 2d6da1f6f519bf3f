"""Budget policies, the firings of their rules, and what people decided; decisions are only added."""

from django.db import models
from django.db.models import F, Q

from apps.accounts.domain.responsibilities import EM, PM, TL
from apps.accounts.models import User
from apps.core.immutable import GuardedModel, ImmutableModel
from apps.governance.models import Proposal
from apps.objectives.domain.policy_words import RuleKey, Verb
from apps.objectives.models_budgets import BudgetEvaluation
from apps.objectives.models_objectives import Objective, ObjectiveVersion
from apps.teams.models import Team


class BudgetPolicy(GuardedModel):
    """The identity of a policy: its short name and its team."""

    slug = models.SlugField(unique=True, max_length=60)
    owner_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    retired_on = models.DateField(null=True, blank=True, help_text="From that day on it fires nothing.")

    class Meta:
        verbose_name = "budget policy"
        verbose_name_plural = "budget policies"

    def __str__(self) -> str:
        return self.slug


class BudgetPolicyVersion(ImmutableModel):
    """One immutable statement of a policy, from a day on: scope, goals, rules."""

    policy = models.ForeignKey(BudgetPolicy, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    policy_text = models.TextField(help_text="Canonical JSON, as `domain.budget_policies` writes it.")
    policy_sha256 = models.CharField(max_length=64)
    meaning_number = models.PositiveIntegerField()
    revisit_on = models.DateField()
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
        verbose_name = "budget policy version"
        constraints = [
            models.UniqueConstraint(
                name="objectives_budgetpolicyversion_number_once",
                fields=["policy", "number"],
                violation_error_message="This version number is taken.",
            ),
            models.CheckConstraint(
                name="objectives_budgetpolicyversion_dated_after_first",
                condition=Q(number=1) | Q(effective_from__isnull=False),
                violation_error_message="Only the first version may hold from the beginning.",
            ),
            models.CheckConstraint(
                name="objectives_budgetpolicyversion_meaning_not_later",
                condition=Q(meaning_number__lte=F("number")),
                violation_error_message="A version shares the meaning of itself or of an earlier one.",
            ),
            models.CheckConstraint(
                name="objectives_budgetpolicyversion_first_moves_nothing",
                condition=Q(moved_from=None) | Q(number__gt=1),
                violation_error_message="The first version names the team that owns it; only a later one moves it.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy} v{self.number}"


class PolicyTrigger(models.Model):
    """One firing of one rule for an objective; it keeps the versions it fired under, whatever is agreed later."""

    objective = models.ForeignKey(Objective, on_delete=models.PROTECT, related_name="triggers")
    policy_version = models.ForeignKey(BudgetPolicyVersion, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(ObjectiveVersion, on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(max_length=16, choices=[(r.value, r.value) for r in RuleKey])
    incident = models.CharField(max_length=20, blank=True, default="", help_text="I-12: the incident that spent it.")
    evaluation = models.ForeignKey(BudgetEvaluation, on_delete=models.PROTECT, related_name="+")
    from_at = models.DateTimeField()
    met_since = models.DateTimeField(null=True, blank=True, help_text="Met under its version since then.")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    closed_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        verbose_name = "policy trigger"
        constraints = [
            models.UniqueConstraint(
                name="objectives_policytrigger_one_open_per_rule",
                fields=["objective", "rule"],
                condition=Q(closed_at=None, incident=""),
                violation_error_message="This rule has fired for the objective and is open.",
            ),
            models.UniqueConstraint(
                name="objectives_policytrigger_once_per_incident",
                fields=["objective", "rule", "incident"],
                condition=~Q(incident=""),
                violation_error_message="This incident fired the rule already.",
            ),
            models.CheckConstraint(
                name="objectives_policytrigger_closed_pair",
                condition=Q(closed_at=None, closed_by=None) | Q(closed_at__isnull=False, closed_by__isnull=False),
                violation_error_message="A closed trigger names its time and its person.",
            ),
            models.CheckConstraint(
                name="objectives_policytrigger_incident_of_its_rule",
                condition=Q(rule=RuleKey.INCIDENT_SHARE.value) & ~Q(incident="")
                | ~Q(rule=RuleKey.INCIDENT_SHARE.value) & Q(incident=""),
                violation_error_message="The rule of an incident's share names its incident, and no other does.",
            ),
        ]
        indexes = [
            models.Index(fields=["from_at"], name="objectives_trigger_open", condition=Q(closed_at=None)),  # reviews
        ]

    def __str__(self) -> str:
        return f"T-{self.pk}"


class BudgetDecision(ImmutableModel):
    """What people decided about a trigger; a later one supersedes, and none is taken back."""

    trigger = models.ForeignKey(PolicyTrigger, on_delete=models.PROTECT, related_name="decisions")
    number = models.PositiveIntegerField()
    verb = models.CharField(max_length=12, choices=[(v.value, v.value) for v in Verb])
    sentence = models.CharField(max_length=1000)
    revisit_on = models.DateField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "budget decision"
        constraints = [
            models.UniqueConstraint(
                name="objectives_budgetdecision_number_once",
                fields=["trigger", "number"],
                violation_error_message="Somebody decided at the same time; read theirs first.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.verb} on {self.trigger_id}"


class DecisionSignature(ImmutableModel):
    """One role's signature under a decision; it holds once every role of the rule has signed, each another person."""

    decision = models.ForeignKey(BudgetDecision, on_delete=models.PROTECT, related_name="signatures")
    role = models.CharField(max_length=20, choices=[(role, role) for role in (TL, EM, PM)])
    # A vacant role is signed by somebody who stands in for it, as governance says.
    stands_in = models.BooleanField(default=False)
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "signature under a decision"
        verbose_name_plural = "signatures under decisions"
        constraints = [
            models.UniqueConstraint(
                name="objectives_decisionsignature_role_once",
                fields=["decision", "role"],
                violation_error_message="Somebody signed for this role.",
            ),
            models.UniqueConstraint(
                name="objectives_decisionsignature_person_once",
                fields=["decision", "signed_by"],
                condition=Q(stands_in=False),
                violation_error_message="You signed this decision; another person signs for the other roles.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} under {self.decision_id}"

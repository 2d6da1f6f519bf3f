"""Budget policies, triggers, decisions and the advice before a release, as the API shows them; nobody is named."""

import json
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.core import clock
from apps.objectives.domain.budget_triggers import Decided, Signed, roles_missing
from apps.objectives.domain.policy_words import Advice, Ask, RuleKey, TriggerStanding, Verb
from apps.objectives.models import BudgetDecision, BudgetPolicy
from apps.objectives.queries.agreements import can_read, policy_of, version_on
from apps.objectives.queries.fired_rules import Fired
from apps.objectives.queries.signers import rule_of

Shape = serializers.Serializer[Any]
RULES, ASKS = [rule.value for rule in RuleKey], [ask.value for ask in Ask]


class RuleOutput(Shape):
    """One rule: when it fires, what it asks for, and which roles sign."""

    rule = serializers.ChoiceField(choices=RULES, read_only=True)
    share = serializers.CharField(read_only=True, required=False, help_text="Of an incident's share only.")
    asks = serializers.ChoiceField(choices=ASKS, read_only=True)
    signers = serializers.ListField(child=serializers.CharField(), read_only=True)


class PolicyDocumentOutput(Shape):
    """What a version of a policy says."""

    name = serializers.CharField(read_only=True)
    goals = serializers.CharField(read_only=True)
    non_goals = serializers.CharField(read_only=True)
    revisit_on = serializers.DateField(read_only=True)
    objectives = serializers.ListField(child=serializers.CharField(), read_only=True)
    rules = RuleOutput(many=True, read_only=True)


class BudgetPolicyOutput(serializers.ModelSerializer[BudgetPolicy]):
    """A policy as it is agreed today; null where nothing is agreed yet, or any more."""

    team = serializers.CharField(source="owner_team.slug", read_only=True)
    version = serializers.SerializerMethodField()
    document = serializers.SerializerMethodField()

    class Meta:
        model = BudgetPolicy
        fields = ("slug", "team", "created_at", "retired_on", "version", "document")
        read_only_fields = fields

    def get_version(self, policy: BudgetPolicy) -> int | None:
        """The number of the version in force."""
        version = version_on(policy.versions.all(), clock.today())
        return version.number if version else None

    @extend_schema_field(PolicyDocumentOutput(allow_null=True))
    def get_document(self, policy: BudgetPolicy) -> Any:
        """What it says; null where the version in force reads no more."""
        version = version_on(policy.versions.all(), clock.today())
        return json.loads(policy_of(version).canonical_text) if version and can_read(version) else None


class TriggerOutput(Shape):
    """One firing of one rule, under the versions it fired under."""

    id = serializers.CharField(source="__str__", read_only=True)
    number = serializers.IntegerField(source="pk", read_only=True)
    objective = serializers.CharField(source="slug", read_only=True)
    team = serializers.CharField(read_only=True, help_text="It owned the objective when the rule fired.")
    decided_by = serializers.CharField(
        source="owner", read_only=True, help_text="It owns the objective now: while the trigger is open, it decides."
    )
    objective_version = serializers.IntegerField(source="version_number", read_only=True)
    policy = serializers.CharField(source="policy_slug", read_only=True)
    policy_version = serializers.IntegerField(source="policy_number", read_only=True)
    rule = serializers.ChoiceField(source="key", choices=RULES, read_only=True)
    asks = serializers.ChoiceField(
        choices=ASKS, read_only=True, allow_null=True, help_text="Null where that version of the policy reads no more."
    )
    sentence = serializers.CharField(source="asks_words", read_only=True)
    signers = serializers.ListField(child=serializers.CharField(), read_only=True)
    incident = serializers.SerializerMethodField(help_text="The incident that spent it, if the reader may know of it.")
    standing = serializers.SerializerMethodField()
    evaluation = serializers.IntegerField(source="evaluation_id", read_only=True, help_text="The result it fired on.")
    from_at = serializers.DateTimeField(read_only=True)
    met_since = serializers.DateTimeField(read_only=True, allow_null=True)
    closed_at = serializers.DateTimeField(read_only=True, allow_null=True)
    decisions = serializers.SerializerMethodField(help_text="Numbers under budget-decisions, oldest first.")

    def get_incident(self, one: Fired) -> str | None:
        """The incident's name."""
        hidden = self.context.get("hidden", frozenset())
        return one.incident if one.incident and one.incident not in hidden else None

    def get_standing(self, one: Fired) -> TriggerStanding:
        """Where it stands today."""
        return one.standing(clock.today())

    def get_decisions(self, one: Fired) -> list[int]:
        """Its decisions."""
        return [decision.pk for decision in one.decisions]


class BudgetDecisionOutput(serializers.ModelSerializer[BudgetDecision]):
    """What people decided; it holds once every role of the rule has signed."""

    id = serializers.IntegerField(source="pk", read_only=True)
    trigger = serializers.IntegerField(source="trigger_id", read_only=True)
    objective = serializers.CharField(source="trigger.objective.slug", read_only=True)
    team = serializers.CharField(source="team_then", read_only=True, help_text="It owned the objective on that day.")
    verb = serializers.ChoiceField(choices=[verb.value for verb in Verb], read_only=True)
    roles_signed = serializers.SerializerMethodField()
    roles_missing = serializers.SerializerMethodField()
    holds = serializers.SerializerMethodField()

    class Meta:
        model = BudgetDecision
        fields = (
            "id", "trigger", "objective", "team", "number", "verb", "sentence", "revisit_on", "written_at",
            "roles_signed", "roles_missing", "holds",
        )  # fmt: skip
        read_only_fields = fields

    def get_roles_signed(self, row: BudgetDecision) -> list[str]:
        """Roles that have signed."""
        return sorted(one.role for one in row.signatures.all())

    def get_roles_missing(self, row: BudgetDecision) -> list[str]:
        """Roles that have not; none where that version of the policy reads no more."""
        rule = rule_of(row.trigger)
        return list(roles_missing(rule, _signed(row))) if rule else []

    def get_holds(self, row: BudgetDecision) -> bool:
        """Every role has signed."""
        rule = rule_of(row.trigger)
        return rule is not None and Decided(Verb(row.verb), row.revisit_on, _signed(row)).holds(rule)


def _signed(row: BudgetDecision) -> tuple[Signed, ...]:
    given = sorted(row.signatures.all(), key=lambda one: one.pk)
    return tuple(Signed(one.signed_by_id, one.role, one.stands_in) for one in given)


class ReleaseAdviceOutput(Shape):
    """What a release should know; nothing is blocked by it."""

    service = serializers.CharField(read_only=True)
    advice = serializers.ChoiceField(choices=[advice.value for advice in Advice], read_only=True)
    sentence = serializers.CharField(read_only=True)
    url = serializers.CharField(read_only=True, help_text="The page of the objective that decides.", allow_null=True)
    triggers = TriggerOutput(source="fired", many=True, read_only=True)

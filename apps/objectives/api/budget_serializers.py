"""Objectives and their budgets as the API shows them: B, N, M and T exactly, ratios to nine places, the words."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.objectives.domain.burning import TierKey
from apps.objectives.domain.documents import decimal_text
from apps.objectives.domain.objective_words import (
    AlertKind,
    BudgetState,
    EvaluationCause,
    ExemptionCategory,
    Judge,
    Method,
    StateReason,
)
from apps.objectives.domain.promises import window_document
from apps.objectives.domain.windows import CALENDAR
from apps.objectives.models import BudgetDay, BudgetEvaluation, BurnAlert
from apps.objectives.queries.agreements import promise_of
from apps.objectives.queries.budget_documents import Stands, read_document, status_document

STATES = [state.value for state in BudgetState]
REASONS = [reason.value for reason in StateReason]
CAUSES = [cause.value for cause in EvaluationCause]
ALERT_KINDS = [kind.value for kind in AlertKind]
TIERS = [tier.value for tier in TierKey]
CATEGORIES = [category.value for category in ExemptionCategory]
CALENDARS = [grain.value for grain in CALENDAR]
Shape = serializers.Serializer[Any]


class RatioOutput(Shape):
    """A ratio to nine places, rounded against us, and as it is printed; null where nothing can be said."""

    value = serializers.CharField(read_only=True, allow_null=True)
    text = serializers.CharField(read_only=True)


class WindowOutput(Shape):
    """One of the two: so many rolling days, or a period of the calendar."""

    rolling_days = serializers.IntegerField(read_only=True, required=False)
    calendar = serializers.ChoiceField(choices=CALENDARS, read_only=True, required=False)


class StatusOutput(Shape):
    """Where an objective stands, in a few words and figures."""

    objective = serializers.CharField(read_only=True)
    version = serializers.IntegerField(read_only=True, help_text="The version of the promise that judged.")
    state = serializers.ChoiceField(choices=STATES, read_only=True)
    reason = serializers.ChoiceField(choices=REASONS, read_only=True)
    text = serializers.CharField(read_only=True)
    was = serializers.ChoiceField(choices=STATES, read_only=True, allow_null=True, help_text="The last judged state.")
    data_up_to = serializers.DateTimeField(read_only=True, allow_null=True)
    remaining = RatioOutput(read_only=True, allow_null=True)
    hours_left = RatioOutput(read_only=True, allow_null=True)
    keys_within = serializers.IntegerField(read_only=True, allow_null=True)
    keys_judged = serializers.IntegerField(read_only=True, allow_null=True)
    computed_at = serializers.DateTimeField(read_only=True, allow_null=True)


class ObjectiveOutput(Shape):
    """A promise as it is agreed today, and where it stands."""

    slug = serializers.CharField(source="agreed.objective.slug", read_only=True)
    name = serializers.CharField(source="agreed.promise.name", read_only=True)
    team = serializers.CharField(source="agreed.objective.owner_team.slug", read_only=True)
    service = serializers.CharField(source="agreed.indicator.service.slug", read_only=True)
    flow = serializers.CharField(source="agreed.indicator.flow.slug", read_only=True, default=None, allow_null=True)
    indicator = serializers.CharField(source="agreed.indicator.slug", read_only=True)
    version = serializers.IntegerField(source="agreed.version.number", read_only=True)
    target = serializers.SerializerMethodField(help_text="An exact share: 0.997.")
    window = serializers.SerializerMethodField()
    method = serializers.ChoiceField(source="agreed.promise.method", choices=[m.value for m in Method], read_only=True)
    judge = serializers.ChoiceField(source="agreed.promise.judge", choices=[j.value for j in Judge], read_only=True)
    revisit_on = serializers.DateField(source="agreed.promise.revisit_on", read_only=True)
    status = serializers.SerializerMethodField()

    def get_target(self, one: Stands) -> str:
        """The target in plain digits."""
        return decimal_text(one.agreed.promise.target)

    @extend_schema_field(WindowOutput)
    def get_window(self, one: Stands) -> Any:
        """The window."""
        return window_document(one.agreed.promise.window)

    @extend_schema_field(StatusOutput)
    def get_status(self, one: Stands) -> Any:
        """Where it stands."""
        return StatusOutput(status_document(one)).data


class BudgetOutput(Shape):
    """B bad of N counted units, over the basis M; A is what was agreed to."""

    bad = serializers.IntegerField(read_only=True)
    counted = serializers.IntegerField(read_only=True)
    basis = serializers.IntegerField(read_only=True)
    allowed = serializers.CharField(read_only=True)
    left = serializers.CharField(read_only=True, help_text="Negative where more failed than was agreed.")
    is_met = serializers.BooleanField(read_only=True)
    sli = RatioOutput(read_only=True)
    consumed = RatioOutput(read_only=True)
    remaining = RatioOutput(read_only=True)


class BudgetKeyOutput(Shape):
    """One tenant or segment with its own budget."""

    key = serializers.CharField(read_only=True)
    state = serializers.ChoiceField(choices=STATES, read_only=True)
    reason = serializers.ChoiceField(choices=REASONS, read_only=True)
    budget = BudgetOutput(read_only=True)


class WindowTimesOutput(Shape):
    """The stretch that is judged, and how many slices it should hold."""

    start = serializers.DateTimeField(read_only=True)
    end = serializers.DateTimeField(read_only=True)
    ends_at = serializers.DateTimeField(read_only=True, help_text="The end of the whole window.")
    readable_from = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="A new definition began then; nothing before it is read."
    )
    data_up_to = serializers.DateTimeField(read_only=True)
    slice_seconds = serializers.IntegerField(read_only=True)
    slices_elapsed = serializers.IntegerField(read_only=True)
    slices_to_come = serializers.IntegerField(read_only=True)


class BudgetExemptionOutput(Shape):
    """An exemption that takes slices out of the window."""

    number = serializers.IntegerField(read_only=True)
    start = serializers.DateTimeField(read_only=True)
    end = serializers.DateTimeField(read_only=True)
    category = serializers.ChoiceField(choices=CATEGORIES, read_only=True)
    keys = serializers.ListField(child=serializers.CharField(), read_only=True)


class ResultOutput(Shape):
    """The whole result; the budget before exemptions always stands beside."""

    target = serializers.CharField(read_only=True)
    target_text = serializers.CharField(read_only=True)
    method = serializers.ChoiceField(choices=[m.value for m in Method], read_only=True)
    judge = serializers.ChoiceField(choices=[j.value for j in Judge], read_only=True)
    window = WindowOutput(read_only=True)
    times = WindowTimesOutput(read_only=True)
    state = serializers.ChoiceField(choices=STATES, read_only=True)
    reason = serializers.ChoiceField(choices=REASONS, read_only=True)
    text = serializers.CharField(read_only=True)
    budget = BudgetOutput(read_only=True)
    raw = BudgetOutput(read_only=True)
    burn = RatioOutput(read_only=True)
    hours_left = RatioOutput(read_only=True)
    outage_left = RatioOutput(read_only=True)
    keys_within = serializers.IntegerField(read_only=True, allow_null=True)
    keys_judged = serializers.IntegerField(read_only=True, allow_null=True)
    keys_outside = serializers.ListField(child=serializers.CharField(), read_only=True)
    keys_unjudged = serializers.ListField(child=serializers.CharField(), read_only=True)
    hidden_by_total = serializers.ListField(child=serializers.CharField(), read_only=True)
    keys = BudgetKeyOutput(many=True, read_only=True)
    exemptions = BudgetExemptionOutput(many=True, read_only=True)


class CurrentResultOutput(ResultOutput):
    """The result as it stands, with the version that judged."""

    version = serializers.IntegerField(read_only=True)


class FormerResultOutput(CurrentResultOutput):
    """What the version before would say of the same counts, for one window length; it decides nothing."""

    until = serializers.DateTimeField(read_only=True)


class WholeBudgetOutput(CurrentResultOutput):
    """The result as it stands, and beside it that of the version before the last change of the promise."""

    former = FormerResultOutput(read_only=True, allow_null=True)


class TierOutput(Shape):
    """A burn alert of the promise; `left_out` says why it cannot ring."""

    tier = serializers.ChoiceField(choices=TIERS, read_only=True)
    kind = serializers.ChoiceField(choices=ALERT_KINDS, read_only=True)
    long_seconds = serializers.IntegerField(read_only=True)
    threshold = serializers.CharField(read_only=True)
    left_out = serializers.CharField(read_only=True)


class CalculationOutput(ResultOutput):
    """What the calculator answers; nothing of it is kept."""

    tiers = TierOutput(many=True, read_only=True)


class BudgetDayOutput(serializers.ModelSerializer[BudgetDay]):
    """Units of one local day; the empty key is the sum."""

    key = serializers.CharField(source="series.key", read_only=True, default="")

    class Meta:
        model = BudgetDay
        fields = ("day", "key", "bad", "counted", "raw_bad", "raw_counted", "seen", "unusable")
        read_only_fields = fields


class EvaluationOutput(serializers.ModelSerializer[BudgetEvaluation]):
    """A result that was kept for good: its address is the snapshot to cite."""

    number = serializers.IntegerField(source="pk", read_only=True)
    objective = serializers.CharField(source="objective.slug", read_only=True)
    team = serializers.CharField(source="team_then", read_only=True, help_text="It owned the objective on that day.")
    version = serializers.IntegerField(source="version.number", read_only=True)
    cause = serializers.ChoiceField(choices=CAUSES, read_only=True)
    state = serializers.ChoiceField(choices=STATES, read_only=True)
    sha256 = serializers.CharField(source="document_sha256", read_only=True, help_text="Of the result as it was kept.")

    class Meta:
        model = BudgetEvaluation
        fields: tuple[str, ...] = (
            "number", "objective", "team", "version", "cause", "as_of", "state", "bad", "counted", "basis", "raw_bad",
            "raw_counted", "sha256", "computed_at",
        )  # fmt: skip
        read_only_fields: tuple[str, ...] = fields


class WholeEvaluationOutput(EvaluationOutput):
    """The same with the whole result."""

    result = serializers.SerializerMethodField()

    class Meta(EvaluationOutput.Meta):
        fields = (*EvaluationOutput.Meta.fields, "result")
        read_only_fields = fields

    @extend_schema_field(CurrentResultOutput)
    def get_result(self, row: BudgetEvaluation) -> Any:
        """The result as it was written."""
        return read_document(row)


class BurnAlertOutput(serializers.ModelSerializer[BurnAlert]):
    """One opening of one tier, with the keys that burned; an empty key is the sum."""

    number = serializers.IntegerField(source="pk", read_only=True)
    objective = serializers.CharField(source="objective.slug", read_only=True)
    team = serializers.CharField(source="team_then", read_only=True, help_text="It owned the objective on that day.")
    version = serializers.IntegerField(source="version.number", read_only=True)
    target = serializers.SerializerMethodField()
    tier = serializers.ChoiceField(choices=TIERS, read_only=True)
    kind = serializers.ChoiceField(choices=ALERT_KINDS, read_only=True)
    keys = serializers.ListField(child=serializers.CharField(allow_blank=True), read_only=True)
    is_acknowledged = serializers.SerializerMethodField()

    class Meta:
        model = BurnAlert
        fields = (
            "number", "objective", "team", "version", "target", "tier", "kind", "keys", "from_at", "until_at",
            "is_acknowledged",
        )  # fmt: skip
        read_only_fields = fields

    def get_target(self, row: BurnAlert) -> str:
        """The target that burned."""
        return decimal_text(promise_of(row.version).target)

    def get_is_acknowledged(self, row: BurnAlert) -> bool:
        """Somebody looks after it."""
        return row.acknowledged_at is not None

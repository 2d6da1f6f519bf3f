"""What the API says about weekly reviews, their items and decisions; people stand on pages alone."""

from typing import Any

from rest_framework import serializers

from apps.reviews.domain.answers import OUTCOME_WORDS
from apps.reviews.models import Decision, FollowUp, Review
from apps.reviews.queries import evidence_shown, expected_document


class WeeklyReviewOutput(serializers.ModelSerializer[Review]):
    """A weekly review in a list."""

    team = serializers.SlugRelatedField(slug_field="slug", read_only=True)  # type: ignore[var-annotated]
    card = serializers.IntegerField(source="card_id", read_only=True, allow_null=True)

    class Meta:
        model = Review
        fields = [
            "id", "kind", "team", "period", "due_on", "state", "card", "computed_late", "generated_at", "opened_at",
            "closed_at", "snapshot_sha256",
        ]  # fmt: skip


class ItemAnswerOutput(serializers.Serializer[Any]):
    """How an item was answered; what a kind of answer does not say is left out."""

    kind = serializers.ChoiceField(choices=[(kind, kind) for kind in ("decision", "trigger", "deferral")])
    decision = serializers.IntegerField(required=False)
    verb = serializers.CharField(required=False)
    text = serializers.CharField()
    question = serializers.CharField(required=False)
    action = serializers.CharField(required=False, help_text="A-4.")
    follow_up_on = serializers.CharField(required=False, help_text="A day; empty where nothing is followed up.")


class ItemOutcomeOutput(serializers.Serializer[Any]):
    """What was confirmed of a decision that was due."""

    outcome = serializers.ChoiceField(choices=[(key.value, words) for key, words in OUTCOME_WORDS.items()])
    text = serializers.CharField()
    asks_again_on = serializers.CharField(help_text="A day; empty where it is settled.")


class ReviewItemOutput(serializers.Serializer[Any]):
    """One item of a review; `id` is null while the review waits to be opened."""

    id = serializers.IntegerField(source="pk", allow_null=True)
    rank = serializers.IntegerField()
    block = serializers.CharField(source="rule.block.value")
    rule = serializers.CharField(source="rule.value")
    subject = serializers.CharField()
    sentence = serializers.CharField()
    prompt = serializers.CharField()
    evidence = serializers.CharField(source="evidence_url")
    shown = serializers.JSONField(source="evidence_data", help_text="The figures behind the sentence.")
    is_open = serializers.BooleanField()
    is_counted_only = serializers.BooleanField(help_text="Beyond the twelve most urgent: it asks for no answer.")
    deferrals_used = serializers.IntegerField()
    revision = serializers.IntegerField()
    answer = ItemAnswerOutput(allow_null=True)
    outcome = ItemOutcomeOutput(allow_null=True)


class ExpectedOutput(serializers.Serializer[Any]):
    """What a decision should move, which way, and by when."""

    definition = serializers.CharField()
    direction = serializers.CharField()
    by_on = serializers.CharField()


class FollowUpOutput(serializers.ModelSerializer[FollowUp]):
    """How a decision turned out."""

    class Meta:
        model = FollowUp
        fields = ["outcome", "sentence", "asks_again_on", "confirmed_at", "verdict_sha256"]


class DecisionOutput(serializers.ModelSerializer[Decision]):
    """A decision in the register."""

    team = serializers.SlugRelatedField(slug_field="slug", read_only=True)  # type: ignore[var-annotated]
    review = serializers.SerializerMethodField()
    action = serializers.SerializerMethodField()
    expected = serializers.SerializerMethodField()
    outcome = serializers.CharField(allow_null=True, help_text="What was confirmed last; null until then.")
    is_superseded = serializers.BooleanField(help_text="A later answer to the same item holds.")

    class Meta:
        model = Decision
        fields = [
            "id", "team", "review", "number", "verb", "rule", "subject", "text", "question", "action", "expected",
            "follow_up_on", "decided_at", "outcome", "is_superseded", "evidence_sha256",
        ]  # fmt: skip

    def get_review(self, decision: Decision) -> int | None:
        """The review in which it was decided."""
        return decision.item.review_id if decision.item else None

    def get_action(self, decision: Decision) -> str:
        """The action that carries it out, as in A-4."""
        return str(decision.action) if decision.action else ""

    def get_expected(self, decision: Decision) -> dict[str, str] | None:
        """What it should move."""
        return expected_document(decision)


class WholeDecisionOutput(DecisionOutput):
    """A decision with its evidence as it was, and how it turned out."""

    evidence = serializers.SerializerMethodField()
    follow_ups = FollowUpOutput(many=True, read_only=True)

    class Meta(DecisionOutput.Meta):
        fields = [*DecisionOutput.Meta.fields, "evidence", "follow_ups"]

    def get_evidence(self, decision: Decision) -> dict[str, Any]:
        """What was shown when it was decided, as this reader may see it."""
        return dict(evidence_shown(decision, by=self.context["request"].principal))

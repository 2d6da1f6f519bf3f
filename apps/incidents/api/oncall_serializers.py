"""Pages, alert rules and on-call profiles as the API reads and shows them; nobody who answered is anywhere."""

from typing import Any

from rest_framework import serializers

from apps.core.inputs import Input
from apps.incidents.domain.page_words import Bucket, EndReason, Label, Signal, Urgency
from apps.incidents.models import AlertRule, OnCallProfile, Page
from apps.services.models import Service
from apps.teams.models import Team


class PageOutput(serializers.ModelSerializer[Page]):
    """A page: when it fired, how it ended, and what follows on the wall clock of the team that was called."""

    id = serializers.SerializerMethodField(help_text="As facts and timelines name it: P-12.")
    number = serializers.IntegerField(source="pk", read_only=True)
    team = serializers.SlugRelatedField[Team](slug_field="slug", read_only=True)
    service = serializers.SlugRelatedField[Service](slug_field="slug", read_only=True)
    rule = serializers.CharField(source="rule.name", read_only=True)
    rule_number = serializers.IntegerField(source="rule_id", read_only=True)
    urgency = serializers.ChoiceField(choices=[u.value for u in Urgency], read_only=True)
    end_reason = serializers.ChoiceField(choices=[e.value for e in EndReason], read_only=True)
    bucket = serializers.ChoiceField(choices=[b.value for b in Bucket], read_only=True)
    label = serializers.ChoiceField(  # type: ignore[assignment]
        choices=["", *(x.value for x in Label)], read_only=True
    )
    incident = serializers.SerializerMethodField(help_text="The incident it belongs to, if the reader may see it.")

    class Meta:
        model = Page
        fields = (
            "id", "number", "team", "service", "rule", "rule_number", "external_key", "fired_at", "acknowledged_at",
            "ended_at", "end_reason", "urgency", "bucket", "night", "repeat", "woke", "label", "incident",
            "recorded_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_id(self, page: Page) -> str:
        """The name of the page in facts."""
        return f"P-{page.pk}"

    def get_incident(self, page: Page) -> str | None:
        """The name of the incident; null where there is none that the reader may see."""
        seen = self.context.get("incidents", frozenset())
        return f"I-{page.incident_id}" if page.incident_id in seen else None


class PageItemInput(serializers.Serializer[Any]):
    """A page as a tool reports it; each item is judged by itself."""

    external_key = serializers.CharField(max_length=200, help_text="The sender's name for it.")
    service = serializers.CharField(max_length=50)
    fired_at = serializers.DateTimeField()
    team = serializers.CharField(
        max_length=50, required=False, help_text="Who was called, if not the owner of the service at that time."
    )
    rule = serializers.CharField(max_length=200, required=False, help_text="The rule that fired.")
    urgency = serializers.ChoiceField(choices=[u.value for u in Urgency], default="high")
    acknowledged_at = serializers.DateTimeField(required=False)
    ended_at = serializers.DateTimeField(required=False)
    end_reason = serializers.ChoiceField(choices=[e.value for e in EndReason], required=False)
    incident = serializers.CharField(max_length=20, required=False, help_text="The incident it belongs to: I-12.")


class PagesInput(Input):
    """1 to 1,000 pages."""

    pages = PageItemInput(many=True)


class PageFaultOutput(serializers.Serializer[Any]):
    """One fault of an item."""

    pointer = serializers.CharField(read_only=True, help_text="JSON Pointer from the root of the batch.")
    code = serializers.CharField(read_only=True)
    detail = serializers.CharField(read_only=True)


class PageResultOutput(serializers.Serializer[Any]):
    """What became of one item; `errors` stand at rejected ones only."""

    outcome = serializers.ChoiceField(choices=["created", "updated", "unchanged", "rejected"], read_only=True)
    id = serializers.CharField(read_only=True, required=False)
    errors = PageFaultOutput(many=True, read_only=True, required=False)  # type: ignore[assignment]


class PageBatchOutput(serializers.Serializer[Any]):
    """Results in the order of the items; with status 422 they stand beside the problem details."""

    stored = serializers.IntegerField(read_only=True)
    rejected = serializers.IntegerField(read_only=True)
    results = PageResultOutput(many=True, read_only=True)


class AlertRuleOutput(serializers.ModelSerializer[AlertRule]):
    """A rule that pages, made when it first did."""

    number = serializers.IntegerField(source="pk", read_only=True)
    service = serializers.SlugRelatedField[Service](slug_field="slug", read_only=True)
    signal = serializers.ChoiceField(choices=[s.value for s in Signal], read_only=True)

    class Meta:
        model = AlertRule
        fields = ("number", "service", "name", "signal", "runbook_url", "first_seen_at")
        read_only_fields = fields


class OnCallProfileOutput(serializers.ModelSerializer[OnCallProfile]):
    """How a team is on call from a time on; the newest that has begun holds."""

    team = serializers.SlugRelatedField[Team](slug_field="slug", read_only=True)

    class Meta:
        model = OnCallProfile
        fields = (
            "team", "from_at", "zone", "starts_minute", "ends_minute", "cover", "acknowledgement_seconds",
            "escalation", "reason", "written_at",
        )  # fmt: skip
        read_only_fields = fields

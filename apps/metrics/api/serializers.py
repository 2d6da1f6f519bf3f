"""What the API says about definitions, versions, targets and specs; no person stands in any of it."""

import json
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.metrics import queries
from apps.metrics.domain.canonical import canonical_text, sha256_of
from apps.metrics.domain.contracts import Movement
from apps.metrics.domain.sentences import say_spec
from apps.metrics.domain.spec import Spec
from apps.metrics.models import DefinitionVersion, MetricDefinition, Target


class PromptOutput(serializers.Serializer[Any]):
    """A question for a movement, about the system."""

    movement = serializers.ChoiceField(choices=[(m.value, m.value) for m in Movement])
    text = serializers.CharField()


class ContractOutput(serializers.Serializer[Any]):
    """What was agreed on around the spec."""

    purpose = serializers.CharField()
    decision = serializers.CharField()
    data_source = serializers.CharField()
    cadence = serializers.CharField()
    escalation = serializers.CharField()
    pitfall = serializers.CharField()
    pair = serializers.CharField(help_text="Short name of the metric that is read beside this one.")
    prompts = PromptOutput(many=True)


class VersionRowOutput(serializers.ModelSerializer[DefinitionVersion]):
    """A version in a few words."""

    unit = serializers.SerializerMethodField()
    direction = serializers.SerializerMethodField()
    sentence = serializers.SerializerMethodField()

    class Meta:
        model = DefinitionVersion
        fields = ["number", "name", "unit", "direction", "sentence", "effective_from", "governs_from", "spec_sha256"]

    def get_unit(self, version: DefinitionVersion) -> str:
        """The unit of its values."""
        return queries.spec_of(version).unit

    def get_direction(self, version: DefinitionVersion) -> str:
        """Which way is better."""
        return queries.spec_of(version).direction.value

    def get_sentence(self, version: DefinitionVersion) -> str:
        """The rule in words."""
        return say_spec(queries.spec_of(version))


class VersionOutput(VersionRowOutput):
    """A version with its spec and contract."""

    definition = serializers.SlugRelatedField(slug_field="slug", read_only=True)  # type: ignore[var-annotated]
    proposal = serializers.IntegerField(source="proposal.number", help_text="Number of the proposal that agreed on it.")
    notes = serializers.ListField(
        child=serializers.CharField(), help_text="Sentences in which a steward dismissed requests for changes."
    )
    spec = serializers.SerializerMethodField()
    contract = ContractOutput()

    class Meta(VersionRowOutput.Meta):
        fields = [
            "definition", *VersionRowOutput.Meta.fields, "meaning_number", "reason", "at_once_reason", "notes",
            "proposal", "adopted_at", "spec", "contract",
        ]  # fmt: skip

    def get_spec(self, version: DefinitionVersion) -> dict[str, Any]:
        """The document with every default written out."""
        document: dict[str, Any] = json.loads(version.spec_text)
        return document


class BreakOutput(serializers.Serializer[Any]):
    """A day from which another meaning counts, so that nothing is compared across it."""

    on = serializers.DateField(source="day", help_text="First day of the first period read by the new version.")
    old_version = serializers.IntegerField(source="old")
    new_version = serializers.IntegerField(source="new")
    differences = serializers.ListField(
        source="said", child=serializers.CharField(), help_text="What is read differently, the weightiest first."
    )


class DefinitionOutput(serializers.ModelSerializer[MetricDefinition]):
    """A definition with the version in force today, or null before its first day."""

    owner_team = serializers.SlugRelatedField(slug_field="slug", read_only=True)  # type: ignore[var-annotated]
    replaced_by = serializers.SlugRelatedField(  # type: ignore[var-annotated]
        slug_field="slug", read_only=True, help_text="What to read instead of a definition that leaves or has left."
    )
    former_slugs = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="Short names it had; their addresses lead on here."
    )
    in_force = serializers.SerializerMethodField()
    breaks = serializers.SerializerMethodField()
    newest_number = serializers.SerializerMethodField()

    class Meta:
        model = MetricDefinition
        fields = [
            "slug", "former_slugs", "lens", "owner_team", "created_at", "lifecycle", "deprecated_on", "sunset_on",
            "retired_on", "replaced_by", "newest_number", "in_force",
            "breaks",
        ]  # fmt: skip

    @extend_schema_field(VersionRowOutput(allow_null=True))
    def get_in_force(self, definition: MetricDefinition) -> Any:
        """The version by which the present week is read."""
        version = queries.version_in_force(definition)
        return VersionRowOutput(version).data if version else None

    @extend_schema_field(BreakOutput(many=True))
    def get_breaks(self, definition: MetricDefinition) -> Any:
        """Where its series begins anew, oldest first."""
        return BreakOutput(queries.list_breaks(definition.versions.all()), many=True).data

    def get_newest_number(self, definition: MetricDefinition) -> int:
        """The highest number, also of a version that comes into force later."""
        return max((version.number for version in definition.versions.all()), default=0)


class TargetOutput(serializers.ModelSerializer[Target]):
    """What a team means to reach in a quarter; the highest number of a definition, team and quarter holds."""

    definition = serializers.SlugRelatedField(slug_field="slug", read_only=True)  # type: ignore[var-annotated]
    team = serializers.SlugRelatedField(slug_field="slug", read_only=True)  # type: ignore[var-annotated]
    proposal = serializers.IntegerField(source="proposal.number", help_text="Number of the proposal that agreed on it.")

    class Meta:
        model = Target
        fields = [
            "id", "definition", "team", "quarter", "number", "comparison", "value", "version_number",
            "baseline_period", "baseline_value", "baseline_lower", "baseline_upper", "baseline_n", "reason",
            "heroic_reason", "judges_from", "proposal", "agreed_at",
        ]  # fmt: skip


class ReadSpecOutput(serializers.Serializer[Any]):
    """What a spec says once it has been read; nothing is stored."""

    valid = serializers.BooleanField()
    sentence = serializers.CharField()
    canonical = serializers.CharField(help_text="The text that would be stored and hashed.")
    spec_sha256 = serializers.CharField()

    @classmethod
    def of(cls, spec: Spec) -> "ReadSpecOutput":
        """The answer for a spec without faults."""
        text = canonical_text(spec)
        return cls({"valid": True, "sentence": say_spec(spec), "canonical": text, "spec_sha256": sha256_of(text)})

"""Indicators, the servers they are pulled from, and slices as the API shows them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.core import clock
from apps.objectives.domain.indicator_words import Dimension, IndicatorKind, SampleSource
from apps.objectives.domain.monitoring_words import PullFault, say_fault
from apps.objectives.models import Indicator, IndicatorRead, IndicatorVersion, MonitoringSource, Sample, SampleBatch
from apps.objectives.queries.agreements import indicator_version_on, spec_of
from apps.services.models import CriticalFlow, Service
from apps.teams.models import Team


class IndicatorVersionOutput(serializers.ModelSerializer[IndicatorVersion]):
    """One statement of what is counted and what of it is good; `spec` is as it was agreed."""

    kind = serializers.ChoiceField(choices=[k.value for k in IndicatorKind], read_only=True)
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=[s.value for s in SampleSource], read_only=True
    )
    dimension = serializers.ChoiceField(choices=[d.value for d in Dimension], read_only=True)
    spec = serializers.SerializerMethodField()

    class Meta:
        model = IndicatorVersion
        fields = (
            "number", "name", "kind", "source", "dimension", "slice_seconds", "meaning_number", "effective_from",
            "reason", "adopted_at", "spec",
        )  # fmt: skip
        read_only_fields = fields

    def get_spec(self, version: IndicatorVersion) -> dict[str, Any]:
        """The statement with every default written out."""
        return spec_of(version).as_document()


class IndicatorReadOutput(serializers.ModelSerializer[IndicatorRead]):
    """How far the reading of an indicator came, and what keeps it."""

    fault = serializers.ChoiceField(choices=["", *(f.value for f in PullFault)], read_only=True)
    fault_words = serializers.SerializerMethodField(help_text="What to do about the fault.")

    class Meta:
        model = IndicatorRead
        fields = ("begins_at", "watermark", "heard_at", "failures", "fault", "fault_words", "notes", "others")
        read_only_fields = fields

    def get_fault_words(self, read: IndicatorRead) -> str:
        """The sentence of the fault; empty where there is none."""
        return say_fault(read.fault, is_resting=read.is_resting)


class IndicatorOutput(serializers.ModelSerializer[Indicator]):
    """An indicator: whose it is, the version in force, and how its samples come."""

    service = serializers.SlugRelatedField[Service](slug_field="slug", read_only=True)
    flow = serializers.SlugRelatedField[CriticalFlow](slug_field="slug", read_only=True, allow_null=True)
    team = serializers.SlugRelatedField[Team](source="owner_team", slug_field="slug", read_only=True)
    version = serializers.SerializerMethodField(help_text="The version in force today; null before its first day.")
    reading = serializers.SerializerMethodField(help_text="Null where nothing is pulled or counted from tickets.")

    class Meta:
        model = Indicator
        fields = ("slug", "service", "flow", "team", "retired_on", "version", "reading")
        read_only_fields = fields

    @extend_schema_field(IndicatorVersionOutput(allow_null=True))
    def get_version(self, indicator: Indicator) -> Any:
        """The version in force today."""
        found = indicator_version_on(indicator.versions.all(), clock.today())
        return IndicatorVersionOutput(found).data if found else None

    @extend_schema_field(IndicatorReadOutput(allow_null=True))
    def get_reading(self, indicator: Indicator) -> Any:
        """The duty of reading it."""
        read = getattr(indicator, "read", None)
        return IndicatorReadOutput(read).data if read else None


class MonitoringSourceOutput(serializers.ModelSerializer[MonitoringSource]):
    """A server that counts are pulled from; its address and token are the administrators' matter."""

    class Meta:
        model = MonitoringSource
        fields = ("slug", "name", "is_active", "registered_at")
        read_only_fields = fields


class SampleBatchOutput(serializers.ModelSerializer[SampleBatch]):
    """Who delivered counts, and when."""

    class Meta:
        model = SampleBatch
        fields = ("channel", "sender", "received_at")
        read_only_fields = fields


class SampleOutput(serializers.ModelSerializer[Sample]):
    """One slice of one key, with the batches that brought it first and last."""

    key = serializers.CharField(source="series.key", read_only=True)
    slice_start = serializers.DateTimeField(source="starts_at", read_only=True)
    is_usable = serializers.BooleanField(source="counts.is_usable", read_only=True)
    first_batch = SampleBatchOutput(read_only=True)
    last_batch = SampleBatchOutput(read_only=True)

    class Meta:
        model = Sample
        fields = ("key", "slice_start", "good", "valid", "total", "is_usable", "first_batch", "last_batch")
        read_only_fields = fields

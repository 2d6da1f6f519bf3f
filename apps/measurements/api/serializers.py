"""What the API says about measurements; numbers are unrounded and decimals are text."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.core import clock
from apps.measurements.domain.readings import Reason
from apps.measurements.domain.subjects import SubjectKind
from apps.measurements.domain.verdicts import Status
from apps.measurements.evidence import Evidence, EvidenceRow
from apps.measurements.queries import Listed


@extend_schema_field({"type": ["string", "null"], "format": "decimal"})
class ExactField(serializers.Field[Any, Any, Any, Any]):
    """A number as the shortest text that reads back as the same number; null where there is none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: float) -> str:
        """The text."""
        return repr(value)


class MeasurementOutput(serializers.Serializer[Any]):
    """One value with everything that must stand beside it."""

    id = serializers.CharField(source="name")
    definition = serializers.CharField(source="cell.slug")
    version = serializers.IntegerField(source="cell.version_number")
    subject_kind = serializers.ChoiceField(
        source="cell.subject.kind", choices=[(k.value, k.value) for k in SubjectKind]
    )
    subject = serializers.CharField(source="address")
    period = serializers.CharField(source="cell.period.key")
    start = serializers.SerializerMethodField()
    end = serializers.SerializerMethodField()
    zone = serializers.SerializerMethodField()
    part = serializers.CharField(source="cell.part")
    status = serializers.ChoiceField(source="cell.reading.status", choices=[(s.value, s.value) for s in Status])
    paused = serializers.SerializerMethodField(help_text="A freeze or an exemption covers more than a quarter of it.")
    paused_reason = serializers.SerializerMethodField(help_text="What pauses its judging; empty where nothing does.")
    unit = serializers.CharField(source="cell.unit")
    value = ExactField(source="row.value")
    lower = ExactField(source="row.lower")
    upper = ExactField(source="row.upper")
    level = serializers.SerializerMethodField(help_text="Of the interval; null where there is none.")
    at_least = serializers.BooleanField(source="row.at_least", help_text="Unfinished spans reach the value.")
    n = serializers.IntegerField(source="row.n")
    clusters = serializers.IntegerField(source="row.clusters", allow_null=True)
    numerator = serializers.IntegerField(source="row.numerator")
    denominator = serializers.IntegerField(source="row.denominator")
    left_out = serializers.IntegerField(source="row.left_out")
    unattributed = serializers.IntegerField(source="row.unattributed")
    services_owned = serializers.IntegerField(source="row.services_owned")
    services_connected = serializers.IntegerField(source="row.services_connected")
    data_up_to = serializers.DateTimeField(source="cell.data_up_to", allow_null=True)
    final_at = serializers.DateTimeField(source="row.final_at")
    computed_at = serializers.DateTimeField(source="row.run.computed_at")
    watermark = serializers.DictField(source="row.run.watermark", child=serializers.IntegerField())
    stale = serializers.BooleanField(help_text="A recompute request near this subject is open.")

    def get_paused(self, listed: Listed) -> bool:
        """The value is shown and not judged."""
        return listed.cell.reading.reason is Reason.PAUSED

    def get_paused_reason(self, listed: Listed) -> str:
        """The freezes and exemptions in words: `launch freeze 3–17 Aug`."""
        return listed.cell.reading.detail if self.get_paused(listed) else ""

    @extend_schema_field({"type": ["string", "null"]})
    def get_level(self, listed: Listed) -> str | None:
        """95 % where there is an interval."""
        return "0.95" if listed.row.lower is not None or listed.row.upper is not None else None

    @extend_schema_field({"type": "string", "format": "date-time"})
    def get_start(self, listed: Listed) -> str:
        """The first instant, with the offset of the reporting zone."""
        zone = clock.reporting_zone()
        return listed.cell.period.starts_at(zone).astimezone(zone).isoformat()

    @extend_schema_field({"type": "string", "format": "date-time"})
    def get_end(self, listed: Listed) -> str:
        """The first instant after the period, with the offset of the reporting zone."""
        zone = clock.reporting_zone()
        return listed.cell.period.ends_at(zone).astimezone(zone).isoformat()

    def get_zone(self, listed: Listed) -> str:
        """The reporting zone."""
        return str(clock.reporting_zone())


class EvidenceRowOutput(serializers.Serializer[Any]):
    """One fact that a cell could have counted."""

    fact_source = serializers.CharField(source="source")
    service = serializers.SerializerMethodField()
    key = serializers.SerializerMethodField(help_text="Empty for what this reader may not know of; it counts.")
    at = serializers.DateTimeField(help_text="The instant that decides its period.")
    seconds = serializers.FloatField(allow_null=True, help_text="Its length, for spans.")
    in_numerator = serializers.BooleanField()
    partner = serializers.SerializerMethodField(help_text="Key of the fact it is linked to, if it names one.")
    reason = serializers.SerializerMethodField()

    def get_service(self, row: EvidenceRow) -> str:
        """Short name of the service."""
        return str(self.context["services"][row.service_id])

    def get_key(self, row: EvidenceRow) -> str:
        """Key of the fact."""
        return "" if (row.source, row.key) in self.context["hidden"] else row.key

    def get_partner(self, row: EvidenceRow) -> str:
        """Key of the fact it is linked to."""
        return "" if (row.source, row.key) in self.context["hidden"] else row.partner

    def get_reason(self, row: EvidenceRow) -> str:
        """`counted`, or why it is left out."""
        return row.reason.name.lower()


class EvidenceOutput(serializers.Serializer[Any]):
    """The facts behind a number: how many for each reason, and the newest of each."""

    counts = serializers.SerializerMethodField()
    as_of = serializers.DateTimeField()
    watermark = serializers.DictField(child=serializers.IntegerField())
    facts = EvidenceRowOutput(source="rows", many=True)

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "integer"}})
    def get_counts(self, evidence: Evidence) -> dict[str, Any]:
        """How many facts by reason."""
        return {reason.name.lower(): count for reason, count in evidence.counts.items()}

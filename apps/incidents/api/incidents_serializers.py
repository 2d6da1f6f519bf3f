"""Incidents as the API reads and shows them; nobody who said something stands in them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.core.inputs import Input, InstantField
from apps.incidents.domain.change_links import Link
from apps.incidents.domain.incident_words import (
    DetectedBy,
    IncidentKind,
    IncidentStatus,
    LinkedFact,
    LinkKind,
    MilestoneKind,
    ServiceRole,
    StatementOrigin,
    Visibility,
)
from apps.incidents.domain.statements import Moment
from apps.incidents.models import Incident, IncidentService, Milestone, SeverityChange, SeverityPolicy, TimelineEntry
from apps.incidents.operations.reporting import Touched
from apps.incidents.presenting_incidents import durations_of
from apps.services.models import Service
from apps.teams.models import Team


def _choices(words: Any) -> list[tuple[str, str]]:
    return [(one.value, one.name) for one in words]


class TouchedServiceOutput(serializers.ModelSerializer[IncidentService]):
    """A service it began in or touched."""

    service = serializers.SlugRelatedField[Service](slug_field="slug", read_only=True)
    role = serializers.ChoiceField(choices=_choices(ServiceRole))

    class Meta:
        model = IncidentService
        fields = ("service", "role", "flow", "tenant")
        read_only_fields = fields


class IncidentOutput(serializers.ModelSerializer[Incident]):
    """An incident with its times as they hold; `durations` are seconds, or the reason why there are none."""

    id = serializers.CharField(source="__str__", read_only=True)
    number = serializers.IntegerField(source="pk", read_only=True)
    kind = serializers.ChoiceField(choices=_choices(IncidentKind))
    status = serializers.ChoiceField(choices=_choices(IncidentStatus))
    visibility = serializers.ChoiceField(choices=_choices(Visibility))
    team = serializers.SlugRelatedField[Team](slug_field="slug", source="owner_team", read_only=True)
    services = TouchedServiceOutput(many=True, read_only=True)
    detected_by = serializers.ChoiceField(choices=_choices(DetectedBy))
    duplicate_of = serializers.SerializerMethodField()
    flags = serializers.ListField(child=serializers.CharField(), read_only=True)
    durations = serializers.SerializerMethodField()

    class Meta:
        model = Incident
        fields = (
            "id", "number", "revision", "title", "summary", "kind", "status", "team", "services", "detected_by",
            "severity_worst", "severity_final", "started_at", "start_assumed", "detected_at", "acknowledged_at",
            "mitigated_at", "first_resolved_at", "resolved_at", "is_over", "intervals", "durations", "flags",
            "visibility", "exclusion", "exclusion_reason", "duplicate_of", "source", "external_key", "external_url",
            "reported_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_duplicate_of(self, incident: Incident) -> str | None:
        """The incident it repeats, where everybody may know of that one."""
        root = incident.duplicate_of
        return str(root) if root is not None and root.visibility == Visibility.OPEN else None

    def get_durations(self, incident: Incident) -> dict[str, Any]:
        """Seconds or the reason why there are none, by what is measured."""
        return durations_of(incident)


class MilestoneOutput(serializers.ModelSerializer[Milestone]):
    """One statement about a moment; without `at` it cannot be known."""

    kind = serializers.ChoiceField(choices=_choices(MilestoneKind))
    origin = serializers.ChoiceField(choices=_choices(StatementOrigin))

    class Meta:
        model = Milestone
        fields = ("kind", "interval", "at", "origin", "source", "reason", "recorded_at")
        read_only_fields = fields


class SeverityOutput(serializers.ModelSerializer[SeverityChange]):
    """One statement of a level from a time on."""

    origin = serializers.ChoiceField(choices=_choices(StatementOrigin))

    class Meta:
        model = SeverityChange
        fields = ("level", "reported_as", "at", "origin", "source", "reason", "recorded_at")
        read_only_fields = fields


class TimelineOutput(serializers.ModelSerializer[TimelineEntry]):
    """A line of the story."""

    class Meta:
        model = TimelineEntry
        fields = (
            "id", "at", "ended_at", "text", "evidence_url", "fact_source", "fact_key", "source", "external_key",
            "is_hidden", "revision",
        )  # fmt: skip
        read_only_fields = fields


class LinkOutput(serializers.Serializer[Link]):
    """What holds of a deployment or change and the incident."""

    kind = serializers.ChoiceField(choices=_choices(LinkKind))
    fact = serializers.CharField()
    service = serializers.CharField()
    key = serializers.CharField()
    state = serializers.CharField()
    origin = serializers.CharField()
    reason = serializers.CharField()


class OneIncidentOutput(IncidentOutput):
    """One incident with everything that was said of it."""

    milestones = MilestoneOutput(many=True, read_only=True)
    severity_changes = SeverityOutput(many=True, read_only=True)
    timeline = TimelineOutput(many=True, read_only=True)
    links = serializers.SerializerMethodField()

    class Meta:
        model = Incident
        fields = (*IncidentOutput.Meta.fields, "milestones", "severity_changes", "timeline", "links")
        read_only_fields = fields

    @extend_schema_field(LinkOutput(many=True))
    def get_links(self, incident: Incident) -> Any:
        """What holds of each deployment and change it was linked to."""
        return LinkOutput(self.context["links"], many=True).data


class PolicyOutput(serializers.ModelSerializer[SeverityPolicy]):
    """What each level means and asks for, from a time on."""

    levels = serializers.ListField(child=serializers.DictField(), read_only=True)

    class Meta:
        model = SeverityPolicy
        fields = ("from_at", "levels", "reason")
        read_only_fields = fields


class ChangeCandidateOutput(serializers.Serializer[Any]):
    """A deployment of the 72 hours before impact."""

    service = serializers.CharField()
    key = serializers.CharField()
    finished_at = serializers.DateTimeField()
    seconds_before = serializers.IntegerField()
    is_affected = serializers.BooleanField()


class LineCandidateOutput(serializers.Serializer[Any]):
    """A line that the facts around the incident offer."""

    source = serializers.CharField()  # type: ignore[assignment]
    service = serializers.CharField()
    key = serializers.CharField()
    at = serializers.DateTimeField()
    text = serializers.CharField()


class CandidatesOutput(serializers.Serializer[Any]):
    """What may belong to an incident; computed, never stored."""

    changes = ChangeCandidateOutput(many=True)
    timeline = LineCandidateOutput(many=True)


class ServiceInput(Input):
    """A service it began in (at most one) or touched, by its short name."""

    service = serializers.CharField(max_length=50)
    role = serializers.ChoiceField(choices=_choices(ServiceRole), required=False)
    flow = serializers.CharField(max_length=60, required=False, allow_blank=True)
    tenant = serializers.CharField(max_length=60, required=False, allow_blank=True)

    @staticmethod
    def touched(values: dict[str, Any]) -> Touched:
        """The service as the operation takes it."""
        role = ServiceRole(values.get("role", ServiceRole.AFFECTED))
        return Touched(values["service"], role, values.get("flow", ""), values.get("tenant", ""))


class MomentInput(Input):
    """When a moment was; null: this cannot be known."""

    kind = serializers.ChoiceField(choices=_choices(MilestoneKind))
    at = InstantField(allow_null=True)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)


class IncidentInput(Input):
    """A report; repeated under the same `external_key` it adds what is new, and so does an open `dedup_key`.

    A level that the policy does not know comes as `severity_as` and is flagged.
    """

    title = serializers.CharField(max_length=200)
    summary = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    kind = serializers.ChoiceField(choices=_choices(IncidentKind), required=False)
    services = ServiceInput(many=True)
    detected_by = serializers.ChoiceField(choices=_choices(DetectedBy), required=False)
    milestones = MomentInput(many=True, required=False)
    severity = serializers.IntegerField(min_value=1, max_value=9, required=False, allow_null=True)
    severity_as = serializers.CharField(max_length=60, required=False, allow_blank=True)
    external_key = serializers.CharField(max_length=200, required=False)
    dedup_key = serializers.CharField(max_length=200, required=False)
    external_url = serializers.URLField(max_length=500, required=False, allow_blank=True)

    @staticmethod
    def asked(values: dict[str, Any]) -> dict[str, Any]:
        """The input of `report_incident`."""
        return {
            **values,
            "kind": IncidentKind(values.get("kind", IncidentKind.INCIDENT)),
            "detected_by": DetectedBy(values.get("detected_by", DetectedBy.UNKNOWN)),
            "services": [ServiceInput.touched(one) for one in values["services"]],
            "milestones": [
                Moment(MilestoneKind(one["kind"]), one["at"], one.get("reason", ""))
                for one in values.get("milestones", ())
            ],
        }


class IncidentBatchInput(Input):
    """Up to 100 reports; each stands alone and keeps its place in the answer."""

    incidents = serializers.ListField(child=serializers.DictField(), min_length=1, max_length=100)


class IncidentBatchOutput(serializers.Serializer[Any]):
    """What became of each report, in order."""

    stored = serializers.IntegerField()
    rejected = serializers.IntegerField()
    results = serializers.ListField(child=serializers.DictField())


class EditInput(Input):
    """What an incident is called; times are said as milestones."""

    title = serializers.CharField(max_length=200, required=False)
    summary = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    kind = serializers.ChoiceField(choices=_choices(IncidentKind), required=False)
    detected_by = serializers.ChoiceField(choices=_choices(DetectedBy), required=False)
    external_url = serializers.URLField(max_length=500, required=False, allow_blank=True)


class MilestoneInput(MomentInput):
    """A statement about a moment; `interval` names the one it is about, from 1."""

    interval = serializers.IntegerField(min_value=0, max_value=99, required=False)


class SeverityInput(Input):
    """The level that holds from `at` (default: now); what the policy does not know comes as `reported_as`."""

    level = serializers.IntegerField(min_value=1, max_value=9, required=False, allow_null=True)
    reported_as = serializers.CharField(max_length=60, required=False, allow_blank=True)
    at = InstantField(required=False, allow_null=True)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)


class LineInput(Input):
    """A line of the story; repeated under the same `external_key` it says anew what stood there."""

    at = InstantField()
    ended_at = InstantField(required=False, allow_null=True)
    text = serializers.CharField(max_length=2000)
    evidence_url = serializers.URLField(max_length=500, required=False, allow_blank=True)
    external_key = serializers.CharField(max_length=200, required=False)


class LinkInput(Input):
    """A deployment (or change) of a service that caused, mitigated or fixed it, by the key it is reported under."""

    kind = serializers.ChoiceField(choices=_choices(LinkKind))
    service = serializers.CharField(max_length=50)
    key = serializers.CharField(max_length=200)
    fact = serializers.ChoiceField(choices=_choices(LinkedFact), required=False)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)

"""Chart marks as the API reads and shows them."""

from rest_framework import serializers

from apps.annotations.domain import AnnotationKind
from apps.annotations.models import Annotation
from apps.core.inputs import Input, InstantField
from apps.services.models import Service
from apps.teams.models import Team


class AnnotationOutput(serializers.ModelSerializer[Annotation]):
    """A mark on a team, a service, or (both null) the organisation."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    kind = serializers.ChoiceField(choices=[(k.value, k.name) for k in AnnotationKind])
    team = serializers.SlugRelatedField[Team](slug_field="slug", read_only=True, allow_null=True)
    service = serializers.SlugRelatedField[Service](slug_field="slug", read_only=True, allow_null=True)

    class Meta:
        model = Annotation
        fields = (
            "id", "kind", "team", "service", "starts_at", "ends_at", "text", "link", "created_at", "retracted_at",
            "retract_reason",
        )  # fmt: skip
        read_only_fields = fields


class AnnotationInput(Input):
    """A new mark; `team` and `service` are slugs, at most one of them."""

    kind = serializers.ChoiceField(choices=[(k.value, k.name) for k in AnnotationKind])
    text = serializers.CharField(max_length=300)
    starts_at = InstantField()
    ends_at = InstantField(required=False, allow_null=True)
    team = serializers.CharField(max_length=50, required=False, allow_null=True)
    service = serializers.CharField(max_length=50, required=False, allow_null=True)
    link = serializers.URLField(max_length=200, required=False)
    external_key = serializers.CharField(max_length=200, required=False)


class RetractInput(Input):
    """Why a mark is taken back."""

    reason = serializers.CharField(max_length=300)

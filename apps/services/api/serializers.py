"""Services and ownerships as the API shows them."""

from rest_framework import serializers

from apps.services.domain import Lifecycle, Tier
from apps.services.models import Ownership, Service
from apps.teams.models import Team


class ServiceOutput(serializers.ModelSerializer[Service]):
    """A service and the team that owns it now; null in a gap."""

    team = serializers.CharField(source="owner_slug", read_only=True, allow_null=True)
    tier = serializers.ChoiceField(choices=[t.value for t in Tier])
    lifecycle = serializers.ChoiceField(choices=[c.value for c in Lifecycle])

    class Meta:
        model = Service
        fields = (
            "slug", "name", "description", "team", "tier", "lifecycle", "began_on", "closed_on", "runbook_url",
        )  # fmt: skip
        read_only_fields = fields


class OwnershipOutput(serializers.ModelSerializer[Ownership]):
    """Which team owned a service from when until when; an open end is null."""

    service = serializers.SlugRelatedField[Service](slug_field="slug", read_only=True)
    team = serializers.SlugRelatedField[Team](slug_field="slug", read_only=True)

    class Meta:
        model = Ownership
        fields = ("service", "team", "from_at", "until_at", "reason")
        read_only_fields = fields

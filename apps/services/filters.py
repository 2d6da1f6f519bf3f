"""Filters of the service catalogue."""

from django_filters import rest_framework as filters

from apps.core.filtering import StrictFilterSet
from apps.services.domain import Lifecycle, Tier


class ServiceFilter(StrictFilterSet):
    """Services by present owner, tier and lifecycle."""

    team = filters.CharFilter(field_name="owner_slug", label="Slug of the team that owns it now.")
    tier = filters.ChoiceFilter(choices=[(t.value, t.value) for t in Tier])
    lifecycle = filters.ChoiceFilter(choices=[(c.value, c.value) for c in Lifecycle])


class OwnershipFilter(StrictFilterSet):
    """Ownerships by service and team."""

    service = filters.CharFilter(field_name="service__slug")
    team = filters.CharFilter(field_name="team__slug")

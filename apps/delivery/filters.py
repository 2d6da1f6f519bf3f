"""Filters of facts."""

from django_filters import rest_framework as filters

from apps.core.filtering import InstantFilter, StrictFilterSet


class FactFilter(StrictFilterSet):
    """Facts by service, sender and time; `time` is the main clock of their source."""

    service = filters.CharFilter(field_name="service__slug")
    key = filters.CharFilter()
    channel = filters.CharFilter()
    time__gte = InstantFilter(field_name="time", lookup_expr="gte")
    time__lt = InstantFilter(field_name="time", lookup_expr="lt")
    recorded_since = InstantFilter(field_name="recorded_at", lookup_expr="gte")

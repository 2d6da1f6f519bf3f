"""Filters of the audit chain."""

from django_filters import rest_framework as filters

from apps.core.filtering import InstantFilter, StrictFilterSet


class EventFilter(StrictFilterSet):
    """Events by act, subject, actor and time."""

    action = filters.CharFilter()
    subject = filters.CharFilter()
    actor = filters.CharFilter()
    at__gte = InstantFilter(field_name="at", lookup_expr="gte")
    at__lt = InstantFilter(field_name="at", lookup_expr="lt")

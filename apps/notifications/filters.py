"""Filters of notifications."""

from django_filters import rest_framework as filters

from apps.core.filtering import StrictFilterSet


class NotificationFilter(StrictFilterSet):
    """Notices by kind and object, read or not."""

    kind = filters.CharFilter(field_name="kind")
    about = filters.CharFilter(field_name="about")
    is_read = filters.BooleanFilter(field_name="read_at", lookup_expr="isnull", exclude=True)

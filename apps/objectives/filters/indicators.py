"""Filters of indicators, servers and slices; none by a measure or a person."""

from django.db.models import F, Q, QuerySet
from django_filters import rest_framework as filters

from apps.core.filtering import InstantFilter, StrictFilterSet
from apps.objectives.models import Sample

UNUSABLE = Q(good__gt=F("valid")) | Q(good__lt=0) | Q(valid__lt=0)


class IndicatorFilter(StrictFilterSet):
    """Indicators by place and owner."""

    service = filters.CharFilter(field_name="service__slug")
    flow = filters.CharFilter(field_name="flow__slug")
    team = filters.CharFilter(field_name="owner_team__slug")


class SampleFilter(StrictFilterSet):
    """Slices by key and time, and whether they can be counted."""

    key = filters.CharFilter(field_name="series__key")
    slice_start__gte = InstantFilter(field_name="starts_at", lookup_expr="gte")
    slice_start__lt = InstantFilter(field_name="starts_at", lookup_expr="lt")
    is_usable = filters.BooleanFilter(method="filter_usable")

    def filter_usable(self, rows: QuerySet[Sample], _name: str, value: bool) -> QuerySet[Sample]:
        """Those that count, or those that mint budget."""
        return rows.exclude(UNUSABLE) if value else rows.filter(UNUSABLE)

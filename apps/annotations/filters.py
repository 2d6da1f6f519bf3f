"""Filters of chart marks."""

from django_filters import rest_framework as filters

from apps.annotations.domain import AnnotationKind
from apps.core.filtering import InstantFilter, StrictFilterSet


class AnnotationFilter(StrictFilterSet):
    """Marks by place, kind and start."""

    team = filters.CharFilter(field_name="team__slug")
    service = filters.CharFilter(field_name="service__slug")
    kind = filters.ChoiceFilter(choices=[(k.value, k.value) for k in AnnotationKind])
    starts_at__gte = InstantFilter(field_name="starts_at", lookup_expr="gte")
    starts_at__lt = InstantFilter(field_name="starts_at", lookup_expr="lt")
    is_retracted = filters.BooleanFilter(field_name="retracted_at", lookup_expr="isnull", exclude=True)

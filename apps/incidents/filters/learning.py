"""Filters of retros and known causes."""

from django_filters import rest_framework as filters

from apps.core.filtering import InstantFilter, StrictFilterSet
from apps.incidents.domain.action_words import CauseStatus
from apps.incidents.domain.retro_words import RetroState


class RetroFilter(StrictFilterSet):
    """Retros by team, state, whether a severity asks for them, and when they are due."""

    team = filters.CharFilter(field_name="incident__owner_team__slug")
    state = filters.ChoiceFilter(choices=[(s.value, s.value) for s in RetroState])
    is_required = filters.BooleanFilter(field_name="is_required")
    due_at__gte = InstantFilter(field_name="due_at", lookup_expr="gte")
    due_at__lt = InstantFilter(field_name="due_at", lookup_expr="lt")


class CauseFilter(StrictFilterSet):
    """Known causes by team and state."""

    team = filters.CharFilter(field_name="owner_team__slug")
    status = filters.ChoiceFilter(choices=[(s.value, s.value) for s in CauseStatus])

"""Filters of actions; nobody is found by the person who was chosen."""

from django_filters import rest_framework as filters

from apps.core.filtering import InstantFilter, StrictFilterSet
from apps.incidents.domain.action_words import ActionKind, ActionOrigin, ActionState


class ActionFilter(StrictFilterSet):
    """Actions by team, state, where they came from, what they should move, and days."""

    team = filters.CharFilter(field_name="owner_team__slug")
    state = filters.ChoiceFilter(choices=[(s.value, s.value) for s in ActionState])
    origin = filters.ChoiceFilter(choices=[(o.value, o.value) for o in ActionOrigin])
    kind = filters.ChoiceFilter(choices=[(k.value, k.value) for k in ActionKind])
    metric = filters.CharFilter(field_name="metric_slug")
    external_key = filters.CharFilter(field_name="external_key")
    due_on__gte = filters.DateFilter(field_name="due_on", lookup_expr="gte")
    due_on__lt = filters.DateFilter(field_name="due_on", lookup_expr="lt")
    opened_at__gte = InstantFilter(field_name="opened_at", lookup_expr="gte")
    opened_at__lt = InstantFilter(field_name="opened_at", lookup_expr="lt")

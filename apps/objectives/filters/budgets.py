"""Filters of objectives, evaluations, days, alerts, policies, triggers and decisions; none by a value or a person."""

from typing import Any

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters

from apps.core.filtering import InstantFilter, StrictFilterSet
from apps.objectives.domain.burning import TierKey
from apps.objectives.domain.objective_words import AlertKind, BudgetState, EvaluationCause
from apps.objectives.domain.policy_words import RuleKey, Verb
from apps.objectives.queries.kept_statuses import standing_in


def _choices(words: Any) -> list[tuple[str, str]]:
    return [(word.value, word.value) for word in words]


class ObjectiveFilter(StrictFilterSet):
    """Objectives by place and state."""

    team = filters.CharFilter(field_name="owner_team__slug")
    service = filters.CharFilter(field_name="indicator__service__slug")
    flow = filters.CharFilter(field_name="indicator__flow__slug")
    indicator = filters.CharFilter(field_name="indicator__slug")
    state = filters.ChoiceFilter(choices=_choices(BudgetState), method="filter_state")

    def filter_state(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Those that stand in a state as of now, as their rows say it."""
        return rows.filter(standing_in((BudgetState(value),)))


class EvaluationFilter(StrictFilterSet):
    """Kept results by cause, state and time."""

    cause = filters.ChoiceFilter(choices=_choices(EvaluationCause))
    state = filters.ChoiceFilter(choices=_choices(BudgetState))
    as_of__gte = InstantFilter(field_name="as_of", lookup_expr="gte")
    as_of__lt = InstantFilter(field_name="as_of", lookup_expr="lt")


class BudgetDayFilter(StrictFilterSet):
    """Days of a budget, of the sum unless a key is named."""

    key = filters.CharFilter(field_name="series__key")
    day__gte = filters.DateFilter(field_name="day", lookup_expr="gte")
    day__lt = filters.DateFilter(field_name="day", lookup_expr="lt")

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Without a key the sum of all keys."""
        rows: QuerySet[Any] = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("key") else rows.filter(series=None)


class BurnAlertFilter(StrictFilterSet):
    """Openings of burn alerts by objective, kind and whether they are over."""

    objective = filters.CharFilter(field_name="objective__slug")
    team = filters.CharFilter(field_name="team_then", help_text="The team that owned the objective on that day.")
    tier = filters.ChoiceFilter(choices=_choices(TierKey))
    kind = filters.ChoiceFilter(choices=_choices(AlertKind))
    is_open = filters.BooleanFilter(field_name="until_at", lookup_expr="isnull")
    from_at__gte = InstantFilter(field_name="from_at", lookup_expr="gte")
    from_at__lt = InstantFilter(field_name="from_at", lookup_expr="lt")


class PolicyFilter(StrictFilterSet):
    """Budget policies by team."""

    team = filters.CharFilter(field_name="owner_team__slug")


class TriggerFilter(StrictFilterSet):
    """Triggers by objective, rule and whether they are over."""

    objective = filters.CharFilter(field_name="objective__slug")
    team = filters.CharFilter(
        method="filter_team", help_text="It owned the objective when the rule fired, or decides on it now."
    )
    service = filters.CharFilter(field_name="objective__indicator__service__slug")
    rule = filters.ChoiceFilter(choices=_choices(RuleKey))
    is_open = filters.BooleanFilter(field_name="closed_at", lookup_expr="isnull")
    from_at__gte = InstantFilter(field_name="from_at", lookup_expr="gte")
    from_at__lt = InstantFilter(field_name="from_at", lookup_expr="lt")

    def filter_team(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Those that stay with a team, and those that are open and that it decides about by now."""
        return rows.filter(Q(team_then=value) | Q(closed_at=None, objective__owner_team__slug=value))


class DecisionFilter(StrictFilterSet):
    """Decisions by objective, trigger and verb."""

    objective = filters.CharFilter(field_name="trigger__objective__slug")
    team = filters.CharFilter(field_name="team_then", help_text="The team that owned the objective on that day.")
    trigger = filters.NumberFilter(field_name="trigger_id")
    verb = filters.ChoiceFilter(choices=_choices(Verb))

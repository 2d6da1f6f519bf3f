"""Filters of the lists of cards and templates."""

from django_filters import rest_framework as filters

from apps.core.filtering import StrictFilterSet
from apps.scorecards.models import CARD_GRAINS, Scorecard, TemplateVersion
from apps.teams.domain import TeamType


class ScorecardFilter(StrictFilterSet):
    """Cards of a team, of a kind, of a period."""

    team = filters.CharFilter(field_name="team__slug", help_text="Slug of the team.")
    grain = filters.ChoiceFilter(choices=[(grain, grain) for grain in CARD_GRAINS], help_text="Kind of card.")
    period = filters.CharFilter(help_text="Key of the period: 2026-W34, 2026-08, 2026-Q3.")

    class Meta:
        model = Scorecard
        fields = ["team", "grain", "period"]


class TemplateFilter(StrictFilterSet):
    """Templates of a team type."""

    team_type = filters.ChoiceFilter(choices=[(t.value, t.label) for t in TeamType], help_text="Type of team.")

    class Meta:
        model = TemplateVersion
        fields = ["team_type"]

"""Filters of the list of target reviews."""

from django_filters import rest_framework as filters

from apps.core.filtering import StrictFilterSet
from apps.reviews.domain.states import ReviewState
from apps.reviews.models import TargetReview


class TargetReviewFilter(StrictFilterSet):
    """Reviews of a team, of a quarter, in a state."""

    team = filters.CharFilter(field_name="team__slug", help_text="Slug of the team.")
    quarter = filters.CharFilter(help_text="Key of the quarter: 2026-Q3.")
    state = filters.ChoiceFilter(choices=[(s.value, s.label) for s in ReviewState], help_text="State of the review.")

    class Meta:
        model = TargetReview
        fields = ["team", "quarter", "state"]

"""Filters of the lists of reviews and decisions."""

from django_filters import rest_framework as filters

from apps.core.filtering import StrictFilterSet
from apps.reviews.domain.answers import Verb
from apps.reviews.domain.states import ReviewState
from apps.reviews.domain.weekly import WeeklyState
from apps.reviews.models import Decision, Review, TargetReview


class TargetReviewFilter(StrictFilterSet):
    """Reviews of a team, of a quarter, in a state."""

    team = filters.CharFilter(field_name="team__slug", help_text="Slug of the team.")
    quarter = filters.CharFilter(help_text="Key of the quarter: 2026-Q3.")
    state = filters.ChoiceFilter(choices=[(s.value, s.label) for s in ReviewState], help_text="State of the review.")

    class Meta:
        model = TargetReview
        fields = ["team", "quarter", "state"]


class WeeklyReviewFilter(StrictFilterSet):
    """Weekly reviews of a team, of a week, in a state."""

    team = filters.CharFilter(field_name="team__slug", help_text="Slug of the team.")
    period = filters.CharFilter(help_text="Key of the week: 2026-W34.")
    state = filters.ChoiceFilter(choices=[(s.value, s.label) for s in WeeklyState], help_text="State of the review.")

    class Meta:
        model = Review
        fields = ["team", "period", "state"]


class DecisionFilter(StrictFilterSet):
    """Decisions of a team, by verb, about a subject."""

    team = filters.CharFilter(field_name="team__slug", help_text="Slug of the team.")
    verb = filters.ChoiceFilter(choices=[(v.value, v.label) for v in Verb], help_text="What was decided.")
    subject = filters.CharFilter(help_text="What it is about: service:checkout-api, objective:keep-answers.")

    class Meta:
        model = Decision
        fields = ["team", "verb", "subject"]

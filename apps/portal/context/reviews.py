"""Open quarterly reviews as rows with one link each."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from apps.core.calendar_words import period_words
from apps.core.periods import parse_period
from apps.reviews.domain.states import ReviewState
from apps.reviews.models import TargetReview
from apps.teams.models import Team

STATE_WORDS = {
    ReviewState.GENERATED: "waits to be opened",
    ReviewState.IN_DISCUSSION: "waits for signatures",
    ReviewState.CLOSED: "closed",
}


def review_rows(reviews: Iterable[TargetReview]) -> list[dict[str, Any]]:
    """Team and quarter, the address, and what the review waits for."""
    return [
        {
            "text": f"{review.team.name}, {quarter_words(review)}",
            "url": review_url(review),
            "waits": STATE_WORDS[ReviewState(review.state)],
        }
        for review in reviews
    ]


def quarter_words(review: TargetReview) -> str:
    """The quarter a review speaks of: `Q2 2026`."""
    return period_words(parse_period(review.quarter))


def review_url(review: TargetReview) -> str:
    """The page of a review."""
    return reverse("reviews:target-review", args=[review.pk])


def scorecard_url(team: Team) -> str:
    """The newest scorecard of a team."""
    return reverse("scorecards:scorecard", args=[team.slug])

"""Reviews that stand open as rows with one link each."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from apps.core.calendar_words import period_words
from apps.core.periods import parse_period
from apps.reviews.domain.states import ReviewState
from apps.reviews.domain.weekly import WeeklyState
from apps.reviews.models import Review, TargetReview
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


def weekly_words(review: Review) -> str:
    """A weekly review beside its team: `weekly review of week 34`."""
    return f"weekly review of week {int(review.period[-2:])}"


def weekly_link(review: Review) -> dict[str, str]:
    """Where a weekly review goes on, or is opened."""
    begun = review.state == WeeklyState.OPEN
    label = f"Go on with the {weekly_words(review)}" if begun else f"Hold the {weekly_words(review)}"
    return {"label": label, "url": reverse("reviews:weekly", args=[review.pk])}


def scorecard_url(team: Team) -> str:
    """The newest scorecard of a team."""
    return reverse("scorecards:scorecard", args=[team.slug])

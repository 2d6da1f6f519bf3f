"""Reads of reviews that stand open, for home and leadership."""

from django.db.models import QuerySet

from apps.accounts.domain import Principal
from apps.reviews.domain.states import ReviewState
from apps.reviews.models import Review, TargetReview
from apps.teams.models import Team

MOST = 20


def open_reviews(principal: Principal) -> QuerySet[TargetReview]:
    """Reviews that are not closed, of teams the principal reads."""
    return TargetReview.objects.visible_to(principal).exclude(state=ReviewState.CLOSED)


def standing_weekly(principal: Principal) -> QuerySet[Review]:
    """Weekly reviews that wait or are open, of teams the principal reads."""
    return Review.objects.visible_to(principal).standing()


def list_open_reviews(principal: Principal, team: Team | None = None) -> list[TargetReview]:
    """Reviews that are not closed, of teams the principal reads (or of one of them), oldest quarter first."""
    rows = open_reviews(principal).select_related("team")
    rows = rows.filter(team=team) if team else rows
    return list(rows.order_by("quarter", "team__name")[:MOST])

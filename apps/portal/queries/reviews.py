"""Reads of open quarterly reviews for home and leadership."""

from apps.accounts.domain import Principal
from apps.reviews.domain.states import ReviewState
from apps.reviews.models import TargetReview
from apps.teams.models import Team

MOST = 20


def list_open_reviews(principal: Principal, team: Team | None = None) -> list[TargetReview]:
    """Reviews that are not closed, of teams the principal reads (or of one of them), oldest quarter first."""
    rows = TargetReview.objects.visible_to(principal).exclude(state=ReviewState.CLOSED).select_related("team")
    rows = rows.filter(team=team) if team else rows
    return list(rows.order_by("quarter", "team__name")[:MOST])

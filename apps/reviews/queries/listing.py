"""The list of reviews: weekly and target reviews in one order, read in pages."""

from typing import Any

from django.db.models import CharField, Count, F, IntegerField, OuterRef, Subquery, Value

from apps.accounts.domain import Principal
from apps.reviews.domain.weekly import WeeklyState
from apps.reviews.models import Review, ReviewSignature, TargetReview

WEEKLY, TARGET, SKIPPED = "weekly", "target", "skipped"
COLUMNS = ("what", "pk", "team__name", "key", "state", "closed_at", "ended_on", "signed")


def list_both(principal: Principal, kind: str = "") -> Any:
    """Reviews the principal may read as rows of `COLUMNS`, by the newest period, then by team.

    Skipped weekly reviews stand in a list of their own: nobody looked at them, and nothing came of them.
    """
    if kind == TARGET:
        return _targets(principal).order_by("-ended_on", "team__name", "pk")
    weekly = _weekly(principal, is_skipped=kind == SKIPPED)
    if kind:
        return weekly.order_by("-ended_on", "team__name", "pk")
    return weekly.union(_targets(principal), all=True).order_by("-ended_on", "team__name", "what", "pk")


def _weekly(principal: Principal, *, is_skipped: bool) -> Any:
    rows, state = Review.objects.visible_to(principal), WeeklyState.SKIPPED.value
    rows = rows.filter(state=state) if is_skipped else rows.exclude(state=state)
    return rows.annotate(
        what=Value(WEEKLY, CharField()), key=F("period"), ended_on=F("due_on"), signed=Value(0, IntegerField())
    ).values(*COLUMNS)  # fmt: skip


def _targets(principal: Principal) -> Any:
    standing = ReviewSignature.objects.filter(review=OuterRef("pk"), content_sha256=OuterRef("content_sha256"))
    signed = standing.order_by().values("review").annotate(count=Count("pk")).values("count")
    return TargetReview.objects.visible_to(principal).annotate(
        what=Value(TARGET, CharField()), key=F("quarter"), ended_on=F("card__end_on"), signed=Subquery(signed)
    ).values(*COLUMNS)  # fmt: skip

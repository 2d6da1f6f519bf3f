"""The list of reviews: weekly and target reviews in one order, read in pages."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import CharField, F, Value

from apps.accounts.domain import Principal
from apps.reviews.domain.weekly import WeeklyState
from apps.reviews.models import TargetReview
from apps.reviews.queries.targets import list_reviews
from apps.reviews.queries.weekly import list_weekly

WEEKLY, TARGET, SKIPPED = "weekly", "target", "skipped"
COLUMNS = ("what", "pk", "team__name", "key", "state", "closed_at", "ended_on")


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
    state = WeeklyState.SKIPPED.value
    rows = list_weekly(principal).order_by()
    rows = rows.filter(state=state) if is_skipped else rows.exclude(state=state)
    return rows.annotate(
        what=Value(WEEKLY, CharField()), key=F("period"), ended_on=F("due_on")
    ).values(*COLUMNS)  # fmt: skip


def _targets(principal: Principal) -> Any:
    rows = list_reviews(principal).order_by()
    return rows.annotate(
        what=Value(TARGET, CharField()), key=F("quarter"), ended_on=F("card__end_on")
    ).values(*COLUMNS)  # fmt: skip


def signed_targets(rows: Iterable[Mapping[str, Any]], principal: Principal) -> dict[int, TargetReview]:
    """The target reviews among some rows, with their signatures."""
    keys = [row["pk"] for row in rows if row["what"] == TARGET]
    return {review.pk: review for review in list_reviews(principal).filter(pk__in=keys)} if keys else {}

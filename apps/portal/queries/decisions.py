"""What needs a decision now: cells of the newest weekly cards, and reviews that wait for leadership's signature."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.periods import Grain, Period
from apps.reviews.domain.content import open_items
from apps.reviews.domain.seats import SeatRole
from apps.reviews.domain.states import ReviewState
from apps.reviews.models import ReviewSignature, TargetReview
from apps.scorecards import queries as scorecards
from apps.scorecards.models import Scorecard, ScorecardCell

LOOKS_BACK = timedelta(weeks=12)
WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class WaitingCell:
    """A cell that needs a decision, and the day of the first card in a row that said so."""

    cell: ScorecardCell
    since: date
    is_longer: bool


@dataclass(frozen=True)
class WaitingReview:
    """A review that leadership can sign and has not, since the day it was opened."""

    review: TargetReview
    since: date


def list_waiting_cells(period: Period, principal: Principal) -> list[WaitingCell]:
    """Cells of a week's newest cards that need a decision, by how long they have in a row; two queries."""
    now = list(_asking(principal).filter(card__period=period.key).select_related("card__team"))
    if not now:
        return []
    earlier = _asking(principal).filter(
        card__team__in={cell.card.team_id for cell in now}, card__end_on__lt=period.end_on,
        card__end_on__gte=period.end_on - LOOKS_BACK,
    )  # fmt: skip
    before = set(earlier.values_list("card__team_id", "definition", "card__end_on"))
    found = [_waiting(cell, period.end_on, before) for cell in now]
    return sorted(found, key=lambda one: (one.since, one.cell.card.team.name, one.cell.rank))


def _asking(principal: Principal) -> QuerySet[ScorecardCell]:
    """Cells that need a decision on weekly cards of the newest revision."""
    newest = Scorecard.objects.filter(team=OuterRef("team"), period=OuterRef("period")).order_by("-revision")
    cards = scorecards.list_cards(principal).filter(grain=Grain.WEEK, pk=Subquery(newest.values("pk")[:1])).order_by()
    return ScorecardCell.objects.filter(card__in=cards.values("pk"), needs_decision=True)


def _waiting(cell: ScorecardCell, end_on: date, before: set[tuple[int, str, date]]) -> WaitingCell:
    """Walk back week by week as long as the card before said the same."""
    since = end_on
    while (cell.card.team_id, cell.definition, since - WEEK) in before:
        since -= WEEK
    return WaitingCell(cell, since, is_longer=since == end_on - LOOKS_BACK)


def list_waiting_reviews(principal: Principal) -> list[WaitingReview]:
    """Reviews whose drafts are all answered and which leadership has not signed, oldest first; one query."""
    signed = ReviewSignature.objects.filter(
        review=OuterRef("pk"), role=SeatRole.LEADERSHIP, content_sha256=OuterRef("content_sha256")
    )
    rows = TargetReview.objects.visible_to(principal).filter(~Exists(signed), state=ReviewState.IN_DISCUSSION)
    return list(_answered(rows.select_related("team").order_by(F("opened_at"), "team__name", "pk")))


def _answered(reviews: Iterable[TargetReview]) -> Iterable[WaitingReview]:
    for review in reviews:
        if review.opened_at is not None and not open_items(review.content):
            yield WaitingReview(review, clock.local_day(review.opened_at))

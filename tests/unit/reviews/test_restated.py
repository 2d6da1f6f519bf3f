"""A closed review and a published card keep every byte when the past they show is read anew."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.core import clock
from apps.metrics import queries as metrics
from apps.reviews import queries
from apps.reviews.models import TargetReview
from apps.scorecards.models import Scorecard
from tests.agreeing import agree, starter_item
from tests.cards import QUARTER, STARTERS, House, close

CFR = "change-failure-rate"
AUGUST = datetime(2026, 8, 3, 12, tzinfo=UTC)


@pytest.mark.sql
def test_restated__what_was_closed_and_published_stays_byte_by_byte(
    discussed: TargetReview, people: dict[str, User], measured: House, api_client_as: Callable[..., APIClient]
) -> None:
    review = close(discussed, people)
    client = api_client_as("fay")
    addresses = [f"/api/v1/snapshots/card-{review.card_id}/", f"/api/v1/snapshots/review-{review.pk}/"]
    before = [client.get(address).content for address in addresses]
    shown = queries.shown_content(review)
    card = Scorecard.objects.get(pk=review.card_id)
    cells = list(card.cells.order_by("pk").values())
    with clock.playing(AUGUST):
        restate(measured)
        assert metrics.get_governing(metrics.get_definition(CFR), QUARTER).number == 2
        again = TargetReview.objects.get(pk=review.pk)
        assert [client.get(address).content for address in addresses] == before
        assert queries.shown_content(again) == shown
        assert (again.snapshot_text, again.snapshot_sha256) == (review.snapshot_text, review.snapshot_sha256)
        card.refresh_from_db()
        assert list(card.cells.order_by("pk").values()) == cells


def restate(house: House) -> None:
    """From the quarter's first Monday on the failure rate is read by another rule, and gives another value."""
    first = next(version for version in STARTERS if version.slug == CFR)
    item = starter_item(first, house.team, spec={**first.spec, "min_n": 6})
    agree(item, author=house.organisation.people["ana"], restate_from=date(2026, 3, 30))
    house.put(CFR, QUARTER, version_number=2, n=10, numerator=9, denominator=10, value=0.9, lower=0.6, upper=0.98)

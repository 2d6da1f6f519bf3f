"""The duty of weekly reviews: twenty at once with a worker killed, weeks of downtime in order, nothing too early."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from apps.audit import operations as audit
from apps.core import clock, due
from apps.measurements.models import RecomputeRequest
from apps.reviews import operations
from apps.reviews.domain.weekly import SKIPPED_AFTER_DAYS
from apps.reviews.models import Review, ReviewDue
from apps.reviews.operations import weekly
from apps.reviews.tasks import generate_due_reviews
from apps.scorecards.models import CardDue
from apps.scorecards.tasks import freeze_due_cards
from tests.cards import adopt_templates
from tests.weekly import DUE_AT

BOTH = [("checkout", "2026-W34"), ("harbour", "2026-W34")]
A_WEEK = timedelta(weeks=1)


class Killed(BaseException):
    """The worker died."""


@pytest.fixture
def cards(organisation: Any) -> Iterator[datetime]:
    """The cards of week 34 are the first of two teams; the clock stands at Monday, 05:00 in Berlin."""
    with clock.playing(datetime(2026, 8, 1, tzinfo=UTC)):
        adopt_templates(organisation, date(2026, 8, 24))
    RecomputeRequest.objects.all().delete()
    with clock.playing(DUE_AT):
        freeze_due_cards()
        yield DUE_AT


def made() -> list[tuple[str, str]]:
    return sorted(Review.objects.values_list("team__slug", "period"))


def test_weekly__once(cards: datetime) -> None:
    generate_due_reviews()
    assert made() == BOTH
    assert set(Review.objects.values_list("state", "computed_late")) == {("waiting", False)}
    assert ReviewDue.objects.filter(done_at=None).count() == 0


def test_weekly__each_is_made_from_its_card(cards: datetime) -> None:
    generate_due_reviews()
    for review in Review.objects.select_related("card"):
        assert review.card is not None
        assert (review.card.team_id, review.card.period) == (review.team_id, review.period)
        assert review.content["header"]["card_sha256"] == review.card.sha256


def test_weekly__not_before_five_in_the_morning(organisation: Any) -> None:
    with clock.playing(datetime(2026, 8, 1, tzinfo=UTC)):
        adopt_templates(organisation, date(2026, 8, 24))
    with clock.playing(DUE_AT - timedelta(seconds=1)):
        freeze_due_cards()
        generate_due_reviews()
    assert (made(), ReviewDue.objects.count()) == ([], 0)


def test_weekly__a_card_that_is_being_made_is_waited_for(cards: datetime) -> None:
    with clock.playing(DUE_AT + A_WEEK):
        generate_due_reviews()
        assert made() == BOTH
        freeze_due_cards()
        generate_due_reviews()
    assert made()[1] == ("checkout", "2026-W35")


def test_weekly__a_card_that_was_given_up_is_not_waited_for(
    cards: datetime,
) -> None:
    given_up = CardDue.objects.filter(team__slug="harbour", period="2026-W34").get()
    with clock.playing(DUE_AT + A_WEEK):
        rows = {"team": given_up.team, "period": "2026-W35", "due_at": DUE_AT, "asked_at": DUE_AT}
        CardDue.objects.create(**rows, attempts=due.RESTS_AFTER)
        generate_due_reviews()
    review = Review.objects.get(period="2026-W35")
    assert (review.team.slug, review.card) == ("harbour", None)


def test_weekly__twenty_duties_at_once_and_one_killed_leave_one_each(
    cards: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate, begun = operations.generate_weekly, []

    def while_others_work(**given: Any) -> Review:
        begun.append(given)
        if len(begun) == 1:
            for _ in range(19):
                generate_due_reviews()
            raise Killed
        return generate(**given)

    monkeypatch.setattr(operations, "generate_weekly", while_others_work)
    with pytest.raises(Killed):
        generate_due_reviews()
    with clock.playing(DUE_AT + due.CLAIM):
        generate_due_reviews()
    assert made() == BOTH
    assert ReviewDue.objects.filter(done_at=None).count() == 0


@pytest.mark.parametrize(
    ("holder", "name"),
    [
        (operations, "ask_missing_reviews"),
        (due, "claim"),
        (operations, "generate_weekly"),
        (weekly, "_read_again"),
        (audit, "record"),
        (due, "mark_done"),
        (operations, "skip_unopened"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_weekly__killed_at_each_step(cards: datetime, monkeypatch: pytest.MonkeyPatch, holder: Any, name: str) -> None:
    original: Callable[..., Any] = getattr(holder, name)
    deaths: list[str] = []

    def die_first(*args: Any, **given: Any) -> Any:
        if not deaths:
            deaths.append(name)
            raise Killed
        return original(*args, **given)

    monkeypatch.setattr(holder, name, die_first)
    with pytest.raises(Killed):
        generate_due_reviews()
    with clock.playing(DUE_AT + due.CLAIM):
        generate_due_reviews()
    assert made() == BOTH
    assert ReviewDue.objects.filter(done_at=None).count() == 0


def test_weekly__three_weeks_of_downtime_come_in_order(cards: datetime) -> None:
    back = DUE_AT + 3 * A_WEEK + timedelta(hours=3)
    with clock.playing(back):
        freeze_due_cards()
        generate_due_reviews()
    ours = Review.objects.filter(team__slug="checkout").order_by("pk")
    assert [review.period for review in ours] == ["2026-W34", "2026-W35", "2026-W36", "2026-W37"]
    assert {review.computed_late for review in ours} == {True}
    # Nobody can hold a meeting of long ago: what still waits stands in the newest one.
    assert [review.state for review in ours] == ["skipped", "skipped", "skipped", "waiting"]
    assert [bool(review.content["items"]) for review in ours] == [False, False, False, True]


def test_weekly__what_nobody_opened_is_skipped_after_a_week(cards: datetime) -> None:
    generate_due_reviews()
    with clock.playing(DUE_AT + timedelta(days=SKIPPED_AFTER_DAYS)):
        generate_due_reviews()  # the card of week 35 is not frozen yet
    assert set(Review.objects.values_list("period", "state")) == {("2026-W34", "skipped")}


def test_weekly__never_before_the_team_existed(cards: datetime, organisation: Any) -> None:
    organisation.harbour.began_on = date(2026, 8, 24)
    organisation.harbour.save()
    generate_due_reviews()
    assert made() == BOTH[:1]


def test_weekly__a_closed_team_holds_no_meeting(cards: datetime, organisation: Any) -> None:
    organisation.harbour.closed_on = date(2026, 8, 24)
    organisation.harbour.save()
    generate_due_reviews()
    assert made() == BOTH[:1]

"""Weekly reviews on PostgreSQL with many at once: one review for each key, one first answer, one closing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.problems import Conflict, Outdated
from apps.reviews import operations
from apps.reviews.domain.answers import Verb
from apps.reviews.domain.weekly import ReviewKind, Rule
from apps.reviews.models import Decision, Review, ReviewDue, ReviewItem
from apps.reviews.tasks import generate_due_reviews
from tests.personas import Organisation
from tests.spending import NOW
from tests.weekly import DUE_AT, WEEK, answer_rest, as_person, generate, item_of, opened

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
MANY = 20


def _together(count: int, act: Callable[[int], Any], at: datetime = NOW) -> list[Any]:
    """What so many threads get that begin at the same moment: an answer or the refusal."""
    barrier = Barrier(count)

    def one(number: int) -> Any:
        try:
            with clock.playing(at):
                barrier.wait(10)
                return act(number)
        except (Conflict, Outdated) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_duties__twenty_at_once_leave_one_review_for_each_team(organisation: Organisation) -> None:
    teams = (organisation.checkout, organisation.harbour)
    for team in teams:
        for steps in range(3):
            period = WEEK.previous(steps).key
            ReviewDue.objects.create(kind=ReviewKind.WEEKLY.value, team=team, period=period, due_at=DUE_AT)
    _together(MANY, lambda _: generate_due_reviews(), at=DUE_AT)
    found = list(Review.objects.values_list("team_id", "period"))
    assert len(found) == len(set(found)) == 6
    assert ReviewDue.objects.filter(done_at=None).count() == 0
    assert AuditEvent.objects.filter(action="weekly_review.generated").count() == 6


def test_generate__twenty_at_once_are_one_with_equal_bytes(organisation: Organisation) -> None:
    contents = [review.content for review in _together(MANY, lambda _: generate(organisation))]
    assert Review.objects.count() == 1
    assert contents == [contents[0]] * MANY


def test_open__by_many_is_once(organisation: Organisation) -> None:
    review, by = generate(organisation), as_person(organisation, "ana")
    answers = _together(8, lambda _: operations.open_weekly(review=review, by=by))
    assert sum(isinstance(one, Review) for one in answers) == 1
    assert {one.code for one in answers if isinstance(one, Conflict)} == {"review_state"}
    assert ReviewItem.objects.filter(review=review).count() == len(Review.objects.get().content["items"])


def test_answer__of_many_the_first_holds_and_the_others_hear_of_it(organisation: Organisation) -> None:
    item, by = item_of(opened(organisation), Rule.SERVICE, "service:checkout-api"), as_person(organisation, "ana")
    answers = _together(8, lambda number: operations.answer_item(
        item=item, verb=Verb.CONTINUE, text=f"Answer {number}.", revision=0, by=by
    ))  # fmt: skip
    (first,) = [one for one in answers if isinstance(one, Decision)]
    assert Decision.objects.get() == first
    refused = [one for one in answers if isinstance(one, Outdated)]
    assert len(refused) == 7
    assert {one.errors[0].detail for one in refused} == {f"Continue {first.text}"}


def test_close__by_many_is_once(organisation: Organisation) -> None:
    review, by = opened(organisation), as_person(organisation, "ana")
    answer_rest(organisation, review)
    answers = _together(8, lambda _: operations.close_weekly(review=review, by=by))
    assert sum(isinstance(one, Review) for one in answers) == 1
    assert {one.code for one in answers if isinstance(one, Conflict)} == {"review_closed"}
    assert AuditEvent.objects.filter(action="weekly_review.closed").count() == 1

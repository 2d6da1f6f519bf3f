"""The duty of generating target reviews: once, twice, two at once, killed at each step, after a pause."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from apps.audit import operations as audit
from apps.core import clock, due
from apps.measurements.models import RecomputeRequest
from apps.reviews import operations
from apps.reviews.models import ReviewDue, TargetReview
from apps.reviews.operations import targets
from apps.reviews.tasks import generate_due_reviews
from apps.scorecards.tasks import freeze_due_cards
from tests.cards import FREEZES_AT, adopt_templates

BOTH = [("checkout", "2026-Q2"), ("harbour", "2026-Q2")]


class Killed(BaseException):
    """The worker died."""


@pytest.fixture
def cards(organisation: Any) -> Iterator[datetime]:
    """The quarterly cards of two teams are frozen; the clock stands there."""
    with clock.playing(datetime(2026, 6, 15, tzinfo=UTC)):
        adopt_templates(organisation, date(2026, 7, 3))
    RecomputeRequest.objects.all().delete()
    with clock.playing(FREEZES_AT):
        freeze_due_cards()
        yield FREEZES_AT


def made() -> list[tuple[str, str]]:
    return sorted(TargetReview.objects.values_list("team__slug", "quarter"))


def bytes_of() -> list[Any]:
    return [
        *TargetReview.objects.order_by("team__slug").values_list("team__slug", "quarter", "state", "content_sha256")
    ]


def test_generate__once(cards: datetime) -> None:
    generate_due_reviews()
    assert made() == BOTH
    assert ReviewDue.objects.filter(done_at=None).count() == 0


def test_generate__ten_beats_make_one(cards: datetime) -> None:
    generate_due_reviews()
    once = bytes_of()
    for _ in range(9):
        generate_due_reviews()
    assert bytes_of() == once
    assert ReviewDue.objects.count() == 2


def test_generate__without_the_quarters_card_nothing_is_due(organisation: Any) -> None:
    with clock.playing(FREEZES_AT):
        generate_due_reviews()
    assert (made(), ReviewDue.objects.count()) == ([], 0)


def test_generate__two_at_once(cards: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    generate, others = operations.generate_review, []

    def generate_while_another_works(**given: Any) -> TargetReview:
        if not others:
            others.append("working")
            generate_due_reviews()
        return generate(**given)

    monkeypatch.setattr(operations, "generate_review", generate_while_another_works)
    generate_due_reviews()
    assert made() == BOTH
    assert ReviewDue.objects.filter(done_at=None).count() == 0


@pytest.mark.parametrize(
    ("holder", "name"),
    [
        (operations, "ask_missing_reviews"),
        (due, "claim"),
        (operations, "generate_review"),
        (targets, "read_review"),
        (audit, "record"),
        (due, "mark_done"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_generate__killed_at_each_step(
    cards: datetime, monkeypatch: pytest.MonkeyPatch, holder: Any, name: str
) -> None:
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
    with clock.playing(FREEZES_AT + due.CLAIM):
        generate_due_reviews()
    assert made() == BOTH
    assert ReviewDue.objects.filter(done_at=None).count() == 0


def test_generate__after_a_long_pause_in_order(cards: datetime) -> None:
    with clock.playing(FREEZES_AT + timedelta(days=200)):
        freeze_due_cards()
        generate_due_reviews()
    ours = TargetReview.objects.filter(team__slug="checkout").order_by("pk").values_list("quarter", flat=True)
    assert list(ours) == ["2026-Q2", "2026-Q3", "2026-Q4"]

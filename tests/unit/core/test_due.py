"""Duties in rows: claimed, worked, marked done, and due again when something failed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from apps.core import clock
from apps.core.due import RESTS_AFTER, claim, drain, mark_done
from apps.measurements.models import RecomputeRequest

pytestmark = [pytest.mark.sql, pytest.mark.django_db]
NOW = datetime(2026, 8, 24, 10, tzinfo=UTC)


@pytest.fixture
def rows() -> list[RecomputeRequest]:
    """Twenty duties that are due."""
    days = (date(2026, 1, 1) + timedelta(days=n) for n in range(20))
    return [RecomputeRequest.objects.create(source="deployments", day=day, due_at=NOW) for day in days]


def _work(do: Any, minutes: int) -> int:
    with clock.playing(NOW + timedelta(minutes=minutes)):
        return drain(RecomputeRequest, do, batch=20)


def test_drain__does_all_in_one_batch_and_nothing_twice(rows: list[RecomputeRequest]) -> None:
    seen: list[int] = []
    assert _work(seen.append, 0) == 20
    assert [len(batch) for batch in seen] == [20]
    assert _work(seen.append, 10) == 0


def test_drain__one_row_that_cannot_be_done_holds_up_no_other(rows: list[RecomputeRequest]) -> None:
    bad = rows[7].pk

    def do(batch: list[RecomputeRequest]) -> None:
        if bad in {row.pk for row in batch}:
            raise ValueError("this one cannot be done")

    done = [_work(do, 2 * round_) for round_ in range(4)]
    assert done == [0, 15, 4, 0]
    left = RecomputeRequest.objects.get(done_at=None)
    assert (left.pk, left.attempts) == (bad, 4)
    assert "cannot be done" in left.last_error


def test_drain__what_fails_again_and_again_rests(rows: list[RecomputeRequest]) -> None:
    RecomputeRequest.objects.exclude(pk=rows[0].pk).delete()
    tries: list[int] = []

    def do(batch: list[RecomputeRequest]) -> None:
        tries.append(len(batch))
        raise ValueError("never")

    for round_ in range(RESTS_AFTER + 5):
        _work(do, 2 * round_)
    assert tries == [1] * RESTS_AFTER


def test_mark_done__a_row_asked_for_meanwhile_stays_due(rows: list[RecomputeRequest]) -> None:
    with clock.playing(NOW):
        taken = claim(RecomputeRequest, limit=20)
        RecomputeRequest.objects.filter(pk=rows[3].pk).update(due_at=NOW)
        mark_done(taken)
    assert RecomputeRequest.objects.get(done_at=None).pk == rows[3].pk


def test_mark_done__the_number_of_statements_does_not_grow(
    rows: list[RecomputeRequest], django_assert_num_queries: Any
) -> None:
    with clock.playing(NOW):
        taken = claim(RecomputeRequest, limit=20)
        with django_assert_num_queries(1):
            mark_done(taken)

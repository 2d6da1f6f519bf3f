"""Many senders of one slice at the same moment, on PostgreSQL: one value stands, and the day sums up to it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection

from apps.core import clock
from apps.objectives.domain.counts import sum_of
from apps.objectives.domain.samples import Outcome
from apps.objectives.models import Sample, SampleDay
from apps.objectives.operations.day_summing import sum_of_row
from tests.personas import Organisation
from tests.sampling import NOON, make_indicator, make_series, one, put

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def _in_thread(act: Callable[[], list[Outcome]]) -> list[Outcome]:
    try:
        with clock.playing(NOON):
            return act()
    finally:
        connection.close()


def test_pushes__a_hundred_of_one_slice_at_once_leave_one_value(organisation: Organisation) -> None:
    series = make_series(make_indicator(organisation))
    with ThreadPoolExecutor(10) as pool:
        slices = [[one(0, good, 1000), one(5, 1, 1)] for good in range(100)]
        running = [pool.submit(_in_thread, partial(put, series, some)) for some in slices]
        outcomes = [done.result()[0] for done in running]
    assert outcomes.count(Outcome.CREATED) == 1
    first, second = Sample.objects.order_by("starts_at")
    assert second.valid == 1
    assert sum_of_row(SampleDay.objects.get()) == sum_of(first.counts) + sum_of(second.counts)

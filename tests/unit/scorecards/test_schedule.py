"""When cards become due."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.periods import CALENDAR_GRAINS, Grain, parse_period
from apps.scorecards.domain import schedule

BERLIN = ZoneInfo("Europe/Berlin")
instants = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("2026-W26", datetime(2026, 6, 29, 3, tzinfo=UTC)),  # Monday 05:00 in summer
        ("2026-W02", datetime(2026, 1, 12, 4, tzinfo=UTC)),  # and in winter
        ("2026-06", datetime(2026, 7, 2, 3, tzinfo=UTC)),
        ("2026-Q2", datetime(2026, 7, 4, 3, tzinfo=UTC)),
        ("2026-Q4", datetime(2027, 1, 4, 4, tzinfo=UTC)),
    ],
)
def test_due_at__local_time_of_the_reporting_zone(key: str, expected: datetime) -> None:
    assert schedule.due_at(parse_period(key), BERLIN) == expected


@pytest.mark.parametrize(
    ("instant", "newest"),
    [
        (datetime(2026, 7, 4, 2, 59, tzinfo=UTC), "2026-Q1"),
        (datetime(2026, 7, 4, 3, tzinfo=UTC), "2026-Q2"),
    ],
)
def test_due_periods__from_the_hour_on(instant: datetime, newest: str) -> None:
    assert schedule.due_periods(instant, BERLIN, Grain.QUARTER)[-1].key == newest


@given(instants, st.sampled_from(CALENDAR_GRAINS))
def test_due_periods__53_closed_ones_in_order_without_gaps(instant: datetime, grain: Grain) -> None:
    found = schedule.due_periods(instant, BERLIN, grain)
    assert len(found) == 53
    assert all(later.first_on == earlier.end_on for earlier, later in pairwise(found))
    assert schedule.due_at(found[-1], BERLIN) <= instant < schedule.due_at(found[-1].previous(-1), BERLIN)


@given(instants)
def test_all_due_periods__in_the_order_in_which_they_fell_due(instant: datetime) -> None:
    found = [schedule.due_at(period, BERLIN) for period in schedule.all_due_periods(instant, BERLIN)]
    assert found == sorted(found)
    assert len(found) == 3 * 53


def test_is_late__from_two_hours_on() -> None:
    period = parse_period("2026-Q2")
    at = schedule.due_at(period, BERLIN)
    assert not schedule.is_late(period, at + timedelta(hours=2), BERLIN)
    assert schedule.is_late(period, at + timedelta(hours=2, seconds=1), BERLIN)


@pytest.mark.parametrize(
    ("key", "judged"),
    [("2026-Q2", "2026-Q2"), ("2026-W26", "2026-W26/13"), ("2026-06", "2026-W26/13"), ("2026-05", "2026-W22/13")],
)
def test_judged_period__a_quarter_itself_else_13_complete_weeks(key: str, judged: str) -> None:
    assert schedule.judged_period(parse_period(key)).key == judged


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.sampled_from(CALENDAR_GRAINS))
def test_newest_week__ends_by_the_end_of_the_period_and_no_later_week_does(day: date, grain: Grain) -> None:
    period = schedule.due_periods(datetime(day.year, day.month, day.day, tzinfo=UTC), BERLIN, grain)[-1]
    week = schedule.newest_week(period)
    assert week.end_on <= period.end_on < week.end_on + timedelta(days=7)
    assert (week.days, week.first_on.weekday()) == (7, 0)


@pytest.mark.parametrize(("key", "quarter"), [("2026-Q2", "2026-Q2"), ("2026-06", "2026-Q2"), ("2026-W27", "2026-Q3")])
def test_quarter_of__the_one_of_the_last_day(key: str, quarter: str) -> None:
    assert schedule.quarter_of(parse_period(key)) == quarter

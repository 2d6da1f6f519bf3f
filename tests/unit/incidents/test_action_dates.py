"""Days of actions: due days, lists, and the share that was on time, with the worked examples."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.incidents.domain.action_dates import (
    LONGEST_WAIT_DAYS,
    Promise,
    date_problem,
    due_day,
    end_of_day,
    on_time,
    working_day,
)
from apps.incidents.domain.action_words import ActionState

BERLIN, MADRID, AUCKLAND = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/Madrid"), ZoneInfo("Pacific/Auckland")
S = ActionState


def june(day, hour=12):
    return datetime(2026, 6, day, hour, tzinfo=BERLIN)


def test_due_day__thursday_21_may_and_30_days_is_monday_22_june():
    assert due_day(datetime(2026, 5, 21, 15, tzinfo=BERLIN), 30, BERLIN) == date(2026, 6, 22)


@pytest.mark.parametrize(
    ("days", "due"),
    [(15, date(2026, 6, 5)), (60, date(2026, 7, 20)), (90, date(2026, 8, 19)), (31, date(2026, 6, 22))],
)
def test_due_day__of_every_level(days, due):
    assert due_day(datetime(2026, 5, 21, 15, tzinfo=BERLIN), days, BERLIN) == due


def test_due_day__the_team_is_a_day_ahead():
    committed = datetime(2026, 5, 21, 15, tzinfo=UTC)  # 03:00 on Friday in Auckland
    assert due_day(committed, 15, AUCKLAND) == date(2026, 6, 8)  # Sat 6 June: Monday
    assert due_day(committed, 15, MADRID) == date(2026, 6, 5)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_working_day__is_the_same_day_or_the_monday_after(day):
    moved = working_day(day)
    assert moved.weekday() < 5
    assert moved == day if day.weekday() < 5 else moved.weekday() == 0
    assert timedelta(0) <= moved - day <= timedelta(days=2)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.integers(0, 120), st.integers(0, 120))
def test_due_day__more_days_are_never_sooner(committed, fewer, more):
    at = committed.replace(tzinfo=UTC)
    low, high = sorted((fewer, more))
    assert due_day(at, low, MADRID) <= due_day(at, high, MADRID)


def test_end_of_day__belongs_to_the_day_also_when_clocks_change():
    end = end_of_day(date(2026, 3, 29), MADRID)
    assert end.astimezone(MADRID).date() == date(2026, 3, 29)
    assert (end + timedelta(seconds=1)).astimezone(MADRID) == datetime(2026, 3, 30, tzinfo=MADRID)
    assert end - end_of_day(date(2026, 3, 28), MADRID) == timedelta(hours=23)


def test_on_time__the_worked_example_is_two_of_five():
    promises = [
        Promise(end_of_day(date(2026, 6, 3), BERLIN), done_at=june(2)),
        Promise(end_of_day(date(2026, 6, 10), BERLIN), done_at=june(10, 23)),
        Promise(end_of_day(date(2026, 6, 12), BERLIN), done_at=june(20)),  # moved to the 22nd
        Promise(end_of_day(date(2026, 6, 15), BERLIN)),
        Promise(end_of_day(date(2026, 6, 18), BERLIN), dropped_at=june(11)),
        Promise(end_of_day(date(2026, 6, 25), BERLIN), dropped_at=june(29)),
    ]
    assert on_time(promises) == (2, 5)


def test_on_time__a_day_ends_at_midnight_to_the_second():
    end = end_of_day(date(2026, 6, 10), BERLIN)
    assert on_time([Promise(end, done_at=end + timedelta(microseconds=999_999))]) == (1, 1)
    assert on_time([Promise(end, done_at=end + timedelta(seconds=1, microseconds=1))]) == (0, 1)


instants = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))


@given(instants, st.none() | instants)
def test_on_time__dropping_late_never_helps(due_at, done_at):
    late = due_at + timedelta(seconds=2)
    assert on_time([Promise(due_at, done_at, late)]) == on_time([Promise(due_at, done_at)])


def test_date_problem__is_told_in_a_sentence():
    today = date(2026, 6, 10)
    assert date_problem(date(2026, 6, 10), today) is None
    assert date_problem(date(2026, 6, 9), today) == "Enter a day from 10 June 2026 on."
    assert "is a plan" in (date_problem(today + timedelta(days=LONGEST_WAIT_DAYS + 1), today) or "")
    assert date_problem(date(2026, 6, 22), today, date(2026, 6, 22)) == "It is due on 22 June 2026 already."

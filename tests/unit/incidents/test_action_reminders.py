"""Reminders: three days before, on the day, then weekly; in the team's zone."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from apps.incidents.domain.action_reminders import (
    first_step,
    next_step,
    recipients,
    remind_at,
    reminder_words,
)

MADRID = ZoneInfo("Europe/Madrid")
DUE = date(2026, 6, 22)


def test_steps__thirty_days_overdue_are_six():
    told = [first_step(DUE, date(2026, 5, 21))]
    while told[-1] < 28:
        told.append(next_step(told[-1]))
    assert told == [-3, 0, 7, 14, 21, 28]


def test_first_step__skips_days_that_have_passed():
    assert first_step(DUE, date(2026, 6, 19)) == -3
    assert first_step(DUE, date(2026, 6, 20)) == 0
    assert first_step(DUE, DUE) == 0
    assert first_step(DUE, DUE + timedelta(days=8)) == 14


@given(st.integers(-400, 400))
def test_first_step__is_the_first_that_has_not_passed(days):
    today = DUE + timedelta(days=days)
    step = first_step(DUE, today)
    assert DUE + timedelta(days=step) >= today
    assert step == -3 or DUE + timedelta(days={0: -3}.get(step, step - 7)) < today


def test_next_step__goes_on_weekly():
    assert [next_step(step) for step in (-3, 0, 7, 14)] == [0, 7, 14, 21]


def test_remind_at__is_eight_in_the_morning_whatever_the_clocks_do():
    spring = remind_at(date(2026, 4, 1), -3, MADRID)
    assert spring == datetime(2026, 3, 29, 8, tzinfo=MADRID)
    assert remind_at(DUE, 7, MADRID) == datetime(2026, 6, 29, 8, tzinfo=MADRID)


def test_reminder_words__say_the_date_and_one_way_on():
    assert reminder_words(DUE, -3) == "This action is due on 22 Jun 2026."
    assert "due today" in reminder_words(DUE, 0)
    assert reminder_words(DUE, 7).startswith("This action passed its date, 22 Jun 2026.")
    assert not any("!" in reminder_words(DUE, step) for step in (-3, 0, 7))


def test_recipients__are_the_team_and_the_assignee():
    assert recipients(4, 7) == ["team:4", "person:7"]
    assert recipients(4, None) == ["team:4"]

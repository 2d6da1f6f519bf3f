"""The four questions, worded as on the page of the design; they are pure and stop nothing."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.governance.domain import questions

DAYS = st.dates(date(2001, 1, 1), date(2090, 12, 31))


def test_goalpost__as_worked_out() -> None:
    said = questions.goalpost(submitted_on=date(2026, 9, 14), review_on=date(2026, 9, 30), team="Harbour", gain=0.169)
    assert said == (
        "Submitted 14 Sep, 16 days before the quarterly review; improves Harbour, an author's team, by 16.9\u00a0%. "
        "Can it wait?"
    )


@pytest.mark.parametrize(
    ("submitted", "gain", "asks"),
    [
        (date(2026, 9, 2), 0.05, True),
        (date(2026, 9, 1), 0.05, False),
        (date(2026, 9, 2), 0.0499, False),
        (date(2026, 9, 30), 0.2, True),
        (date(2026, 10, 1), 0.2, False),
        (date(2026, 9, 14), -0.2, False),
        (date(2026, 9, 14), None, False),
    ],
)
def test_goalpost__asks_within_28_days_and_from_5_percent_on(submitted: date, gain: float | None, asks: bool) -> None:
    said = questions.goalpost(submitted_on=submitted, review_on=date(2026, 9, 30), team="Harbour", gain=gain)
    assert bool(said) is asks


def test_goalpost__a_target_that_turns_met_is_enough() -> None:
    said = questions.goalpost(
        submitted_on=date(2026, 9, 29), review_on=date(2026, 9, 30), team="Harbour", gain=0.01, turns_met=True
    )
    assert said == (
        "Submitted 29 Sep, 1 day before the quarterly review; turns a target of Harbour, an author's team, to met. "
        "Can it wait?"
    )


def test_shifting__as_worked_out() -> None:
    assert questions.shifting(1) == ""
    assert questions.shifting(2) == "Changed twice in two quarters. Are the stretches long enough to read?"
    assert questions.shifting(7).startswith("Changed 7 times in two quarters.")


def test_too_many__as_worked_out() -> None:
    assert questions.too_many(24) == "This would be the 25th. Which one does it replace?"
    assert questions.too_many(19) == ""
    assert [questions.too_many(n - 1)[18:22] for n in (21, 22, 23, 111, 112, 121)] == [
        "21st", "22nd", "23rd", "111t", "112t", "121s",
    ]  # fmt: skip


def test_exclusion_creep__as_worked_out() -> None:
    asked = {"team": "Harbour", "facts": "deployments"}
    said = questions.exclusion_creep(**asked, left_out=14, total=100)
    assert said == "14\u00a0% of Harbour's deployments are left out. Is the rule wrong?"
    assert questions.exclusion_creep(**asked, left_out=10, total=100) == ""
    assert questions.exclusion_creep(**asked, left_out=0, total=0) == ""


@given(DAYS)
def test_quarters__hold_their_day(day: date) -> None:
    end, before = questions.quarter_end(day), questions.previous_quarter_start(day)
    assert 0 <= (end - day).days <= 91
    assert (end + timedelta(days=1)).day == 1
    assert before.day == 1
    assert 90 <= (day - before).days <= 184
    assert questions.quarter_end(before) < day


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_exclusion_creep__asks_exactly_above_a_tenth(left_out: int, total: int) -> None:
    said = questions.exclusion_creep(team="Harbour", facts="changes", left_out=left_out, total=total)
    assert bool(said) is (total > 0 and 10 * left_out > total)

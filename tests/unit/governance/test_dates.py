"""Dates of a change: boundaries of the finest grain, at once, restated, and what is asked for and cannot be kept."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.governance.domain import dates
from apps.governance.domain.dates import Dates
from apps.governance.domain.kinds import Change, ChangeClass, Item, Op
from apps.governance.domain.revisions import Asked, Category

WEDNESDAY, MONDAY = date(2026, 9, 2), date(2026, 9, 7)
OPEN_WEEK = date(2026, 8, 31)
MEANING, WORDING = ChangeClass.MEANING, ChangeClass.WORDING
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
GRAINS = st.sampled_from([("week", "month"), ("month",), ("month", "quarter"), ("quarter",), ()])


def change(*grains: str, base: int = 2, not_before: date | None = None) -> tuple[Change, ...]:
    item = Item("metric_definition", Op.CHANGE, "lead-time", {})
    known = {"wording": "", "computing": "", "is_same_meaning": False, "owner_team_id": 1, "name": "Lead time"}
    return (Change(item=item, base=base, grains=grains, not_before=not_before, **known),)


def asking(**more: object) -> Asked:
    return Asked((), "", Category.IMPROVEMENT, **more)


def given_dates(asked: Asked, grains: tuple[str, ...] = ("week", "month"), **more: object) -> Dates:
    return dates.dates_for(asked, change(*grains, **more), MEANING, WEDNESDAY)


def test_dates__the_worked_example() -> None:
    """In force from Mon 7 September, restating from Mon 29 June."""
    found = given_dates(asking(on=MONDAY, restate_from=date(2026, 6, 29)))
    assert found == Dates(MONDAY, date(2026, 6, 29))


@pytest.mark.parametrize(
    ("asked", "grains", "found"),
    [
        (asking(), ("week",), Dates(MONDAY, MONDAY)),
        (asking(), ("month", "quarter"), Dates(date(2026, 10, 1), date(2026, 10, 1))),
        (asking(), ("quarter",), Dates(date(2026, 10, 1), date(2026, 10, 1))),
        (asking(), (), Dates(WEDNESDAY, WEDNESDAY)),
        (asking(on=date(2026, 9, 21)), ("week",), Dates(date(2026, 9, 21), date(2026, 9, 21))),
        (asking(on=date(2026, 8, 24)), ("week",), Dates(MONDAY, MONDAY)),  # signed too late for the date asked for
        (asking(at_once_reason="Wrong."), ("week",), Dates(OPEN_WEEK, OPEN_WEEK)),
        (asking(at_once_reason="Wrong.", restate_from=date(2026, 6, 29)), ("week",),
         Dates(OPEN_WEEK, date(2026, 6, 29))),
        (asking(from_beginning=True), ("week",), Dates(None, None)),
    ],
)  # fmt: skip
def test_dates__by_what_is_asked_for(asked: Asked, grains: tuple[str, ...], found: Dates) -> None:
    assert given_dates(asked, grains) == found


def test_dates__words_hold_at_once_and_never_before_an_agreed_version() -> None:
    assert dates.dates_for(asking(), change("week"), WORDING, WEDNESDAY) == Dates(WEDNESDAY, OPEN_WEEK)
    later = change("week", not_before=date(2026, 9, 14))
    assert dates.dates_for(asking(), later, WORDING, WEDNESDAY).governs_from == date(2026, 9, 14)
    assert given_dates(asking(), not_before=date(2026, 9, 14)).effective_from == date(2026, 9, 14)


@pytest.mark.parametrize(
    ("asked", "grains", "words"),
    [
        (asking(on=date(2026, 9, 9)), ("week",), "No period begins on Wednesday 9 September 2026. The next valid"),
        (asking(on=date(2026, 9, 9)), ("week",), "The next valid date is Monday 14 September 2026."),
        (asking(on=date(2026, 9, 7)), ("month",), "The next valid date is Thursday 1 October 2026."),
        (asking(on=date(2027, 10, 4)), ("week",), "is more than a year away"),
        (asking(restate_from=MONDAY), ("week",), "A restatement begins in the past: choose Monday 31 August 2026"),
        (asking(restate_from=date(2026, 7, 1)), ("week",), "The valid date before it is Monday 29 June 2026."),
        (asking(from_beginning=True), ("week",), "Only a first version holds from the beginning."),
    ],
)  # fmt: skip
def test_problem__names_the_date_that_can_be_kept(asked: Asked, grains: tuple[str, ...], words: str) -> None:
    assert words in dates.date_problem(asked, change(*grains), WEDNESDAY)


@pytest.mark.parametrize("day", [date(2026, 6, 29), OPEN_WEEK])
def test_past__a_day_inside_a_closed_or_the_open_period_names_the_next(day: date) -> None:
    said = dates.past_problem(asking(on=day), change("week"), WEDNESDAY)
    assert said.endswith("is too early. The next valid date is Monday 7 September 2026.")
    assert dates.past_problem(asking(on=MONDAY), change("week"), WEDNESDAY) == ""


@given(today=DAYS, asked_in=st.integers(0, 300), grains=GRAINS)
def test_dates__are_boundaries_after_the_signature_and_not_before_the_day_asked(
    today: date, asked_in: int, grains: tuple[str, ...]
) -> None:
    day = today + timedelta(days=asked_in)
    found = dates.dates_for(asking(on=day), change(*grains), MEANING, today)
    assert found.effective_from >= max(day, today + timedelta(days=bool(grains)))
    assert dates.boundary_from(found.effective_from, grains) == found.effective_from
    assert dates.boundary_until(found.effective_from, grains) == found.effective_from
    assert (found.effective_from - max(day, today)).days <= 92


def test_days__a_change_that_holds_from_a_local_midnight_waits_for_the_next_one() -> None:
    daily = change("day")
    assert dates.dates_for(asking(), daily, MEANING, WEDNESDAY).effective_from == WEDNESDAY + timedelta(days=1)
    assert dates.dates_for(asking(at_once_reason="Now."), daily, MEANING, WEDNESDAY).effective_from == WEDNESDAY
    assert dates.past_problem(asking(on=WEDNESDAY), daily, WEDNESDAY)
    assert not dates.past_problem(asking(on=WEDNESDAY + timedelta(days=1)), daily, WEDNESDAY)
    assert dates.grains_of((*daily, *change("week", "month"))) == ("week", "month")


def test_days__what_holds_from_now_restates_nothing() -> None:
    (daily,) = change("day")
    since = WEDNESDAY - timedelta(days=7)
    assert dates.date_problem(asking(restate_from=since), (daily,), WEDNESDAY) == ""
    held = replace(daily, holds_from_now=True)
    assert "stays as it was" in dates.date_problem(asking(restate_from=since), (held,), WEDNESDAY)

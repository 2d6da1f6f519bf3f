"""Periods: their keys, and the day that decides which version counts for them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.periods import FIRST_YEAR, LAST_YEAR, Grain, UnknownPeriod, parse_period, period_on

DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1))


@given(DAYS, st.sampled_from(Grain))
def test_parse_period__reads_back_every_key(day, grain):
    period = period_on(day, grain)
    assert parse_period(period.key) == period


@pytest.mark.parametrize("key", ["0001-01", "9999-W52", f"{FIRST_YEAR - 1}-Q4", f"{LAST_YEAR + 1}-01", "2026-W54"])
def test_parse_period__years_and_weeks_that_no_page_can_show_are_refused(key):
    with pytest.raises(UnknownPeriod, match="is no period"):
        parse_period(key)


@pytest.mark.parametrize("key", [f"{FIRST_YEAR}-W01", f"{LAST_YEAR}-12", f"{LAST_YEAR}-W52"])
def test_parse_period__the_first_and_the_last_year_have_neighbours(key):
    period = parse_period(key)
    assert period.previous(100).end_on < period.first_on < period.previous(-100).first_on


@pytest.mark.parametrize(
    ("key", "day"),
    [
        ("2026-W34", date(2026, 8, 17)),
        ("2026-W34/13", date(2026, 8, 17)),
        ("2026-08", date(2026, 8, 1)),
        ("2026-Q3", date(2026, 7, 1)),
    ],
)
def test_deciding_on__a_run_of_weeks_is_decided_by_its_last_week(key, day):
    assert parse_period(key).deciding_on == day

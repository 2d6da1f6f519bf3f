"""How days, ages and periods are said."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.core.calendar_words import age_words, named_period, period_words, short_period
from apps.core.periods import parse_period

AT = datetime(2026, 8, 24, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("key", "words", "short"),
    [
        ("2026-W34", "week 34 of 2026, 17 Aug to 23 Aug", "W34"),
        ("2026-W34/13", "13 weeks to 23 Aug 2026", "W34"),
        ("2026-08", "Aug 2026", "Aug 26"),
        ("2026-Q3", "Q3 2026", "Q3 26"),
        ("2026-W05", "week 5 of 2026, 26 Jan to 1 Feb", "W05"),
        ("2026-W53", "week 53 of 2026, 28 Dec to 3 Jan", "W53"),
    ],
)
def test_period__is_said_in_words(key: str, words: str, short: str) -> None:
    assert period_words(parse_period(key)) == words
    assert short_period(parse_period(key)) == short


def test_named_period__is_said_inside_a_sentence() -> None:
    keys = ("2026-W35", "2026-W05", "2026-08", "2026-Q3")
    assert [named_period(parse_period(key)) for key in keys] == ["week 35", "week 5", "Aug 2026", "Q3 2026"]


@pytest.mark.parametrize(
    ("ago", "words"),
    [(timedelta(seconds=40), "40\u00a0s"), (timedelta(minutes=3, seconds=50), "3\u00a0min"),
     (timedelta(hours=5), "5\u00a0h"), (timedelta(days=51), "51\u00a0d"), (timedelta(seconds=-5), "0\u00a0s")],
)  # fmt: skip
def test_age__is_said_in_the_unit_of_its_size(ago: timedelta, words: str) -> None:
    assert age_words(AT - ago, AT) == words

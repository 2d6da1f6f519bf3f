"""Which version counts on a day."""

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.periods import parse_period
from apps.metrics.domain.versions import governing_number, successions

DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))
V1, V2, V3 = (1, date(2025, 1, 6)), (2, date(2026, 5, 11)), (3, date(2026, 6, 29))


@pytest.mark.parametrize(
    ("key", "on_1_august", "on_8_september"),
    [
        ("2026-W19", 1, 1), ("2026-W20", 2, 2), ("2026-05", 1, 1), ("2026-06", 2, 2), ("2026-Q2", 1, 1),
        ("2026-W27", 2, 3), ("2026-Q3", 2, 3),
    ],
)  # fmt: skip
def test_governing_number__the_worked_table_of_periods(key, on_1_august, on_8_september):
    day = parse_period(key).first_on
    assert governing_number([V1, V2], day) == on_1_august
    assert governing_number([V1, V2, V3], day) == on_8_september


def test_governing_number__none_before_the_first_version_and_always_without_a_date():
    assert governing_number([V1], date(2025, 1, 5)) is None
    assert governing_number([(1, None)], date(1999, 1, 1)) == 1
    assert governing_number([], date(2026, 1, 1)) is None


def plain_walk(versions, day):
    """The highest number that counts for a period that begins on a day, one after the other."""
    found = None
    for number, governs_from in versions:
        if governs_from is None or governs_from <= day:
            found = number
    return found


@given(
    versions=st.lists(st.none() | DAYS, max_size=6).map(lambda days: list(enumerate(days, start=1))),
    day=DAYS,
)
def test_governing_number__matches_a_plain_walk(versions, day):
    assert governing_number(versions, day) == plain_walk(versions, day)


def test_governing_number__matches_a_plain_walk_on_ten_thousand_cases():
    """Days lie near each other, so that edges meet often, and restatements reach behind what they follow."""
    chance, seen = random.Random(20260907), set()
    for _ in range(10_000):
        days = [date(2026, 6, 29) + timedelta(days=chance.randint(-9, 9)) for _ in range(chance.randint(0, 6))]
        versions = [(number, None if chance.random() < 0.1 else day) for number, day in enumerate(days, start=1)]
        day = date(2026, 6, 29) + timedelta(days=chance.randint(-10, 10))
        assert governing_number(versions, day) == plain_walk(versions, day), (versions, day)
        seen.add(governing_number(versions, day))
    assert seen == {None, *range(1, 7)}


def test_successions__one_after_the_other():
    assert successions([(1, None), (2, date(2026, 5, 11)), (3, date(2026, 6, 29))]) == [
        (date(2026, 5, 11), 1, 2), (date(2026, 6, 29), 2, 3),
    ]  # fmt: skip
    assert successions([V1]) == successions([]) == []


def test_successions__a_restatement_passes_over_what_it_replaces():
    versions = [(1, None), (2, date(2026, 8, 10)), (3, date(2026, 6, 29))]
    assert successions(versions) == [(date(2026, 6, 29), 1, 3)]


@given(versions=st.lists(DAYS, max_size=6).map(lambda days: [(1, None), *enumerate(days, start=2)]), day=DAYS)
def test_successions__lead_to_the_version_that_counts(versions, day):
    standing = 1
    for begins, before, after in successions(versions):
        if begins <= day:
            assert before == standing
            standing = after
    assert standing == governing_number(versions, day)

"""Words beside a value."""

import pytest

from apps.scorecards.domain.wording import decision_words, reading_words

HOURS = {"value": 31 * 3600.0, "lower": 27 * 3600.0, "upper": 36 * 3600.0}


@pytest.mark.parametrize(("count", "words"), [(0, ""), (1, "1 needs a decision"), (2, "2 need a decision")])
def test_decision_words__by_count(count: int, words: str) -> None:
    assert decision_words(count) == words


@pytest.mark.parametrize(
    ("reading", "words"),
    [
        ({**HOURS, "n": 390, "clusters": 34}, "31\u00a0h (27–36\u00a0h, n\u00a0=\u00a0390 in 34 deployments)"),
        ({**HOURS, "n": 1284}, "31\u00a0h (27–36\u00a0h, n\u00a0=\u00a01,284)"),
        ({"value": 7200.0, "lower": None, "upper": None, "n": 3}, "2\u00a0h (n\u00a0=\u00a03)"),
        ({"value": None, "lower": None, "upper": None, "n": 0, "clusters": 0}, "no value (n\u00a0=\u00a00)"),
        ({"value": None, "lower": None, "upper": None, "n": None}, "no value"),
    ],
)
def test_reading_words__value_interval_and_count(reading: dict[str, object], words: str) -> None:
    assert reading_words(reading, "seconds") == words

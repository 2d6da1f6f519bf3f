"""Words on pages; differences between documents; cells of tables."""

import pytest

from apps.governance.domain.diffs import diff_fields, diff_lines, diff_words
from apps.portal.glossary import list_words
from apps.portal.tables import csv_response
from apps.portal.views.data import rhythm_words


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "None in 26 weeks"),
        (5, "5 in 26 weeks"),
        (52, "About 2\u00a0a\u00a0week"),
        (182, "About 1\u00a0a\u00a0day"),
        (3640, "About 20\u00a0a\u00a0day"),
    ],
)
def test_rhythm__is_said_by_day_week_or_count(count: int, words: str) -> None:
    assert rhythm_words(count) == words


def test_diff_words__keeps_the_reading_order() -> None:
    assert diff_words("counted from the commit on", "counted from the merge on") == [
        {"op": "same", "text": "counted from the"},
        {"op": "del", "text": "commit"},
        {"op": "ins", "text": "merge"},
        {"op": "same", "text": "on"},
    ]


def test_diff_fields__names_each_place_with_both_sides() -> None:
    old = {"value": {"from": "first_commit_at", "q": "0.5"}, "grains": ["week", "month"]}
    new = {"value": {"from": "merged_at", "q": "0.5"}, "grains": ["week"], "min_n": 5}
    assert diff_fields(old, new) == [
        {"label": "grains", "old": "week, month", "new": "week"},
        {"label": "min n", "old": "", "new": "5"},
        {"label": "value, from", "old": "first_commit_at", "new": "merged_at"},
    ]


def test_diff__of_equal_documents_is_empty() -> None:
    assert diff_fields({"a": 1}, {"a": 1}) == []
    assert {part["op"] for part in diff_lines("a\nb", "a\nb")} == {"same"}


def test_csv__defuses_what_a_spreadsheet_would_run() -> None:
    text = csv_response("x", ("a", "b"), [("=1+1", -2.5), ("plain", None)]).content.decode()
    assert text == "a,b\r\n'=1+1,-2.5\r\nplain,\r\n"


def test_glossary__has_no_word_twice_and_no_exclamation() -> None:
    words = list_words()
    assert len({entry["word"] for entry in words}) == len(words) > 30
    assert all(entry["meaning"].endswith(".") and "!" not in entry["meaning"] for entry in words)

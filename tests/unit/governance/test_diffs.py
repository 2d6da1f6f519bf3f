"""Differences as sentence, fields and JSON: whatever is shown rebuilds both sides."""

from hypothesis import given
from hypothesis import strategies as st

from apps.governance.domain.diffs import diff_fields, diff_json, diff_lines, diff_words, pretty

WORDS = st.lists(st.sampled_from(["a", "b", "c", "merge", "commit", "to"]), max_size=20).map(" ".join)
LEAVES = st.one_of(st.integers(), st.booleans(), st.none(), st.text("abc", max_size=4))
DOCUMENTS = st.recursive(
    st.dictionaries(st.sampled_from(["x", "y", "z_z"]), LEAVES, max_size=3),
    lambda inner: st.dictionaries(st.sampled_from(["x", "y", "z_z"]), st.one_of(inner, LEAVES), max_size=3),
    max_leaves=8,
)


def side(parts, kept: str) -> str:
    return " ".join(part["text"] for part in parts if part["op"] in ("same", kept))


def test_words__as_worked_out() -> None:
    parts = diff_words("Median hours from first commit to production", "Median hours from merge to production")
    assert parts == [
        {"op": "same", "text": "Median hours from"},
        {"op": "del", "text": "first commit"},
        {"op": "ins", "text": "merge"},
        {"op": "same", "text": "to production"},
    ]


def test_words__one_word_between_two_changes_reads_as_one() -> None:
    parts = diff_words("counts a from b on", "counts c from d on")
    assert parts == [
        {"op": "same", "text": "counts"},
        {"op": "del", "text": "a from b"},
        {"op": "ins", "text": "c from d"},
        {"op": "same", "text": "on"},
    ]


@given(WORDS, WORDS)
def test_words__both_sides_are_rebuilt(old: str, new: str) -> None:
    parts = diff_words(old, new)
    assert (side(parts, "del"), side(parts, "ins")) == (old, new)
    assert old != new or {part["op"] for part in parts} <= {"same"}


def test_fields__list_each_place_with_both_sides() -> None:
    old = {"exclude": [{"reason": "Hotfix", "where": ["a"]}], "settled": True, "pair": None}
    new = {"exclude": [{"reason": "Drill", "where": ["a"]}], "settled": False, "pair": "x"}
    assert diff_fields(old, new) == [
        {"label": "exclude 1, reason", "old": "Hotfix", "new": "Drill"},
        {"label": "pair", "old": "none", "new": "x"},
        {"label": "settled", "old": "yes", "new": "no"},
    ]


@given(DOCUMENTS)
def test_fields__of_equal_documents_differ_nowhere(document) -> None:
    assert diff_fields(document, document) == []
    assert {part["op"] for part in diff_json(document, document)} <= {"same"}


@given(DOCUMENTS, DOCUMENTS)
def test_json__both_sides_are_rebuilt(old, new) -> None:
    parts = diff_json(old, new)
    lines = {kept: "\n".join(p["text"] for p in parts if p["op"] in ("same", kept)) for kept in ("del", "ins")}
    assert lines == {"del": pretty(old), "ins": pretty(new)}


def test_json__of_something_new_only_comes() -> None:
    assert {part["op"] for part in diff_json(None, {"a": 1})} == {"ins"}
    assert diff_lines("", "") == []

"""Three texts of a conflict, hints on blaming words, and what a publication keeps."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.incidents.domain.blame_hints import ROLE, find_hints
from apps.incidents.domain.conflicts import ThreeTexts, both, differences, is_stale, says_the_same
from apps.incidents.domain.retro_drafts import Draft, DraftRow
from apps.incidents.domain.retro_snapshots import as_markdown, canonical_text, document_of, read_text, sha256_of
from apps.incidents.domain.retro_words import RetroForm, RowKind

texts = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.text(max_size=5))


@given(base=texts, theirs=texts, yours=texts)
def test_differences__no_text_is_lost(base: dict[str, str], theirs: dict[str, str], yours: dict[str, str]) -> None:
    found = {three.name: three for three in differences(base, theirs, yours)}
    for name in {*base, *theirs, *yours}:
        if theirs.get(name, "") == yours.get(name, ""):
            assert name not in found
        else:
            assert (found[name].base, found[name].theirs, found[name].yours) == (
                base.get(name, ""), theirs.get(name, ""), yours.get(name, "")
            )  # fmt: skip


@given(base=st.text(), theirs=st.text(min_size=1), yours=st.text(min_size=1))
def test_both__keeps_what_either_changed(base: str, theirs: str, yours: str) -> None:
    words = both(ThreeTexts("a", base, theirs, yours))
    assert theirs in words or theirs == base
    assert yours in words or yours == base


def test_says_the_same__a_repeated_save_is_no_conflict() -> None:
    assert says_the_same({"a": "x"}, {"a": "x", "b": ""})
    assert not says_the_same({"a": "x", "b": "y"}, {"a": "x"})
    assert is_stale(read=1, current=2)
    assert not is_stale(read=2, current=2)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The engineer should have known.", ["should have"]),
        ("It Should’ve been seen; it shouldn't have run.", ["Should’ve", "shouldn't have"]),
        ("Nobody failed to look, but somebody Forgot to.", ["failed to", "Forgot to"]),
        ("Cause: human error.", ["human error"]),
        ("@dee.moor restarted it, mail ops@example.org", ["@dee.moor"]),
        ("Dee Moor restarted it and Moor watched.", ["Dee Moor", "Moor"]),
        ("A responder restarted the queue; it has a floor moor.", []),
        ("It failed. The job will retry, as it should.", []),
    ],
)
def test_find_hints__mark_words_that_blame(text: str, words: list[str]) -> None:
    found = find_hints(text, ["Dee Moor", "Will May"])
    assert [hint.words for hint in found] == words
    assert all(text[hint.start : hint.end] == hint.words and hint.offer for hint in found)


def test_find_hints__a_name_gets_its_role() -> None:
    assert find_hints("Dee did it", ["Dee Moor"])[0].offer == ROLE


@given(st.text(max_size=300), st.lists(st.text(max_size=10), max_size=4))
def test_find_hints__never_overlap_and_never_fail(text: str, names: list[str]) -> None:
    found = find_hints(text, names)
    assert all(before.end <= after.start for before, after in pairwise(found))


def sample(**around: Any) -> dict[str, Any]:
    """A document of a short retro."""
    draft = Draft(
        RetroForm.SHORT,
        {"summary": {"what_happened": "Payments stalled.", "users": "12"}, "learned": {"lucky": "not asked"}},
        [
            DraftRow("f1", RowKind.FACTOR, {"sentence": "No limit.", "kind": "capacity", "role": "triggered"}),
            DraftRow("a1", RowKind.ACTION, {"text": "Limit retries", "strange": "17", "team": "checkout"}),
            DraftRow("s1", RowKind.SAFEGUARD, {"sentence": "Not in the short form"}),
        ],
    )
    return document_of(draft, {"title": "INC-4", "facts": [["Severity", "3"]], **around})


def test_document__holds_the_form_and_names_nobody() -> None:
    text = canonical_text(sample())
    assert "strange" not in text
    assert "17" not in text
    assert "Not in the short form" not in text
    assert "not asked" not in text


def test_canonical_text__equal_documents_give_equal_bytes() -> None:
    one, other = sample(b=1, a="é"), sample(a="e\u0301", b=1)
    assert canonical_text(one) == canonical_text(other)
    assert sha256_of(canonical_text(one)) == sha256_of(canonical_text(other))
    assert read_text(canonical_text(one)) == json.loads(canonical_text(one))
    assert sha256_of(canonical_text(one)) != sha256_of(canonical_text(sample(b=2)))


def test_as_markdown__reads_like_the_page() -> None:
    written = as_markdown(sample(timeline=[{"at": "2026-05-04 10:05", "text": "The queue filled."}]))
    assert written.startswith("# INC-4\n\n- Severity: 3\n")
    for line in (
        "## Summary and impact", "### What happened", "Payments stalled.", "- 2026-05-04 10:05: The queue filled.",
        "1. **Factor**: No limit.", "   - Kind: Capacity", "1. **Action**: Limit retries",
    ):  # fmt: skip
        assert line in written.splitlines()


def test_as_markdown__in_the_order_of_the_page_after_the_text_was_stored() -> None:
    stored = read_text(canonical_text(sample()))
    written = as_markdown(stored)
    assert written == as_markdown(sample())

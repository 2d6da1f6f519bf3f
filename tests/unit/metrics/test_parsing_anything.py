"""Any document gives a spec or located faults; what is read is written and read again."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from apps.core.problems import FieldProblem
from apps.metrics.domain.canonical import canonical_text
from apps.metrics.domain.faults import SpecProblems
from apps.metrics.domain.parsing import KEYS, parse_spec
from apps.metrics.domain.spec import Spec
from tests.unit.metrics.samples import SOURCES, VALID, altered

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
WORDS = st.sampled_from(
    [
        *KEYS, "facts", "clock", "where", "amount", "from", "to", "at", "stages", "any", "first_of", "field", "plus",
        "deployments", "changes", "incidents", "finished_at", "linked.finished_at", "linked.last.x", "remediated_by",
        "production", "in", "is", "has", "at_least", "some", "set", "72h", "0.5", "ratio", "quantile", "count",
        "latest", "attainment", "environment", "size", "grains", "week", "rolling", "reason", "explicit", "infer",
        "first_after", "max_gap", "share", "seconds", "per_week", "neither", "linked", "", "~/",
    ]
)  # fmt: skip
SPEC_LIKE = st.recursive(
    WORDS | st.integers(-2, 60) | st.none() | st.booleans() | st.floats(0, 1),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=6),
    max_leaves=30,
)


@given(document=JSON_VALUES)
def test_parse_spec__any_document_gives_a_spec_or_located_faults(document):
    _answers(document)


@given(document=st.dictionaries(WORDS, SPEC_LIKE, max_size=8))
def test_parse_spec__any_document_of_known_words_gives_a_spec_or_located_faults(document):
    _answers(document)


@given(data=st.data(), value=SPEC_LIKE | JSON_VALUES)
def test_parse_spec__any_change_of_a_valid_spec_gives_a_spec_or_located_faults(data, value):
    document = data.draw(st.sampled_from(VALID))
    _answers(altered(document, data.draw(st.sampled_from(pointers_of(document))), value))


def _answers(document: Any) -> None:
    spec, faults = _read(document)
    assert all(e.code and e.detail and (e.pointer == "" or e.pointer.startswith("/")) for e in faults)
    assert (spec is None) == bool(faults)
    if spec is not None:
        assert parse_spec(json.loads(canonical_text(spec)), SOURCES) == spec


def _read(document: Any) -> tuple[Spec | None, list[FieldProblem]]:
    try:
        return parse_spec(document, SOURCES), []
    except SpecProblems as refused:
        return None, refused.errors


def pointers_of(value: Any, pointer: str = "") -> list[str]:
    """All places in a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    inner = [place for key, item in items for place in pointers_of(item, f"{pointer}/{key}")]
    return [pointer, *inner] if pointer else inner

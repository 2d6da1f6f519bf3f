"""One text per spec: what is hashed does not depend on how it was written."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.metrics.domain.canonical import canonical_text, compact_json, computing_text, document_of, sha256_of
from apps.metrics.domain.faults import SpecProblems
from apps.metrics.domain.parsing import parse_spec
from apps.metrics.domain.starter import SECOND_VERSIONS, STARTER
from tests.unit.metrics.samples import FREQUENCY, HURT_PER_RELEASE, LEAD_TIME, SOURCES, VALID, altered


@pytest.mark.parametrize("document", [*VALID, *(v.spec for v in (*STARTER, *SECOND_VERSIONS))])
def test_canonical_text__reading_it_gives_an_equal_spec_and_text(document):
    spec = parse_spec(document, SOURCES)
    text = canonical_text(spec)
    again = parse_spec(json.loads(text), SOURCES)
    assert again == spec
    assert canonical_text(again) == text


def shuffled(value: Any, order: Any) -> Any:
    """The same document with its keys in another order."""
    if isinstance(value, dict):
        keys = list(value)
        order.shuffle(keys)
        return {key: shuffled(value[key], order) for key in keys}
    return [shuffled(item, order) for item in value] if isinstance(value, list) else value


@given(document=st.sampled_from(VALID), order=st.randoms(use_true_random=False))
def test_canonical_text__the_order_of_keys_does_not_matter(document, order):
    once = canonical_text(parse_spec(document, SOURCES))
    assert canonical_text(parse_spec(shuffled(document, order), SOURCES)) == once


def test_canonical_text__stating_a_default_changes_nothing():
    stated = {**FREQUENCY, "per": "week", "settle_days": 7, "window": {"rolling": 1}, "exclude": [], "min_n": 1}
    assert canonical_text(parse_spec(stated, SOURCES)) == canonical_text(parse_spec(FREQUENCY, SOURCES))


def test_canonical_text__lengths_and_decimals_have_one_form():
    texts = {
        canonical_text(parse_spec(altered(altered(LEAD_TIME, "/link/max_gap", gap), "/q", q), SOURCES))
        for gap, q in (("90d", "0.5"), ("2160h", "0.50"), ("129600m", ".5"))
    }
    assert len(texts) == 1
    assert '"max_gap":"90d"' in texts.pop()


def test_canonical_text__accents_in_both_forms_are_one_text():
    composed, decomposed = (
        parse_spec(altered(HURT_PER_RELEASE, "/exclude/0/reason", reason), SOURCES) for reason in ("é", "e\u0301")
    )
    assert canonical_text(composed) == canonical_text(decomposed)


def test_canonical_text__frequency_is_this_text_and_this_hash():
    text = canonical_text(parse_spec(FREQUENCY, SOURCES))
    assert text == (
        '{"direction":"higher_is_better","empty":"zero","exclude":[],"measure":"rate","min_n":1,"of":{"clock":'
        '"finished_at","facts":"deployments","where":[["environment","in",["production"]],["status","in",["succeeded"]]]'
        '},"paused_by_freeze":true,"per":"week","reading":"process","settle_days":7,"unit":"per_week","window":{"grains":'
        '["week","month","quarter"],"rolling":1}}'
    )
    assert sha256_of(text) == "6625cb8439ada6d0a6658337c1b093ae4aa93e6c800ed054af88996e11824aa8"


def test_computing_text__only_the_reason_beside_excluded_facts_is_wording():
    spec = parse_spec(HURT_PER_RELEASE, SOURCES)
    other_words = parse_spec(altered(HURT_PER_RELEASE, "/exclude/0/reason", "Nothing new."), SOURCES)
    assert computing_text(other_words) == computing_text(spec)
    assert canonical_text(other_words) != canonical_text(spec)


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/min_n", 2), ("/min_coverage", "0.5"), ("/settle_days", 8), ("/of/where", []), ("/direction", "neither"),
        ("/reading", "commitment"),
    ],
)  # fmt: skip
def test_computing_text__everything_else_computes(pointer, value):
    spec, other = (parse_spec(d, SOURCES) for d in (FREQUENCY, altered(FREQUENCY, pointer, value)))
    assert computing_text(other) != computing_text(spec)


def test_document_of__keys_of_other_measures_stay_out():
    assert {"q", "numerator", "value", "link"}.isdisjoint(document_of(parse_spec(FREQUENCY, SOURCES)))
    assert compact_json({"b": 1, "a": "ü"}) == '{"a":"ü","b":1}'


def test_computing_text__what_pauses_judging_moves_no_value():
    plain, pausing = (parse_spec({**FREQUENCY, "paused_by_freeze": is_on}, SOURCES) for is_on in (False, True))
    assert computing_text(plain) == computing_text(pausing)
    assert canonical_text(plain) != canonical_text(pausing)
    silent = {key: value for key, value in FREQUENCY.items() if key != "paused_by_freeze"}
    assert canonical_text(parse_spec(silent, SOURCES)) == canonical_text(plain)


def test_paused_by_freeze__is_true_or_false():
    with pytest.raises(SpecProblems) as refusal:
        parse_spec({**FREQUENCY, "paused_by_freeze": "yes"}, SOURCES)
    assert [problem.pointer for problem in refusal.value.errors] == ["/paused_by_freeze"]

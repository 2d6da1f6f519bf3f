"""Strict JSON: the depth that is counted before parsing is the depth that the parser would meet."""

import json
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.problems import Unreadable
from apps.core.strict_json import _NOT_BRACKET, _ONE_KIND, _STRING, MAX_DEPTH, _depth, read_json

LEAVES = st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(alphabet='[]{}",\\ab\n', max_size=8)
DOCUMENTS = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('[{"\\a', max_size=3), inner, max_size=3),
)


def nesting(document: object) -> int:
    if isinstance(document, dict):
        return 1 + max((nesting(value) for value in document.values()), default=0)
    if isinstance(document, list):
        return 1 + max((nesting(value) for value in document), default=0)
    return 0


def counted(text: str) -> int:
    return _depth(_NOT_BRACKET.sub("", _STRING.sub("", text).translate(_ONE_KIND)))


@given(DOCUMENTS)
def test_depth__is_the_nesting_of_any_document(document):
    assert counted(json.dumps(document)) == nesting(document)


@given(DOCUMENTS)
def test_read_json__gives_what_was_written(document):
    assert read_json(json.dumps(document).encode()) == document


@given(st.text(alphabet='[]{}",:\\a1 ', max_size=60))
def test_read_json__any_text_is_read_or_refused(text):
    try:
        expected = json.loads(text)
    except ValueError:
        with pytest.raises(Unreadable):
            read_json(text.encode())
        return
    with suppress(Unreadable):  # the same key twice
        assert read_json(text.encode()) == expected


@pytest.mark.parametrize("depth", [MAX_DEPTH, MAX_DEPTH + 1])
def test_read_json__stops_behind_32_levels(depth):
    text = ("[" * depth + "]" * depth).encode()
    if depth <= MAX_DEPTH:
        read_json(text)
    else:
        with pytest.raises(Unreadable, match="32 levels"):
            read_json(text)


@pytest.mark.parametrize("piece", ['"', '\\"', "[", "[]", '{"":', "\\", '"\\', "[1,"])
@pytest.mark.parametrize("start", ["", '"'])
def test_read_json__5_mib_made_to_be_slow_are_refused_in_linear_time(start, piece):
    hostile = start + piece * (5_000_000 // len(piece))
    began = time.process_time()
    with pytest.raises(Unreadable):
        read_json(hostile.encode())
    # Quadratic work on 5 MiB takes hours; the bound leaves a slow machine a hundredfold.
    assert time.process_time() - began < 30

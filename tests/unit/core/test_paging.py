"""Cursors: signed, bound to their filters, and unreadable to anybody else."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.paging import Position, read_position
from apps.core.problems import Unreadable

AT = datetime(2026, 1, 1, tzinfo=UTC)


@given(
    st.tuples(st.datetimes(timezones=st.just(UTC)), st.integers(0, 2**60)) | st.none(),
    st.booleans(),
    st.integers(0, 2**60) | st.none(),
)
def test_position__comes_back_as_it_was_signed(key, is_backward, watermark):
    position = Position(key, is_backward, watermark)
    assert read_position(position.sign("filters"), "filters") == position


def test_position__of_other_filters_is_refused():
    with pytest.raises(Unreadable) as raised:
        read_position(Position((AT, 7)).sign("a"), "b")
    assert raised.value.code == "cursor_mismatch"


@pytest.mark.parametrize("change", [lambda c: c[:-1], lambda c: "A" + c, lambda _: "", lambda c: c.split(":")[0]])
def test_position__changed_by_anybody_is_refused(change):
    with pytest.raises(Unreadable) as raised:
        read_position(change(Position((AT, 7)).sign("a")), "a")
    assert raised.value.code == "cursor_invalid"

"""What the words of a cell ask for."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.scorecards.domain.cells import (
    NO_DEFINITION,
    PRESSING,
    CellState,
    most_pressing,
    needs_decision,
    pressing_rank,
)

QUIET = CellState(trend="no_signal", target="target_met")
# One cell for each row of the order, most pressing first.
ROWS = {
    "Not met and Worsened": CellState(trend="worsened", target="target_not_met"),
    "Not met": CellState(trend="no_signal", target="target_not_met"),
    "Worsened": CellState(trend="worsened", target="target_met"),
    "No data twice running": CellState(trend="no_data", status="source_silent", status_before="not_connected"),
    "No data": CellState(trend="no_data", status="not_connected"),
    "Not judged": CellState(trend="not_judged", target="target_met"),
    "Cannot tell yet": CellState(trend="no_signal", target="target_unclear"),
    "the rest": QUIET,
    "not defined": CellState(trend="no_data", status=NO_DEFINITION),
}
states = st.builds(
    CellState,
    trend=st.sampled_from(["improved", "worsened", "changed", "no_signal", "no_trend", "not_judged", "no_data"]),
    target=st.sampled_from(["", "target_met", "target_not_met", "target_unclear", "not_judged", "no_data"]),
    status=st.sampled_from(["ok", "zero", "not_connected", "source_silent", NO_DEFINITION]),
    status_before=st.sampled_from(["", "ok", "not_connected", "source_silent"]),
)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (ROWS["Not met"], True),
        (ROWS["Worsened"], True),
        (ROWS["No data twice running"], True),
        (ROWS["No data"], False),
        (CellState(trend="no_data", status="zero", status_before="zero"), False),
        (ROWS["Not judged"], False),
        (ROWS["Cannot tell yet"], False),
        (QUIET, False),
        (CellState(trend="improved", target="target_met"), False),
        (ROWS["not defined"], False),
    ],
)
def test_needs_decision__each_reason(state: CellState, expected: bool) -> None:
    assert needs_decision(state) is expected


@given(states)
def test_needs_decision__never_for_what_nobody_has_defined(state: CellState) -> None:
    undefined = CellState(trend=state.trend, target=state.target, status=NO_DEFINITION)
    assert not needs_decision(undefined)


def test_pressing__the_order_has_a_row_for_each_name() -> None:
    assert [name for name, _ in PRESSING] == list(ROWS)[:-2]


@pytest.mark.parametrize("name", list(ROWS))
def test_pressing__each_row_has_its_place(name: str) -> None:
    assert pressing_rank(ROWS[name]) == list(ROWS).index(name)


def test_pressing__each_row_comes_before_the_next() -> None:
    for (first, upper), (second, lower) in pairwise(ROWS.items()):
        assert most_pressing([(lower, second), (upper, first)]) == first


def test_most_pressing__the_first_slot_among_equals() -> None:
    assert most_pressing([(QUIET, "a"), (QUIET, "b")]) == "a"


def test_most_pressing__an_empty_lens_has_none() -> None:
    assert most_pressing([]) is None


@given(st.lists(states, min_size=1))
def test_most_pressing__nothing_is_more_pressing(cells: list[CellState]) -> None:
    found = most_pressing((cell, cell) for cell in cells)
    assert found is not None
    assert pressing_rank(found) == min(pressing_rank(cell) for cell in cells)

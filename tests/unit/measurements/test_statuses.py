"""The ordered table of statuses: each row when it applies, and which of two that apply decides."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.measurements.domain.readings import Status
from apps.measurements.domain.statuses import Heard, StatusInputs, status_of

END = datetime(2026, 8, 24, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
FORTNIGHT = timedelta(days=14)


def _heard(heard_at: datetime = END + DAY, since: datetime | None = END - 90 * DAY, **more: Any) -> Heard:
    return Heard(**{"source": "deployments", "since": since, "heard_at": heard_at, "silent_after": FORTNIGHT, **more})


FINE = StatusInputs(
    ends_at=END, as_of=END + DAY, heard=(_heard(),), began_inside=False, n=5, min_n=5, q=0.5, empty_is_zero=False,
    period_words="2026-W34",
)  # fmt: skip


def _status(**more: Any) -> Status:
    return status_of(replace(FINE, **more)).status


def test_ok__when_nothing_else_applies() -> None:
    assert status_of(FINE).status is Status.OK
    assert status_of(FINE).detail == ""


@pytest.mark.parametrize(
    ("since", "status"),
    [
        (None, Status.NOT_CONNECTED),
        (END, Status.NOT_CONNECTED),
        (END + DAY, Status.NOT_CONNECTED),
        (END - SECOND, Status.OK),
    ],
)
def test_not_connected__when_a_source_was_not_connected_before_the_periods_end(
    since: datetime | None, status: Status
) -> None:
    assert _status(heard=(_heard(since=since),)) is status


def test_not_connected__of_several_sources_the_worst_decides() -> None:
    assert _status(heard=(_heard(), _heard(since=None))) is Status.NOT_CONNECTED
    assert _status(heard=(_heard(), _heard(END - 20 * DAY)), as_of=END + DAY) is Status.SOURCE_SILENT


@pytest.mark.parametrize(
    ("heard_at", "as_of", "status"),
    [
        (END - DAY, END - DAY + FORTNIGHT, Status.OK),  # not longer than is normal
        (END - DAY, END - DAY + FORTNIGHT + SECOND, Status.SOURCE_SILENT),
        (END, END + 90 * DAY, Status.OK),  # the period does not end after it was heard
        (END + DAY, END + 90 * DAY, Status.OK),
    ],
)
def test_source_silent__when_the_period_ends_after_it_was_heard_and_it_is_quiet_for_too_long(
    heard_at: datetime, as_of: datetime, status: Status
) -> None:
    assert _status(heard=(_heard(heard_at),), as_of=as_of) is status


def test_source_silent__says_for_how_many_days_by_the_quietest_source() -> None:
    sources = (_heard(END - 16 * DAY), _heard(END - 20 * DAY))
    assert status_of(replace(FINE, heard=sources, as_of=END)).detail == "last event 20 days ago"


def test_source_silent__each_source_has_its_own_patience() -> None:
    """A service that releases twice a year is not silent."""
    assert _status(heard=(_heard(END - 100 * DAY, silent_after=timedelta(days=365)),)) is Status.OK


@pytest.mark.parametrize(("as_of", "status"), [(END - SECOND, Status.PARTIAL), (END, Status.OK)])
def test_partial__until_the_period_has_ended(as_of: datetime, status: Status) -> None:
    assert _status(as_of=as_of) is status


def test_partial__when_the_subject_began_inside_the_period() -> None:
    found = status_of(replace(FINE, began_inside=True))
    assert (found.status, found.detail) == (Status.PARTIAL, "2026-W34")


def test_zero__alive_without_facts() -> None:
    assert _status(n=0) is Status.ZERO
    assert _status(n=0, empty_is_zero=True, min_n=1) is Status.OK


@pytest.mark.parametrize(("n", "detail"), [(2, "2 of 5"), (4, "4 of 5")])
@pytest.mark.parametrize("empty_is_zero", [True, False])
def test_too_few__facts_but_fewer_than_it_takes(n: int, detail: str, empty_is_zero: bool) -> None:
    """What stands for no facts at all says nothing about a few of them."""
    found = status_of(replace(FINE, n=n, empty_is_zero=empty_is_zero))
    assert (found.status, found.detail) == (Status.TOO_FEW, detail)


@pytest.mark.parametrize(("q", "enough"), [(0.85, 19), (0.9, 29), (0.95, 59), (0.99, 299)])
def test_not_estimable__upper_quantiles_need_many(q: float, enough: int) -> None:
    assert _status(q=q, n=enough) is Status.OK
    found = status_of(replace(FINE, q=q, n=enough - 1))
    assert (found.status, found.detail) == (Status.NOT_ESTIMABLE, str(enough - 1))


def test_not_estimable__does_not_concern_medians_and_lower_quantiles() -> None:
    assert _status(q=0.5, n=5) is Status.OK
    assert _status(q=0.1, n=5) is Status.OK


ORDER: list[tuple[Status, dict[str, Any]]] = [
    (Status.NOT_CONNECTED, {"since": None}),
    (Status.SOURCE_SILENT, {"heard_at": END - 60 * DAY}),
    (Status.PARTIAL, {"as_of": END - SECOND}),
    (Status.ZERO, {"n": 0}),
    (Status.TOO_FEW, {"n": 3}),
    (Status.NOT_ESTIMABLE, {"q": 0.85}),
]


@given(st.sets(st.integers(0, len(ORDER) - 1), min_size=1))
def test_order__the_first_row_that_applies_decides(rows: set[int]) -> None:
    known = FINE
    for row in sorted(rows, reverse=True):  # the upper row sets what both need
        _, change = ORDER[row]
        connection = {key: value for key, value in change.items() if key in ("since", "heard_at")}
        known = (
            replace(known, heard=(replace(known.heard[0], **connection),)) if connection else replace(known, **change)
        )
    assert status_of(known).status is ORDER[min(rows)][0]


@given(
    st.integers(0, 400), st.integers(1, 50), st.floats(0.01, 0.99), st.booleans(), st.booleans(),
    st.timedeltas(-90 * DAY, 90 * DAY), st.timedeltas(-90 * DAY, 90 * DAY),
)  # fmt: skip
def test_ok__is_never_said_of_what_has_not_ended_or_is_not_heard(
    n: int, min_n: int, q: float, began: bool, zero: bool, now: timedelta, heard: timedelta
) -> None:
    known = StatusInputs(END, END + now, (_heard(END + heard),), began, n, min_n, q, zero, "2026-W34")
    if status_of(known).status is Status.OK:
        assert now >= timedelta(0)
        assert not began
        assert heard >= timedelta(0) or now - heard <= FORTNIGHT
        assert n >= min_n or (n == 0 and zero)

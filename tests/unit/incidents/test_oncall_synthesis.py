"""The synthesis of a month: what recurs, which boundaries break, which safeguards failed, what was promised."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.incidents.domain.synthesis import (
    Factored,
    Guarded,
    Promised,
    Recurring,
    breaking_boundaries,
    failed_safeguards,
    failure_modes,
    follow_through,
    is_late,
    quiet_teams,
    silent_kinds,
    window_of,
    within_five,
)

JULY, JUNE = date(2026, 7, 1), date(2026, 6, 1)
WINDOW = window_of(JULY)


def factored(incident: int, day: date, kind: str, *, service: str = "api", boundary=None) -> Factored:
    return Factored(incident, day, service, kind, boundary)


def test_window__ninety_days_and_the_ninety_before() -> None:
    assert (WINDOW.before_on, WINDOW.first_on, WINDOW.end_on) == (date(2026, 1, 2), date(2026, 4, 2), JULY)
    assert WINDOW.holds(date(2026, 4, 2))
    assert not WINDOW.holds(JULY)
    assert WINDOW.held_before(date(2026, 4, 1))
    assert not WINDOW.held_before(date(2026, 1, 1))


def test_failure_modes__two_incidents_of_one_service_and_kind_against_the_days_before() -> None:
    factors = [
        factored(3, date(2026, 6, 20), "capacity"),
        factored(1, date(2026, 5, 2), "capacity"),
        factored(1, date(2026, 5, 2), "capacity"),
        factored(9, date(2026, 2, 2), "capacity"),
        factored(2, date(2026, 6, 1), "tooling"),
        factored(4, date(2026, 6, 1), "capacity", service="web"),
    ]
    assert failure_modes(factors, WINDOW) == [Recurring(("api", "capacity"), (1, 3), 1)]


def test_failure_modes__three_kinds_are_shown_even_once() -> None:
    factors = [factored(2, date(2026, 6, 1), "dependency"), factored(5, date(2026, 3, 1), "config_drift")]
    modes = failure_modes(factors, WINDOW)
    assert modes == [Recurring(("api", "dependency"), (2,), 0)]
    assert silent_kinds(mode.what[1] for mode in modes) == ["config_drift", "deployment_process"]


def test_boundaries__either_direction_is_the_same_boundary() -> None:
    factors = [
        factored(1, date(2026, 5, 2), "dependency", boundary=("web", "api")),
        factored(2, date(2026, 5, 9), "capacity", boundary=("api", "web")),
        factored(3, date(2026, 5, 9), "capacity", boundary=("api", "search")),
        factored(4, date(2026, 5, 9), "capacity"),
    ]
    assert breaking_boundaries(factors, WINDOW) == [Recurring(("api", "web"), (1, 2), 0)]


def test_failed_safeguards__those_that_worked_stay_out() -> None:
    rows = [
        Guarded(1, "detect", "absent"), Guarded(2, "detect", "absent"), Guarded(2, "detect", "absent"),
        Guarded(1, "prevent", "present_failed"), Guarded(3, "recover", "worked"),
    ]  # fmt: skip
    assert failed_safeguards(rows) == [("detect", "absent", (1, 2)), ("prevent", "present_failed", (1,))]


def june(day: int) -> date:
    return date(2026, 6, day)


@pytest.mark.parametrize(
    ("promised", "late"),
    [
        (Promised(1, june(3), done_on=june(2)), False),
        (Promised(2, june(10), done_on=june(10)), False),
        (Promised(3, june(12), done_on=june(20)), True),
        (Promised(4, june(15)), True),
        (Promised(5, june(18), dropped_on=june(11)), False),
        (Promised(6, june(25), dropped_on=june(29)), True),
    ],
)
def test_is_late__the_worked_june_of_actions(promised: Promised, late: bool) -> None:
    assert is_late(promised) is late


def test_follow_through__each_action_is_listed_once() -> None:
    actions = [
        Promised(1, june(3), done_on=june(2), verified_on=june(4)),
        Promised(2, june(12), done_on=june(20)),
        Promised(3, june(15)),
        Promised(4, june(25), dropped_on=june(29)),
        Promised(5, date(2026, 5, 2), done_on=june(10)),
        Promised(6, date(2026, 5, 2), done_on=june(17)),
        Promised(7, date(2026, 5, 2), done_on=june(10), verified_on=date(2026, 7, 3)),
        Promised(8, date(2026, 7, 2)),
    ]
    found = follow_through(actions, [40], first_on=JUNE, end_on=JULY, today=JULY)
    assert (found.late, found.dropped, found.unverified, found.waived) == ((2, 3), (4,), (5, 7), (40,))


def test_quiet_teams__many_pages_and_not_one_incident() -> None:
    assert quiet_teams({"a": 20, "b": 19, "c": 40, "d": 20}, {"c": 1}) == ["a", "d"]


def test_within_five__a_sixth_improvement_is_too_many() -> None:
    assert within_five(range(5))
    assert not within_five(range(6))


days = st.integers(0, 200).map(lambda back: JULY - timedelta(days=back))
factors_of = st.lists(
    st.builds(
        Factored,
        incident=st.integers(1, 6),
        started_on=days,
        service=st.sampled_from(["api", "web"]),
        kind=st.sampled_from(["capacity", "dependency", "tooling"]),
        boundary=st.none() | st.tuples(st.sampled_from(["api", "web"]), st.sampled_from(["db", "api"])),
    ),
    max_size=30,
)


@given(factors=factors_of, seed=st.randoms(use_true_random=False))
def test_patterns__neither_order_nor_duplicates_change_them_and_incidents_carry_them(factors, seed) -> None:
    shuffled = [*factors, *factors]
    seed.shuffle(shuffled)
    for read in (failure_modes, breaking_boundaries):
        rows = read(factors, WINDOW)
        assert [(r.what, set(r.incidents), r.before) for r in read(shuffled, WINDOW)] == [
            (r.what, set(r.incidents), r.before) for r in rows
        ]
        carried = {factor.incident for factor in factors if WINDOW.holds(factor.started_on)}
        assert all(set(row.incidents) <= carried for row in rows)

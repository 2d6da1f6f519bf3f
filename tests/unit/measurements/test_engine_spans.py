"""Lengths of time: missing ends, negative ones, stages, unfinished ones, and what the facts of one release say."""

import math
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.measurements.domain.engine.reasons import Reason
from tests.engine import LATER, RED, A, B, World, hour, spec_of

HOUR = 3600.0
FEW = settings(max_examples=12)  # each example is several passes of the engine
LEAD: dict[str, Any] = {
    "of": {"facts": "changes", "clock": "linked.finished_at"},
    "link": {
        "from": "changes", "at": "merged_at", "to": "deployments", "to_clock": "finished_at",
        "to_where": ["production"], "explicit": ["deployment"], "infer": "first_after", "max_gap": "90d",
    },
    "value": {
        "from": "first_commit_at", "to": "linked.finished_at",
        "stages": [["branch", "first_commit_at", "merged_at"], ["release", "merged_at", "linked.finished_at"]],
    },
}  # fmt: skip


def _lengths(world: World, *hours: float, **more: Any) -> World:
    """Deployments that each took so many hours."""
    for index, length in enumerate(hours):
        world.deploy(f"d{index}", 100, started_at=100 - length, **more)
    return world


def _took(q: str = "0.5", **more: Any) -> Any:
    return spec_of("quantile", q=q, value={"from": "started_at", "to": "finished_at"}, **more)


def test_quantile__worked_example() -> None:
    """Hours 7 9 12 15 20 26 41 90: median 17.5, p85 40.25."""
    world = _lengths(World(), 7, 9, 12, 15, 20, 26, 41, 90)
    assert world.cell(_took(), "2026-W23").value == 17.5 * HOUR
    assert world.cell(_took("0.85"), "2026-W23").value == 40.25 * HOUR


def test_quantile__its_place_is_counted_in_whole_numbers() -> None:
    """In binary 0.55·20 lands above 11 and would take a trace of the next value with it."""
    world = _lengths(World(), *range(21))
    assert world.cell(_took("0.55"), "2026-W23").value == 11 * HOUR
    assert world.cell(_took("0.05"), "2026-W23").value == 1 * HOUR


@pytest.mark.parametrize(("hours", "median"), [((5,), 5.0), ((5, 6), 5.5), ((0, 0, 9), 0.0)])
def test_quantile__of_one_and_of_two_values(hours: tuple[int, ...], median: float) -> None:
    assert _lengths(World(), *hours).cell(_took(), "2026-W23").value == median * HOUR


@FEW
@given(st.lists(st.integers(0, 99), min_size=1, max_size=30), st.sampled_from(["0.1", "0.5", "0.85", "0.99"]))
def test_quantile__lies_between_the_least_and_the_greatest_and_shifts_with_them(hours: list[int], q: str) -> None:
    value = _lengths(World(), *hours).cell(_took(q), "2026-W23").value
    assert min(hours) * HOUR <= value <= max(hours) * HOUR
    shifted = _lengths(World(), *(h + 1 for h in hours)).cell(_took(q), "2026-W23").value
    assert math.isclose(shifted, value + HOUR, abs_tol=1e-6)


def test_zero__is_a_length() -> None:
    cell = _lengths(World(), 0, 0, 0, 8, 9).cell(_took(), "2026-W23")
    assert (cell.n, cell.value, cell.left_out) == (5, 0.0, 0)


def test_missing_and_negative__never_become_zero() -> None:
    world = _lengths(World(), 4, 6).deploy("bare", 100)
    world.change("back", 9, 5).change("half", None, 5).change("fine", 1, 5)
    assert world.cell(_took(), "2026-W23").left_out == 1
    spec = spec_of(
        "mean", of={"facts": "changes", "clock": "merged_at"}, value={"from": "first_commit_at", "to": "merged_at"}
    )
    assert world.reasons(spec) == {"back": Reason.NEGATIVE, "half": Reason.MISSING, "fine": Reason.COUNTED}
    cell = world.cell(spec, "2026-W23")
    assert (cell.n, cell.value, cell.left_out) == (1, 4 * HOUR, 2)


def test_reasons__the_first_that_applies_stands() -> None:
    """Another channel before filtered, filtered before excluded, excluded before missing, missing before connection."""
    world = World().connect("deployments", A, 50)
    world.deploy("other", 90, channel="second", environment="staging")
    world.deploy("filtered", 90, environment="staging", intent="rollback").deploy("excluded", 90, intent="rollback")
    world.deploy("missing", 10).deploy("early", 10, started_at=9).deploy("fine", 90, started_at=89)
    spec = _took(exclude=[{"where": [["intent", "in", ["rollback"]]], "reason": "A way back is no delivery."}])
    assert world.reasons(spec) == {
        "other": Reason.OTHER_CHANNEL, "filtered": Reason.FILTERED, "excluded": Reason.EXCLUDED,
        "missing": Reason.MISSING, "early": Reason.BEFORE_CONNECTION, "fine": Reason.COUNTED,
    }  # fmt: skip
    cell = world.cell(spec, "2026-W23")
    assert (cell.n, cell.left_out, cell.unattributed) == (1, 4, 0)  # what is filtered was never meant


def test_exclude__of_several_each_takes_its_own_out() -> None:
    world = (
        World().deploy("a", 1, started_at=0, kind="x").deploy("b", 1, started_at=0, size=5).deploy("c", 1, started_at=0)
    )
    spec = _took(
        exclude=[
            {"where": [["kind", "in", ["x"]]], "reason": "Not ours."},
            {"where": [["size", "at_least", 5], ["kind", "is", "unset"]], "reason": "Too large."},
        ]
    )
    assert world.counted(spec) == {"c"}


def test_exclude__says_nothing_about_a_population_without_its_fields() -> None:
    world = World().deploy("v1", 10).deploy("v2", 20, kind="x").add("incidents", "i", started_at=12)
    spec = spec_of(
        "ratio", unit="quotient", of={"facts": "deployments", "clock": "finished_at"},
        numerator={"facts": "incidents", "clock": "started_at"},
        exclude=[{"where": [["environment", "in", ["production"]], ["kind", "in", ["x"]]], "reason": "Not ours."}],
    )  # fmt: skip
    cell = world.cell(spec, "2026-W23")
    assert (cell.numerator, cell.denominator) == (1, 1)


def test_stages__each_has_its_own_n_and_median_which_do_not_add_up() -> None:
    world = World().deploy("v1", 100)
    world.change("a", 0, 90).change("b", 0, 50).change("c", 97, 98).change("d", None, 95)
    spec = spec_of("quantile", **{**LEAD, "value": {**LEAD["value"], "from": "first_commit_at"}})
    cells = world.cells(spec, "2026-W23")
    whole, branch, release = (cells.get("2026-W23", part) for part in ("whole", "branch", "release"))
    assert (whole.n, branch.n, release.n) == (3, 3, 3)  # without its first commit the fourth has no whole length
    assert (branch.value, release.value) == (50 * HOUR, 10 * HOUR)
    assert whole.value == 100 * HOUR
    assert branch.numerator + release.numerator == whole.numerator  # bars show shares of the summed time


def test_stages__one_without_facts_has_a_row_that_says_so() -> None:
    stages = [["wait", "first_commit_at", "opened_at"], ["rest", "opened_at", "merged_at"]]
    world = World().change("a", 0, 10).change("b", 0, 20)
    spec = spec_of(
        "quantile", of={"facts": "changes", "clock": "merged_at"},
        value={"from": "first_commit_at", "to": "merged_at", "stages": stages},
    )  # fmt: skip
    cells = world.cells(spec, "2026-W23", "2026-W24")
    assert (cells.get("2026-W23").n, cells.get("2026-W23", "wait").n, cells.get("2026-W23", "rest").n) == (2, 0, 0)
    assert cells.get("2026-W23", "wait").value is None
    assert cells.get("2026-W24", "wait").n == 0


def test_stages__a_negative_one_is_left_out_of_its_stage_only() -> None:
    world = World().deploy("v1", 100).change("a", 50, 40).change("b", 0, 60)
    cells = world.cells(spec_of("quantile", **LEAD), "2026-W23")
    assert (cells.get("2026-W23").n, cells.get("2026-W23", "branch").n, cells.get("2026-W23", "release").n) == (2, 1, 2)


def test_per_link__a_release_says_one_thing_however_much_it_carried() -> None:
    """Three releases of 1, 2 and 6 changes: three values, of which each is the release's own median."""
    world = World()
    for release, (at, lengths) in enumerate([(10, [4]), (50, [10, 20]), (90, [30] * 6)]):
        world.deploy(f"v{release}", at)
        for index, length in enumerate(lengths):
            world.change(f"c{release}-{index}", at - length, at, deployment=f"v{release}")
    cells = world.cells(spec_of("quantile", **LEAD), "2026-W23")
    whole, each = cells.get("2026-W23"), cells.get("2026-W23", "per_link")
    assert (whole.n, whole.clusters, whole.value) == (9, 3, 30 * HOUR)
    assert (each.n, each.value) == (3, 15 * HOUR)
    assert each.clusters is None


def test_per_link__is_written_also_where_nothing_was_released() -> None:
    """A pass over few facts writes the same parts as one over many."""
    spec = spec_of("quantile", **LEAD)
    cells = World().cells(spec, "2026-W23")
    assert {row[2] for row in cells.rows()} == {"whole", "branch", "release", "per_link"}
    assert cells.get("2026-W23", "per_link").n == 0
    assert cells.get("2026-W23").clusters == 0


def test_per_link__of_a_span_that_ends_at_the_partner_but_counts_at_the_merge() -> None:
    """The changes of one release may then lie in two weeks; in each week the release says one thing."""
    world = World().deploy("v1", 24 * 8).deploy("v2", 24 * 8 + 1, B)
    world.change("a", 1, 24 * 6, deployment="v1").change("b", 1, 24 * 6 + 2, deployment="v1")
    world.change("c", 1, 24 * 7 + 5, deployment="v1").change("d", 1, 24 * 7 + 5, B, deployment="v2")
    spec = spec_of(
        "quantile", of={"facts": "changes", "clock": "merged_at"}, link=LEAD["link"],
        value={"from": "merged_at", "to": "linked.finished_at"},
    )  # fmt: skip
    cells = world.cells(spec, "2026-W23", "2026-W24", "2026-06")
    first, second, month = (cells.get(key, "per_link") for key in ("2026-W23", "2026-W24", "2026-06"))
    assert (first.n, first.value) == (1, 47 * HOUR)
    assert (second.n, second.value) == (2, 19.5 * HOUR)
    assert (month.n, [cells.get(key).clusters for key in ("2026-W23", "2026-W24", "2026-06")]) == (2, [1, 2, 2])


MINUTES_CLOSED = (12, 25, 31, 48, 70, 95, 140)
MINUTES_OPEN = (30, 60, 200, 400)


def _unfinished(closed: tuple[float, ...], opened: tuple[float, ...], as_of: datetime) -> World:
    """Incidents that lasted, and incidents open for so many minutes at an instant."""
    world = World()
    for index, length in enumerate(closed):
        world.add("incidents", f"closed{index}", started_at=10, resolved_at=10 + length / 60)
    for index, length in enumerate(opened):
        world.add("incidents", f"open{index}", started_at=hour(-length / 60, as_of))
    return world


OPEN_SPEC = {
    "of": {"facts": "incidents", "clock": "started_at"},
    "value": {"from": "started_at", "to": "resolved_at", "missing": "at_least"},
}


def test_unfinished__worked_example() -> None:
    """Minutes closed 12 25 31 48 70 95 140, open 30 60 200 400: median "at least 60", 25 to open."""
    as_of = hour(30)
    cell = _unfinished(MINUTES_CLOSED, MINUTES_OPEN, as_of).cell(
        spec_of("quantile", **OPEN_SPEC), "2026-W23", as_of=as_of
    )
    assert (cell.n, cell.value, cell.at_least) == (11, 60 * 60.0, True)
    assert (cell.lower, cell.upper) == (25 * 60.0, None)


def test_unfinished__open_ones_that_cannot_move_the_quantile_leave_it_exact() -> None:
    as_of = hour(30)
    cell = _unfinished((10, 20, 30), (500,), as_of).cell(
        spec_of("quantile", q="0.25", **OPEN_SPEC), "2026-W23", as_of=as_of
    )
    assert (cell.value, cell.at_least) == (17.5 * 60, False)


def test_unfinished__the_length_is_cut_when_the_value_is_final() -> None:
    """What happens after a period has settled does not reach back into it."""
    world = World().add("incidents", "i", started_at=10)
    spec = spec_of("quantile", **OPEN_SPEC, settle_days=7)
    final = hour(24 * 14)
    early, at_end, later = (world.cell(spec, "2026-W23", as_of=at) for at in (hour(30), final, LATER))
    assert early.value == 20 * HOUR
    assert at_end.value == later.value == (24 * 14 - 10) * HOUR


def test_unfinished__dropped_where_the_spec_does_not_say_at_least() -> None:
    world = World().add("incidents", "i", started_at=10).add("incidents", "j", started_at=10, resolved_at=12)
    spec = spec_of("quantile", of=OPEN_SPEC["of"], value={"from": "started_at", "to": "resolved_at"})
    assert world.reasons(spec) == {"i": Reason.MISSING, "j": Reason.COUNTED}


def test_unfinished__in_a_mean_is_a_lower_bound() -> None:
    world = World().add("incidents", "i", started_at=10).add("incidents", "j", started_at=10, resolved_at=12)
    spec = spec_of("mean", **OPEN_SPEC)
    cell = world.cell(spec, "2026-W23", as_of=hour(14))
    assert (cell.n, cell.value, cell.at_least) == (2, 3 * HOUR, True)
    closed = World().add("incidents", "j", started_at=10, resolved_at=12).cell(spec, "2026-W23", as_of=hour(14))
    assert (closed.value, closed.at_least) == (2 * HOUR, False)


@FEW
@given(st.lists(st.integers(1, 500), max_size=8).map(tuple), st.lists(st.integers(1, 500), min_size=1, max_size=8))
def test_unfinished__the_exact_value_once_all_are_closed_is_never_below_what_was_said(
    closed: tuple[float, ...], opened: list[float]
) -> None:
    spec = spec_of("quantile", **OPEN_SPEC)
    said = _unfinished(closed, tuple(opened), hour(30)).cell(spec, "2026-W23", as_of=hour(30))
    closed_later = tuple(length + 45 for length in opened)
    then = _unfinished((*closed, *closed_later), (), hour(30)).cell(spec, "2026-W23", as_of=hour(31))
    assert then.value >= said.value
    assert said.at_least or then.value == said.value


def test_levels__lengths_of_two_services_are_pooled_in_their_team() -> None:
    world = World()
    for index, length in enumerate((1, 1, 1)):
        world.deploy(f"a{index}", 100, A, started_at=100 - length)
    world.deploy("b", 100, B, started_at=61)
    cells = world.cells(_took(), "2026-W23")
    assert cells.get("2026-W23", of=("team", RED)).value == 1 * HOUR
    assert cells.get("2026-W23", of=("service", B)).value == 39 * HOUR

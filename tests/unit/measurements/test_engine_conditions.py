"""Conditions, instants and lengths of a spec: what holds on set values, on unset ones, and across references."""

from typing import Any

import polars as pl
import pytest

from apps.measurements.domain.engine.conditions import holds_all, instant_of, length_of
from apps.measurements.domain.engine.needs import needs_of
from apps.measurements.domain.engine.reasons import Reason
from apps.measurements.domain.engine.times import micros, micros_of
from tests.engine import REGISTRY, A, B, World, hour, spec_of

HOUR = 3_600_000_000


def _where(*clauses: Any) -> Any:
    return spec_of("count", of={"facts": "deployments", "clock": "finished_at", "where": list(clauses)})


@pytest.fixture(scope="module")
def world() -> World:
    """`full` has every field set, `bare` only what is required."""
    return (
        World()
        .deploy(
            "full", 5, started_at=4, environment="production", intent="hotfix", labels=["api", "night"], kind="tag",
            size=12, automated=True, part="minor", line="3.20", commit="abc",
        )
        .deploy("bare", 6, environment="staging")
    )  # fmt: skip


FULL, BARE, BOTH, NONE = {"full"}, {"bare"}, {"full", "bare"}, set[str]()


@pytest.mark.parametrize(
    ("clause", "counted"),
    [
        (["environment", "in", ["production", "testing"]], FULL),
        (["environment", "not_in", ["production", "testing"]], BARE),
        (["kind", "in", ["tag"]], FULL),
        (["kind", "in", ["merge"]], NONE),
        (["size", "at_least", 12], FULL),
        (["size", "at_least", 13], NONE),
        (["size", "at_most", 12], FULL),
        (["size", "at_most", 11], NONE),
        (["labels", "has", "api"], FULL),
        (["labels", "has", "web"], NONE),
        (["labels", "has_not", "web"], BOTH),
        (["labels", "has_not", "night"], BARE),
        (["automated", "is", "true"], FULL),
        (["automated", "is", "false"], NONE),
        (["started_at", "is", "set"], FULL),
        (["started_at", "is", "unset"], BARE),
        ("production", FULL),
    ],
)
def test_condition__each_operator_on_a_value(world: World, clause: Any, counted: set[str]) -> None:
    assert world.counted(_where(clause)) == counted


@pytest.mark.parametrize("name", ["kind", "size", "automated", "part", "line", "commit", "started_at"])
def test_condition__an_absent_value_is_unset_and_a_given_one_is_set(world: World, name: str) -> None:
    assert world.counted(_where([name, "is", "unset"])) == BARE
    assert world.counted(_where([name, "is", "set"])) == FULL


@pytest.mark.parametrize(
    ("clause", "holds"),
    [
        (["kind", "in", ["tag"]], False),
        (["kind", "not_in", ["tag"]], True),
        (["size", "at_least", -1000], False),
        (["size", "at_most", 1000], False),
        (["automated", "is", "true"], False),
        (["automated", "is", "false"], False),
        (["line", "is", "unset"], True),
        (["line", "is", "set"], False),
        ({"from": "started_at", "to": "finished_at", "at_least": "1s"}, False),
        ({"from": "started_at", "to": "finished_at", "at_most": "3660d"}, False),
    ],
)
def test_condition__on_unset_only_not_in_has_not_and_is_unset_hold(clause: Any, holds: bool) -> None:
    world = World().deploy("bare", 6)
    assert world.counted(_where(clause)) == (BARE if holds else NONE)


def test_condition__on_labels_that_were_never_sent_has_not_holds() -> None:
    world = World().add("deployments", "bare", finished_at=6, labels=None)
    assert world.counted(_where(["labels", "has_not", "api"])) == BARE
    assert world.counted(_where(["labels", "has", "api"])) == NONE


def test_conditions__a_list_means_all(world: World) -> None:
    assert world.counted(_where(["kind", "in", ["tag"]], ["size", "at_least", 12])) == FULL
    assert world.counted(_where(["kind", "in", ["tag"]], ["size", "at_least", 13])) == NONE
    assert world.counted(_where()) == BOTH


def test_any__one_of_several_holds(world: World) -> None:
    either = {"any": [["environment", "in", ["staging"]], ["intent", "in", ["hotfix"]]]}
    assert world.counted(_where(either)) == BOTH
    assert world.counted(_where(either, ["size", "is", "set"])) == FULL
    assert world.counted(_where({"any": [["kind", "in", ["x"]], ["size", "at_least", 99]]})) == NONE


@pytest.mark.parametrize(
    ("limit", "counted"), [("60m", FULL), ("3601s", NONE), ("59m", FULL)], ids=["equal", "longer", "shorter"]
)
def test_span_condition__at_least_includes_its_limit(world: World, limit: str, counted: set[str]) -> None:
    assert world.counted(_where({"from": "started_at", "to": "finished_at", "at_least": limit})) == counted


@pytest.mark.parametrize(("limit", "counted"), [("60m", FULL), ("3599s", NONE), ("61m", FULL)])
def test_span_condition__at_most_includes_its_limit(world: World, limit: str, counted: set[str]) -> None:
    assert world.counted(_where({"from": "started_at", "to": "finished_at", "at_most": limit})) == counted


@pytest.mark.parametrize(
    ("time", "hours"),
    [
        ("merged_at", 9),
        ({"first_of": ["first_review_at", "opened_at", "merged_at"]}, 7),
        ({"first_of": ["merged_at", "opened_at"]}, 9),
        ({"earliest": ["merged_at", "opened_at", "first_review_at"]}, 7),
        ({"latest": ["first_review_at", "opened_at", "merged_at"]}, 9),
    ],
)
def test_time__picks_among_the_fields_that_are_set(time: Any, hours: int) -> None:
    """`first_of` takes the first that is set in the order written, not the earliest."""
    world = World().change("c", 2, 9, opened_at=7)
    spec = spec_of("mean", of={"facts": "changes", "clock": "merged_at"}, value={"from": "first_commit_at", "to": time})
    assert world.evidence(spec)["length"].to_list() == [(hours - 2) * HOUR]


def test_time__of_fields_none_of_which_is_set_is_missing() -> None:
    world = World().change("c", 2, 9)
    spec = spec_of(
        "mean", of={"facts": "changes", "clock": "merged_at"},
        value={"from": "merged_at", "to": {"latest": ["opened_at", "first_review_at"]}},
    )  # fmt: skip
    assert world.reasons(spec) == {"c": Reason.MISSING}


def test_clock__plus_counts_a_case_when_its_deadline_passes() -> None:
    world = World().deploy("d", 24 * 6)
    spec = spec_of("count", of={"facts": "deployments", "clock": {"field": "finished_at", "plus": "72h"}})
    cells = world.cells(spec, "2026-W23", "2026-W24")
    assert (cells.get("2026-W23").n, cells.get("2026-W24").n) == (0, 1)


def test_clock__plus_is_compared_with_the_connection_by_the_facts_own_instant() -> None:
    """A deadline that passes after the connection does not make an earlier fact visible."""
    world = World().deploy("d", 0)
    world.connect("deployments", A, 24)
    spec = spec_of("count", of={"facts": "deployments", "clock": {"field": "finished_at", "plus": "72h"}})
    assert world.reasons(spec) == {"d": Reason.BEFORE_CONNECTION}


def test_reference__two_hops_reach_the_fix_of_a_changes_deployment() -> None:
    world = World().deploy("v1", 10).deploy("v2", 34).repair("v1", "v2")
    world.change("kept", 1, 5, deployment="v1").change("fine", 1, 6, deployment="v2").change("lost", 1, 7)
    spec = spec_of(
        "mean",
        of={"facts": "changes", "clock": "merged_at", "where": [["deployment.remediated_by", "is", "set"]]},
        value={"from": "merged_at", "to": "deployment.finished_at"},
    )
    assert world.counted(spec) == {"kept"}
    assert needs_of(spec, REGISTRY).sources == ("changes", "deployments", "remediations")
    spec = spec_of(
        "mean",
        of={"facts": "changes", "clock": "merged_at"},
        value={"from": "deployment.finished_at", "to": "deployment.remediated_by.finished_at"},
    )  # a path passes at most two references
    lengths = dict(world.evidence(spec).select("key", "length").iter_rows())
    assert lengths == {"kept": 24 * HOUR, "fine": None, "lost": None}


def _changes(*clauses: Any) -> Any:
    return spec_of(
        "mean",
        of={"facts": "changes", "clock": "merged_at", "where": list(clauses)},
        value={"from": "first_commit_at", "to": "merged_at"},
    )


def test_reference__to_a_fact_that_never_came_is_set_but_leads_nowhere() -> None:
    world = World().change("c", 1, 5, deployment="v9")
    assert world.counted(_changes(["deployment", "is", "set"])) == {"c"}
    assert world.counted(_changes(["deployment.environment", "in", ["production"]])) == NONE


def test_reference__of_the_same_key_in_another_service_is_another_fact() -> None:
    world = World().deploy("v1", 10, B, kind="tag").change("c", 1, 5, A, deployment="v1")
    assert world.counted(_changes(["deployment.kind", "is", "set"])) == NONE


def test_remediated_by__is_the_earliest_fix_that_finished_after_the_failure() -> None:
    world = World().deploy("bad", 10).deploy("early", 4).deploy("late", 30).deploy("next", 20)
    world.repair("bad", "late").repair("bad", "next").repair("bad", "early").repair("bad", "never")
    spec = spec_of("quantile", value={"from": "finished_at", "to": "remediated_by.finished_at"})
    frame = world.evidence(spec)
    assert dict(frame.select("key", "length").iter_rows())["bad"] == 10 * HOUR


@pytest.mark.parametrize("fix", ["early", "same", "never"])
def test_remediated_by__a_fix_that_is_not_after_the_failure_mends_nothing(fix: str) -> None:
    world = World().deploy("bad", 10).deploy("early", 4).deploy("same", 10).repair("bad", fix)
    spec = spec_of("ratio", numerator={"where": [["remediated_by", "is", "set"]]})
    assert world.cell(spec, "2026-W23").numerator == 0


def test_remediates__is_set_on_the_fix_alone() -> None:
    world = World().deploy("bad", 10).deploy("fix", 20).deploy("other", 25).repair("bad", "fix")
    spec = _where(["remediates", "is", "set"])
    assert world.counted(spec) == {"fix"}


def test_condition__a_word_that_says_linked_is_a_word() -> None:
    """Without a link a condition on the value "linked" is tested like any other."""
    world = World().deploy("a", 1, kind="linked").deploy("b", 2, kind="tag")
    assert world.counted(_where(["kind", "in", ["linked"]])) == {"a"}


def test_instant_and_length__are_whole_microseconds() -> None:
    world = World().deploy("d", hour(5).replace(microsecond=7), started_at=hour(4).replace(microsecond=9))
    spec = spec_of("mean", value={"from": "started_at", "to": "finished_at"})
    frame = world.tables(spec).rows("deployments")
    assert frame.select(length_of(spec.value)).item() == HOUR - 2
    assert frame.select(instant_of(spec.of[0].clock)).item() == micros(hour(5)) + 7
    assert micros_of(hour(5) - hour(4)) == HOUR


def test_holds_all__of_nothing_holds() -> None:
    assert pl.DataFrame({"a": [1, None]}).select(holds=holds_all(())).to_series().to_list() == [True]

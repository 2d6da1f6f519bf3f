"""The link of a spec: named before inferred, by time within a scope and a gap, and read from either side."""

from typing import Any

import pytest

from apps.measurements.domain.engine.needs import needs_of
from apps.measurements.domain.engine.reasons import Reason
from tests.engine import BLUE, RED, REGISTRY, A, B, C, World, spec_of

HOUR = 3_600_000_000
TO_PRODUCTION = {
    "from": "changes", "at": "merged_at", "to": "deployments", "to_clock": "finished_at", "to_where": ["production"],
    "explicit": ["deployment"], "infer": "first_after", "scope": "service", "max_gap": "10d",
}  # fmt: skip
TO_LAST = {
    "from": "incidents", "at": "started_at", "to": "deployments", "to_clock": "finished_at",
    "to_where": ["production"], "infer": "last_before", "max_gap": "72h",
}  # fmt: skip


def _lead(**link: Any) -> Any:
    """Lead time of changes under a link that differs from the usual one."""
    rule = {name: value for name, value in {**TO_PRODUCTION, **link}.items() if value is not None}
    return spec_of(
        "quantile",
        of={"facts": "changes", "clock": "linked.finished_at"},
        link=rule,
        value={"from": "merged_at", "to": "linked.finished_at"},
    )


def _failures(**link: Any) -> Any:
    """Share of deployments that at least one incident is linked to."""
    return spec_of("ratio", link={**TO_LAST, **link}, numerator={"where": [["linked", "is", "some"]]})


def _hours(world: World, spec: Any) -> dict[str, int | None]:
    """Hours from merge to the linked deployment, by key of the change."""
    frame = world.evidence(spec).select("key", "length")
    return {key: None if length is None else length // HOUR for key, length in frame.iter_rows()}


def test_link__explicit_comes_before_what_time_would_infer() -> None:
    world = World().deploy("v1", 10).deploy("v2", 20).change("c", 1, 5, deployment="v2")
    assert _hours(world, _lead()) == {"c": 15}


def test_link__explicit_may_point_back_and_far_beyond_the_gap() -> None:
    world = World().deploy("old", 10).deploy("far", 24 * 400)
    world.change("back", 1, 15, deployment="old").change("ahead", 1, 15, deployment="far")
    spec = _lead()
    assert _hours(world, spec) == {"back": -5, "ahead": 24 * 400 - 15}
    assert world.reasons(spec) == {"back": Reason.NEGATIVE, "ahead": Reason.COUNTED}


def test_link__explicit_to_a_deployment_that_never_came_is_not_replaced_by_inference() -> None:
    world = World().deploy("v1", 10).change("c", 1, 5, deployment="v9")
    assert world.reasons(_lead()) == {"c": Reason.UNATTRIBUTED}


def test_link__explicit_to_a_rejected_deployment_never_holds() -> None:
    """The partner's own reason is the fact's when the partner's clock decides."""
    world = World().deploy("v1", 10, environment="staging").deploy("v2", 20).change("c", 1, 5, deployment="v1")
    assert world.reasons(_lead()) == {"c": Reason.FILTERED}


def test_link__of_several_explicit_paths_the_first_that_is_set_counts() -> None:
    world = World().deploy("v1", 10).deploy("v2", 30).repair("v1", "v2").add("incidents", "i", started_at=12)
    world.add("incidents", "j", started_at=12, deployment="v1")
    spec = spec_of(
        "mean",
        of={"facts": "incidents", "clock": "started_at"},
        link={"from": "incidents", "at": "started_at", "to": "deployments", "infer": "none",
              "explicit": ["deployment.remediated_by", "deployment"]},
        value={"from": "started_at", "to": "linked.finished_at"},
    )  # fmt: skip
    assert _hours(world, spec) == {"i": None, "j": 18}


def test_first_after__takes_the_next_deployment_and_includes_the_same_instant() -> None:
    world = World().deploy("v1", 10).deploy("v2", 20).deploy("v3", 40)
    world.change("before", 1, 5).change("on", 1, 10).change("between", 1, 11).change("after", 1, 41)
    assert _hours(world, _lead()) == {"before": 5, "on": 0, "between": 9, "after": None}


def test_first_after__passes_over_what_did_not_reach_production() -> None:
    world = World().deploy("v1", 10, environment="staging").deploy("v2", 20, status="failed").deploy("v3", 30)
    assert _hours(world.change("c", 1, 5), _lead()) == {"c": 25}


def test_last_before__takes_the_deployment_before_and_includes_the_same_instant() -> None:
    world = World().deploy("v1", 10).deploy("v2", 20)
    for key, at in {"early": 9, "on": 10, "between": 19, "at_second": 20, "after": 30}.items():
        world.add("incidents", key, started_at=at)
    spec = spec_of(
        "mean", of={"facts": "incidents", "clock": "started_at"}, link=TO_LAST,
        value={"from": "linked.finished_at", "to": "started_at"},
    )  # fmt: skip
    assert _hours(world, spec) == {"early": None, "on": 0, "between": 9, "at_second": 0, "after": 10}


@pytest.mark.parametrize(("gap", "reason"), [("10d", Reason.COUNTED), ("239h", Reason.UNATTRIBUTED)])
def test_max_gap__belongs_to_the_link_and_binds_inferred_ones(gap: str, reason: Reason) -> None:
    world = World().deploy("v1", 240).change("c", -5, 0)
    assert world.reasons(_lead(max_gap=gap)) == {"c": reason}


@pytest.mark.parametrize("order", [1, -1])
def test_ties__at_one_instant_go_by_the_text_of_the_key(order: int) -> None:
    world = World()
    for key in ["v10", "v9", "v2"][::order]:
        world.deploy(key, 10, kind=key)
    world.change("c", 1, 5)
    spec = _lead(keep=[["linked.kind", "in", ["v10"]]])
    assert world.reasons(spec) == {"c": Reason.COUNTED}


@pytest.mark.parametrize("first", [A, B])
def test_ties__of_one_key_in_two_services_of_a_team_do_not_depend_on_order(first: int) -> None:
    world = World()
    for service in (first, A + B - first):
        world.deploy("v1", 10, service)
    world.change("c", 1, 5, B)
    spec = _lead(scope="team", explicit=None)
    assert world.cell(spec, "2026-W23", of=("service", A)).n == 1
    assert world.cell(spec, "2026-W23", of=("service", B)).n == 0


def test_scope__service_looks_no_further_than_the_service() -> None:
    world = World().deploy("v1", 10, B).change("c", 1, 5, A)
    assert world.reasons(_lead()) == {"c": Reason.UNATTRIBUTED}


def test_scope__team_looks_into_all_services_of_the_team_and_no_further() -> None:
    world = World().deploy("v0", 8, C).deploy("v1", 10, B).change("c", 1, 5, A)
    spec = _lead(scope="team")
    assert _hours(world, spec) == {"c": 5}
    assert world.cell(spec, "2026-W23", of=("service", B)).n == 1  # the subject of the deciding clock
    assert world.cell(spec, "2026-W23", of=("service", A)).n == 0


def test_scope__team_is_the_owner_at_each_of_the_two_instants() -> None:
    """A service that changed hands between merge and release: the merge looks into its own team of that time."""
    world = World(ownerships=[]).owned(A, RED, -1000).owned(B, RED, -1000, 8).owned(B, BLUE, 8)
    world.deploy("moved", 10, B).deploy("kept", 12, A).change("c", 1, 5, A)
    assert _hours(world, _lead(scope="team", explicit=None)) == {"c": 7}


def test_scope__team_ties_nothing_that_nobody_owns() -> None:
    """Two services without an owner are not one team."""
    world = World(ownerships=[]).deploy("v1", 10, B).change("c", 1, 5, A)
    assert world.reasons(_lead(scope="team")) == {"c": Reason.UNATTRIBUTED}


def test_where__facts_that_do_not_qualify_are_not_linked() -> None:
    world = World().deploy("v1", 10).change("merge", 1, 5, kind="merge").change("bump", 1, 5, kind="bump")
    spec = _lead(where=[["kind", "in", ["merge"]]])
    assert world.reasons(spec) == {"merge": Reason.COUNTED, "bump": Reason.UNATTRIBUTED}


def test_keep__drops_links_whose_partner_does_not_fit_without_looking_for_another() -> None:
    world = World().deploy("v1", 10, kind="nightly").deploy("v2", 20, kind="release").change("c", 1, 5)
    assert world.reasons(_lead(keep=[["linked.kind", "in", ["release"]]])) == {"c": Reason.UNATTRIBUTED}
    assert world.reasons(_lead(keep=[["linked.kind", "in", ["nightly"]]])) == {"c": Reason.COUNTED}


def test_keep__may_compare_a_fact_with_its_partner() -> None:
    world = World().deploy("v1", 10).change("quick", 1, 5).change("slow", 1, 3)
    spec = _lead(keep=[{"from": "merged_at", "to": "linked.finished_at", "at_most": "6h"}])
    assert world.reasons(spec) == {"quick": Reason.COUNTED, "slow": Reason.UNATTRIBUTED}


def test_unattributed__is_counted_beside_the_value_at_the_instant_that_looked() -> None:
    world = World().deploy("v1", 24 * 9).change("kept", 1, 5).change("lost", 1, 24 * 10)
    cells = world.cells(_lead(), "2026-W23", "2026-W24")
    assert (cells.get("2026-W23").n, cells.get("2026-W23").unattributed) == (0, 0)
    assert (cells.get("2026-W24").n, cells.get("2026-W24").unattributed) == (1, 1)
    assert cells.get("2026-W24", of=("team", RED)).unattributed == 1
    assert cells.get("2026-W24", of=("team", BLUE)).unattributed == 0


def test_linked_some__counts_each_deployment_once_however_many_facts_point_to_it() -> None:
    world = World().deploy("v1", 10).deploy("v2", 90)
    for minute in range(5):
        world.add("incidents", f"i{minute}", started_at=11 + minute)
    cell = world.cell(_failures(), "2026-W23")
    assert (cell.numerator, cell.denominator) == (1, 2)


def test_linked_first_and_last__are_the_least_and_the_greatest_of_several() -> None:
    world = World().deploy("v1", 10).deploy("v2", 90)
    for key, at in {"i1": 30, "i2": 13, "i3": 22}.items():
        world.add("incidents", key, started_at=at)

    def lengths(end: str) -> dict[str, int | None]:
        return _hours(world, spec_of("mean", link=TO_LAST, value={"from": "finished_at", "to": end}))

    assert lengths("linked.first.started_at") == {"v1": 3, "v2": None}
    assert lengths("linked.last.started_at") == {"v1": 20, "v2": None}


def test_linked_first__may_decide_the_period() -> None:
    """The clock of the fact that points here: a deployment counts when its first incident begins."""
    world = World().deploy("v1", 24 * 6).deploy("v2", 24 * 6 + 1).add("incidents", "i", started_at=24 * 8)
    spec = spec_of(
        "count", of={"facts": "deployments", "clock": "linked.first.started_at"}, link={**TO_LAST, "max_gap": "9d"}
    )
    cells = world.cells(spec, "2026-W23", "2026-W24")
    assert (cells.get("2026-W23").n, cells.get("2026-W24").n) == (0, 1)


def test_keep__holds_from_the_far_side_as_well() -> None:
    world = World().deploy("v1", 10, kind="release").deploy("v2", 50, kind="nightly")
    world.add("incidents", "i", started_at=12, kind="bug").add("incidents", "j", started_at=55, kind="bug")
    by_partner = _failures(keep=[["linked.kind", "in", ["release"]]])
    assert world.cell(by_partner, "2026-W23").numerator == 1
    by_own = _failures(keep=[["kind", "in", ["noise"]]])
    assert world.cell(by_own, "2026-W23").numerator == 0
    assert {"kind", "finished_at"} <= needs_of(by_partner, REGISTRY).columns["deployments"]


def test_unattributed__is_shown_from_the_far_side_as_well() -> None:
    """A deployment's rate says how many incidents no deployment was found for."""
    world = World().deploy("v1", 10).add("incidents", "i", started_at=12).add("incidents", "lost", started_at=5)
    world.add("incidents", "elsewhere", B, started_at=6)
    cell = world.cell(_failures(), "2026-W23")
    assert (cell.numerator, cell.denominator, cell.unattributed) == (1, 1, 2)
    assert world.cell(_failures(), "2026-W23", of=("service", A)).unattributed == 1


def test_unattributed__facts_the_link_does_not_speak_of_are_not_missed() -> None:
    world = World().deploy("v1", 10).add("incidents", "drill", started_at=5, kind="drill")
    spec = _failures(where=[["kind", "not_in", ["drill"]]])
    assert world.cell(spec, "2026-W23").unattributed == 0


def test_house_rule__worked_example_of_two_services_of_one_team() -> None:
    """Deployments A 10, B 30, A 50, B 74, A 98, B 122; incidents A 12, A 60, A 61, B 74, A 122, B 5: 4 of 6."""
    world = World()
    for key, service, at in [("a1", A, 10), ("b1", B, 30), ("a2", A, 50), ("b2", B, 74), ("a3", A, 98), ("b3", B, 122)]:
        world.deploy(key, at, service)
    for service, at in [(A, 12), (A, 60), (A, 61), (B, 74), (A, 122), (B, 5)]:
        world.add("incidents", f"{service}-{at}", service, started_at=at)
    cell = world.cell(_failures(), "2026-W23", of=("team", RED))
    assert (cell.numerator, cell.denominator, cell.unattributed) == (4, 6, 1)
    assert round(cell.value, 3) == 0.667


def test_link__only_counted_channels_can_be_partners() -> None:
    world = (
        World().deploy("v1", 10, channel="second").deploy("v2", 20).change("c", 1, 5).change("d", 1, 5, deployment="v1")
    )
    assert _hours(world, _lead()) == {"c": 15, "d": None}


def test_link__a_change_before_the_connection_counts_when_its_deployment_is_inside() -> None:
    """Only the deciding clock is compared with the connection: a first release may carry older commits."""
    world = World().deploy("v1", 10).deploy("v0", -20)
    world.change("old", -90, -80, deployment="v1").change("gone", -90, -80, deployment="v0")
    world.connect("deployments", A, 0)
    assert world.reasons(_lead()) == {"old": Reason.COUNTED, "gone": Reason.BEFORE_CONNECTION}

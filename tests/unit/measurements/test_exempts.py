"""Exemptions in the engine: asked once, at the fact's own time; what is left out leaves both sides and says so."""

import random
from typing import Any

import pytest

from apps.measurements.domain.engine.reasons import Reason
from apps.metrics.domain.spec import Condition, Op
from tests.engine import BLUE, RED, A, B, C, World, hour, spec_of

WEEK = "2026-W23"
FAILURE_RATE = spec_of("ratio", numerator={"where": [["remediated_by", "is", "set"]]})
BY_INCIDENT = spec_of(
    "ratio",
    numerator={"where": [["linked", "is", "some"]]},
    link={
        "from": "incidents", "at": "started_at", "to": "deployments", "to_clock": "finished_at",
        "infer": "last_before", "max_gap": "72h", "to_where": ["production"],
    },
)  # fmt: skip
LEAD_TIME = spec_of(
    "quantile",
    of={"facts": "changes", "clock": "linked.finished_at"},
    link={
        "from": "changes", "at": "merged_at", "to": "deployments", "to_clock": "finished_at",
        "to_where": ["production"], "explicit": ["deployment"], "infer": "first_after", "max_gap": "90d",
    },
    value={"from": "merged_at", "to": "linked.finished_at"},
    min_n=1,
)  # fmt: skip


def failing() -> World:
    """Ten releases of A every ten hours from hour 0; those at 10 and 50 were mended."""
    world = World()
    for index in range(10):
        world.deploy(f"d{index}", index * 10)
    return world.repair("d1", "d2", at=20).repair("d5", "d6", at=60)


def sums(world: World, spec: Any = FAILURE_RATE, of: Any = ("team", RED)) -> tuple[int, int, int]:
    cell = world.cell(spec, WEEK, of=of)
    return cell.numerator, cell.denominator, cell.left_out


def test_exempt__a_fact_leaves_numerator_and_denominator_and_counts_as_left_out() -> None:
    assert sums(failing()) == (2, 10, 0)
    assert sums(failing().exempt(5, 25, team_id=RED)) == (1, 8, 2)


def test_exempt__the_start_belongs_to_it_and_the_end_does_not() -> None:
    reasons = failing().exempt(10, 30, team_id=RED).reasons(FAILURE_RATE)
    assert {key for key, reason in reasons.items() if reason is Reason.EXEMPTION} == {"d1", "d2"}


def test_exempt__only_its_team_only_its_service_only_its_definition() -> None:
    assert sums(failing().exempt(0, 100, team_id=BLUE)) == (2, 10, 0)
    assert sums(failing().exempt(0, 100, service_id=B)) == (2, 10, 0)
    assert sums(failing().exempt(0, 100, service_id=A)) == (0, 0, 10)
    world = failing().exempt(0, 100, team_id=RED)
    other = world.tables(FAILURE_RATE).for_definition("another")
    assert other.exempts == ()


def test_exempt__a_team_is_the_owner_at_the_facts_own_time() -> None:
    world = World(ownerships=[]).owned(A, RED, 0, 50).owned(A, BLUE, 50).owned(C, BLUE, 0)
    for index in range(10):
        world.deploy(f"d{index}", index * 10)
    world.exempt(0, 100, team_id=RED)
    assert world.counted(FAILURE_RATE) == {f"d{index}" for index in range(5, 10)}


def test_exempt__single_facts_and_slices() -> None:
    single = failing().exempt(0, 100, team_id=RED, keys=frozenset({("deployments", A, "d1"), ("deployments", B, "d5")}))
    assert sums(single) == (1, 9, 1)
    labelled = failing().deploy("rebuild", 15, labels=["mirror"])
    mirror = (Condition("labels", Op.HAS, "mirror"),)
    assert sums(labelled.exempt(0, 100, team_id=RED, source="deployments", where=mirror)) == (2, 10, 1)
    assert sums(failing().exempt(0, 100, team_id=RED, source="changes")) == (2, 10, 0)


def test_exempt__what_the_definition_does_not_count_stays_filtered() -> None:
    world = failing().deploy("test", 12, environment="staging").exempt(0, 100, team_id=RED)
    assert world.reasons(FAILURE_RATE)["test"] is Reason.FILTERED


def test_exempt__an_exempted_incident_makes_no_failure_and_the_release_stays() -> None:
    def world() -> World:
        found = World().deploy("d1", 10).deploy("d2", 30)
        return found.add("incidents", "i1", started_at=hour(12)).add("incidents", "i2", started_at=hour(40))

    assert sums(world(), BY_INCIDENT) == (2, 2, 0)
    spared = world().exempt(0, 100, team_id=RED, source="incidents", keys=frozenset({("incidents", A, "i1")}))
    assert sums(spared, BY_INCIDENT) == (1, 2, 0)


def test_exempt__a_stray_is_left_out_and_no_longer_unattributed() -> None:
    def world() -> World:
        return World().deploy("d1", 10).add("incidents", "early", started_at=hour(2))

    assert world().cell(BY_INCIDENT, WEEK, of=("team", RED)).unattributed == 1
    cell = world().exempt(0, 5, team_id=RED).cell(BY_INCIDENT, WEEK, of=("team", RED))
    assert (cell.unattributed, cell.left_out) == (0, 1)


def test_exempt__a_change_goes_with_the_release_whose_time_decides() -> None:
    def world() -> World:
        return World().deploy("d1", 30).deploy("d2", 60).change("c1", 0, 10).change("c2", 0, 50)

    assert world().cell(LEAD_TIME, WEEK, of=("team", RED)).n == 2
    by_release = world().exempt(29, 31, team_id=RED, source="deployments")
    assert by_release.counted(LEAD_TIME) == {"c2"}
    by_merge = world().exempt(9, 11, team_id=RED)
    assert by_merge.counted(LEAD_TIME) == {"c2"}
    assert by_merge.evidence(LEAD_TIME).filter(key="c1")["exempt"].to_list() == [1]


@pytest.mark.parametrize("seed", range(40))
def test_exempt__values_equal_those_without_the_facts_it_takes_out(seed: int) -> None:
    chance = random.Random(seed)
    start = chance.randint(-10, 120)
    end = start + chance.randint(0, 60)
    with_exemption, without_facts = World().exempt(start, end, team_id=RED), World()
    for index in range(40):
        at, service = chance.randint(0, 167), chance.choice([A, B, C])
        is_mended = chance.random() < 0.3
        is_taken = start <= at < end and service in (A, B)
        for world in [with_exemption, *([] if is_taken else [without_facts])]:
            world.deploy(f"d{index}", at, service)
            if is_mended:
                world.deploy(f"fix{index}", 400 + index, service).repair(f"d{index}", f"fix{index}", service, at=401)
    for of in (("team", RED), ("service", A), ("organisation", 0)):
        assert sums(with_exemption, of=of)[:2] == sums(without_facts, of=of)[:2]

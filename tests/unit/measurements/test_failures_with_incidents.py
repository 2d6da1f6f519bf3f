"""Failed deployments and recovery with incidents: the design's example, beside what another tool's rule counts."""

from datetime import timedelta

import polars as pl
import pytest

from apps.incidents.facts import INCIDENTS
from apps.measurements.domain.engine.reasons import Reason
from apps.measurements.domain.peers.devlake import change_failure_rate
from apps.measurements.domain.peers.shapes import Days
from apps.metrics.domain.parsing import parse_spec
from apps.metrics.domain.starter_incidents import (
    DETECTED_BY_ALERT,
    LESSER_INCIDENTS,
    SEVERE_INCIDENTS,
    TIME_TO_DETECT,
    TIME_TO_RESTORE,
    WITH_INCIDENTS,
)
from tests.engine import RED, REGISTRY, A, B, C, World, hour
from tests.peers import peer_facts

FAILURE_RATE, RECOVERY = (version.spec for version in WITH_INCIDENTS)
DEPLOYED = {"a10": (A, 10), "b30": (B, 30), "a50": (A, 50), "b74": (B, 74), "a98": (A, 98), "b122": (B, 122)}
BROKE = {"i1": (A, 12), "i2": (A, 60), "i3": (A, 61), "i4": (B, 74), "i5": (A, 122), "i6": (B, 5)}
WEEK = "2026-W23"


@pytest.fixture(autouse=True)
def real_incidents(monkeypatch: pytest.MonkeyPatch) -> None:
    """The source that the app registers, in place of the one of the engine's own tests."""
    monkeypatch.setitem(REGISTRY._sources, "incidents", INCIDENTS)


def spec_of(document):
    """A shipped spec, read against the sources here."""
    return parse_spec(document, REGISTRY)


def broke(world: World, key: str, service: int, at: float, **more) -> World:
    """An incident as one of its services saw it."""
    given = {"incident": key, "started_at": at, "kind": "incident", "role": "origin", "is_over": True, **more}
    return world.add("incidents", key, service, **given)


def example() -> World:
    """Services A and B of one team, hours from Monday 00:00."""
    world = World()
    for key, (service, at) in DEPLOYED.items():
        world.deploy(key, at, service)
    for key, (service, at) in BROKE.items():
        broke(world, key, service, at, resolved_at=at + 1)
    return world


def test_failure_rate__the_designs_example() -> None:
    cell = example().cell(spec_of(FAILURE_RATE), WEEK)
    assert (cell.numerator, cell.denominator, cell.unattributed) == (4, 6, 1)
    assert round(cell.value, 3) == 0.667


def test_failure_rate__devlake_ties_to_the_last_one_strictly_before_of_all_services() -> None:
    """The same facts by its own rule: B 74 goes to A 50, so 3 of 6."""
    deployed = [(service, key, at) for key, (service, at) in DEPLOYED.items()]
    broken = [(service, key, at, at + 1) for key, (service, at) in BROKE.items()]
    found = change_failure_rate(peer_facts(deployed, broken), Days(0, 7))
    assert set(found.facts.filter("top")["key"]) == {"a10", "a50", "a98"}
    assert (found.top, found.n, found.value) == (3, 6, 0.5)


def test_failure_rate__what_was_mended_within_thirty_days_failed_too_and_counts_once() -> None:
    world = example().repair("b122", "b123", B).deploy("b123", 123, B).repair("a10", "a50")
    cell = world.cell(spec_of(FAILURE_RATE), WEEK)
    assert (cell.numerator, cell.denominator) == (5, 7)


def test_failure_rate__three_days_before_is_the_farthest() -> None:
    world = World().deploy("old", 10, A)
    broke(world, "i1", A, 10 + 72.1)
    assert world.cell(spec_of(FAILURE_RATE), WEEK).numerator == 0
    broke(world, "i2", A, 10 + 72)
    assert world.cell(spec_of(FAILURE_RATE), WEEK).numerator == 1


def test_failure_rate__drills_fail_nothing_and_a_touched_service_infers_nothing() -> None:
    world = World().deploy("a1", 10, A).deploy("c1", 10, C)
    broke(world, "drill", A, 11, kind="drill")
    broke(world, "i1", C, 11, role="affected")
    assert world.cell(spec_of(FAILURE_RATE), WEEK).numerator == 0


def test_failure_rate__a_cause_that_is_named_on_a_touched_service_fails_there_alone() -> None:
    world = World().deploy("a1", 10, A).deploy("c1", 5, C).deploy("c2", 10, C)
    broke(world, "i1", A, 11, cause_elsewhere=True)
    world.add(
        "incidents", "i1", C, incident="i1", started_at=11, kind="incident", role="affected", deployment="c1",
        is_over=True,
    )  # fmt: skip
    frame = world.evidence(spec_of(FAILURE_RATE))
    assert set(frame.filter(pl.col("linked").is_not_null())["key"]) == {"c1"}


def test_recovery__runs_from_the_release_to_the_end_and_open_ones_count_so_far() -> None:
    world = World().deploy("a1", 10, A).deploy("a2", 30, A)
    broke(world, "i1", A, 12, resolved_at=14)
    broke(world, "i2", A, 31, is_over=False)
    spec = spec_of(RECOVERY | {"min_n": 1})
    cell = world.cell(spec, WEEK, as_of=hour(40))
    assert (cell.n, cell.value, cell.at_least) == (2, (4 + 10) / 2 * 3600, True)


def test_recovery__over_without_a_known_end_is_left_out_and_said() -> None:
    world = World().deploy("a1", 10, A)
    broke(world, "i1", A, 12)
    assert world.reasons(spec_of(RECOVERY)) == {"i1": Reason.EXCLUDED}


def test_time_to_detect__leaves_out_what_was_assumed_and_what_was_caught_before() -> None:
    world = World()
    broke(world, "known", A, 10, detected_at=10.2)
    broke(world, "assumed", A, 11, detected_at=11, start_assumed=True)
    broke(world, "before", A, 12, detected_at=11.9)
    broke(world, "unseen", A, 13)
    assert world.reasons(spec_of(TIME_TO_DETECT.spec)) == {
        "known": Reason.COUNTED, "assumed": Reason.EXCLUDED, "before": Reason.NEGATIVE, "unseen": Reason.MISSING,
    }  # fmt: skip


def test_time_to_restore__letting_one_stay_open_longer_never_lowers_the_median() -> None:
    world = World()
    for key, at in (("i1", 1), ("i2", 2), ("i3", 3)):
        broke(world, key, A, at, resolved_at=at + 5)
    broke(world, "open", A, 4, is_over=False)
    spec = spec_of(TIME_TO_RESTORE.spec | {"min_n": 1})
    values = [world.cell(spec, WEEK, as_of=hour(at)).value for at in (5, 8, 20, 90)]
    assert values == sorted(values)


def test_counts__an_incident_of_two_services_counts_once_for_its_team() -> None:
    world = World()
    for key, level in (("i1", 1), ("i2", 3), ("i3", None)):
        broke(world, key, A, 5, severity_worst=level)
        broke(world, key, B, 5, severity_worst=level, role="affected")
    severe, lesser = (spec_of(version.spec) for version in (SEVERE_INCIDENTS, LESSER_INCIDENTS))
    assert [world.cell(spec, WEEK, of=("team", RED)).value for spec in (severe, lesser)] == [1, 1]
    assert world.cell(severe, WEEK, of=("service", B)).value == 1


def test_detected_by_alert__who_is_not_known_is_left_out() -> None:
    world = World()
    for key, witness in (("i1", "alert"), ("i2", "customer"), ("i3", "unknown")):
        broke(world, key, A, 5, detected_by=witness)
    cell = world.cell(spec_of(DETECTED_BY_ALERT.spec | {"min_n": 1}), WEEK)
    assert (cell.numerator, cell.denominator, cell.left_out) == (1, 2, 1)
    assert timedelta(hours=72) == spec_of(FAILURE_RATE).link.max_gap

"""Facts that name their team, happenings that several services tell of, and what was declared about partners."""

import random
from dataclasses import replace

import polars as pl
import pytest

from apps.core.fact_sources import Declared, FactField, FactSource, FieldType
from apps.measurements.domain.engine.catalogue import Catalogue
from apps.measurements.domain.engine.placed import place_spec
from apps.measurements.domain.engine.reasons import Reason
from tests import engine
from tests.engine import BLUE, RED, SHOP, A, B, C, World, hour, spec_of

T = FieldType
OUTAGES = FactSource(
    key="outages", label="Outages", description="Felt by several services.", model=None, clocks=("started_at",),
    main_clock="started_at", counted_once_by="outage", counted_first=("role", "origin"),
    declared=Declared("deployments", named="deployment", ruled_out="ruled_out", elsewhere="elsewhere"),
    fields=(
        FactField("outage", T.CODE, "What its services share."),
        FactField("started_at", T.TIME, "When."),
        FactField("ended_at", T.TIME, "Until when."),
        FactField("role", T.CODE, "Whether it began here."),
        FactField("deployment", T.REF, "What brought it.", ref="deployments"),
        FactField("ruled_out", T.LABELS, "What did not."),
        FactField("elsewhere", T.BOOL, "Brought by another service."),
    ),
)  # fmt: skip
CALLS = FactSource(
    key="calls", label="Calls", description="Of a team.", model=None, clocks=("at",), main_clock="at", names_team=True,
    fields=(FactField("at", T.TIME, "When."),),
)  # fmt: skip
TEAM = "team"
LINK = {
    "from": "outages", "at": "started_at", "to": "deployments", "to_clock": "finished_at", "to_where": ["production"],
    "infer": "last_before", "max_gap": "72h",
}  # fmt: skip


@pytest.fixture(autouse=True)
def two_more_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """The two sources of this file, beside those of the world."""
    for source in (OUTAGES, CALLS):
        monkeypatch.setitem(engine.REGISTRY._sources, source.key, source)


def outage(world: World, name: str, service: int, at: float, role: str = "affected", **more: object) -> World:
    """One service's row of an outage."""
    return world.add("outages", name, service, outage=name, started_at=at, role=role, **more)


def counted(measure: str = "count", **more: object) -> object:
    """A spec over all outages."""
    return spec_of(measure, of={"facts": "outages", "clock": "started_at"}, **more)


def failure_rate(**more: object) -> object:
    """Deployments after which something broke."""
    return spec_of("ratio", numerator={"where": [["linked", "is", "some"]]}, link={**LINK, **more})


def test_happening__counts_once_for_each_service_team_group_and_the_organisation() -> None:
    world = World()
    for service in (A, B, C):
        outage(world, "o1", service, 5)
    outage(world, "o2", B, 6)
    cells = world.cells(counted(), "2026-W23")
    by_subject = {
        of: cells.get("2026-W23", of=of).n
        for of in (("service", A), ("service", B), ("team", RED), ("team", BLUE), ("group", SHOP), ("organisation", 0))
    }
    assert by_subject == {
        ("service", A): 1, ("service", B): 2, ("team", RED): 2, ("team", BLUE): 1, ("group", SHOP): 2,
        ("organisation", 0): 2,
    }  # fmt: skip


def test_happening__the_row_that_counts_first_stands_for_all() -> None:
    world = World()
    outage(world, "o1", A, 5, ended_at=6)
    outage(world, "o1", B, 5, role="origin", ended_at=15)
    outage(world, "o1", C, 5, ended_at=7)
    spec = counted("quantile", value={"from": "started_at", "to": "ended_at"}, min_n=1)
    assert world.cell(spec, "2026-W23").value == 10 * 3600
    assert world.cell(spec, "2026-W23", of=("team", BLUE)).value == 2 * 3600


def test_happening__any_order_and_any_split_of_the_services_give_the_same_cells() -> None:
    world = World()
    for number in range(12):
        for service in random.Random(number).sample((A, B, C), 2):
            outage(world, f"o{number}", service, number, role=random.Random(service).choice(("origin", "affected")))
    spec = counted("ratio", numerator={"where": [["role", "in", ["origin"]]]})
    whole = world.cells(spec, "2026-W23", "2026-06").rows()
    shuffled = world.placed(spec, random.Random(3))
    assert world.cells(spec, "2026-W23", "2026-06", placed=[shuffled]).rows() == whole
    split = [place_spec(world.tables(spec, services=(one,)), spec, world.zone) for one in (C, A, B)]
    assert world.cells(spec, "2026-W23", "2026-06", placed=split).rows() == whole


def test_happening__left_out_is_told_once_too() -> None:
    world = World()
    for service in (A, B):
        outage(world, "o1", service, 5)
    spec = counted("quantile", value={"from": "started_at", "to": "ended_at"})
    assert world.cell(spec, "2026-W23").left_out == 1
    assert world.cell(spec, "2026-W23", of=("service", B)).left_out == 1


def test_happening__in_numerator_and_denominator_counts_in_each() -> None:
    world = World()
    for service in (A, B):
        outage(world, "o1", service, 5)
    whole = {"facts": "outages", "clock": "started_at"}
    spec = spec_of("ratio", of=whole, numerator=[whole], unit="quotient")
    assert world.cell(spec, "2026-W23").value == 1


def test_named_team__owns_its_facts_at_whatever_time(monkeypatch: pytest.MonkeyPatch) -> None:
    world = with_calls(monkeypatch, ("a", A, BLUE), ("b", A, RED), ("c", C, BLUE))
    spec = spec_of("count", of={"facts": "calls", "clock": "at"})
    cells = world.cells(spec, "2026-W23")
    found = [cells.get("2026-W23", of=of).n for of in (("team", BLUE), ("team", RED), ("service", A), ("service", C))]
    assert found == [2, 1, 2, 1]


def test_named_team__an_exemption_of_the_team_speaks_of_what_it_is_called_for(monkeypatch: pytest.MonkeyPatch) -> None:
    world = with_calls(monkeypatch, ("a", A, BLUE), ("b", A, RED)).exempt(0, 48, team_id=BLUE)
    spec = spec_of("count", of={"facts": "calls", "clock": "at"})
    assert world.counted(spec) == {"b"}


def with_calls(monkeypatch: pytest.MonkeyPatch, *calls: tuple[str, int, int]) -> World:
    """A world with calls of teams, as (key, service, team)."""
    world = World()
    teams = {key: team for key, _, team in calls}
    plain = World._frame

    def frame(self, source, shuffle, services):
        found = plain(self, source, shuffle, services)
        if source.key != "calls":
            return found
        return found.with_columns(pl.Series(TEAM, [teams[key] for key in found["key"]], dtype=pl.Int64))

    monkeypatch.setattr(World, "_frame", frame)
    for key, service, _ in calls:
        world.add("calls", key, service, at=3)
    assert isinstance(world.catalogue(), Catalogue)
    return world


def test_declared__goes_before_the_rule_of_a_definition_that_names_no_field() -> None:
    world = World().deploy("d1", 10).deploy("d2", 20)
    outage(world, "o1", A, 21, "origin", deployment="d1")
    assert failed(world) == {"d1"}


def test_declared__on_another_service_infers_nothing_here() -> None:
    world = World().deploy("d1", 10).deploy("d2", 20, C)
    outage(world, "o1", A, 21, "origin", elsewhere=True)
    outage(world, "o1", C, 21, deployment="d2")
    assert failed(world) == {"d2"}
    assert world.cell(failure_rate(), "2026-W23").unattributed == 0


def test_ruled_out__is_used_by_none_and_the_one_before_is_the_nearest() -> None:
    world = World().deploy("d1", 10).deploy("d2", 20).deploy("d3", 20.5)
    outage(world, "o1", A, 21, "origin", ruled_out=["d3", "d2"])
    outage(world, "o2", A, 20, "origin", ruled_out=["d7"])
    assert failed(world) == {"d1", "d2"}


def test_ruled_out__with_nothing_else_in_reach_finds_no_partner() -> None:
    world = World().deploy("d1", -80).deploy("d2", 20)
    outage(world, "o1", A, 21, "origin", ruled_out=["d2"])
    assert failed(world) == set()
    assert world.cell(failure_rate(), "2026-W23").unattributed == 1


def test_ruled_out__goes_before_what_another_field_names() -> None:
    world = World().deploy("d1", 10).deploy("d2", 20)
    outage(world, "o1", A, 21, "origin", ruled_out=["d2"], deployment="d2")
    assert failed(world) == {"d1"}


def test_ruled_out__in_a_link_within_a_team_speaks_of_its_own_service() -> None:
    world = World().deploy("d1", 20).deploy("d1", 20, B).deploy("d0", 5)
    outage(world, "o1", A, 21, "origin", ruled_out=["d1"])
    spec = failure_rate(scope="team")
    frame = world.evidence(spec).filter(pl.col("linked").is_not_null())
    assert list(frame.select("service", "key").iter_rows()) == [(1, "d1")]


def failed(world: World) -> set[str]:
    """Keys of the deployments after which something broke."""
    frame = world.evidence(failure_rate()).filter(pl.col("reason") == int(Reason.COUNTED))
    return set(frame.filter(pl.col("linked").is_not_null())["key"])


def test_source__that_declares_nothing_is_read_as_its_rule_says() -> None:
    assert replace(OUTAGES, declared=None).declared is None
    world = World().deploy("d1", 10)
    world.add("incidents", "i1", A, started_at=hour(11))
    spec = spec_of(
        "ratio", numerator={"where": [["linked", "is", "some"]]}, link={**LINK, "from": "incidents", "at": "started_at"}
    )
    assert world.cell(spec, "2026-W23").numerator == 1

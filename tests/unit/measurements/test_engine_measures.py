"""Every measure: what it adds up, what n is, and what it says where nothing happened."""

from typing import Any

import pytest

from tests.engine import BERLIN, BLUE, RED, SHOP, A, B, C, World, hour, spec_of

DAY = 24
WEEK = "2026-W23"
MILLION = 1_000_000


def _released(*hours: float, service: int = A, **more: Any) -> World:
    world = World()
    for index, at in enumerate(hours):
        world.deploy(f"d{index}", at, service, **more)
    return world


def test_count__is_how_many_with_a_poisson_interval() -> None:
    cell = _released(*range(15)).cell(spec_of("count"), WEEK)
    assert (cell.numerator, cell.n, cell.value) == (15, 15, 15.0)
    assert (round(cell.lower, 1), round(cell.upper, 1)) == (8.4, 24.7)


def test_count__of_an_amount_adds_it_up_without_an_interval() -> None:
    world = World()
    for key, amount in {"a": "0.10", "b": "0.20", "c": "1000000.33"}.items():
        world.add("business", key, at=5, series="revenue", amount=amount)
    spec = spec_of("count", of={"facts": "business", "clock": "at", "amount": "amount"}, unit="money:EUR")
    cell = world.cell(spec, WEEK)
    assert (cell.value, cell.n, cell.lower, cell.upper) == (1000000.63, 3, None, None)


@pytest.mark.parametrize(
    ("per", "period", "value"),
    [
        ("week", WEEK, 10.0),
        ("day", WEEK, 10 / 7),
        ("working_day", WEEK, 2.0),
        ("week", "2026-06", 10 / 30 * 7),
        ("day", "2026-06", 10 / 30),
        ("working_day", "2026-06", 10 / 22),
        ("week", "2026-Q2", 10 / 91 * 7),
        ("week", "2026-W25/4", 2.5),
    ],
)
def test_rate__is_the_count_over_the_days_of_its_period(per: str, period: str, value: float) -> None:
    spec = spec_of("rate", per=per, unit="per_week" if per == "week" else "per_day")
    cell = _released(*range(0, 100, 10)).cell(spec, period)
    assert (cell.numerator, cell.value) == (10, pytest.approx(value))


@pytest.mark.parametrize("measure", ["count", "rate"])
def test_count_and_rate__without_facts_are_zero_with_an_upper_bound(measure: str) -> None:
    cell = World().cell(spec_of(measure), WEEK, of=("team", RED))
    assert (cell.n, cell.value, cell.lower) == (0, 0.0, 0.0)
    assert round(cell.upper, 2) == 3.69  # none seen still allows for 3.7


def test_rate__over_a_change_of_clocks_is_per_seven_days_not_per_167_hours() -> None:
    world = World(zone=BERLIN)
    for index in range(7):
        world.deploy(f"d{index}", hour(DAY * -70 + 1 + index))  # 2026-W13 ends with the change
    cell = world.cell(spec_of("rate"), "2026-W13")
    assert (cell.denominator, cell.value) == (7, 7.0)


def test_share__is_a_subset_with_a_wilson_interval() -> None:
    world = _released(*range(0, 70, 10))
    cell = world.cell(spec_of("ratio", numerator={"where": [["intent", "in", ["hotfix"]]]}), WEEK)
    assert (cell.numerator, cell.denominator, cell.n, cell.value) == (0, 7, 7, 0.0)
    assert (cell.lower, round(cell.upper, 3)) == (0.0, 0.354)


def test_share__without_facts_has_no_value() -> None:
    cell = World().cell(spec_of("ratio", numerator={"where": [["intent", "in", ["hotfix"]]]}), WEEK)
    assert (cell.n, cell.value, cell.lower, cell.upper) == (0, None, None, None)


def _sold(**amounts: str) -> World:
    """Amounts of a series, one after the other."""
    world = World()
    for index, (name, amount) in enumerate(amounts.items()):
        world.add("business", name, at=index, series=name.partition("_")[0], amount=amount)
    return world


SOLD = {"facts": "business", "clock": "at", "amount": "amount"}


def test_share__of_an_amount_weighs_facts_and_has_no_interval() -> None:
    spec = spec_of("ratio", of=SOLD, numerator={"where": [["series", "in", ["web"]]]})
    cell = _sold(web="30.5", shop="91.5", gift="0").cell(spec, WEEK)
    assert (cell.value, cell.n, cell.lower) == (0.25, 3, None)


def _quotient(**more: Any) -> Any:
    return spec_of(
        "ratio", unit="quotient",
        of=[{"facts": "deployments", "clock": "finished_at"}, {"facts": "changes", "clock": "merged_at"}],
        numerator=[{"facts": "incidents", "clock": "started_at"}, {"facts": "incidents", "clock": "resolved_at"}],
        **more,
    )  # fmt: skip


def test_quotient__populations_of_several_sources_add_up_and_may_exceed_one() -> None:
    world = World().deploy("d", 1).change("c", 1, 2)
    for index in range(3):
        world.add("incidents", f"i{index}", started_at=5, resolved_at=7)
    cell = world.cell(_quotient(), WEEK)
    assert (cell.numerator, cell.denominator, cell.value, cell.n) == (6, 2, 3.0, 2)
    assert cell.lower is None


def test_quotient__each_population_is_placed_by_its_own_clock() -> None:
    world = World().deploy("d", 1).deploy("e", DAY * 8).add("incidents", "i", started_at=5, resolved_at=DAY * 8)
    cells = world.cells(_quotient(), WEEK, "2026-W24")
    assert [(cells.get(key).numerator, cells.get(key).denominator) for key in (WEEK, "2026-W24")] == [(1, 1), (1, 1)]


def test_quotient__amounts_add_up() -> None:
    spec = spec_of(
        "ratio", unit="quotient",
        of={**SOLD, "where": [["series", "in", ["units"]]]},
        numerator={**SOLD, "where": [["series", "in", ["cost"]]]},
    )  # fmt: skip
    cell = _sold(cost_a="10.5", cost_b="2", units="5", other="99").cell(spec, WEEK)
    assert (cell.numerator, cell.denominator, cell.value, cell.n) == (12_500_000, 5_000_000, 2.5, 1)


def test_quotient__an_amount_over_a_count_is_in_the_unit_of_the_amount() -> None:
    """12.50 for two deployments is 6.25 each; two deployments for 12.50 are 0.16 each."""
    world = _sold(cost="12.5").deploy("a", 1).deploy("b", 2)
    released, cost = {"facts": "deployments", "clock": "finished_at"}, SOLD
    assert world.cell(spec_of("ratio", unit="money:EUR", of=released, numerator=cost), WEEK).value == 6.25
    assert world.cell(spec_of("ratio", unit="quotient", of=cost, numerator=released), WEEK).value == 0.16


def test_quotient__over_nothing_has_no_value() -> None:
    cell = World().add("incidents", "i", started_at=5).cell(_quotient(), WEEK)
    assert (cell.numerator, cell.denominator, cell.n, cell.value) == (1, 0, 0, None)


def test_quotient__a_fact_with_the_amount_zero_is_a_fact() -> None:
    spec = spec_of("ratio", unit="quotient", of=SOLD, numerator={"facts": "incidents", "clock": "started_at"})
    cell = _sold(a="0", b="4").add("incidents", "i", started_at=5).cell(spec, WEEK)
    assert (cell.n, cell.value) == (2, 0.25)


def test_mean__of_lengths_and_of_a_number() -> None:
    world = World().deploy("a", 10, started_at=9, size=1).deploy("b", 10, started_at=6, size=6)
    lengths = world.cell(spec_of("mean", value={"from": "started_at", "to": "finished_at"}), WEEK)
    assert (lengths.value, lengths.n) == (2.5 * 3600, 2)
    sizes = world.cell(spec_of("mean", value={"field": "size"}, unit="count"), WEEK)
    assert (sizes.value, sizes.numerator, sizes.n) == (3.5, 7 * MILLION, 2)


def test_quantile__of_a_number_leaves_out_what_has_none() -> None:
    world = _released(1, 2, size=4).deploy("bare", 3)
    cell = world.cell(spec_of("quantile", q="0.85", value={"field": "size"}, unit="count"), WEEK)
    assert (cell.value, cell.n, cell.left_out, cell.spread) == (4.0, 2, 1, None)


def test_attainment__is_good_over_valid_without_an_interval() -> None:
    """Σ good / Σ valid: requests are not independent, so no interval stands beside it."""
    world = World().add("samples", "a", at=1, good=990, valid=1000).add("samples", "b", at=2, good=5, valid=10)
    world.add("samples", "c", B, at=3)
    cell = world.cell(spec_of("attainment", of={"facts": "samples", "clock": "at"}), WEEK)
    assert (cell.numerator, cell.denominator, cell.n) == (995, 1010, 3)
    assert (cell.value, cell.lower, cell.upper) == (995 / 1010, None, None)


def _latest() -> Any:
    return spec_of("latest", of={"facts": "business", "clock": "at", "amount": "amount"})


def test_latest__is_the_newest_amount_at_the_periods_end() -> None:
    world = World().add("business", "a", at=10, amount="3").add("business", "b", at=150, amount="5")
    world.add("business", "c", at=DAY * 9, amount="8")
    cells = world.cells(_latest(), WEEK, "2026-W24")
    assert [(cells.get(key).value, cells.get(key).n) for key in (WEEK, "2026-W24")] == [(5.0, 1), (8.0, 1)]


def test_latest__reaches_back_35_days_and_no_further() -> None:
    """A month without a report still knows the figure of the month before, for five weeks."""
    world = World().add("business", "a", at=3, amount="3")  # 1 June
    cells = world.cells(_latest(), "2026-W27", "2026-W28")  # they end 35 and 42 days later
    assert (cells.get("2026-W27").value, cells.get("2026-W27").n) == (3.0, 1)
    assert (cells.get("2026-W28").value, cells.get("2026-W28").n) == (None, 0)


@pytest.mark.parametrize("order", [1, -1])
def test_latest__of_two_at_one_instant_does_not_depend_on_their_order(order: int) -> None:
    world = World()
    for key, amount in [("a", "3"), ("b", "5")][::order]:
        world.add("business", key, at=10, amount=amount)
    assert world.cell(_latest(), WEEK).value == 5.0


def test_rolling__a_window_of_four_weeks_ends_with_its_period() -> None:
    spec = spec_of("count", window={"grains": ["week"], "rolling": 4})
    world = _released(0, DAY * 7, DAY * 14, DAY * 21, DAY * 28)
    cells = world.cells(spec, "2026-W25", "2026-W26", "2026-W27", "2026-06")
    assert [cells.get(key).n for key in ("2026-W25", "2026-W26", "2026-W27")] == [3, 4, 4]
    assert cells.get("2026-06") is None  # only the grain it states


@pytest.mark.parametrize(("per", "value"), [("week", 1.0), ("working_day", 0.2)])
def test_rolling__a_rate_is_per_unit_of_the_whole_window(per: str, value: float) -> None:
    spec = spec_of(
        "rate", per=per, unit="per_week" if per == "week" else "per_day", window={"grains": ["week"], "rolling": 4}
    )
    assert _released(0, DAY * 7, DAY * 14, DAY * 21).cell(spec, "2026-W26").value == pytest.approx(value)


def test_rolling__months_take_whole_months() -> None:
    spec = spec_of("count", window={"grains": ["month"], "rolling": 3})
    world = World().deploy("april", hour(DAY * -40)).deploy("march", hour(DAY * -63)).deploy("june", 5)
    assert world.cell(spec, "2026-06").n == 2


def test_grains__only_those_a_spec_states_are_computed() -> None:
    cells = _released(5).cells(spec_of("count", window={"grains": ["month"]}), WEEK, "2026-06", "2026-Q2", "2026-W26/4")
    assert {row[3] for row in cells.rows()} == {"month"}


def test_levels__one_fact_stands_at_its_service_team_group_and_the_organisation() -> None:
    cells = _released(5, service=C).cells(spec_of("count"), WEEK)
    found = {(kind, pk): n for kind, pk, n in cells.frame.select("subject_kind", "subject_id", "n").iter_rows()}
    assert found == {
        ("service", A): 0, ("service", B): 0, ("service", C): 1, ("team", RED): 0, ("team", BLUE): 1,
        ("group", SHOP): 1, ("organisation", 0): 1,
    }  # fmt: skip


def test_unowned__facts_in_a_gap_are_shown_and_belong_to_no_team() -> None:
    world = (
        World(ownerships=[]).owned(A, RED, 0, 10).owned(A, BLUE, 20).deploy("r", 5).deploy("gap", 15).deploy("b", 25)
    )
    cells = world.cells(spec_of("count"), WEEK)
    assert cells.get(WEEK, of=("unowned", 0)).n == 1
    assert [cells.get(WEEK, of=("team", team)).n for team in (RED, BLUE)] == [1, 1]
    assert cells.get(WEEK, of=("service", A)).n == cells.get(WEEK).n == 3
    assert cells.get(WEEK, of=("group", SHOP)).n == 2


def test_unowned__has_no_row_where_nothing_lies_in_a_gap() -> None:
    assert _released(5).cells(spec_of("count"), WEEK).get(WEEK, of=("unowned", 0)) is None


def test_unowned__is_all_there_is_where_nobody_owns_anything() -> None:
    cells = World(ownerships=[]).deploy("d", 5).cells(spec_of("count"), WEEK)
    found = {row[0]: row[7] for row in cells.rows()}
    assert found == {"service": 1, "unowned": 1, "organisation": 1}
    assert cells.get(WEEK).services_owned == 0


def test_rows__a_subject_that_owned_nothing_has_none_but_one_with_facts_or_gaps_has() -> None:
    world = World(ownerships=[]).owned(A, RED, 0).deploy("d", 5).deploy("late", DAY * 9, B)
    cells = world.cells(spec_of("count"), WEEK, "2026-W24")
    assert cells.get(WEEK, of=("team", BLUE)) is None
    assert cells.get(WEEK, of=("service", B)) is None
    assert cells.get("2026-W24", of=("service", B)).n == 1
    assert cells.get("2026-W24", of=("unowned", 0)).n == 1


def test_coverage__services_connected_out_of_services_owned() -> None:
    """Connected means: every source the spec reads, before the period's end."""
    world = World().connect("deployments", A, DAY * 8).connect("remediations", B, 0, channel="")
    spec = spec_of("ratio", numerator={"where": [["remediated_by", "is", "set"]]})
    cells = world.cells(spec, WEEK, "2026-W24")

    def covered(period: str, *of: Any) -> tuple[int, int]:
        cell = cells.get(period, of=of or None)
        return cell.services_connected, cell.services_owned

    assert (covered(WEEK, "team", RED), covered("2026-W24", "team", RED)) == ((0, 2), (1, 2))
    assert covered(WEEK, "team", BLUE) == (1, 1)
    assert covered("2026-W24") == (2, 3)


def test_coverage__a_service_that_came_back_counts_once() -> None:
    world = World(ownerships=[]).owned(A, RED, 0, 10).owned(A, BLUE, 10, 20).owned(A, RED, 20)
    cells = world.cells(spec_of("count"), WEEK)
    assert [cells.get(WEEK, of=("team", team)).services_owned for team in (RED, BLUE)] == [1, 1]
    assert cells.get(WEEK).services_owned == 1


def test_subjects__only_those_asked_for_are_computed_and_come_out_the_same() -> None:
    world = _released(5, 6).deploy("c", 7, C)
    spec = spec_of("count")
    everything = world.cells(spec, WEEK).rows()
    some = world.cells(spec, WEEK, subjects=frozenset({("team", RED), ("organisation", 0)})).rows()
    assert some == {row for row in everything if row[:2] in {("team", RED), ("organisation", 0)}}


def test_final_at__lies_so_many_days_after_the_period() -> None:
    cell = _released(5).cell(spec_of("count", settle_days=30), WEEK)
    assert cell.final_at.isoformat() == "2026-07-07T22:00:00"  # UTC


def test_large_sums__stay_exact() -> None:
    """Floats carry 53 bits; these sums need more."""
    world = World()
    amounts = [9_000_000_000_000 + index for index in range(900)]
    for index, amount in enumerate(amounts):
        world.add("business", str(index), at=5, amount=f"{amount // 1000}.{amount % 1000:03d}")
    spec = spec_of("count", of={"facts": "business", "clock": "at", "amount": "amount"})
    assert world.cell(spec, WEEK).numerator == sum(amounts) * 1000

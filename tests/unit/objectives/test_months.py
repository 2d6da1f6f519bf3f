"""Months of a promise, results put together from what was kept, and the same counts under other targets."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.faults import Faults
from apps.objectives.domain.counts import Tally
from apps.objectives.domain.indicator_specs import read_indicator
from apps.objectives.domain.kept_results import Kept, Measuring, evaluation_of
from apps.objectives.domain.months import DayCount, Month, MonthState, count_met, last_months, months_of
from apps.objectives.domain.objective_words import BudgetState, StateReason
from apps.objectives.domain.promises import Promise
from apps.objectives.domain.sentences import budget_sentence, state_text
from apps.objectives.domain.states import Judged
from apps.objectives.domain.suggesting import RUNGS
from apps.objectives.domain.what_if import put_to, what_if
from tests.budgets import promise
from tests.sampling import indicator_document

ZONE = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 8, 24)
NOW = datetime(2026, 8, 24, 8, 5, tzinfo=UTC)
END = datetime(2026, 8, 24, 8, tzinfo=UTC)
AT_RISK = Judged(BudgetState.AT_RISK, StateReason.LITTLE_LEFT)


def days(month: int, bad: int, counted: int, *, seen: int = 24, count: int = 28) -> list[DayCount]:
    """So many equal days of a month in 2026."""
    one = Tally(bad, counted)
    return [DayCount(date(2026, month, day), one, one, seen) for day in range(1, count + 1)]


def months(found: Sequence[DayCount], asked: Promise | None = None, **more: Any) -> dict[str, Month]:
    listed = months_of(asked or promise(3600), found, last_months(TODAY), 3600, ZONE, **more)
    return {one.period.key: one for one in listed}


def test_last_months__are_twelve_with_the_running_one_last() -> None:
    keys = [period.key for period in last_months(TODAY)]
    assert (len(keys), keys[0], keys[-1]) == (12, "2025-09", "2026-08")


def test_month__is_met_exactly_on_the_target_and_not_one_above() -> None:
    target = Decimal("0.997")
    met = Month(last_months(TODAY)[0], Tally(3, 1_000), is_enough=True)
    assert met.state(target) is MonthState.MET
    assert Month(met.period, Tally(4, 1_000), is_enough=True).state(target) is MonthState.NOT_MET


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (days(7, 1, 1_000), MonthState.MET),
        (days(7, 9, 1_000), MonthState.NOT_MET),
        (days(7, 0, 10, count=20), MonthState.NOT_JUDGED),  # 200 of 334 events
        (days(7, 0, 1_000, seen=4), MonthState.NOT_JUDGED),  # a sixth of the slices
        ([], MonthState.NOT_JUDGED),
        (days(8, 0, 1_000, count=20), MonthState.NOT_JUDGED),
    ],
)
def test_months__are_judged_where_enough_came(found: list[DayCount], state: MonthState) -> None:
    assert months(found)["2026-07"].state(Decimal("0.997")) is state


def test_months__that_run_or_reach_behind_the_measurement_are_not_judged() -> None:
    found = days(7, 0, 1_000) + days(8, 0, 1_000, count=23)
    assert months(found)["2026-08"].state(Decimal("0.997")) is MonthState.RUNNING
    cut = months(found, readable_from=datetime(2026, 7, 2, tzinfo=UTC))
    assert cut["2026-07"].state(Decimal("0.997")) is MonthState.NOT_JUDGED


def test_months__of_keys_are_what_was_kept_at_their_end() -> None:
    each = promise(3600, judge="each", share_target="0.95")
    kept = {"2026-06": BudgetState.EXHAUSTED, "2026-07": BudgetState.OK, "2026-05": BudgetState.STALE}
    found = months(days(6, 0, 1_000) + days(7, 9, 1_000), each, kept=kept)
    states = [found[key].state(each.target) for key in ("2026-04", "2026-05", "2026-06", "2026-07")]
    assert states == [MonthState.NOT_JUDGED, MonthState.NOT_JUDGED, MonthState.NOT_MET, MonthState.MET]
    assert count_met(found.values(), each.target) == (1, 2)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(40, 2_000)), min_size=1, max_size=28))
def test_looser_targets__meet_no_fewer_months(counts: list[tuple[int, int]]) -> None:
    found = [
        DayCount(date(2026, 7, day), Tally(bad, counted), Tally(bad, counted), 24)
        for day, (bad, counted) in enumerate(counts, 1)
    ]  # fmt: skip
    listed = months(found).values()
    met = [count_met(listed, rung)[0] for rung in RUNGS]
    assert met == sorted(met, reverse=True)


def kept(bad: int, counted: int, *, judged: Judged = AT_RISK, key: str = "", recent: Tally | None = None) -> Kept:
    return Kept(
        judged, END, Tally(bad, counted), counted, Tally(bad, counted), counted, recent or Tally(412, 46_100), 8_000,
        key=key, was=judged.state,
    )  # fmt: skip


def test_kept__reads_as_the_first_example_did() -> None:
    spec, asked = read_indicator(indicator_document(), Faults()), promise()
    found = evaluation_of(asked, Measuring(300), kept(2_911, 1_284_500), (), ZONE, NOW)
    assert found is not None
    assert spec is not None
    assert budget_sentence("Checkout", spec, asked, found, ZONE).endswith(
        "942 failures left, about 54\N{NO-BREAK SPACE}h at this pace."
    )
    assert (
        state_text(asked, found, ZONE)
        == "At risk: 24.4\N{NO-BREAK SPACE}% left, about 54\N{NO-BREAK SPACE}h at this pace"
    )


def test_kept__without_counts_is_nothing_and_silence_is_read_from_the_clock() -> None:
    nothing = Kept(Judged(BudgetState.NO_DATA, StateReason.NOT_CONNECTED))
    assert evaluation_of(promise(), Measuring(300), nothing, (), ZONE, NOW) is None
    later = NOW + timedelta(hours=7)
    found = evaluation_of(promise(), Measuring(300), kept(10, 1_284_500), (), ZONE, later)
    assert found is not None
    assert found.judged == Judged(BudgetState.STALE, StateReason.SILENT)
    few = kept(1, 3, judged=Judged(BudgetState.INSUFFICIENT, StateReason.TOO_FEW_EVENTS))
    still = evaluation_of(promise(), Measuring(300), few, (), ZONE, later)
    assert still is not None
    assert still.judged.state is BudgetState.STALE


def test_what_if__is_the_present_one_at_its_own_target_and_judges_the_same_counts_at_others() -> None:
    asked, total = promise(), kept(2_911, 1_284_500)
    standing = evaluation_of(asked, Measuring(300), total, (), ZONE, NOW)
    assert standing is not None
    assert what_if(asked, standing, total, (), asked.target, NOW) is standing
    looser = what_if(asked, standing, total, (), Decimal("0.99"), NOW)
    assert looser.judged.state is BudgetState.OK
    tighter = what_if(asked, standing, total, (), Decimal("0.999"), NOW)
    assert tighter.judged.state is BudgetState.EXHAUSTED
    assert (put_to(asked, Decimal("0.999")).minimum_events, asked.minimum_events) == (1_000, 334)
    assert put_to(promise(minimum_events=50), Decimal("0.999")).minimum_events == 50


def test_what_if__asks_each_key_where_each_is_judged() -> None:
    each = promise(judge="each", share_target="0.95", target="0.99")
    keys = [kept(bad, valid, key=name) for name, bad, valid in (("acme", 1_180, 210_400), ("cobalt", 61, 3_150))]
    total = kept(1_241, 213_550)
    standing = evaluation_of(each, Measuring(300), total, keys, ZONE, NOW)
    assert standing is not None
    found = what_if(each, standing, total, keys, Decimal("0.98"), NOW)
    assert found.within is not None
    assert (found.within.within, found.within.judged) == (2, 2)
    tight = what_if(each, standing, total, keys, Decimal("0.995"), NOW)
    assert tight.within is not None
    assert tight.within.outside == ("acme", "cobalt")

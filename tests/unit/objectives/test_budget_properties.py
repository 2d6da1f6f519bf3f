"""What must hold of budgets whatever the counts: sums over splits, monotony, equality on the target, no false 100 %."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from apps.core.periods import local_midnight
from apps.objectives.domain.budgets import Budget
from apps.objectives.domain.counts import (
    Counts,
    DaySum,
    Slice,
    Tally,
    change_of,
    sum_of,
    tally,
)
from apps.objectives.domain.exempting import ExemptSpan, split
from apps.objectives.domain.objective_words import ExemptionCategory, Method
from apps.objectives.domain.printing import ceil, floor, sli_text
from apps.objectives.domain.windows import Span, cut_into_days
from tests.budgets import roll_up

START = datetime(2026, 10, 24, 20, tzinfo=UTC)
ZONES = st.sampled_from([ZoneInfo("Europe/Madrid"), ZoneInfo("Asia/Kathmandu"), ZoneInfo("UTC")])
targets = st.integers(1, 10**9).map(lambda n: Decimal(n).scaleb(-9))
usable = st.integers(0, 500).flatmap(
    lambda valid: st.builds(Counts, st.integers(0, valid), st.just(valid), st.just(valid))
)
any_counts = usable | st.builds(Counts, st.integers(11, 20), st.just(10), st.just(10))
runs = st.lists(any_counts, max_size=60).map(
    lambda found: [Slice(START + i * timedelta(minutes=15), counts) for i, counts in enumerate(found)]
)
methods = st.sampled_from(list(Method))
HALF = Decimal("0.5")


@given(runs, methods, st.integers(0, 60))
def test_tally__adds_over_any_split(slices: list[Slice], method: Method, at: int) -> None:
    assert tally(slices[:at], method, HALF) + tally(slices[at:], method, HALF) == tally(slices, method, HALF)


@given(targets, st.integers(0, 10**6), st.integers(1, 10**6), st.integers(0, 10**6))
def test_more_good_events__never_lower_what_remains(target: Decimal, bad: int, good: int, more: int) -> None:
    before = Budget(target, bad, bad + good, bad + good).remaining
    after = Budget(target, bad, bad + good + more, bad + good + more).remaining
    assert before is None or after is None or after >= before


@given(st.integers(1, 999), st.integers(1, 1000))
def test_exactly_on_target__leaves_nothing_and_is_met(per_mille: int, times: int) -> None:
    target = Decimal(per_mille).scaleb(-3)
    budget = Budget(target, (1000 - per_mille) * times, 1000 * times, 1000 * times)
    assert budget.sli == Fraction(target)
    assert budget.remaining == 0
    assert budget.is_met


@given(targets, st.integers(1, 10**6), st.integers(0, 10**9))
def test_print__shows_no_100_percent_while_something_failed(target: Decimal, bad: int, good: int) -> None:
    assert not sli_text(Budget(target, bad, bad + good, bad + good).sli, target).startswith("100")


@given(st.fractions(), st.integers(0, 9))
def test_print__rounds_down_and_up_around_the_value(value: Fraction, places: int) -> None:
    low, high = floor(value, places), ceil(value, places)
    assert Fraction(low) <= value <= Fraction(high)
    assert high - low <= Decimal(1).scaleb(-places)


@given(runs, ZONES, st.integers(0, 60), st.integers(0, 60))
def test_day_sums_and_edges__equal_a_plain_pass(slices: list[Slice], zone: ZoneInfo, first: int, last: int) -> None:
    step = timedelta(minutes=15)
    span = Span(START + min(first, last) * step, START + max(first, last) * step)
    inside = [one for one in slices if span.holds(one.starts_at)]
    sums = roll_up(slices, zone)
    cut = cut_into_days(span, zone)
    total = sum((sums.get(("", day), DaySum()) for day in cut.days), DaySum())
    for edge in cut.edges:
        total += sum((sum_of(one.counts) for one in slices if edge.holds(one.starts_at)), DaySum())
    assert total == sum((sum_of(one.counts) for one in inside), DaySum())
    assert all(local_midnight(day, zone) >= span.start for day in cut.days)


@given(any_counts, any_counts)
def test_day_sum__a_replaced_slice_changes_it_by_the_difference(before: Counts, after: Counts) -> None:
    assert sum_of(before) + change_of(before, after) == sum_of(after)
    assert change_of(None, after) == sum_of(after)
    assert sum_of(before) + change_of(before, None) == DaySum()


@given(runs, st.integers(0, 60), st.integers(1, 60), methods)
def test_exemption__moves_slices_and_withdrawing_it_restores_the_figure(
    slices: list[Slice], first: int, length: int, method: Method
) -> None:
    start = START + first * timedelta(minutes=15)
    span = Span(start, start + length * timedelta(minutes=15))
    exempt = [ExemptSpan(1, span, ExemptionCategory.MEASUREMENT_FAULT)]
    kept, removed = split(slices, exempt)
    assert tally(kept, method, HALF) + tally(removed, method, HALF) == tally(slices, method, HALF)
    assert split(slices, []) == (slices, [])


def test_tally__good_over_valid_mints_no_budget() -> None:
    honest = [Slice(START, Counts(8, 10, 10))]
    broken = [*honest, Slice(START + timedelta(minutes=5), Counts(12, 10, 10))]
    assert tally(broken, Method.OCCURRENCES) == tally(honest, Method.OCCURRENCES) == Tally(2, 10)

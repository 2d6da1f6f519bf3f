"""The worked examples of budgets, to the digit: window, budget, pace, state and print, from counts alone."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from apps.core.faults import Faults
from apps.core.periods import Grain
from apps.objectives.domain import printing
from apps.objectives.domain.budgets import (
    Budget,
    budget_of,
    burn_rate,
    hours_left,
    least_events,
    outage_hours_left,
)
from apps.objectives.domain.counts import Counts, Slice, Tally, tally
from apps.objectives.domain.evaluating import Evaluation, Measured, evaluate, frame_of
from apps.objectives.domain.objective_words import BudgetState, Method, StateReason, WindowKind
from apps.objectives.domain.promises import Promise, read_promise
from apps.objectives.domain.windows import calendar, slices_in, slices_to_come

MADRID = ZoneInfo("Europe/Madrid")
NEWEST = datetime(2026, 8, 24, 7, 35, tzinfo=UTC)  # ends at 09:40 in Madrid
AS_OF = NEWEST + timedelta(minutes=6)


def promise(**given: object) -> Promise:
    """A promise that reads without fault."""
    document = {
        "name": "Checkout works", "monday_decision": "Whether to launch.", "rationale": "Nobody waits.",
        "revisit_on": "2026-12-01", "target": "0.997", **given,
    }  # fmt: skip
    faults = Faults()
    found = read_promise(document, faults, slice_seconds=300)
    assert found is not None, faults.found
    return found


def evaluated(of: Promise, bad: int, counted: int, recent: Tally = Tally(), **keys: Tally) -> Evaluation:  # noqa: B008 - immutable
    """An evaluation of sums whose slices all came."""
    frame = frame_of(of, NEWEST, 300, MADRID)
    seen = frame.elapsed
    measured = {key: Measured(one, seen) for key, one in keys.items()}
    total = Measured(Tally(bad, counted), seen, recent=recent)
    return evaluate(of, frame, total, measured, newest_end=frame.span.end, as_of=AS_OF)


def test_example_1__rolling_occurrences() -> None:
    of = promise()
    result = evaluated(of, 2911, 1_284_500, Tally(412, 46_100))
    budget = result.figures.budget
    assert budget.allowed == Fraction("3853.5")
    assert printing.sli_text(budget.sli, of.target) == "99.77\N{NO-BREAK SPACE}%"
    assert printing.spent_share_text(budget.consumed) == "75.6\N{NO-BREAK SPACE}%"
    assert printing.left_share_text(budget.remaining) == "24.4\N{NO-BREAK SPACE}%"
    assert printing.units_text(budget.left) == "942"
    assert printing.burn_text(result.figures.burn) == "2.98"
    assert printing.hours_text(result.figures.hours_left) == "54\N{NO-BREAK SPACE}h"
    outage = outage_hours_left(budget, result.frame.full.hours)
    assert printing.minutes_text(outage) == "29\N{NO-BREAK SPACE}min"
    assert result.judged.state is BudgetState.AT_RISK


@pytest.mark.parametrize(
    ("method", "expected", "sli", "consumed"),
    [
        (Method.OCCURRENCES, Tally(24, 264), "0.909090909", "0.909090910"),
        (Method.TIME_SLICES, Tally(1, 4), "0.750000000", "2.500000000"),
    ],
)
def test_example_2__both_methods_over_the_same_slices(method: Method, expected: Tally, sli: str, consumed: str) -> None:
    counts = [(48, 50), (9, 10), (180, 200), (3, 4), None, (0, 0)]
    slices = [
        Slice(NEWEST + i * timedelta(minutes=5), Counts(pair[0], pair[1], pair[1]))
        for i, pair in enumerate(counts)
        if pair
    ]
    found = tally(slices, method, Decimal("0.9"))
    assert found == expected
    budget = budget_of(Decimal("0.9"), found, method, WindowKind.ROLLING)
    assert printing.ratio_down(budget.sli, "").value == sli
    assert printing.ratio_up(budget.consumed, "").value == consumed


def test_example_3__a_calendar_month_with_a_longer_day() -> None:
    window = calendar(Grain.MONTH)
    newest = datetime(2026, 10, 9, 21, 55, tzinfo=UTC)  # the last slice of 9 October in Madrid
    full, span = window.full_span(newest, 300, MADRID), window.span(newest, 300, MADRID)
    assert full.hours == 745
    assert slices_in(full, 300) == 8940
    assert slices_in(span, 300) == 2592
    counted = 2592 - 30
    budget = budget_of(
        Decimal("0.999"), Tally(6, counted), Method.TIME_SLICES, WindowKind.CALENDAR, slices_to_come(span, full, 300)
    )
    assert [budget.counted, budget.basis, budget.allowed] == [2562, 8910, Fraction("8.91")]
    assert printing.sli_text(budget.sli, budget.target) == "99.76\N{NO-BREAK SPACE}%"
    assert printing.left_share_text(budget.remaining) == "32.6\N{NO-BREAK SPACE}%"
    assert budget.is_met
    assert Budget(Decimal("0.999"), 0, 8940, 8940).allowed == Fraction("8.94")


def test_example_4__raw_and_corrected() -> None:
    of = promise(target="0.995")
    raw = evaluated(of, 2266, 412_000)
    corrected = evaluated(of, 2266 - 640, 412_000 - 9000)
    assert printing.left_share_text(raw.figures.budget.remaining) == "−10.0\N{NO-BREAK SPACE}%"
    assert raw.judged.state is BudgetState.EXHAUSTED
    assert corrected.figures.budget.allowed == 2015
    assert printing.left_share_text(corrected.figures.budget.remaining) == "19.3\N{NO-BREAK SPACE}%"
    assert corrected.judged.state is BudgetState.AT_RISK


TENANTS = {
    "acme": Tally(1180, 210_400), "birch": Tally(402, 96_300), "cobalt": Tally(61, 3150), "dune": Tally(310, 58_200),
    "elm": Tally(3, 40),
}  # fmt: skip


def test_example_5__the_sum_looks_fine_and_each_does_not() -> None:
    of = promise(target="0.99", judge="each", share_target="0.95")
    result = evaluated(of, 1956, 368_090, **TENANTS)
    shown = {one.key: printing.left_share_text(one.budget.remaining) for one in result.keys}
    assert shown["acme"] == "43.9\N{NO-BREAK SPACE}%"
    assert shown["birch"] == "58.2\N{NO-BREAK SPACE}%"
    assert shown["cobalt"] == "−93.7\N{NO-BREAK SPACE}%"
    assert shown["dune"] == "46.7\N{NO-BREAK SPACE}%"
    assert printing.left_share_text(result.figures.budget.remaining) == "46.8\N{NO-BREAK SPACE}%"
    states = {one.key: one.judged for one in result.keys}
    assert states["elm"].state is BudgetState.INSUFFICIENT
    assert states["elm"].reason is StateReason.TOO_FEW_EVENTS
    assert result.within is not None
    assert (result.within.within, result.within.judged, result.within.outside) == (3, 4, ("cobalt",))
    assert result.within.unjudged == ("elm",)
    assert result.judged.state is BudgetState.EXHAUSTED


def test_example_5__judged_by_the_sum_the_failing_tenant_is_marked_as_hidden() -> None:
    result = evaluated(promise(target="0.99"), 1956, 368_090, **TENANTS)
    assert result.judged.state is BudgetState.OK
    assert result.hidden == ("cobalt",)


def test_low_traffic__one_ticket_costs_much() -> None:
    budget = Budget(Decimal("0.995"), 0, 40 * 28, 40 * 28)
    assert printing.spent_share_text(budget.one_costs) == "17.9\N{NO-BREAK SPACE}%"


def test_full_target__has_no_budget_and_says_so() -> None:
    budget = Budget(Decimal(1), 0, 100, 100)
    assert budget.allowed == 0
    assert (budget.consumed, budget.remaining, budget.is_met) == (None, None, True)
    assert burn_rate(Tally(1, 100), Decimal(1)) is None
    assert not Budget(Decimal(1), 1, 100, 100).is_met


@pytest.mark.parametrize(("target", "events"), [("0.995", 200), ("0.99", 100), ("0.997", 334), ("1", 1), ("0.5", 2)])
def test_minimum_events__with_fewer_one_failure_breaks_it(target: str, events: int) -> None:
    assert least_events(Decimal(target)) == events


def test_hours_left__nothing_spent_or_nothing_left_is_no_length() -> None:
    assert hours_left(Budget(Decimal("0.9"), 0, 100, 100), 0, Fraction(24)) is None
    assert hours_left(Budget(Decimal("0.9"), 10, 100, 100), 5, Fraction(24)) is None
    assert hours_left(Budget(Decimal("0.9"), 5, 100, 100), 5, Fraction(24)) == 24


def test_revisit__is_a_day() -> None:
    assert promise().revisit_on == date(2026, 12, 1)

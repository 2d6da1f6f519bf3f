"""States of a budget, one by one in their order, over keys, and in words; nothing unknown is green or red."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from apps.core.faults import Faults
from apps.objectives.domain.budgets import Budget
from apps.objectives.domain.counts import Tally
from apps.objectives.domain.evaluating import Measured, evaluate, frame_of
from apps.objectives.domain.exempting import ExemptSpan, find_problems
from apps.objectives.domain.indicator_specs import read_indicator
from apps.objectives.domain.kept_results import Kept, still
from apps.objectives.domain.keys import KeyResult, in_order, judge_keys
from apps.objectives.domain.objective_words import (
    DEFAULT_EXEMPTABLE,
    BudgetState,
    ExemptionCategory,
    Judge,
    StateReason,
)
from apps.objectives.domain.promises import Promise, read_promise
from apps.objectives.domain.sentences import budget_sentence, one_costs_text, state_text
from apps.objectives.domain.states import Judged, Limits, Pace, Wiring, judge_total
from apps.objectives.domain.windows import Span

S, R = BudgetState, StateReason
END = datetime(2026, 8, 24, 7, 40, tzinfo=UTC)
AS_OF = END + timedelta(minutes=5)
MADRID = ZoneInfo("Europe/Madrid")
LIMITS = Limits(100, Decimal("0.25"), timedelta(minutes=30), Decimal("0.25"))
WHOLE = Wiring(END, seen=8064, elapsed=8064)
GOOD = Budget(Decimal("0.99"), 10, 10_000, 10_000)
CALM, NOTHING = Pace(), Tally()


@pytest.mark.parametrize(
    ("budget", "wiring", "pace", "state", "reason"),
    [
        (GOOD, WHOLE, CALM, S.OK, R.WITHIN),
        (GOOD, replace(WHOLE, newest_end=None), CALM, S.NO_DATA, R.NOT_CONNECTED),
        (replace(GOOD, bad=0, counted=0), WHOLE, CALM, S.NO_DATA, R.NO_EVENTS),
        (replace(GOOD, bad=0, counted=0), replace(WHOLE, is_cut=True), CALM, S.INSUFFICIENT, R.NEW_DEFINITION),
        (replace(GOOD, bad=500), replace(WHOLE, newest_end=END - timedelta(hours=1)), CALM, S.STALE, R.SILENT),
        (replace(GOOD, bad=1, counted=99, basis=99), WHOLE, CALM, S.INSUFFICIENT, R.TOO_FEW_EVENTS),
        (GOOD, replace(WHOLE, seen=2015), CALM, S.INSUFFICIENT, R.LOW_COVERAGE),
        (GOOD, replace(WHOLE, seen=2015, is_cut=True), CALM, S.INSUFFICIENT, R.NEW_DEFINITION),
        (GOOD, replace(WHOLE, seen=940, elapsed=1000, unusable=60), CALM, S.INSUFFICIENT, R.UNUSABLE),
        (GOOD, replace(WHOLE, seen=950, elapsed=1000, unusable=50), CALM, S.OK, R.WITHIN),
        (replace(GOOD, bad=100), WHOLE, CALM, S.AT_RISK, R.LITTLE_LEFT),
        (replace(GOOD, bad=101), WHOLE, CALM, S.EXHAUSTED, R.MISSED),
        (replace(GOOD, bad=75), WHOLE, CALM, S.OK, R.WITHIN),
        (replace(GOOD, bad=76), WHOLE, CALM, S.AT_RISK, R.LITTLE_LEFT),
        (GOOD, WHOLE, Pace(is_alert_open=True), S.AT_RISK, R.ALERT_OPEN),
        (GOOD, WHOLE, Pace(Fraction(71)), S.AT_RISK, R.PACE),
        (GOOD, WHOLE, Pace(Fraction(72)), S.OK, R.WITHIN),
    ],
)
def test_state__the_first_that_applies(
    budget: Budget, wiring: Wiring, pace: Pace, state: BudgetState, reason: StateReason
) -> None:
    assert judge_total(budget, wiring, LIMITS, pace, AS_OF) == Judged(state, reason)


def test_still__silence_since_a_result_is_silence_for_what_was_not_judged_too() -> None:
    kept = Kept(Judged(S.INSUFFICIENT, R.TOO_FEW_EVENTS), newest_end=END)
    assert still(kept, _promise(), AS_OF) == kept.judged
    assert still(kept, _promise(), END + timedelta(days=1)) == Judged(S.STALE, R.SILENT)
    empty = replace(kept, judged=Judged(S.NO_DATA, R.NO_EVENTS))
    assert still(empty, _promise(), END + timedelta(days=1)) == empty.judged


def _key(key: str, state: BudgetState, bad: int = 0) -> KeyResult:
    return KeyResult(key, Budget(Decimal("0.9"), bad, 100, 100), Judged(state, R.WITHIN))


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([S.OK, S.OK], S.OK),
        ([S.OK, S.AT_RISK], S.AT_RISK),
        ([S.OK] * 19 + [S.EXHAUSTED], S.AT_RISK),
        ([S.OK] * 18 + [S.EXHAUSTED], S.EXHAUSTED),
        ([S.INSUFFICIENT], S.INSUFFICIENT),
    ],
)
def test_keys__each_is_judged_by_the_share_that_keeps_it(states: list[BudgetState], expected: BudgetState) -> None:
    results = [_key(f"k{n}", state) for n, state in enumerate(states)]
    total = Judged(S.OK, R.WITHIN)
    assert judge_keys(total, results, Judge.EACH, Decimal("0.95")).state is expected
    assert judge_keys(total, results, Judge.TOTAL, None) is total
    silent = Judged(S.STALE, R.SILENT)
    assert judge_keys(silent, results, Judge.EACH, Decimal("0.95")) is silent


def test_keys__stand_by_state_then_worst_first_but_teams_by_name() -> None:
    results = [_key("b", S.EXHAUSTED, 20), _key("a", S.EXHAUSTED, 12), _key("c", S.OK, 3), _key("d", S.AT_RISK, 9)]
    assert [one.key for one in in_order(results, keys_are_teams=False)] == ["b", "a", "d", "c"]
    assert [one.key for one in in_order(results, keys_are_teams=True)] == ["a", "b", "d", "c"]


def _promise(**given: object) -> Promise:
    document = {"name": "Checkout works", "monday_decision": "Launch", "rationale": "Agreed",
                "revisit_on": "2027-01-31", "target": "0.997", **given}  # fmt: skip
    faults = Faults()
    found = read_promise(document, faults, slice_seconds=300)
    assert found, faults.found
    return found


def _said(
    promise: Promise, bad: int, counted: int, recent: Tally = NOTHING, as_of: datetime = AS_OF
) -> tuple[str, str]:
    frame = frame_of(promise, END - timedelta(minutes=5), 300, MADRID)
    total = Measured(Tally(bad, counted), frame.elapsed, recent=recent)
    result = evaluate(promise, frame, total, {}, newest_end=END, as_of=as_of)
    spec = read_indicator({"name": "Checkout", "kind": "availability", "hurts": "Buyers", "blind_spot": "None known",
                           "measured_at": "edge"}, Faults())  # fmt: skip
    assert spec
    text = state_text(promise, result, MADRID, was=S.EXHAUSTED).replace("\N{NO-BREAK SPACE}", " ")
    return text, budget_sentence("Checkout", spec, promise, result, MADRID).replace("\N{NO-BREAK SPACE}", " ")


def test_words__of_each_state() -> None:
    assert _said(_promise(), 2911, 1_284_500, Tally(412, 46_100)) == (
        "At risk: 24.4 % left, about 54 h at this pace",
        (
            "Checkout succeeded for 99.77 % of 1,284,500 requests in 28 days (promise 99.7 %). "
            "942 failures left, about 54 h at this pace."
        ),
    )
    assert _said(_promise(), 4166, 1_284_500)[0] == "Exhausted: 313 more failures than agreed"
    assert _said(_promise(), 1500, 1_284_500)[0] == "Within: 61.0 % left"
    assert _said(_promise(target="0.995"), 0, 37)[0] == "Not judged: too few (37 of 200 events)"
    assert _said(_promise(), 0, 0)[0] == "No data: no events"
    stale = _said(_promise(), 1, 1000, as_of=AS_OF + timedelta(hours=2))[0]
    assert stale == "No data: stale since 24 Aug, 09:40; was Exhausted"
    assert _said(_promise(target="1"), 0, 1000)[0] == "Within: nothing failed, and nothing may"


def test_words__what_one_failure_costs_is_said_where_it_matters() -> None:
    promise = _promise(target="0.995")
    frame = frame_of(promise, END - timedelta(minutes=5), 300, MADRID)
    total = Measured(Tally(0, 1120), frame.elapsed)
    few = evaluate(promise, frame, total, {}, newest_end=END, as_of=AS_OF)
    assert one_costs_text(few) == "1 bad event = 17.9\N{NO-BREAK SPACE}% of the budget"


SPAN = Span(AS_OF - timedelta(days=2), AS_OF - timedelta(days=1))
ASKED = ExemptSpan(0, SPAN, ExemptionCategory.MEASUREMENT_FAULT)


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        (ASKED, []),
        (replace(ASKED, category=ExemptionCategory.MAINTENANCE), ["not_exemptable"]),
        (replace(ASKED, span=Span(AS_OF - timedelta(days=16), AS_OF - timedelta(days=1))), ["too_long", "overlaps"]),
        (replace(ASKED, span=Span(AS_OF - timedelta(days=30), AS_OF - timedelta(days=29))), ["too_far_back"]),
        (replace(ASKED, span=Span(AS_OF - timedelta(days=5), AS_OF - timedelta(days=3))), ["overlaps"]),
        (replace(ASKED, span=Span(AS_OF - timedelta(days=5), AS_OF - timedelta(days=3)), keys=frozenset("b")), []),
    ],
)
def test_exemption__its_limits(asked: ExemptSpan, codes: list[str]) -> None:
    standing = [
        ExemptSpan(3, Span(AS_OF - timedelta(days=4), SPAN.start), ExemptionCategory.TEST_TRAFFIC, frozenset("a"))
    ]
    found = find_problems(
        asked, exemptable=DEFAULT_EXEMPTABLE, window_start=AS_OF - timedelta(days=28), standing=standing
    )
    assert [one.code for one in found] == codes

"""What may be said about a target, word for word."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.measurements.domain.verdicts import (
    Code,
    Reading,
    ReadingKind,
    Reason,
    Status,
    TargetComparison,
    judge_target,
)
from tests.unit.measurements.readings import AT_LEAST, AT_MOST, WEEKLY_DEPLOYMENTS, WEEKLY_FAILURES, median, share


@pytest.mark.parametrize(
    ("counts", "target", "code", "sentence"),
    [
        ((1, 41), 0.15, Code.TARGET_MET, "Met: 2.4\u00a0% (0.4–12.6\u00a0%), target at most 15\u00a0%"),
        ((4, 29), 0.15, Code.TARGET_UNCLEAR, "Cannot tell yet: 15\u00a0% lies inside 5.5–30.6\u00a0%"),
        ((11, 31), 0.15, Code.TARGET_NOT_MET, "Not met: 35.5\u00a0% (21.1–53.1\u00a0%), target at most 15\u00a0%"),
        ((18, 150), 0.187, Code.TARGET_MET, "Met: 12.0\u00a0% (7.7–18.2\u00a0%), target at most 18.7\u00a0%"),
        ((24, 150), 0.187, Code.TARGET_UNCLEAR, "Cannot tell yet: 18.7\u00a0% lies inside 11.0–22.7\u00a0%"),
        ((40, 150), 0.187, Code.TARGET_NOT_MET, "Not met: 26.7\u00a0% (20.2–34.3\u00a0%), target at most 18.7\u00a0%"),
    ],
)
def test_judge_target__a_process_by_its_whole_interval(counts, target, code, sentence):
    found = judge_target(share(*counts), AT_MOST, target, unit="share")
    assert (found.code, found.sentence) == (code, sentence)


def test_judge_target__nine_of_ten_retros_meet_90_percent_exactly():
    found = judge_target(share(9, 10), AT_LEAST, 0.9, reading_kind=ReadingKind.COMMITMENT, unit="share")
    assert (found.code, found.sentence) == (Code.TARGET_MET, "Met: 90\u00a0% (9 of 10), target at least 90\u00a0%")
    assert judge_target(share(9, 10), AT_LEAST, 0.9, unit="share").code == Code.TARGET_UNCLEAR
    missed = judge_target(share(89, 100), AT_LEAST, 0.9, reading_kind=ReadingKind.COMMITMENT, unit="share")
    assert missed.code == Code.TARGET_NOT_MET


@pytest.mark.parametrize("comparison", [AT_MOST, AT_LEAST])
def test_judge_target__the_limit_itself_is_met(comparison):
    on_the_limit = Reading(0.3, 0.3, 0.3, 10)
    assert judge_target(on_the_limit, comparison, Decimal("0.3"), unit="share").code == Code.TARGET_MET


def test_judge_target__a_value_never_rounds_onto_its_target():
    found = judge_target(Reading(24.04 * 3600), AT_MOST, 24 * 3600, reading_kind=ReadingKind.COMMITMENT, unit="seconds")
    assert found.sentence == "Not met: 24.04\u00a0h, target at most 24\u00a0h"


def test_judge_target__without_an_interval_cannot_tell():
    found = judge_target(median([20, 21, 22, 24]), AT_MOST, 30 * 3600, unit="seconds")
    assert found.sentence == "Cannot tell yet: 22\u00a0h has no interval (n\u00a0=\u00a04), target 30\u00a0h"
    empty = judge_target(Reading(), AT_MOST, 1, reading_kind=ReadingKind.COMMITMENT, unit="quotient")
    assert empty.code == Code.TARGET_UNCLEAR


def test_judge_target__unfinished_spans_are_never_met():
    still_open = Reading(60 * 60, 25 * 60, None, 11, at_least=True)
    found = judge_target(still_open, AT_MOST, 90 * 60, unit="seconds")
    assert found.sentence == "Cannot tell yet: at least 1.0\u00a0h so far, target 1.5\u00a0h"
    assert judge_target(still_open, AT_MOST, 20 * 60, unit="seconds").code == Code.TARGET_NOT_MET
    exact = {"reading_kind": ReadingKind.COMMITMENT, "unit": "seconds"}
    assert judge_target(still_open, AT_MOST, 90 * 60, **exact).code == Code.TARGET_UNCLEAR
    assert judge_target(still_open, AT_LEAST, 20 * 60, **exact).code == Code.TARGET_UNCLEAR
    assert judge_target(still_open, AT_MOST, 45 * 60, **exact).code == Code.TARGET_NOT_MET


def test_judge_target__an_open_bound_is_shown_as_open():
    found = judge_target(Reading(20 * 3600, 12 * 3600, None, 20), AT_MOST, 24 * 3600, unit="seconds")
    assert found.sentence == "Cannot tell yet: 24\u00a0h lies inside 12\u00a0h to open"


def test_judge_target__bad_weeks_that_cluster_widen_the_interval():
    reading = share(sum(WEEKLY_FAILURES), sum(WEEKLY_DEPLOYMENTS))
    assert judge_target(reading, AT_MOST, 0.25, unit="share").code == Code.TARGET_MET
    found = judge_target(reading, AT_MOST, 0.25, unit="share", phi=3.3255)
    assert found.sentence == "Cannot tell yet: 25\u00a0% lies inside 6.7–29.5\u00a0%; bad weeks cluster"


bounds = st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)).map(sorted)
open_bounds = st.tuples(st.booleans(), st.booleans())


@given(bounds, open_bounds, st.floats(0, 1), st.sampled_from(TargetComparison), st.sampled_from(ReadingKind))
def test_judge_target__missing_or_open_is_never_met(numbers, is_open, target, comparison, reading_kind):
    lower, value, upper = numbers
    reading = Reading(value, None if is_open[0] else lower, None if is_open[1] else upper, 10)
    terms = {"comparison": comparison, "target": target, "reading_kind": reading_kind, "unit": "share"}
    never = [replace(reading, status=status) for status in Status if status is not Status.OK]
    never += [replace(reading, reason=reason) for reason in Reason] + [replace(reading, at_least=True)]
    assert all(judge_target(one, **terms).code is not Code.TARGET_MET for one in never)
    if reading_kind is ReadingKind.PROCESS and any(is_open):
        assert judge_target(reading, **terms).code is not Code.TARGET_MET


@given(bounds, st.floats(0, 1), st.floats(0, 1))
def test_judge_target__a_looser_target_never_turns_worse(numbers, one, other):
    lower, value, upper = numbers
    strict, loose = sorted([one, other])
    order = [Code.TARGET_NOT_MET, Code.TARGET_UNCLEAR, Code.TARGET_MET]
    codes = [judge_target(Reading(value, lower, upper, 10), AT_MOST, t, unit="share").code for t in (strict, loose)]
    assert order.index(codes[0]) <= order.index(codes[1])


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.01, 0.99))
def test_judge_target__good_and_bad_shares_mirror(counts, target):
    k, n = counts
    failed = judge_target(share(k, n), AT_MOST, target, unit="share").code
    passed = judge_target(share(n - k, n), AT_LEAST, 1 - target, unit="share").code
    assert failed == passed

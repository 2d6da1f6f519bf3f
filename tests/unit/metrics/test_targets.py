"""Drafts, bounds and quarters of targets, with the worked numbers."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.periods import parse_period
from apps.metrics.domain.parsing import parse_spec
from apps.metrics.domain.spec import Reading
from apps.metrics.domain.targets import (
    STEP,
    Baseline,
    Wish,
    draft_for,
    draft_target,
    find_target_problems,
    is_heroic,
    is_near_noise,
    judges_from,
    last_day_to_agree,
)
from tests.unit.metrics.samples import FAILURE_RATE, FREQUENCY, LEAD_TIME, SOURCES

HOUR, MINUTE = 3600, 60
Q3 = parse_period("2026-Q3")
RATE = parse_spec(FAILURE_RATE, SOURCES)
BASELINE = Baseline("2026-Q2", 0.22, 150, 1, 0.161, 0.293)
WISH = Wish("change-failure-rate", "at_most", Decimal("0.187"), Q3)


def codes(wish=WISH, spec=RATE, baseline=BASELINE, agreed_on=date(2026, 7, 10)):
    """(pointer, code) of every problem."""
    return [(p.pointer, p.code) for p in find_target_problems(wish, spec, baseline, agreed_on)]


def test_draft_for__median_lead_time_31_5_hours_becomes_25_2():
    assert draft_for("change-lead-time", 31.5 * HOUR) == Decimal("25.2") * HOUR


def test_draft_for__failure_rate_of_33_in_150_becomes_18_7_percent():
    assert draft_for("change-failure-rate", 33 / 150) == Decimal("0.187")


def test_draft_for__recovery_of_84_minutes_becomes_56():
    assert draft_for("failed-deployment-recovery-time", 84.0 * MINUTE) == 56 * MINUTE


@pytest.mark.parametrize("slug", ["deployment-frequency", "deployment-rework-rate", "guard-kpi"])
def test_draft_for__nothing_is_drafted_where_the_table_has_no_row(slug):
    assert draft_for(slug, 10.0) is None


AMOUNTS = st.floats(0.0001, 1e9) | st.decimals("0.0001", "1000000000", places=4)


@given(baseline=AMOUNTS, r=st.fractions(0, 1))
def test_draft_target__lies_between_zero_and_the_baseline_and_never_asks_for_more_than_it_says(baseline, r):
    exact = Fraction(repr(baseline)) if isinstance(baseline, float) else Fraction(baseline)
    draft = Fraction(draft_target(baseline, r))
    assert exact * (1 - r) <= draft < exact * (1 - r) + Fraction(STEP)


@given(baseline=AMOUNTS)
def test_is_heroic__no_draft_is_heroic(baseline):
    assert not is_heroic("at_most", draft_target(baseline, Fraction(1, 3)), baseline)


@pytest.mark.parametrize(
    ("comparison", "value", "heroic"),
    [("at_most", "67", False), ("at_most", "66", True), ("at_least", "133", False), ("at_least", "134", True)],
)
def test_is_heroic__more_than_one_third_of_the_baseline(comparison, value, heroic):
    assert is_heroic(comparison, Decimal(value), 100.0) is heroic


def test_is_near_noise__18_7_percent_lies_inside_16_1_to_29_3():
    assert is_near_noise(Decimal("0.187"), BASELINE)
    assert not is_near_noise(Decimal("0.150"), BASELINE)
    assert not is_near_noise(Decimal("0.187"), replace(BASELINE, lower=None))


def test_find_target_problems__the_worked_target_is_fine():
    assert codes() == []


def test_find_target_problems__day_30_judges_this_quarter_and_day_31_the_next():
    assert last_day_to_agree(Q3) == date(2026, 7, 30)
    assert codes(agreed_on=date(2026, 7, 30)) == []
    [problem] = find_target_problems(WISH, RATE, BASELINE, date(2026, 7, 31))
    assert problem.code == "quarter_running"
    assert problem.detail == "2026-Q3 could be agreed on until 30 July 2026. From now on targets judge 2026-Q4."


def test_find_target_problems__a_quarter_that_is_over_stands():
    assert codes(agreed_on=date(2026, 10, 1)) == [("/quarter", "quarter_over")]


def test_find_target_problems__a_coming_quarter_may_be_agreed_on_early():
    assert codes(agreed_on=date(2026, 6, 20)) == []


def test_judges_from__the_day_after_the_agreement_but_not_before_the_quarter():
    assert judges_from(Q3, date(2026, 7, 10)) == date(2026, 7, 11)
    assert judges_from(Q3, date(2026, 6, 20)) == date(2026, 7, 1)


@pytest.mark.parametrize("value", ["-0.1", "1.1", "NaN", "Infinity", "1e20"])
def test_find_target_problems__a_share_lies_between_0_and_1(value):
    assert ("/value", "out_of_range") in codes(replace(WISH, value=Decimal(value)))


def test_find_target_problems__a_length_has_no_upper_bound_but_fits_its_column():
    spec, start = parse_spec(LEAD_TIME, SOURCES), replace(BASELINE, value=9e6)
    wish = Wish("change-lead-time", "at_most", Decimal(9000000), Q3)
    assert codes(wish, spec, start) == []
    assert codes(replace(wish, value=Decimal(10) ** 14), spec, start) == [("/value", "out_of_range")]


def test_find_target_problems__the_comparison_follows_the_direction():
    assert codes(replace(WISH, comparison="at_least")) == [("/comparison", "wrong_comparison")]
    assert codes(replace(WISH, comparison="below")) == [("/comparison", "unknown_value")]


def test_find_target_problems__more_than_one_third_needs_a_reason():
    bold = replace(WISH, value=Decimal("0.10"))
    assert codes(bold) == [("/heroic_reason", "heroic")]
    assert codes(replace(bold, heroic_reason="We switch to staged rollouts in week two.")) == []


def test_find_target_problems__too_few_say_too_little_to_start_from():
    assert codes(baseline=replace(BASELINE, n=4)) == [("/baseline", "baseline_too_few")]
    assert codes(baseline=replace(BASELINE, n=5)) == []


def test_find_target_problems__a_sample_needs_a_baseline_and_a_commitment_does_not():
    assert codes(baseline=None) == [("/baseline", "required")]
    assert codes(baseline=None, spec=replace(RATE, reading=Reading.COMMITMENT)) == []


def test_find_target_problems__frequency_is_read_and_not_aimed_at():
    wish = Wish("deployment-frequency", "at_least", Decimal(3), Q3)
    assert codes(wish, parse_spec(FREQUENCY, SOURCES), replace(BASELINE, value=3.0)) == [
        ("/definition", "not_a_team_target")
    ]

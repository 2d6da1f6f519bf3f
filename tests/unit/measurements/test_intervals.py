"""Intervals of one cell and of many, against worked figures, closed forms and their own definitions."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apps.measurements.domain import intervals
from apps.measurements.domain.engine.statistics import SECOND, Lengths, log_spreads, quantiles
from tests.plain_statistics import linear_quantile, log_spread

HOURS = [7, 9, 12, 15, 20, 26, 41, 90]
WEEKLY_FAILURES = [0, 1, 5, 0, 0, 4, 1, 0, 6, 0, 1, 0]
WEEKLY_DEPLOYMENTS = [9, 11, 10, 12, 8, 11, 10, 9, 12, 10, 9, 11]


def percent(bounds):
    return tuple(round(100 * float(bound), 1) for bound in bounds)


def binomial(k, n, q=Fraction(1, 2)):
    return sum(comb(n, i) * q**i * (1 - q) ** (n - i) for i in range(k + 1))


@pytest.mark.parametrize(
    ("k", "n", "bounds"),
    [
        (0, 7, (0.0, 35.4)),
        (33, 150, (16.1, 29.3)),
        (18, 150, (7.7, 18.2)),
        (24, 150, (11.0, 22.7)),
        (40, 150, (20.2, 34.3)),
        (4, 29, (5.5, 30.6)),
    ],
)
def test_wilson__worked_figures(k, n, bounds):
    assert percent(intervals.wilson(k, n)) == bounds


def test_wilson__many_cells_at_once_and_undefined_without_facts():
    lower, upper = intervals.wilson([0, 4, 0, 9], [7, 29, 0, 9])
    assert lower[0] == 0.0
    assert upper[3] == 1.0
    assert np.isnan([lower[2], upper[2]]).all()
    assert percent((lower[1], upper[1])) == (5.5, 30.6)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson__holds_the_share_mirrors_and_stays_between_0_and_1(case):
    k, n = case
    lower, upper = (float(bound) for bound in intervals.wilson(k, n))
    assert 0 <= lower <= k / n <= upper <= 1
    mirrored_lower, mirrored_upper = (float(bound) for bound in intervals.wilson(n - k, n))
    assert lower == pytest.approx(1 - mirrored_upper, abs=1e-12)
    assert upper == pytest.approx(1 - mirrored_lower, abs=1e-12)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))))
def test_wilson__rises_with_every_hit_and_narrows_with_evidence(case):
    k, n = case
    lower, upper = intervals.wilson([k, k + 1, 10 * k], [n, n, 10 * n])
    assert lower[0] < lower[1] or k == 0
    assert upper[0] < upper[1]
    assert upper[2] - lower[2] < upper[0] - lower[0]


def test_poisson_interval__exact_figures():
    lower, upper = intervals.poisson_interval([0, 1, 10, 10])
    assert lower.round(3).tolist() == [0.0, 0.025, 4.795, 4.795]
    assert upper.round(3).tolist() == [3.689, 5.572, 18.39, 18.39]


@given(st.integers(0, 2000))
def test_poisson_interval__holds_the_count_and_rises(count):
    lower, upper = intervals.poisson_interval([count, count + 1])
    assert lower[0] <= count <= upper[0]
    assert lower[0] < lower[1]
    assert upper[0] < upper[1]


def test_poisson_interval__keeps_the_shape_it_is_given():
    lower, upper = intervals.poisson_interval(np.array([[1, 2], [3, 4]]))
    assert lower.shape == upper.shape == (2, 2)


def test_median_interval_ranks__none_below_six():
    assert intervals.median_interval_ranks([0, 1, 5, 6, 8, 9, 20, 48]).tolist() == [0, 0, 0, 1, 1, 2, 6, 17]


@given(st.integers(0, 400))
def test_median_interval_ranks__is_the_largest_rank_that_keeps_95_percent(n):
    j = int(intervals.median_interval_ranks(n))
    if j:
        assert 1 - 2 * binomial(j - 1, n) >= Fraction(95, 100)
    assert 1 - 2 * binomial(j, n) < Fraction(95, 100)


def test_median_interval_ranks__millions_of_values():
    j = int(intervals.median_interval_ranks(8_000_000))
    assert j == pytest.approx(4_000_000 - 1.96 * np.sqrt(8_000_000) / 2, abs=2)


@given(st.integers(0, 300), st.sampled_from(["0.25", "0.5", "0.85", "0.9", "0.95"]), st.sampled_from(["0.95", "0.99"]))
@example(64, "0.85", "0.99")
def test_quantile_interval_ranks__leave_equal_tails_and_are_the_closest(n, q_text, level):
    lower, upper = (int(rank) for rank in intervals.quantile_interval_ranks(n, q_text, float(level)))
    q, tail = Fraction(q_text), (1 - Fraction(level)) / 2
    if lower:
        assert binomial(lower - 1, n, q) <= tail
    assert lower == n or binomial(lower, n, q) > tail
    if upper:
        assert 1 - binomial(upper - 1, n, q) <= tail
        assert 1 - binomial(upper - 2, n, q) > tail


def test_quantile_interval_ranks__an_upper_quantile_of_few_values_is_open_above():
    assert [int(rank) for rank in intervals.quantile_interval_ranks(19, "0.85")][1] == 0
    assert [int(rank) for rank in intervals.quantile_interval_ranks(100, "0.85")] == [78, 93]


@pytest.mark.parametrize(("q_text", "least"), [("0.85", 19), ("0.9", 29), ("0.95", 59), ("0.99", 299)])
def test_is_estimable__upper_quantiles_need_values_above_them(q_text, least):
    assert intervals.is_estimable([least - 1, least], q_text).tolist() == [False, True]


def test_least_estimable__is_what_a_page_asks_for():
    assert [intervals.least_estimable(q) for q in ("0.5", "0.85", "0.9", "0.95", "0.99")] == [1, 19, 29, 59, 299]


def test_is_estimable__the_median_always_is():
    assert intervals.is_estimable([0, 1, 100], "0.5").all()


def quantile(values, q_text):
    """The engine's quantile of one group of whole numbers."""
    grouped = Lengths(np.array(values, np.int64)).grouped(np.zeros(len(values), np.int64), slice(None), 1)
    return quantiles(grouped, Fraction(q_text))[0]


def spread(micros):
    """The engine's standard error of the log median of one group."""
    return log_spreads(Lengths(np.array(micros, np.int64)).grouped(np.zeros(len(micros), np.int64), slice(None), 1))[0]


def test_quantile__worked_figures():
    assert quantile(HOURS, "0.5") == linear_quantile(HOURS, "0.5") == 17.5
    assert quantile(HOURS, "0.85") == linear_quantile(HOURS, "0.85") == 40.25
    assert quantile([5], "0.9") == linear_quantile([5], "0.9") == 5


def test_quantile__decimal_text_hits_the_whole_position_that_binary_overshoots():
    assert Fraction(0.55) * 20 > 11
    assert quantile([*[0] * 11, 7, *[10**9] * 9], "0.55") == 7


@given(
    st.lists(st.integers(0, 10**12), min_size=1, max_size=60), st.sampled_from(["0.05", "0.5", "0.55", "0.85", "0.99"])
)
def test_quantile__is_the_exact_one(values, q_text):
    assert quantile(values, q_text) == pytest.approx(float(linear_quantile(sorted(values), q_text)), rel=1e-12)


def test_log_spread_ranks__worked_sizes():
    c, z = intervals.log_spread_ranks([14, 12, 1, 0])
    assert c.tolist() == [4, 3, 0, 0]
    assert z[:2].round(4).tolist() == [1.9005, 2.0687]
    assert np.isnan(z[2:]).all()


@given(st.integers(2, 5000))
def test_log_spread_ranks__stay_inside_and_cover_about_95_percent(n):
    c, z = (column.item() for column in intervals.log_spread_ranks(n))
    assert 1 <= c <= (n + 1) / 2
    assert 0 < z < 2.6
    assert n < 12 or z > 1.5


def test_log_spread__shorter_than_a_second_counts_as_a_second():
    hours = [9, 11, 14, 16, 18, 20, 22, 23, 26, 28, 31, 35, 40, 52]
    assert spread([3600 * SECOND * hour for hour in hours]) == pytest.approx(0.17401, abs=1e-5)
    assert spread([0, 0, SECOND // 2, SECOND]) == 0
    assert np.isnan(spread([3600 * SECOND]))


@given(st.lists(st.integers(SECOND, 10**13), min_size=2, max_size=50))
def test_log_spread__is_the_plain_one(micros):
    plain = log_spread([length / SECOND for length in sorted(micros)])
    assert spread(micros) == pytest.approx(plain, abs=1e-9)


@given(st.lists(st.integers(SECOND, 10**10), min_size=2, max_size=50), st.integers(1, 1000))
def test_log_spread__does_not_depend_on_the_unit(micros, factor):
    assert spread(micros) >= 0
    assert spread([length * factor for length in micros]) == pytest.approx(spread(micros), abs=1e-9)


def test_overdispersion__bad_weeks_that_cluster_widen_the_interval():
    phi = float(intervals.overdispersion(WEEKLY_FAILURES, WEEKLY_DEPLOYMENTS))
    assert round(phi, 1) == 3.3
    k, n = sum(WEEKLY_FAILURES), sum(WEEKLY_DEPLOYMENTS)
    assert round(100 * k / n, 1) == 14.8
    assert percent(intervals.wilson(k, n)) == (9.5, 22.1)
    assert percent(intervals.wilson_adjusted(k, n, phi)) == (6.7, 29.5)


def test_clustering_factor__needs_eight_weeks_with_facts_and_more_than_chance():
    rows = np.array([WEEKLY_FAILURES, [1] * 12]), np.array([WEEKLY_DEPLOYMENTS, [10] * 12])
    assert intervals.clustering_factor(*rows).round(1).tolist() == [3.3, 1.0]
    assert float(intervals.clustering_factor([0, 9, 0, 9, 0, 9, 0], [10] * 7)) == 1.0
    assert float(intervals.clustering_factor([0, 9, 0, 9, 0, 9, 0, 0], [10] * 7 + [0])) == 1.0


@pytest.mark.parametrize(
    ("k", "n", "phi"), [([0, 0, 0], [5, 5, 5], 1.0), ([5, 5], [5, 5], 1.0), ([1], [5], None), ([0, 0], [0, 0], None)]
)
def test_overdispersion__nothing_that_could_cluster(k, n, phi):
    found = float(intervals.overdispersion(k, n))
    assert found == phi or (phi is None and np.isnan(found))


def test_overdispersion__empty_weeks_do_not_count():
    with_gaps = intervals.overdispersion([*WEEKLY_FAILURES, 0, 0], [*WEEKLY_DEPLOYMENTS, 0, 0])
    assert float(with_gaps) == float(intervals.overdispersion(WEEKLY_FAILURES, WEEKLY_DEPLOYMENTS))

"""A quarter against the half year before: worked figures and what must hold for any counts."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.measurements.domain.comparisons import MedianSample, newcombe_difference, poisson_ratio, ratio_of_medians
from tests.plain_statistics import linear_quantile, log_spread

HOURS_BEFORE = [9, 11, 14, 16, 18, 20, 22, 23, 26, 28, 31, 35, 40, 52]
HOURS_NOW = [4, 5, 6, 7, 8, 8, 9, 10, 11, 13, 15, 20]


def sample(hours):
    seconds = sorted(3600 * hour for hour in hours)
    return MedianSample(float(linear_quantile(seconds, "0.5")), log_spread(seconds), len(seconds))


def test_ratio_of_medians__worked_figures():
    found = ratio_of_medians(sample(HOURS_NOW), sample(HOURS_BEFORE))
    assert [round(bound, 2) for bound in (found.estimate, found.lower, found.upper)] == [0.38, 0.20, 0.73]
    assert found.movement == -1


def test_ratio_of_medians__ten_values_on_both_sides_or_none():
    assert ratio_of_medians(sample(HOURS_NOW[:10]), sample(HOURS_BEFORE[:10])) is not None
    assert ratio_of_medians(sample(HOURS_NOW[:9]), sample(HOURS_BEFORE)) is None
    assert ratio_of_medians(sample(HOURS_NOW), sample(HOURS_BEFORE[:9])) is None


durations = st.lists(st.floats(1, 1e6), min_size=10, max_size=60)


@given(durations, durations)
def test_ratio_of_medians__swapping_the_sides_inverts_it(now, before):
    there, back = ratio_of_medians(sample(now), sample(before)), ratio_of_medians(sample(before), sample(now))
    assert there.lower <= there.estimate <= there.upper
    assert there.estimate == pytest.approx(1 / back.estimate)
    assert there.lower == pytest.approx(1 / back.upper)
    assert there.movement == -back.movement


@pytest.mark.parametrize(
    ("counts", "points", "movement"),
    [((13, 131, 17, 62), (2.7, 34.4), 1), ((8, 131, 9, 62), (-2.8, 23.7), 0)],
)
def test_newcombe_difference__worked_figures(counts, points, movement):
    found = newcombe_difference(*counts)
    assert (round(100 * found.lower, 1), round(100 * found.upper, 1)) == points
    assert found.movement == movement


def test_newcombe_difference__nothing_to_compare():
    assert newcombe_difference(0, 0, 1, 5) is None
    assert newcombe_difference(1, 5, 0, 0) is None


shares = st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(shares, shares)
def test_newcombe_difference__holds_the_difference_and_mirrors(before, now):
    there, back = newcombe_difference(*before, *now), newcombe_difference(*now, *before)
    assert -1 - 1e-12 <= there.lower <= there.estimate <= there.upper <= 1 + 1e-12
    assert there.lower == pytest.approx(-back.upper, abs=1e-12)
    assert there.movement == -back.movement


@given(shares)
def test_newcombe_difference__equal_shares_never_move(case):
    assert newcombe_difference(*case, *case).movement == 0


def test_poisson_ratio__worked_figures():
    found = poisson_ratio(15, 26, 19, 13)
    assert (round(found.lower, 2), round(found.upper, 1)) == (0.99, 6.7)
    assert found.movement == 0


def test_poisson_ratio__nothing_before_is_open_upwards():
    found = poisson_ratio(0, 26, 19, 13)
    assert found.estimate == found.upper == math.inf
    assert found.movement == 1


def test_poisson_ratio__nothing_now_reaches_down_to_zero():
    found = poisson_ratio(40, 26, 0, 13)
    assert found.lower == found.estimate == 0
    assert found.movement == -1


def test_poisson_ratio__nothing_at_all_is_no_comparison():
    assert poisson_ratio(0, 26, 0, 13) is None
    assert poisson_ratio(3, 0, 5, 13) is None


@given(st.integers(0, 500), st.integers(0, 500), st.floats(1, 100), st.floats(1, 100))
def test_poisson_ratio__holds_the_ratio_and_inverts(k1, k2, t1, t2):
    there, back = poisson_ratio(k1, t1, k2, t2), poisson_ratio(k2, t2, k1, t1)
    if k1 + k2 == 0:
        assert there is back is None
        return
    assert there.lower <= there.estimate <= there.upper
    assert there.movement == -back.movement
    if k1 and k2:
        assert there.lower == pytest.approx(1 / back.upper, rel=1e-6)


@given(st.integers(1, 300), st.integers(0, 300))
def test_poisson_ratio__one_more_event_now_raises_both_bounds(before, now):
    less, more = poisson_ratio(before, 26, now, 13), poisson_ratio(before, 26, now + 1, 13)
    assert less.lower < more.lower
    assert less.upper < more.upper

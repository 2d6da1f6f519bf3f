"""Normal ranges of weekly and monthly series, and what rings on them."""

import math
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.measurements.domain.charts import (
    Limits,
    Point,
    locked_limits,
    quarter_start,
    signals,
    uses_weeks,
    xmr_limits,
)

HOURS = [19, 23, 16, 27, 21, 18, 25, 30, 17, 22, 24, 20]
MONDAY = date(2025, 9, 29)
NEXT_QUARTER = 14  # from that Monday, the first week that starts in 2026


def weekly(values, start=MONDAY, n=5):
    return [
        Point(start + timedelta(weeks=index), start + timedelta(weeks=index + 1), value, n)
        for index, value in enumerate(values)
    ]


def after_calm(*values, calm=HOURS):
    """A quarter's calm weeks, two empty weeks up to New Year, then the given weeks of the next quarter."""
    gap = [None] * (NEXT_QUARTER - len(calm))
    return weekly([*calm, *gap, *values])


def ringing(points, **options):
    return [(signal.index, signal.rule, signal.side) for signal in signals(points, locked_limits(points, **options))]


def test_xmr_limits__worked_figures():
    limits = xmr_limits([3600 * hour for hour in HOURS], log=True)
    hours = [round(bound / 3600, 1) for bound in (limits.centre, limits.lower, limits.upper)]
    assert hours == [21.5, 10.2, 45.3]
    assert 44 * 3600 < limits.upper < 52 * 3600


def test_xmr_limits__counts_never_fall_below_zero():
    limits = xmr_limits([1, 9, 0, 12, 3])
    assert limits.lower == 0
    assert limits.centre == 5
    assert limits.upper == pytest.approx(5 + 2.66 * (8 + 9 + 12 + 9) / 4)


def test_signals__44_hours_is_none_and_52_is_one():
    points = after_calm(44.0, 52.0)
    assert ringing(points, log=True) == [(NEXT_QUARTER + 1, 1, 1)]


def test_locked_limits__twelve_values_before_the_quarter_or_none():
    assert locked_limits(after_calm(20.0))[-1] is not None
    assert locked_limits(after_calm(20.0, calm=[*HOURS[:-1], None]))[-1] is None
    assert locked_limits(weekly(HOURS))[0] is None


def test_locked_limits__stay_the_same_through_a_quarter():
    points = after_calm(*[100.0 + week for week in range(12)])
    limits = locked_limits(points)
    assert len(set(limits[NEXT_QUARTER:-1])) == 1
    assert limits[NEXT_QUARTER] == xmr_limits(HOURS)


def test_locked_limits__only_the_26_weeks_before_count():
    long_ago = [500.0] * 13
    points = weekly([*long_ago, *HOURS, *HOURS, 20.0, 21.0, 20.0], start=date(2025, 6, 30))
    judged = next(index for index, point in enumerate(points) if point.start >= date(2026, 1, 1))
    expected = [point.value for point in points[judged - 27 : judged - 1]]
    assert points[judged - 1].end > date(2026, 1, 1)  # the week across New Year is no part of the baseline
    assert locked_limits(points)[judged] == xmr_limits(expected)


def test_locked_limits__nothing_reaches_behind_a_break():
    points = after_calm(20.0, 21.0)
    assert locked_limits(points, breaks=[points[NEXT_QUARTER].start])[-1] is None
    assert locked_limits(points, breaks=[points[0].start])[-1] is not None


def test_locked_limits__small_counts_have_none():
    few, enough = [weekly([4.0] * NEXT_QUARTER + [9.0], n=n) for n in (4, 5)]
    assert locked_limits(few, least_mean=5)[-1] is None
    assert locked_limits(enough, least_mean=5)[-1] is not None


def test_signals__the_eighth_on_one_side_rings():
    points = after_calm(*[23.0] * 9)
    assert ringing(points) == [(NEXT_QUARTER + 7, 2, 1), (NEXT_QUARTER + 8, 2, 1)]
    last = signals(points, locked_limits(points))[-1]
    assert last.since == NEXT_QUARTER


def test_signals__a_point_on_the_other_side_ends_the_run():
    assert ringing(after_calm(*[23.0] * 7, 20.0, *[23.0] * 3)) == []


def test_signals__an_absent_week_neither_counts_nor_ends_the_run():
    assert ringing(after_calm(*[23.0] * 7, None, 23.0)) == [(NEXT_QUARTER + 8, 2, 1)]


def test_signals__a_run_starts_anew_with_new_limits():
    limits = [Limits(10, 0, 20)] * 7 + [Limits(10.1, 0, 20)] * 7
    assert signals(weekly([11.0] * 14), limits) == []


def test_signals__since_names_the_first_week_out_of_range():
    points = after_calm(50.0, 20.0, 60.0, 70.0)
    found = signals(points, locked_limits(points, log=True))
    assert [(signal.index - NEXT_QUARTER, signal.since - NEXT_QUARTER) for signal in found] == [(0, 0), (2, 2), (3, 2)]


def test_signals__a_constant_series_is_calm():
    assert ringing(after_calm(*[3601.7] * 12, calm=[3601.7] * 12), log=True) == []


def test_signals__without_limits_nothing_rings():
    assert signals(weekly(HOURS), [None] * len(HOURS)) == []


def test_uses_weeks__thirteen_of_the_last_26():
    assert uses_weeks(weekly([1.0] * 13 + [None] * 13))
    assert not uses_weeks(weekly([1.0] * 26 + [1.0] * 12 + [None] * 14))


@pytest.mark.parametrize(("day", "start"), [((2026, 1, 1), (2026, 1, 1)), ((2026, 12, 31), (2026, 10, 1))])
def test_quarter_start__first_day_of_the_calendar_quarter(day, start):
    assert quarter_start(date(*day)) == date(*start)


def test_signals__one_calm_chart_in_eight_rings_in_a_quarter():
    noise = np.random.default_rng(20260101)
    calm = noise.normal(100, 10, size=(3000, 39))
    points = weekly([0.0] * 39, start=date(2025, 7, 7))
    judged = [index for index, point in enumerate(points) if date(2026, 1, 1) <= point.start]
    rings = sum(bool(_rings_in(row, points, judged)) for row in calm)
    assert 0.10 < rings / len(calm) < 0.15


def _rings_in(row, points, judged):
    series = [Point(point.start, point.end, float(value), 9) for point, value in zip(points, row, strict=True)]
    limits = [xmr_limits([float(value) for value in row[: judged[0]]])] * len(judged)
    return signals(series[judged[0] :], limits)


values = st.lists(st.floats(2, 1e6), min_size=2, max_size=40)


@given(values, st.booleans())
def test_xmr_limits__enclose_their_centre(series, log):
    limits = xmr_limits(series, log=log)
    assert 0 <= limits.lower <= limits.centre <= limits.upper
    assert min(series) <= limits.centre * (1 + 1e-9)
    assert limits.centre <= max(series) * (1 + 1e-9)


@given(values, st.floats(1, 1000))
def test_xmr_limits__follow_the_unit(series, factor):
    limits, scaled = xmr_limits(series, log=True), xmr_limits([value * factor for value in series], log=True)
    assert scaled.centre == pytest.approx(limits.centre * factor)
    assert math.log(scaled.upper / limits.upper) == pytest.approx(math.log(factor), abs=1e-6)

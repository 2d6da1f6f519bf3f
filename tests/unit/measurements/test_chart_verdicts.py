"""What may be said about a series and its chart, word for word."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from apps.measurements.domain.verdicts import (
    Code,
    Freeze,
    Kind,
    PeriodReading,
    Reading,
    Reason,
    Series,
    Status,
    Target,
    chart_limits,
    chart_points,
    judge,
    judge_chart,
    judge_periods,
    reads_months,
    weeks_with_value,
)
from tests.unit.measurements.readings import (
    AT_MOST,
    HIGHER,
    HOURS_BEFORE,
    HOURS_NOW,
    LOWER,
    NEITHER,
    START,
    WEEKLY_DEPLOYMENTS,
    WEEKLY_FAILURES,
    count,
    median,
    share,
    span,
)


def weekly(hours, kind=Kind.DURATIONS):
    reading = {Kind.DURATIONS: lambda hour: Reading(hour * 3600, n=9), Kind.COUNTS: lambda n: Reading(n, n=n)}[kind]
    return [
        span(index, 1, Reading(status=Status.ZERO) if hour is None else reading(hour))
        for index, hour in enumerate(hours)
    ]


CALM = [19.0, 23, 16, 27, 21, 18, 25, 30, 17, 22, 24, 20, 21, 22]


def chart(weeks, months=(), **more):
    return judge_chart(Kind.DURATIONS, weeks, months, unit="seconds", direction=LOWER, **more)


def test_judge_chart__inside_the_normal_range_is_no_signal():
    assert chart(weekly([*CALM, 30.0])).sentence == "No signal: inside normal range 11–43\u00a0h"


def test_judge_chart__above_the_range_says_since_when():
    found = chart(weekly([*CALM, 30.0, 60.0, 70.0]))
    assert found.sentence == "Worsened: 70\u00a0h is above normal range 11–43\u00a0h since 12 Jan"
    assert (found.code, found.rule) == (Code.WORSENED, "xmr_outside")


def test_judge_chart__below_the_range_improves_a_duration():
    assert chart(weekly([*CALM, 5.0])).sentence == "Improved: 5\u00a0h is below normal range 11–43\u00a0h since 5 Jan"


def test_judge_chart__eight_in_a_row():
    found = chart(weekly([*CALM, *[24.0] * 8]))
    assert found.sentence == "Worsened: 8 in a row above 21\u00a0h since 5 Jan"
    assert chart(weekly([*CALM, *[20.0] * 8])).sentence == "Improved: 8 in a row below 21\u00a0h since 5 Jan"


def test_judge_chart__the_running_week_is_left_out():
    running = span(16, 1, Reading(900 * 3600, n=9, status=Status.PARTIAL))
    assert chart([*weekly([*CALM, 30.0, 22.0]), running]).code == Code.NO_SIGNAL


def test_judge_chart__nothing_reaches_behind_a_break():
    weeks = weekly([*CALM, 60.0])
    assert chart(weeks, breaks=[weeks[-1].start]).reason == Reason.TOO_FEW


def test_judge_chart__paused_weeks_are_outside_the_rules():
    weeks = weekly([*CALM, *[24.0] * 8])
    freeze = Freeze(weeks[-1].start, weeks[-1].end, "launch freeze")
    assert chart(weeks, freezes=[freeze]).sentence == "Not judged: paused, launch freeze 23 Feb–1 Mar"
    earlier = replace(freeze, start=weeks[16].start, end=weeks[16].end)
    assert chart(weeks, freezes=[earlier]).code == Code.NO_SIGNAL


def test_judge_chart__a_week_without_events_is_named():
    """The sentence stands above a chart full of points."""
    assert chart(weekly([*CALM, None])).sentence == "No data: no events in week 2"
    months = monthly([*CALM, None])
    assert judge_periods(Kind.DURATIONS, months, lookback=24, unit="seconds", direction=LOWER).sentence == (
        "No data: no events in Mar 2024"
    )


def test_judge_chart__small_weeks_have_no_point():
    weeks = [*weekly(CALM), span(14, 1, Reading(90 * 3600, n=4))]
    assert chart(weeks).sentence == "Not judged: too few (4 of 5)"


def test_judge_chart__sparse_weeks_give_way_to_months():
    weeks = weekly([20.0, None, None, None] * 7)
    months = [
        PeriodReading(
            date(2024 + month // 12, month % 12 + 1, 1),
            date(2024 + (month + 1) // 12, (month + 1) % 12 + 1, 1),
            Reading(hour * 3600, n=9),
        )
        for month, hour in enumerate([*CALM[:12], 60.0])
    ]
    assert chart(weeks, months).sentence == "Worsened: 60\u00a0h is above normal range 10–45\u00a0h since Jan 2025"
    assert chart(weeks).sentence == "Not judged: too few, a value in 6 of the last 26 weeks"


def test_judge_chart__without_any_value_the_newest_week_says_why():
    assert chart(weekly([None] * 26)).sentence == "No data: no events"
    few = Reading(3600.0, n=2, status=Status.TOO_FEW, needed=5)
    assert chart([span(index, 1, few) for index in range(26)]).sentence == "Not judged: too few (2 of 5)"
    assert chart([]).sentence == "Not judged: too few, a value in 0 of the last 26 weeks"


def monthly(hours):
    """Months from 2023 on, None for one without a fact."""
    days = [date(2023 + month // 12, month % 12 + 1, 1) for month in range(len(hours) + 1)]
    readings = [Reading(status=Status.ZERO) if hour is None else Reading(hour * 3600, n=9) for hour in hours]
    return [PeriodReading(*place) for place in zip(days[:-1], days[1:], readings, strict=True)]


def test_reads_months__from_twelve_weeks_of_twenty_six_down():
    months = monthly([20.0] * 24)
    for filled, expected in ((13, False), (12, True)):
        weeks = weekly([20.0] * filled + [None] * (26 - filled))
        assert reads_months(Kind.DURATIONS, weeks, months) is expected
        assert weeks_with_value(Kind.DURATIONS, weeks) == filled


def test_reads_months__weeks_of_a_young_series_stay_as_months_would_show_less():
    weeks = weekly([20.0] * 10)
    assert not reads_months(Kind.DURATIONS, weeks, monthly([20.0] * 3))
    assert chart(weeks, monthly([20.0] * 3)).sentence == "Not judged: too few, a value in 10 of the last 26 weeks"


def test_reads_months__what_runs_counts_for_neither():
    running = replace(weekly([20.0])[0], reading=Reading(20.0, n=9, status=Status.PARTIAL))
    weeks = weekly([20.0] * 13 + [None] * 13)
    assert not reads_months(Kind.DURATIONS, [*weeks, running], monthly([20.0] * 24))
    assert not reads_months(Kind.DURATIONS, weekly([None] * 26), [replace(running, start=date(2023, 1, 1))])


SOME_HOURS = st.lists(st.none() | st.floats(1, 99), max_size=40)


@given(SOME_HOURS, SOME_HOURS)
def test_reads_months__never_takes_the_chart_that_shows_less(by_week, by_month):
    weeks, months = weekly(by_week), monthly(by_month)
    shown = [sum(hour is not None for hour in hours) for hours in (by_week[-26:], by_month[-24:])]
    if reads_months(Kind.DURATIONS, weeks, months):
        assert shown[0] < 13
        assert shown[1] > shown[0]
    else:
        assert shown[0] >= 13 or shown[1] <= shown[0]


def test_judge_periods__quarters_are_points_only():
    quarters = monthly([*CALM, 90.0])
    terms = {"unit": "seconds", "direction": LOWER}
    assert judge_periods(Kind.DURATIONS, quarters, lookback=8, **terms).code == Code.NO_TREND
    assert judge_periods(Kind.DURATIONS, [], lookback=24, **terms).reason == Reason.TOO_FEW


def test_judge_chart__where_nothing_is_reported_it_says_so_and_not_too_few():
    for status, words in ((Status.NOT_CONNECTED, "not connected"), (Status.SOURCE_SILENT, "stale")):
        weeks = [span(index, 1, Reading(status=status)) for index in range(26)]
        assert chart(weeks).sentence == f"No data: {words}"
    assert chart([]).reason == Reason.TOO_FEW


def test_judge_chart__counts_need_five_a_week():
    terms = {"unit": "count", "direction": NEITHER}
    calm = [8, 9, 7, 8, 10, 8, 7, 9, 8, 8, 9, 7, 8, 9]
    assert judge_chart(Kind.COUNTS, weekly([*calm, 40], Kind.COUNTS), **terms).code == Code.CHANGED
    few = judge_chart(Kind.COUNTS, weekly([*[1, 0] * 7, 40], Kind.COUNTS), **terms)
    assert few.reason == Reason.TOO_FEW


def test_judge_chart__shares_are_points_only():
    weeks = [span(index, 1, share(1, 10)) for index in range(26)]
    assert set(chart_limits(Kind.SHARES, chart_points(Kind.SHARES, weeks))) == {None}
    assert judge_chart(Kind.SHARES, weeks, unit="share", direction=LOWER).code == Code.NO_TREND


def failures(weekly_counts, now=(17, 62), **more):
    weeks = tuple(span(index, 1, share(k, n)) for index, (k, n) in enumerate(weekly_counts))
    total = share(sum(k for k, _ in weekly_counts), sum(n for _, n in weekly_counts))
    return Series("share", LOWER, span(26, 13, share(*now)), span(0, 26, total), weeks, **more)


STEADY = [(1, 10), (0, 10)] * 13


def test_judge__trend_and_target_of_one_series():
    series = failures(STEADY)
    assert judge(Kind.SHARES, series).code == Code.WORSENED
    assert judge(Kind.SHARES, series, target=Target(AT_MOST, 0.1)).code == Code.TARGET_NOT_MET


def test_judge__a_new_version_inside_the_compared_time():
    series = failures(STEADY)
    assert judge(Kind.SHARES, series, breaks=[START + timedelta(weeks=20)]).reason == Reason.NEW_DEFINITION
    outside = [START, START + timedelta(weeks=39)]
    assert judge(Kind.SHARES, series, breaks=outside).code == Code.WORSENED


def test_judge__a_pause_over_a_quarter_of_the_quarter():
    series = failures(STEADY)
    first = series.now.start
    pause = [Freeze(first, first + timedelta(days=23), "move")]
    assert judge(Kind.SHARES, series, freezes=pause).reason == Reason.PAUSED
    assert judge(Kind.SHARES, series, freezes=pause, target=Target(AT_MOST, 0.9)).reason == Reason.PAUSED
    short = [Freeze(first, first + timedelta(days=22), "move")]
    assert judge(Kind.SHARES, series, freezes=short).code == Code.WORSENED


def test_judge__overlapping_freezes_count_their_days_once():
    series = failures(STEADY)
    first = series.now.start
    twice = [Freeze(first, first + timedelta(days=20)), Freeze(first, first + timedelta(days=15))]
    assert judge(Kind.SHARES, series, freezes=twice).code == Code.WORSENED


def test_judge__paused_weeks_leave_the_baseline():
    bad, calm = [(9, 10)] * 6, [(1, 10)] * 20
    series = failures([*bad, *calm], now=(30, 100))
    assert judge(Kind.SHARES, series).code == Code.NO_SIGNAL
    pause = [Freeze(START, START + timedelta(weeks=6))]
    found = judge(Kind.SHARES, series, freezes=pause)
    assert (found.code, found.params["before"]) == (Code.WORSENED, "10.0\u00a0%")


def test_judge__a_baseline_of_few_weeks_is_none():
    pause = [Freeze(START, START + timedelta(weeks=14))]
    assert judge(Kind.SHARES, failures(STEADY), freezes=pause).reason == Reason.TOO_FEW


def test_judge__weeks_before_the_connection_are_no_zeros():
    weeks = tuple(
        span(index, 1, count(4, 1) if index >= 10 else Reading(0.0, status=Status.NOT_CONNECTED)) for index in range(26)
    )
    series = Series("per_week", HIGHER, span(26, 13, count(54, 13)), span(0, 26, count(64, 26)), weeks)
    assert judge(Kind.COUNTS, replace(series, weeks=())).code == Code.IMPROVED
    found = judge(Kind.COUNTS, series)
    assert (found.code, found.params["before"]) == (Code.NO_SIGNAL, "4.0")


def test_judge__a_count_is_summed_over_the_weeks_that_count():
    weeks = tuple(span(index, 1, Reading(2.0, n=2, numerator=2)) for index in range(26))
    now, before = Reading(25.0, n=25, numerator=25), Reading(52.0, n=52, numerator=52)
    series = Series("count", NEITHER, span(26, 13, now), span(0, 26, before), weeks)
    pause = [Freeze(START, START + timedelta(weeks=2))]
    assert judge(Kind.COUNTS, series, freezes=pause).sentence.startswith("No signal: 48 in 24 weeks to 25 in 13")


def test_judge__medians_need_an_unpaused_baseline():
    weeks = tuple(span(index, 1, median(HOURS_BEFORE)) for index in range(26))
    series = Series("seconds", LOWER, span(26, 13, median(HOURS_NOW)), span(0, 26, median(HOURS_BEFORE)), weeks)
    assert judge(Kind.DURATIONS, series).code == Code.IMPROVED
    assert judge(Kind.DURATIONS, series, freezes=[Freeze(START, START + timedelta(weeks=6))]).code == Code.IMPROVED
    assert judge(Kind.DURATIONS, series, freezes=[Freeze(START, START + timedelta(weeks=7))]).reason == Reason.TOO_FEW


def test_judge__clustered_weeks_are_told():
    weekly_counts = list(zip(WEEKLY_FAILURES, WEEKLY_DEPLOYMENTS, strict=True)) * 2 + [(1, 10), (2, 10)]
    found = judge(Kind.SHARES, failures(weekly_counts, now=(20, 62)))
    assert found.code == Code.NO_SIGNAL
    assert found.sentence.endswith("; bad weeks cluster")


def test_judge__rolling_windows_have_no_trend():
    assert judge(Kind.SHARES, failures(STEADY, has_trend=False)).code == Code.NO_TREND
    silent = replace(failures(STEADY, has_trend=False), now=span(26, 13, Reading(status=Status.SOURCE_SILENT)))
    assert judge(Kind.SHARES, silent).code == Code.NO_DATA


def test_judge__without_anything_before():
    assert judge(Kind.SHARES, replace(failures(STEADY), before=None)).reason == Reason.TOO_FEW


@given(st.sampled_from(Kind), st.sampled_from([status for status in Status if status is not Status.OK]))
def test_judge__an_unfit_reading_is_never_judged(kind, status):
    series = replace(failures(STEADY), now=span(26, 13, replace(share(1, 60), status=status)))
    for target in (None, Target(AT_MOST, 0.9)):
        assert judge(kind, series, target=target).code in (Code.NOT_JUDGED, Code.NO_DATA)

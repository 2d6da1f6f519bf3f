"""Windows across clock changes, month ends and leap years, cut into local days and edges."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.core.periods import Grain
from apps.objectives.domain.windows import (
    Span,
    Window,
    calendar,
    cut_into_days,
    rolling,
    slices_in,
    slices_to_come,
)

MADRID, KATHMANDU = ZoneInfo("Europe/Madrid"), ZoneInfo("Asia/Kathmandu")


@pytest.mark.parametrize(
    ("at", "grain", "slices"),
    [
        (datetime(2026, 3, 10, tzinfo=UTC), Grain.MONTH, 8916),
        (datetime(2026, 10, 10, tzinfo=UTC), Grain.MONTH, 8940),
        (datetime(2028, 2, 10, tzinfo=UTC), Grain.MONTH, 29 * 288),
        (datetime(2027, 2, 10, tzinfo=UTC), Grain.MONTH, 28 * 288),
        (datetime(2026, 3, 25, tzinfo=UTC), Grain.WEEK, 167 * 12),
        (datetime(2026, 10, 21, tzinfo=UTC), Grain.WEEK, 169 * 12),
        (datetime(2026, 11, 1, tzinfo=UTC), Grain.QUARTER, (92 * 24 + 1) * 12),
    ],
)
def test_calendar__has_the_slices_its_hours_have(at: datetime, grain: Grain, slices: int) -> None:
    assert slices_in(calendar(grain).full_span(at, 300, MADRID), 300) == slices


def test_calendar__the_last_slice_of_a_month_belongs_to_it_and_the_next_one_does_not() -> None:
    last = datetime(2026, 8, 31, 21, 55, tzinfo=UTC)  # 23:55 in Madrid
    assert calendar(Grain.MONTH).span(last, 300, MADRID).start == datetime(2026, 7, 31, 22, tzinfo=UTC)
    following = calendar(Grain.MONTH).span(last + timedelta(minutes=5), 300, MADRID)
    assert (following.start, following.end) == (
        datetime(2026, 8, 31, 22, tzinfo=UTC),
        datetime(2026, 8, 31, 22, 5, tzinfo=UTC),
    )


def test_rolling__is_hours_and_knows_no_clock_changes() -> None:
    span = rolling(28).span(datetime(2026, 11, 1, 11, 55, tzinfo=UTC), 300, MADRID)
    assert span.hours == 672
    assert span.end == datetime(2026, 11, 1, 12, tzinfo=UTC)


def test_to_come__in_a_rolling_window_is_nothing() -> None:
    newest = datetime(2026, 11, 1, 11, 55, tzinfo=UTC)
    window = rolling(7)
    assert slices_to_come(window.span(newest, 300, MADRID), window.full_span(newest, 300, MADRID), 300) == 0


def test_cut__days_of_a_zone_off_by_three_quarters_of_an_hour() -> None:
    # Midnight in Kathmandu is 18:15 UTC: an hour's slice that starts at 18:00 belongs to the day before.
    cut = cut_into_days(Span(datetime(2026, 8, 1, 18, tzinfo=UTC), datetime(2026, 8, 3, 20, tzinfo=UTC)), KATHMANDU)
    assert list(cut.days) == [date(2026, 8, 2), date(2026, 8, 3)]
    assert [slices_in(edge, 3600) for edge in cut.edges] == [1, 1]
    assert cut.edges[1].start == datetime(2026, 8, 3, 18, 15, tzinfo=UTC)


def test_cut__a_day_of_25_hours_is_one_whole_day() -> None:
    span = Span(datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC))
    cut = cut_into_days(span, MADRID)
    assert (list(cut.days), cut.edges) == ([date(2026, 10, 25)], ())
    assert slices_in(span, 300) == 300


def test_cut__inside_one_day_there_is_only_an_edge() -> None:
    span = Span(datetime(2026, 8, 1, 8, tzinfo=UTC), datetime(2026, 8, 1, 9, tzinfo=UTC))
    assert cut_into_days(span, MADRID).edges == (span,)
    assert list(cut_into_days(span, MADRID).days) == []


@pytest.mark.parametrize(("window", "may"), [(rolling(6), False), (rolling(7), True), (calendar(Grain.WEEK), True)])
def test_alerts__need_a_week(window: Window, may: bool) -> None:
    assert window.may_alert is may

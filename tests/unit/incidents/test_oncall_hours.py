"""Buckets and nights on the team's wall clock: Madrid, week 34 of 2026, and both changes of the clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.incidents.domain.oncall import (
    Hours,
    HoursFault,
    HoursFrom,
    bucket_at,
    hours_at,
    hours_fault,
    night_at,
    nights_between,
)
from apps.incidents.domain.page_words import Bucket

MADRID = ZoneInfo("Europe/Madrid")
HOURS = Hours(MADRID)
instants = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1), timezones=st.just(UTC))
zones = st.sampled_from(["Europe/Madrid", "UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])


def in_madrid(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of August 2026 as a clock in Madrid shows it."""
    return datetime(2026, 8, day, hour, minute, tzinfo=MADRID)


@pytest.mark.parametrize(
    ("at", "bucket"),
    [
        (in_madrid(17, 8), Bucket.BUSINESS),
        (in_madrid(17, 7, 59), Bucket.NIGHT),
        (in_madrid(17, 17, 59), Bucket.BUSINESS),
        (in_madrid(17, 18), Bucket.EVENING),
        (in_madrid(17, 21, 59), Bucket.EVENING),
        (in_madrid(17, 22), Bucket.NIGHT),
        (in_madrid(22, 11), Bucket.EVENING),
        (in_madrid(22, 7, 59), Bucket.NIGHT),
        (in_madrid(23, 8), Bucket.EVENING),
    ],
)
def test_bucket_at__each_edge_belongs_to_what_begins(at: datetime, bucket: Bucket) -> None:
    assert bucket_at(at, HOURS) is bucket
    assert bucket_at(at.astimezone(UTC), HOURS) is bucket


def test_bucket_at__the_same_instant_is_evening_before_summer_time_and_night_after_it() -> None:
    assert bucket_at(datetime(2026, 3, 22, 20, 30, tzinfo=UTC), HOURS) is Bucket.EVENING
    assert bucket_at(datetime(2026, 3, 29, 20, 30, tzinfo=UTC), HOURS) is Bucket.NIGHT


def test_bucket_at__working_hours_come_before_the_night() -> None:
    early = Hours(MADRID, 7 * 60, 16 * 60)
    assert bucket_at(in_madrid(17, 7, 30), early) is Bucket.BUSINESS
    assert bucket_at(in_madrid(22, 7, 30), early) is Bucket.NIGHT
    assert night_at(in_madrid(17, 7, 30), early) is None
    assert bucket_at(in_madrid(17, 16), early) is Bucket.EVENING


def hours_of_night(day: date, hours: Hours) -> float:
    """How long the night that begins on a day lasts, counted in quarters of an hour."""
    noon = datetime.combine(day, time(12), hours.zone).astimezone(UTC)
    quarters = (noon + timedelta(minutes=15 * number) for number in range(96))
    return sum(night_at(quarter, hours) == day for quarter in quarters) / 4


def test_night_at__the_night_of_the_spring_change_lasts_nine_hours() -> None:
    assert hours_of_night(date(2026, 3, 28), HOURS) == 9
    assert hours_of_night(date(2026, 10, 24), HOURS) == 11
    assert hours_of_night(date(2026, 8, 20), HOURS) == 10


def test_night_at__it_belongs_to_the_day_on_which_it_begins() -> None:
    assert night_at(in_madrid(20, 23), HOURS) == date(2026, 8, 20)
    assert night_at(in_madrid(21, 2, 5), HOURS) == date(2026, 8, 20)
    assert night_at(in_madrid(20, 12), HOURS) is None


def test_nights_between__each_once_and_only_those_that_begin_inside() -> None:
    nights = [date(2026, 8, 16), date(2026, 8, 17), date(2026, 8, 17), None, date(2026, 8, 23), date(2026, 8, 24)]
    found = nights_between(nights, date(2026, 8, 17), date(2026, 8, 24))
    assert found == {date(2026, 8, 17), date(2026, 8, 23)}


@pytest.mark.parametrize(
    ("zone", "starts", "ends", "fault"),
    [
        ("Europe/Madrid", 480, 1080, None),
        ("Europe/Madrid", 0, 1440, None),
        ("Madrid", 480, 1080, HoursFault.UNKNOWN_ZONE),
        ("Europe/Madrid", 1080, 480, HoursFault.ENDS_BEFORE_START),
        ("Europe/Madrid", 480, 480, HoursFault.ENDS_BEFORE_START),
        ("Europe/Madrid", 480, 1441, HoursFault.ENDS_BEFORE_START),
    ],
)
def test_hours_fault(zone: str, starts: int, ends: int, fault: HoursFault | None) -> None:
    assert hours_fault(zone, starts, ends) is fault


def test_hours_at__the_last_that_began_holds_and_of_one_instant_the_last_written() -> None:
    default, first, second, third = (Hours(MADRID, starts) for starts in (480, 60, 120, 180))
    monday, tuesday = in_madrid(17, 0), in_madrid(18, 0)
    history = [HoursFrom(tuesday, third), HoursFrom(monday, first), HoursFrom(monday, second)]
    assert hours_at(history, in_madrid(16, 23), default) is default
    assert hours_at(history, monday, default) is second
    assert hours_at(history, tuesday, default) is third
    assert hours_at([], tuesday, default) is default


@given(at=instants, zone=zones)
def test_night_at__is_named_for_night_instants_alone(at: datetime, zone: str) -> None:
    hours = Hours(ZoneInfo(zone))
    assert (night_at(at, hours) is not None) == (bucket_at(at, hours) is Bucket.NIGHT)


@given(day=st.dates(date(2020, 1, 1), date(2030, 1, 1)), zone=zones)
def test_night_at__nights_last_nine_to_eleven_hours(day: date, zone: str) -> None:
    assert 9 <= hours_of_night(day, Hours(ZoneInfo(zone))) <= 11


@given(day=st.dates(date(2020, 1, 1), date(2030, 1, 1)), zone=zones)
def test_bucket_at__the_three_buckets_fill_every_day(day: date, zone: str) -> None:
    hours = Hours(ZoneInfo(zone))
    seen = [bucket_at(datetime.combine(day, time(hour, 30), hours.zone), hours) for hour in range(24)]
    business = 10 if day.weekday() < 5 else 0
    assert (seen.count(Bucket.BUSINESS), seen.count(Bucket.NIGHT)) == (business, 10)
    assert seen.count(Bucket.EVENING) == 14 - business

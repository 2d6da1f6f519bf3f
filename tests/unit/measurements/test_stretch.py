"""The closed periods that a preview looks at."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.periods import Grain
from apps.measurements.comparing import WEEKS, Stretch

BERLIN = ZoneInfo("Europe/Berlin")
NOONS = st.dates(date(2015, 1, 1), date(2035, 1, 1)).map(
    lambda day: datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
)


@pytest.mark.parametrize(
    ("day", "first", "last", "months", "quarters"),
    [
        (date(2024, 5, 15), "2023-W46", "2024-W19", ["2023-12", "2024-01", "2024-02", "2024-03", "2024-04"],
         ["2024-Q1"]),
        # A quarter that has just closed counts, though its last days lie in the running week.
        (date(2026, 7, 1), "2026-W01", "2026-W26", ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06"],
         ["2026-Q1", "2026-Q2"]),
        # No quarter lies inside: the newest closed one is looked at all the same.
        (date(2018, 12, 31), "2018-W27", "2018-W52", ["2018-08", "2018-09", "2018-10", "2018-11"], ["2018-Q3"]),
    ],
)  # fmt: skip
def test_stretch__holds_what_closed(day: date, first: str, last: str, months: list[str], quarters: list[str]) -> None:
    found = Stretch.until(datetime(day.year, day.month, day.day, 12, tzinfo=UTC), BERLIN)
    assert (found.weeks[0].key, found.weeks[-1].key, len(found.weeks)) == (first, last, 26)
    assert [period.key for period in found.months] == months
    assert [period.key for period in found.quarters] == quarters


@given(NOONS)
def test_stretch__is_closed_and_without_gap(as_of: datetime) -> None:
    found, today = Stretch.until(as_of, BERLIN), as_of.astimezone(BERLIN).date()
    assert len(found.weeks) == WEEKS
    assert all(a.end_on == b.first_on for a, b in zip(found.weeks, found.weeks[1:], strict=False))
    assert today - timedelta(days=7) < found.weeks[-1].end_on <= today
    assert all(period.end_on <= today for period in found.all)
    assert all(found.weeks[0].first_on <= period.first_on for period in (*found.months, *found.quarters[1:]))
    assert found.quarters[-1].previous(-1).end_on > today
    assert {period.grain for period in found.all} == {Grain.WEEK, Grain.MONTH, Grain.QUARTER}

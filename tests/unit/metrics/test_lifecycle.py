"""The pure rules of a definition's life: notice, coverage, words, headers, the yearly look."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.periods import Grain, parse_period, period_on
from apps.metrics.domain.lifecycle import (
    Dependants,
    Lifecycle,
    Notice,
    covers,
    due_on,
    first_sunset,
    state_words,
    sunset_problem,
)

BERLIN = ZoneInfo("Europe/Berlin")
days = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@given(days, st.integers(-400, 400))
def test_sunset__is_refused_exactly_below_28_days(since: date, ahead: int) -> None:
    problem = sunset_problem(since + timedelta(days=ahead), since)
    assert bool(problem) is (ahead < 28)
    assert sunset_problem(first_sunset(since), since) == ""


def test_sunset__the_refusal_names_the_first_day() -> None:
    words = sunset_problem(date(2026, 8, 4), date(2026, 7, 8))
    assert words == "4 Aug 2026 is too soon: people get 28 days. The first day is 5 Aug 2026."


@pytest.mark.parametrize(
    ("period", "is_covered"),
    [("2026-W32", True), ("2026-W33", False), ("2026-07", True), ("2026-08", False), ("2026-Q3", False)],
)
def test_covers__what_ends_by_the_day_it_left(period: str, is_covered: bool) -> None:
    assert covers(date(2026, 8, 10), parse_period(period)) is is_covered
    assert covers(None, parse_period(period))


@given(days, days, st.sampled_from([Grain.WEEK, Grain.MONTH, Grain.QUARTER]))
def test_covers__never_a_period_after_one_it_does_not(left: date, day: date, grain: Grain) -> None:
    period = period_on(day, grain)
    if not covers(left, period):
        assert not covers(left, period.previous(-1))


def test_state_words__say_when_and_what_instead() -> None:
    last, left = date(2027, 3, 1), date(2027, 3, 8)
    said = [
        state_words(state, sunset_on=last, retired_on=left, successor=successor)
        for state in Lifecycle
        for successor in ("Lead time", "")
    ]
    assert said == [
        "", "", "leaves on 1 Mar 2027, replaced by Lead time", "leaves on 1 Mar 2027, replaced by nothing",
        "retired on 8 Mar 2027, replaced by Lead time", "retired on 8 Mar 2027, replaced by nothing",
    ]  # fmt: skip


def test_notice__speaks_the_forms_of_the_standards() -> None:
    since = datetime(2026, 7, 8, tzinfo=BERLIN)
    notice = Notice(since, datetime(2026, 8, 5, tzinfo=BERLIN), "/metrics/a/", "/api/v1/metric-definitions/b/")
    assert notice.headers == {
        "Deprecation": f"@{int(since.timestamp())}",
        "Sunset": "Tue, 04 Aug 2026 22:00:00 GMT",
        "Link": '</metrics/a/>; rel="deprecation"; type="text/html", </metrics/a/>; rel="sunset"; type="text/html", '
        '</api/v1/metric-definitions/b/>; rel="successor-version"',
    }
    alone = Notice(since.astimezone(UTC), since, "/metrics/a/")
    assert "successor" not in alone.headers["Link"]


def test_look__is_due_a_year_later() -> None:
    assert due_on(date(2025, 8, 18)) == date(2026, 8, 18)


def test_dependants__each_reader_is_asked_once_with_all_names() -> None:
    found, asked = Dependants(), []

    def reader(names):
        asked.append(names)
        return [f"{len(names)} names."]

    found.add(reader)
    found.add(reader)
    assert list(found.sentences(["new", "old"])) == ["2 names."]
    assert asked == [("new", "old")]

"""Stretches around an action: whole periods, none of the time between, early and final readings."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.periods import Grain
from apps.measurements.domain.effects import SPANS, Stage, grain_of, pooled, span_words, spans_of

BERLIN = ZoneInfo("Europe/Berlin")
COMMITTED = datetime(2026, 5, 21, 15, tzinfo=BERLIN)  # a Thursday
DONE = datetime(2026, 6, 16, 9, tzinfo=BERLIN)  # a Tuesday
instants = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))


def test_spans__eight_full_weeks_before_the_commitment_and_eight_after_done():
    spans = spans_of(COMMITTED, DONE, datetime(2026, 12, 1, tzinfo=UTC), Grain.WEEK, BERLIN)
    before, after = pooled(spans.before), pooled(spans.after)
    assert (before.first_on, before.end_on) == (date(2026, 3, 23), date(2026, 5, 18))
    assert (after.first_on, after.end_on) == (date(2026, 6, 22), date(2026, 8, 17))
    assert spans.stage is Stage.FINAL


@pytest.mark.parametrize(
    ("as_of", "stage"),
    [
        (datetime(2026, 7, 19, 23, 59, tzinfo=BERLIN), Stage.WAITING),
        (datetime(2026, 7, 20, tzinfo=BERLIN), Stage.EARLY),
        (datetime(2026, 8, 16, 23, 59, tzinfo=BERLIN), Stage.EARLY),
        (datetime(2026, 8, 17, tzinfo=BERLIN), Stage.FINAL),
    ],
)
def test_spans__early_after_four_weeks_final_at_eight(as_of, stage):
    spans = spans_of(COMMITTED, DONE, as_of, Grain.WEEK, BERLIN)
    assert spans.stage is stage
    assert spans.reads_on == date(2026, 7, 20)


def test_spans__monthly_definitions_are_read_over_three_and_three_months():
    spans = spans_of(COMMITTED, DONE, datetime(2026, 12, 1, tzinfo=UTC), Grain.MONTH, BERLIN)
    assert [p.key for p in spans.before] == ["2026-02", "2026-03", "2026-04"]
    assert [p.key for p in spans.after] == ["2026-07", "2026-08", "2026-09"]


def test_spans__done_at_the_first_instant_of_a_week_counts_that_week():
    monday = datetime(2026, 6, 15, tzinfo=BERLIN)
    spans = spans_of(COMMITTED, monday, datetime(2026, 12, 1, tzinfo=UTC), Grain.WEEK, BERLIN)
    assert spans.after[0].key == "2026-W25"


@given(instants, st.timedeltas(timedelta(0), timedelta(days=400)), st.timedeltas(timedelta(0), timedelta(days=400)),
       st.sampled_from(list(SPANS)))  # fmt: skip
def test_spans__never_hold_the_time_between_nor_what_has_not_ended(committed, work, passed, grain):
    done = committed + work
    as_of = done + passed
    spans = spans_of(committed, done, as_of, grain, BERLIN)
    assert len(spans.before) == len(spans.all_after) == SPANS[grain][0]
    assert spans.before[-1].ends_at(BERLIN) <= committed
    assert spans.all_after[0].starts_at(BERLIN) >= done
    assert all(p.ends_at(BERLIN) <= as_of for p in spans.after)
    assert spans.after == spans.all_after[: len(spans.after)]
    assert (spans.next_on is None) == (spans.stage is Stage.FINAL)
    for side in (spans.before, spans.all_after):
        assert [a.end_on for a in side[:-1]] == [b.first_on for b in side[1:]]


def test_grain_of__weeks_first():
    assert grain_of(("week", "month", "quarter")) is Grain.WEEK
    assert grain_of(("month", "quarter")) is Grain.MONTH
    assert grain_of(("quarter",)) is Grain.QUARTER


def test_span_words():
    assert (span_words(8, Grain.WEEK), span_words(1, Grain.QUARTER)) == ("8 weeks", "1 quarter")

"""Pulling: what is asked for, what of an answer counts, what fails as a whole, and the rules written back."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from apps.core.faults import Faults
from apps.objectives.domain.burning import tiers_of
from apps.objectives.domain.counts import Counts, Slice
from apps.objectives.domain.indicator_specs import IndicatorSpec, read_indicator, window_text
from apps.objectives.domain.indicator_words import OTHER_KEY, Dimension
from apps.objectives.domain.monitoring_words import PullFault
from apps.objectives.domain.openslo_queries import threshold_queries
from apps.objectives.domain.prometheus_replies import Points, PullFailed, join_points, read_reply
from apps.objectives.domain.prometheus_rules import NoRules, threshold_text, write_rules
from apps.objectives.domain.promises import Promise, read_promise
from apps.objectives.domain.pulling import MOST_POINTS, fold_keys, next_range, wait_after

T0 = datetime(2026, 8, 24, 8, tzinfo=UTC)
FIVE = timedelta(minutes=5)


def reply(*series: tuple[dict[str, str], dict[int, str]], **more: Any) -> bytes:
    """An answer of a server: labels, and values by the number of the slice."""
    result = [
        {"metric": labels, "values": [[(T0 + n * FIVE).timestamp(), value] for n, value in values.items()]}
        for labels, values in series
    ]
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}, **more}).encode()


def points(values: dict[int, str], key: str = "") -> Points:
    """The points of one series."""
    return read_reply(200, reply(({"tenant": key}, values)), label="tenant" if key else "")


def test_reply__values_are_rounded_half_up_and_no_numbers_are_missing() -> None:
    found = points({1: "2.5", 2: "3.49", 3: "NaN", 4: "+Inf", 5: "-1.2", 6: "1e40"})
    assert [found.at("", T0 + n * FIVE) for n in range(1, 7)] == [3, 3, None, None, -1, None]


ANSWERS = [
    (500, b"<html>Internal Server Error</html>", PullFault.ERROR_STATUS),
    (200, b"<html>Sign in</html>", PullFault.BAD_JSON),
    (302, b"", PullFault.REDIRECTED),
    (200, reply(({}, {1: "1"}))[:-20], PullFault.BAD_JSON),
    (200, b'{"status":"success","data":{"resultType":"matrix","result":NaN}}', PullFault.BAD_JSON),
    (200, b"[]", PullFault.BAD_JSON),
    (200, b"", PullFault.BAD_JSON),
    (400, b'{"status":"error","errorType":"bad_data","error":"parse error"}', PullFault.SERVER_SAID),
    (503, b'{"status":"error","error":"query timed out"}', PullFault.SERVER_SAID),
    (200, b'{"status":"error"}', PullFault.ERROR_STATUS),
    (200, b'{"status":"success","data":{"resultType":"vector","result":[]}}', PullFault.NOT_A_RANGE),
    (200, b'{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1]]}]}}',
     PullFault.NOT_A_RANGE),
    (200, b'{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,2]]}]}}',
     PullFault.NOT_A_RANGE),
    (200, b'{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"x"]]}]}}',
     PullFault.NOT_A_RANGE),
    (200, reply(({}, {1: "1"}), warnings=["store gateway unavailable"]), PullFault.PARTIAL),
    (200, reply(({}, {1: "1"}), ({"pod": "b"}, {1: "2"})), PullFault.AMBIGUOUS),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "fault"), ANSWERS)
def test_reply__a_bad_answer_fails_as_a_whole(status: int, body: bytes, fault: PullFault) -> None:
    with pytest.raises(PullFailed) as caught:
        read_reply(status, body)
    assert caught.value.fault is fault
    assert "<html>" not in caught.value.sentence


def test_reply__a_series_without_the_label_fails_it() -> None:
    with pytest.raises(PullFailed) as caught:
        read_reply(200, reply(({"pod": "a"}, {1: "1"})), label="tenant")
    assert caught.value.fault is PullFault.LABEL_ABSENT


def test_reply__a_remark_about_the_query_is_kept_beside_the_values() -> None:
    found = read_reply(200, reply(({}, {1: "1"}), warnings=["PromQL warning: might not be a counter"]))
    assert found.notes == ["PromQL warning: might not be a counter"]


@given(st.binary(max_size=200), st.sampled_from([200, 302, 404, 500]))
def test_reply__no_bytes_make_it_fall(body: bytes, status: int) -> None:
    with pytest.raises(PullFailed):
        read_reply(status, body)


def joined(valid: Points, other: Points, *, bad: bool = True, zero: bool = False) -> list[tuple[datetime, Counts]]:
    """Slices as start and counts."""
    found = join_points(valid, other, other_is_bad=bad, absent_bad_is_zero=zero, slice_seconds=300)
    return [(one.starts_at, one.counts) for one in found.slices]


def test_join__the_point_at_t_describes_the_slice_before_it() -> None:
    assert joined(points({1: "10"}), points({1: "3"})) == [(T0, Counts(7, 10, 10))]
    assert joined(points({1: "10"}), points({1: "3"}), bad=False) == [(T0, Counts(3, 10, 10))]


def test_join__an_absent_bad_point_is_missing_unless_the_indicator_says_zero() -> None:
    assert joined(points({1: "10"}), Points()) == []
    assert joined(points({1: "10"}), Points(), zero=True) == [(T0, Counts(10, 10, 10))]
    assert joined(points({1: "10"}), points({1: "NaN"}), zero=True) == []
    assert joined(points({1: "10"}), Points(), bad=False, zero=True) == []
    assert joined(points({1: "NaN"}), points({1: "1"}), zero=True) == []


def test_join__negative_counts_are_kept_and_unusable() -> None:
    ((_, counts),) = joined(points({1: "-4"}), points({1: "0"}))
    assert not counts.is_usable


def test_range__goes_back_an_hour_and_ends_with_what_settled() -> None:
    now = T0 + timedelta(minutes=11)
    asked = next_range(T0, now, 300, begins_at=T0 - timedelta(days=1))
    assert asked is not None
    assert (asked.first_end, asked.last_end) == (T0 - timedelta(minutes=55), T0 + timedelta(minutes=5))
    assert next_range(T0 + FIVE, now, 300, begins_at=T0) is None
    assert asked.parameters("q")["step"] == "300"


def test_range__after_a_downtime_it_catches_up_in_bounded_calls() -> None:
    now, mark, calls = T0 + timedelta(days=20), T0, 0
    while (asked := next_range(mark, now, 300, begins_at=T0)) is not None:
        assert asked.points <= MOST_POINTS
        assert asked.first_end <= mark + FIVE
        assert asked.last_end > mark
        mark, calls = asked.last_end, calls + 1
    assert mark == now - FIVE
    assert calls == 3


def test_wait__grows_to_an_hour() -> None:
    assert [wait_after(n).total_seconds() / 60 for n in (1, 2, 3, 7, 50)] == [1, 2, 4, 60, 60]


def test_keys__behind_the_cap_are_added_up_as_others() -> None:
    slices = [Slice(T0, Counts(1, 2, 2), f"s{n:02d}") for n in range(55)]
    kept, rest = fold_keys(slices, ["s54"], Dimension.SEGMENT)
    others = [one for one in kept if one.key == OTHER_KEY]
    assert (len(kept), len(rest), "s54" in rest) == (51, 5, False)
    assert others == [Slice(T0, Counts(5, 10, 10), OTHER_KEY)]
    assert sum(one.counts.valid for one in kept) == 110


@given(st.lists(st.sets(st.integers(0, 70)), min_size=1, max_size=4), st.integers(0, 9))
def test_keys__of_every_reading_add_up_to_what_it_delivered(appearing: list[set[int]], seed: int) -> None:
    """An answer holds all keys of a slice: read again, its `other` is replaced by what all of the rest add up to."""
    stored: dict[tuple[str, datetime], Counts] = {}
    present: set[int] = set()
    for number, more in enumerate(appearing):
        present |= more
        valid = {(at, key): 1 + (key * seed + number + at) % 11 for at in range(2) for key in present}
        slices = [Slice(T0 + at * FIVE, Counts(n // 2, n, n), f"s{key:02d}") for (at, key), n in valid.items()]
        kept, rest = fold_keys(slices, sorted({key for key, _ in stored}), Dimension.SEGMENT)
        stored |= {(one.key, one.starts_at): one.counts for one in kept}
        own = {key for key, _ in stored} - {OTHER_KEY}
        assert len(own) == min(len(present), Dimension.SEGMENT.most_keys)
        assert {f"s{key:02d}" for key in present} == own | set(rest)
        for at in range(2):
            counts = [of for (_, start), of in stored.items() if start == T0 + at * FIVE]
            assert sum(one.valid for one in counts) == sum(n for (on, _), n in valid.items() if on == at)
            assert sum(one.good for one in counts) == sum(n // 2 for (on, _), n in valid.items() if on == at)


def _spec(**given: object) -> IndicatorSpec:
    document = {
        "name": "Checkout", "kind": "availability", "hurts": "Buyers", "blind_spot": "None known", "source": "pull",
        "measured_at": "edge", "valid_query": "sum(increase(a[$window]))", "monitoring_source": "prom", **given,
    }  # fmt: skip
    faults = Faults()
    found = read_indicator(document, faults)
    assert found, faults.found
    return found


def _promise(**given: object) -> Promise:
    document = {
        "name": "Checkout {{ works }}", "monday_decision": "Launch", "rationale": "Agreed",
        "revisit_on": "2027-01-31", "target": "0.997", **given,
    }  # fmt: skip
    faults = Faults()
    found = read_promise(document, faults, slice_seconds=300)
    assert found, faults.found
    return found


def test_rules__thresholds_are_exact_and_windows_joined() -> None:
    tiers = tiers_of(window_hours=Fraction(672), target=Decimal("0.997"), slice_seconds=300)
    spec = _spec(bad_query="sum(increase(b[$window]))")
    text = write_rules("checkout", spec, _promise(), tiers)
    records, alerts = yaml.safe_load(text)["groups"]
    assert [threshold_text(tier, Decimal("0.997")) for tier in tiers.present] == [
        "0.04032",
        "0.0168",
        "0.0084",
        "0.0028",
    ]
    first = alerts["rules"][0]
    assert first["expr"] == (
        'plumbline:slo_error_share:1h{slo="checkout"} >= 0.04032'
        ' and plumbline:slo_error_share:5m{slo="checkout"} >= 0.04032'
        ' and plumbline:slo_bad:1h{slo="checkout"} >= 2'
    )
    assert alerts["rules"][-1]["alert"] == "PlumblineNoData"
    shares = {rule["record"]: rule["expr"] for rule in records["rules"]}
    assert shares["plumbline:slo_error_share:1h"] == "(sum(increase(b[1h]))) / (sum(increase(a[1h])))"
    assert "{{" not in text


def test_rules__absent_bad_as_zero_stands_in_the_expression() -> None:
    tiers = tiers_of(window_hours=Fraction(672), target=Decimal("0.997"), slice_seconds=300)
    spec = _spec(bad_query="sum(increase(b[$window]))", absent_bad_is_zero=True)
    assert "(sum(increase(b[5m]))) or (sum(increase(a[5m]))) * 0" in write_rules("c", spec, _promise(), tiers)


def test_rules__of_a_threshold_count_an_outage_of_everything_and_ring_where_a_count_is_absent() -> None:
    tiers = tiers_of(window_hours=Fraction(672), target=Decimal("0.997"), slice_seconds=300)
    valid, good = threshold_queries("q", "lte", Decimal("0.25"))
    text = write_rules("c", _spec(valid_query=valid, good_query=good), _promise(), tiers)
    records, alerts = yaml.safe_load(text)["groups"]
    bad = {rule["record"]: rule["expr"] for rule in records["rules"]}["plumbline:slo_bad:5m"]
    every, met = "count_over_time((q)[5m:])", "count_over_time(((q) <= 0.25)[5m:])"
    assert bad == f"(({every}) - ({met} or 0 * {every}))"
    assert alerts["rules"][-1]["expr"] == 'absent(plumbline:slo_error_share:5m{slo="c"})'


@pytest.mark.parametrize("agreed", [{"method": "time_slices", "slice_target": "0.9"}, {"target": "1"}])
def test_rules__there_are_none_where_prometheus_would_count_otherwise(agreed: dict[str, object]) -> None:
    tiers = tiers_of(window_hours=Fraction(672), target=Decimal("0.997"), slice_seconds=300)
    with pytest.raises(NoRules):
        write_rules("c", _spec(bad_query="b[$window]"), _promise(**agreed), tiers)


@pytest.mark.parametrize(("seconds", "text"), [(300, "5m"), (3600, "1h"), (5400, "90m"), (86400, "1d"), (75, "75s")])
def test_window__as_prometheus_writes_it(seconds: int, text: str) -> None:
    assert window_text(seconds) == text

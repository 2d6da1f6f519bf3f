"""Statements of indicators, objectives and policies as they are read: defaults, what is refused and the likely fix."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.faults import Faults
from apps.objectives.domain.budget_policies import DEFAULT_RULES, read_policy
from apps.objectives.domain.differences import DifferenceCode, differences_of
from apps.objectives.domain.indicator_specs import read_indicator
from apps.objectives.domain.promises import read_promise, warnings_of

INDICATOR: dict[str, Any] = {
    "name": "Checkout", "kind": "availability", "hurts": "Buyers", "blind_spot": "None known", "measured_at": "edge",
}  # fmt: skip
PROMISE: dict[str, Any] = {
    "name": "Checkout works", "monday_decision": "Launch", "rationale": "Agreed", "revisit_on": "2027-01-31",
    "target": "0.997",
}  # fmt: skip
POLICY: dict[str, Any] = {
    "name": "Budget policy", "goals": "A shared rule", "non_goals": "Not a punishment", "revisit_on": "2027-01-31",
}  # fmt: skip
PULL = {"source": "pull", "valid_query": "a[$window]", "good_query": "b[$window]", "monitoring_source": "prom"}


def faults_in(read: Any, document: Any, **more: Any) -> list[tuple[str, str, str]]:
    """Where, which and what of each fault."""
    faults = Faults()
    assert read(document, faults, **more) is None
    return [(one.pointer, one.code, one.detail) for one in faults.found]


def test_promise__defaults() -> None:
    found = read_promise(PROMISE, Faults(), slice_seconds=300)
    assert found
    assert (found.minimum_events, found.window.days, found.stale_after) == (334, 28, timedelta(minutes=30))
    assert (found.at_risk_below, found.alert_minimum_bad, found.minimum_coverage) == (
        Decimal("0.25"),
        2,
        Decimal("0.25"),
    )
    assert [str(one) for one in found.exemptable] == ["measurement_fault", "test_traffic"]


@pytest.mark.parametrize(
    ("changed", "pointer", "hint"),
    [
        ({"target": "99.5"}, "/target", "Did you mean 0.995"),
        ({"target": 99.9}, "/target", "Did you mean 0.999"),
        ({"target": "99,9"}, "/target", "Did you mean 0.999"),
        ({"target": "NaN"}, "/target", "not a number"),
        ({"target": "0"}, "/target", "outside"),
        ({"target": "-0.5"}, "/target", "outside"),
        ({"target": "0.9999999999"}, "/target", "9 places"),
        ({"target": True}, "/target", "not a decimal"),
        ({"window": {"rolling_days": 0}}, "/window/rolling_days", "1 to 90"),
        ({"window": {"rolling_days": 91}}, "/window/rolling_days", "1 to 90"),
        ({"window": {"calendar": "year"}}, "/window/calendar", "Known: week, month, quarter"),
        ({"window": {}}, "/window", "only one"),
        ({"method": "time_slices"}, "/slice_target", "such as 0.95"),
        ({"slice_target": "0.9"}, "/slice_target", "leave it out"),
        ({"judge": "each"}, "/share_target", "such as 0.95"),
        ({"minimum_events": 0}, "/minimum_events", "outside"),
        ({"exemptable": ["weather"]}, "/exemptable/0", "Known"),
        ({"revisit_on": "soon"}, "/revisit_on", "2026-12-01"),
        ({"monday_decision": " "}, "/monday_decision", "Write something"),
        ({"targt": "0.9"}, "/targt", "Did you mean *target*"),
    ],
)
def test_promise__is_refused_with_the_likely_fix(changed: dict[str, Any], pointer: str, hint: str) -> None:
    found = faults_in(read_promise, PROMISE | changed, slice_seconds=300)
    assert [(place, hint in detail) for place, _, detail in found] == [(pointer, True)]


def test_promise__an_hour_long_slice_is_stale_after_six_of_them() -> None:
    found = read_promise(PROMISE, Faults(), slice_seconds=3600)
    assert found
    assert found.stale_after == timedelta(hours=6)


def test_promise__slices_of_time_ring_at_one_and_short_ones_wait_for_a_quarter_of_an_hour() -> None:
    in_slices = PROMISE | {"method": "time_slices", "slice_target": "0.95"}
    found = read_promise(in_slices, Faults(), slice_seconds=60)
    assert found
    assert (found.alert_minimum_bad, found.stale_after) == (1, timedelta(minutes=15))


def test_promise__words_change_no_computing_text() -> None:
    before = read_promise(PROMISE, Faults(), slice_seconds=300)
    words = read_promise(PROMISE | {"name": "Other", "revisit_on": "2028-01-01"}, Faults(), slice_seconds=300)
    meaning = read_promise(PROMISE | {"target": "0.998"}, Faults(), slice_seconds=300)
    assert before
    assert words
    assert meaning
    assert before.computing_text == words.computing_text != meaning.computing_text


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*PROMISE, *INDICATOR, "window", "rules", "x"]), inner, max_size=4)
    ),
)


@given(
    documents
    | st.dictionaries(st.sampled_from([*PROMISE, *INDICATOR, *POLICY]), documents).map(
        lambda some: {**PROMISE, **INDICATOR, **POLICY, **some}
    )
)
def test_readers__answer_any_document(document: Any) -> None:
    for read, more in ((read_promise, {"slice_seconds": 300}), (read_indicator, {}), (read_policy, {})):
        faults = Faults()
        assert (read(document, faults, **more) is None) == bool(faults.found)


def test_promise__its_document_reads_back_equal() -> None:
    found = read_promise(
        PROMISE | {"window": {"calendar": "month"}, "judge": "each", "share_target": "0.95"},
        Faults(),
        slice_seconds=300,
    )
    assert found
    assert read_promise(found.as_document(), Faults(), slice_seconds=300) == found


def test_promise__warnings_stop_nothing() -> None:
    found = read_promise(PROMISE | {"target": "1", "window": {"rolling_days": 30}}, Faults(), slice_seconds=300)
    assert found
    assert len(warnings_of(found, others_on_flow=2)) == 3


def test_differences__say_the_rules_that_hold() -> None:
    found = read_promise(PROMISE | {"target": "1", "judge": "each", "share_target": "0.9"}, Faults(), slice_seconds=300)
    assert found
    assert {one.code for one in differences_of(found)} == set(DifferenceCode)


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"kind": "latency"}, "/limit"),
        ({"kind": "availability", "limit": "5"}, "/limit"),
        ({"kind": "freshness", "limit": "1.5"}, "/limit"),
        ({"kind": "other"}, "/valid"),
        ({"kind": "uptime"}, "/kind"),
        ({"source": "tickets"}, "/source"),
        ({"slice_seconds": 120}, "/slice_seconds"),
        ({"valid_query": "a[$window]"}, "/valid_query"),
        (PULL | {"valid_query": "a[5m]"}, "/valid_query"),
        (PULL | {"bad_query": "c[$window]"}, "/good_query"),
        (PULL | {"dimension": "tenant"}, "/dimension_label"),
        (PULL | {"absent_bad_is_zero": True}, "/absent_bad_is_zero"),
        ({"hurts": ""}, "/hurts"),
    ],
)
def test_indicator__is_refused_where_it_says_too_little(changed: dict[str, Any], pointer: str) -> None:
    assert pointer in [place for place, _, _ in faults_in(read_indicator, INDICATOR | changed)]


@pytest.mark.parametrize(
    "changed", [{}, PULL, {"kind": "latency", "limit": "400"}, {"kind": "support_response", "limit": "14400"}]
)
def test_indicator__its_document_reads_back_equal(changed: dict[str, Any]) -> None:
    found = read_indicator(INDICATOR | changed, Faults())
    assert found
    assert read_indicator(found.as_document(), Faults()) == found


def test_indicator__support_is_read_from_tickets_unless_said_otherwise() -> None:
    found = read_indicator(INDICATOR | {"kind": "support_response", "limit": "14400"}, Faults())
    assert found
    assert (str(found.source), found.limit_seconds) == ("tickets", 14400)


def test_policy__defaults_are_the_three_rules() -> None:
    found = read_policy(POLICY, Faults())
    assert found
    assert (found.rules, found.revisit_on, found.covers("any")) == (DEFAULT_RULES, date(2027, 1, 31), True)
    assert read_policy(found.as_document(), Faults()) == found
    lead, manager, product = "tech_lead", "engineering_manager", "product_manager"
    assert found.as_document()["rules"] == [
        {"rule": "at_risk", "asks": "slow_down", "signers": [lead, product]},
        {"rule": "exhausted", "asks": "reliability_first", "signers": [lead, manager, product]},
        {"rule": "incident_share", "asks": "retro", "signers": [lead], "share": "0.2"},
    ]


@pytest.mark.parametrize(
    ("rules", "pointer"),
    [
        ([], "/rules"),
        ([{"rule": "at_risk", "asks": "slow_down", "signers": []}], "/rules/0/signers"),
        ([{"rule": "at_risk", "asks": "slow_down", "signers": ["boss"]}], "/rules/0/signers/0"),
        ([{"rule": "at_risk", "asks": "fire", "signers": ["tech_lead"]}], "/rules/0/asks"),
        ([{"rule": "at_risk", "asks": "slow_down", "signers": ["tech_lead"], "share": "0.2"}], "/rules/0/share"),
        ([{"rule": "at_risk", "asks": "slow_down", "signers": ["tech_lead"]}] * 2, "/rules"),
    ],
)  # fmt: skip
def test_policy__is_refused_where_a_rule_cannot_hold(rules: list[Any], pointer: str) -> None:
    assert pointer in [place for place, _, _ in faults_in(read_policy, POLICY | {"rules": rules})]

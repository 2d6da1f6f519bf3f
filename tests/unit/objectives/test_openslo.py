"""OpenSLO v1: what is mapped, what is refused and where, references across files, secrets, and the way back."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.faults import Faults
from apps.objectives.domain.indicator_specs import IndicatorSpec, read_indicator
from apps.objectives.domain.openslo_queries import events_query, threshold_queries
from apps.objectives.domain.openslo_reading import ImportRead, VerdictKind, read_import
from apps.objectives.domain.openslo_secrets import is_secret_name
from apps.objectives.domain.openslo_writing import Exported, NotExportable, write_openslo
from apps.objectives.domain.promises import Promise, read_promise

REVISIT = date(2026, 12, 1)
CANARY = "hunter2-canary"
SLI = """
apiVersion: openslo/v1
kind: SLI
metadata: {name: checkout-good}
spec:
  ratioMetric:
    counter: true
    good:
      metricSource:
        metricSourceRef: prom
        spec: {query: 'http_requests_total{code!~"5.."}'}
    total:
      metricSource:
        metricSourceRef: prom
        spec: {query: 'sum by (tenant) (http_requests_total)'}
"""
SOURCE = """
apiVersion: openslo/v1
kind: DataSource
metadata: {name: prom}
spec: {type: Prometheus}
"""
SLO = """
apiVersion: openslo/v1
kind: SLO
metadata: {name: checkout, displayName: Checkout works}
spec:
  service: shop
  indicatorRef: checkout-good
  budgetingMethod: Occurrences
  timeWindow: [{duration: 4w, isRolling: true}]
  objectives: [{target: 0.99700}]
"""


def read(**files: str) -> ImportRead:
    """An import of texts by file name."""
    return read_import(
        {name: text.encode() for name, text in files.items()}, zone_name="Europe/Madrid", revisit_on=REVISIT
    )


def faults_of(found: ImportRead) -> list[tuple[str, str]]:
    """Every fault as (path, code)."""
    return [(fault.pointer, fault.code) for one in found.verdicts for fault in one.faults]


def test_import__three_files_make_one_objective() -> None:
    found = read(a=SLO, b=SLI, c=SOURCE)
    assert [(one.kind, one.verdict.value) for one in found.verdicts] == [
        ("SLO", "mapped"), ("SLI", "used"), ("DataSource", "used"),
    ]  # fmt: skip
    assert found.is_applicable
    (one,) = found.objectives
    assert (one.slug, one.service, one.data_source, one.indicator_slug) == ("checkout", "shop", "prom", "checkout-good")
    assert one.promise["target"] == "0.997"
    assert one.promise["window"] == {"rolling_days": 28}
    assert one.indicator["good_query"] == 'sum(increase(http_requests_total{code!~"5.."}[$window]))'
    assert one.indicator["valid_query"] == "sum by (tenant)(increase(http_requests_total[$window]))"


REFUSED = [
    ("apiVersion: openslo/v1", "apiVersion: openslo/v2alpha", "/0/apiVersion", "unknown_value"),
    ("kind: SLO", "kind: Promise", "/0/kind", "unknown_value"),
    ("indicatorRef: checkout-good", "indicatorRef: other", "/0/spec/indicatorRef", "unresolved"),
    ("indicatorRef: checkout-good", "notes: none", "/0/spec/indicator", "required"),
    ("[{duration: 4w, isRolling: true}]", "[{duration: 4w}, {duration: 1w}]", "/0/spec/timeWindow", "too_many"),
    ("duration: 4w", "duration: 1m", "/0/spec/timeWindow/0/duration", "out_of_range"),
    ("duration: 4w", "duration: 91d", "/0/spec/timeWindow/0/duration", "out_of_range"),
    ("duration: 4w", "duration: soon", "/0/spec/timeWindow/0/duration", "unknown_value"),
    ("4w, isRolling: true", "1M, isRolling: false, calendar: {startTime: 2026-01-02 00:00:00}",
     "/0/spec/timeWindow/0/calendar/startTime", "not_a_boundary"),
    ("4w, isRolling: true", "1M, calendar: {startTime: 2026-01-01 00:00:00, timeZone: Asia/Tokyo}",
     "/0/spec/timeWindow/0/calendar/timeZone", "unknown_value"),
    ("target: 0.99700", "target: 1", "/0/spec/objectives/0/target", "out_of_range"),
    ("target: 0.99700", "target: 0.0", "/0/spec/objectives/0/target", "out_of_range"),
    ("target: 0.99700", "targetPercent: 100", "/0/spec/objectives/0/targetPercent", "out_of_range"),
    ("target: 0.99700", "target: high", "/0/spec/objectives/0/target", "not_a_number"),
    ("target: 0.99700", "target: 0.9, compositeWeight: 2", "/0/spec/objectives/0", "composite"),
    ("budgetingMethod: Occurrences", "budgetingMethod: RatioTimeslices", "/0/spec/budgetingMethod", "unknown_value"),
    ("budgetingMethod: Occurrences", "budgetingMethod: Timeslices", "/0/spec/objectives/0/timeSliceTarget", "required"),
    ("target: 0.99700", "target: 0.9, targetPercent: 90", "/0/spec/objectives/0/target", "required"),
    ("{target: 0.99700}", "{displayName: None of both}", "/0/spec/objectives/0/target", "required"),
    ("target: 0.99700", "target: 0.9, timeSliceWindow: 2m", "/0/spec/objectives/0/timeSliceWindow", "unknown_value"),
    ("indicatorRef: checkout-good", "indicatorRef: checkout-good\n  indicator: {spec: {}}", "/0/spec/indicator",
     "required"),
    ("duration: 4w, ", "", "/0/spec/timeWindow/0/duration", "required"),
    ("4w, isRolling: true", "1M, calendar: {}", "/0/spec/timeWindow/0/calendar/startTime", "required"),
    ("4w, isRolling: true", "4w, isRolling: maybe", "/0/spec/timeWindow/0/isRolling", "wrong_type"),
    ("name: checkout, ", "", "/0/metadata/name", "required"),
    ("displayName: Checkout works", 'displayName: "a\\0b"', "/0/metadata/displayName", "nul_not_allowed"),
    ("displayName: Checkout works", 'displayName: "\\ud83d alone"', "/0/metadata/displayName", "not_text"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "pointer", "code"), REFUSED)
def test_import__what_cannot_be_mapped_is_refused_by_path(old: str, new: str, pointer: str, code: str) -> None:
    assert old in SLO
    found = read(a=SLO.replace(old, new), b=SLI, c=SOURCE)
    assert (pointer, code) in faults_of(found)
    assert not found.is_applicable
    assert found.objectives == []


@pytest.mark.parametrize(
    ("old", "new", "pointer", "code"),
    [
        ("metricSourceRef: prom", "metricSourceRef: nowhere", "good/metricSource/metricSourceRef", "unresolved"),
        ("counter: true", "counter: false", "good/metricSource/spec/query", "window_missing"),
        ("counter: true", "counter: true\n    raw: {}", "raw", "no_counts"),
        ('http_requests_total{code!~"5.."}', "sum by (tenant) (http_requests_total)", "good", "repeated"),
        ('http_requests_total{code!~"5.."}', "rate(http_requests_total[5m])", "good/metricSource/spec/query",
         "window_missing"),
        ("total:", "whole:", "", "required"),
        ("good:", "bad: {}\n    good:", "", "required"),
        ("    good:\n      metricSource:\n        metricSourceRef: prom",
         "    good:\n      metricSource:\n        metricSourceRef: second", "total/metricSource", "ambiguous"),
        ("metricSourceRef: prom\n        spec: {query: 'http", "type: Datadog\n        spec: {query: 'http",
         "good/metricSource/type", "unknown_value"),
    ],
)  # fmt: skip
def test_import__an_indicator_without_counts_is_refused_where_it_stands(
    old: str, new: str, pointer: str, code: str
) -> None:
    assert old in SLI
    second = SOURCE.replace("prom", "second")
    found = read(a=SLO, b=SLI.replace(old, new), c=SOURCE, d=second)
    assert (f"/0/spec/ratioMetric/{pointer}".rstrip("/"), code) in faults_of(found)
    assert not found.is_applicable


SECRETS = [
    "connectionDetails", "token", "apiKey", "client_secret", "Authorization", "password", "clientsecret", "accesstoken",
    "privatekey", "secretkey", "bearer", "pwd", "DBPWD", "ACCESS_TOKEN", "bearerToken", "x-api-key", "apikeys",
    "api_keys", "sshKey", "basicauth", "plumbline/token", "passphrase", "monkeyToken", "tokenvalue", "Pass-Word",
]  # fmt: skip


@pytest.mark.parametrize("key", SECRETS)
def test_import__a_secret_is_refused_and_never_echoed(key: str) -> None:
    source = SOURCE.replace("{type: Prometheus}", f"{{type: Prometheus, {key}: {CANARY}}}")
    found = read(a=SLO, b=SLI, c=source)
    assert (f"/0/spec/{key.replace('/', '~1')}", "secret") in faults_of(found)
    assert CANARY not in repr(found)
    assert not found.is_applicable


def test_import__broken_text_around_a_secret_does_not_echo_it() -> None:
    found = read(a=f"password: '{CANARY}\n  - [")
    assert found.file_faults["a"][0].code == "not_yaml"
    assert CANARY not in repr(found)


@pytest.mark.parametrize("name", ["monkey", "keyboard", "tokenizer", "labels", "keys", "passed", "author"])
def test_secret_names__others_that_hold_such_letters_are_none(name: str) -> None:
    assert not is_secret_name(name)


def test_secret_names__no_field_of_the_standard_is_one_but_connection_details() -> None:
    fields = """alertAfter alertPolicies alertWhenBreaching alertWhenNoData alertWhenResolved annotations apiVersion bad
        budgetingMethod calendar compositeWeight condition conditionRef conditions connectionDetails counter description
        displayName duration good indicator indicatorRef isRolling kind labels lookbackWindow metadata metricSource
        metricSourceRef name notificationTargets objectives op query queryType rawType raw ratioMetric service severity
        spec startTime target targetPercent targetRef threshold thresholdMetric timeSliceTarget timeSliceWindow
        timeWindow timeZone total type value plumbline/indicator plumbline/promise plumbline/indicator-slug"""
    assert [name for name in fields.split() if is_secret_name(name)] == ["connectionDetails"]


def test_import__a_secret_word_in_a_query_is_no_key() -> None:
    found = read(a=SLO, b=SLI.replace("(http_requests_total)", "(tokens_total)"), c=SOURCE)
    assert found.is_applicable


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: &x 1\nb: *x", "alias"),
        ("a: !!python/object/apply:os.system ['true']", "tag"),
        ("kind: SLO\nkind: SLI", "repeated"),
        ("a: {<<: {b: 1}}", "alias"),
        ("[" * 60 + "]" * 60, "too_deep"),
        ("\xff", "wrong_type"),
        ("", "required"),
    ],
)
def test_text__is_read_without_tricks(text: str, code: str) -> None:
    found = read(a=text)
    codes = {fault.code for one in found.file_faults.values() for fault in one}
    codes |= {code for _, code in faults_of(found)}
    assert code in codes


def test_text__too_large_and_too_many_are_refused_as_a_whole() -> None:
    assert read(a="#" * (1024 * 1024 + 1)).file_faults["a"][0].code == "too_large"
    assert read(a="---\na: 1\n" * 501).file_faults["a"][0].code == "too_many"
    assert read(a="---\na: 1\n" * 300, b="---\na: 1\n" * 201).file_faults["All files"][0].code == "too_many"
    assert read_import({"a": b"\xff"}, zone_name="UTC", revisit_on=REVISIT).file_faults["a"][0].code == "not_utf8"


UNKNOWN = [
    ("service: shop", "service: shop\n  mood: calm", "/0/spec/mood"),
    ("isRolling: true", "isRolling: true, slack: 1", "/0/spec/timeWindow/0/slack"),
    ("name: checkout,", "name: checkout, mood/x: calm,", "/0/metadata/mood~1x"),
    ("kind: SLO", "kind: SLO\nmood: calm", "/0/mood"),
    ("{target: 0.99700}", "{target: 0.99700, mood: calm}", "/0/spec/objectives/0/mood"),
    ("  ratioMetric:", "  mood: calm\n  ratioMetric:", "/0/spec/mood"),
    ("counter: true", "counter: true\n    mood: calm", "/0/spec/ratioMetric/mood"),
    ("    good:\n", "    good:\n      mood: calm\n", "/0/spec/ratioMetric/good/mood"),
    ("{type: Prometheus}", "{type: Prometheus, mood: calm}", "/0/spec/mood"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "pointer"), UNKNOWN)
def test_import__an_unknown_field_is_a_warning_with_its_path(old: str, new: str, pointer: str) -> None:
    found = read(**{name: text.replace(old, new) for name, text in {"a": SLO, "b": SLI, "c": SOURCE}.items()})
    assert [w.pointer for one in found.verdicts for w in one.warnings if w.code == "unknown_field"] == [pointer]
    assert found.is_applicable


def test_import__alert_policies_are_ignored() -> None:
    policy = "apiVersion: openslo/v1\nkind: AlertPolicy\nmetadata: {name: p}\nspec: {}"
    found = read(a=SLO, b=SLI, c=SOURCE, d=policy)
    assert found.is_applicable
    assert VerdictKind.IGNORED in [one.verdict for one in found.verdicts]


def test_import__several_objectives_of_one_slo_are_several_promises() -> None:
    text = SLO.replace("[{target: 0.99700}]", "[{target: 0.99}, {displayName: Strict, targetPercent: 99.9}]")
    found = read(a=text, b=SLI, c=SOURCE)
    assert [(one.slug, one.promise["target"]) for one in found.objectives] == [
        ("checkout", "0.99"),
        ("checkout-2", "0.999"),
    ]


def test_import__a_threshold_becomes_counted_readings() -> None:
    inline = """indicator:
    metadata: {name: fast}
    spec:
      thresholdMetric:
        metricSource: {type: prometheus, spec: {query: latency_seconds}}"""
    text = SLO.replace("indicatorRef: checkout-good", inline).replace(
        "{target: 0.99700}", "{op: lte, value: 0.250, target: 0.9}"
    )
    (one,) = read(a=text).objectives
    assert one.indicator["good_query"] == (
        "count_over_time(((latency_seconds) <= 0.250)[$window:]) or 0 * count_over_time((latency_seconds)[$window:])"
    )
    assert one.indicator["valid_query"] == "count_over_time((latency_seconds)[$window:])"


def test_threshold__is_written_with_every_digit() -> None:
    assert threshold_queries("q", "gt", Decimal("0.10"))[1].startswith("count_over_time(((q) > 0.10)[$window:]) or ")


@pytest.mark.parametrize("query", ["rate(x[5m])", "sum(a) + sum(b)", "histogram_quantile(0.9, x)"])
def test_events_query__nothing_is_guessed(query: str) -> None:
    assert events_query(query, is_counter=True) is None


def _spec(**given: object) -> IndicatorSpec:
    faults = Faults()
    found = read_indicator({"name": "Checkout", "kind": "availability", "hurts": "Buyers", "blind_spot": "None known",
                            "measured_at": "edge", **given}, faults)  # fmt: skip
    assert found, faults.found
    return found


def _promise(**given: object) -> Promise:
    faults = Faults()
    document = {
        "name": "Checkout works", "monday_decision": "Launch or not", "rationale": "Agreed with sales",
        "revisit_on": "2027-01-31", "target": "0.997", **given,
    }  # fmt: skip
    found = read_promise(document, faults, slice_seconds=300)
    assert found, faults.found
    return found


PULLED = {
    "source": "pull",
    "valid_query": "sum by (tenant)(increase(a[$window]))",
    "bad_query": "sum by (tenant)(increase(b[$window]))",
    "dimension": "tenant",
    "dimension_label": "tenant",
    "absent_bad_is_zero": True,
    "monitoring_source": "prom",
}


@pytest.mark.parametrize("spec", [{}, PULLED, {"kind": "latency", "limit": "400", "slice_seconds": 60}])
@pytest.mark.parametrize(
    "agreed",
    [{}, {"window": {"calendar": "quarter"}}, {"method": "time_slices", "slice_target": "0.95"},
     {"judge": "each", "share_target": "0.95", "exemptable": ["maintenance"], "target": "0.999999999"}],
)  # fmt: skip
def test_export__comes_back_equal(spec: dict[str, object], agreed: dict[str, object]) -> None:
    exported = Exported("checkout", "checkout-good", "shop", _spec(**spec), _promise(**agreed))
    text = write_openslo([exported], zone_name="Europe/Madrid")
    found = read(a=text)
    assert found.is_applicable, (faults_of(found), text)
    (one,) = found.objectives
    assert one.indicator == exported.spec.as_document()
    assert one.promise == exported.promise.as_document()
    assert (one.slug, one.indicator_slug, one.service) == ("checkout", "checkout-good", "shop")


def test_export__an_edited_query_wins_over_the_annotation() -> None:
    exported = Exported("checkout", "checkout-good", "shop", _spec(**PULLED), _promise())
    text = write_openslo([exported], zone_name="Europe/Madrid")
    edited = text.replace(
        "query: sum by (tenant)(increase(b[$window]))", "query: sum by (tenant)(increase(c[$window]))"
    )
    assert edited != text
    (one,) = read(a=edited).objectives
    assert one.indicator["bad_query"] == "sum by (tenant)(increase(c[$window]))"


def test_export__a_full_target_is_refused_by_name() -> None:
    with pytest.raises(NotExportable, match="checkout"):
        write_openslo([Exported("checkout", "i", "shop", _spec(), _promise(target="1"))], zone_name="UTC")


@settings(max_examples=60)
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_import__no_text_makes_it_fall(body: bytes) -> None:
    found = read_import({"a": body}, zone_name="UTC", revisit_on=REVISIT)
    assert found.verdicts or found.file_faults
    assert not found.is_applicable

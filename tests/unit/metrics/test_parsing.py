"""What a spec can say, and what each kind of bad input gets."""

import json
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from apps.metrics.domain.faults import SpecProblems
from apps.metrics.domain.parsing import MOST_BYTES, parse_spec
from apps.metrics.domain.spec import (
    AnyOf,
    Condition,
    FieldAmount,
    Measure,
    Op,
    Reading,
    Span,
    SpanCondition,
    TimeAt,
)
from tests.unit.metrics.samples import (
    ATTAINMENT,
    FAILURE_RATE,
    FAILURE_RATE_BY_INCIDENTS,
    FREQUENCY,
    HURT_PER_RELEASE,
    LATEST,
    LEAD_TIME,
    MEAN_SIZE,
    OPEN_TICKETS,
    SOURCES,
    TIMES_TO_RESOLVE,
    altered,
    without,
)


def faults_of(document: Any) -> dict[str, str]:
    """Codes by pointer."""
    with pytest.raises(SpecProblems) as refused:
        parse_spec(document, SOURCES)
    return {error.pointer: error.code for error in refused.value.errors}


def sentence_of(document: Any, pointer: str) -> str:
    """The sentence at a pointer."""
    with pytest.raises(SpecProblems) as refused:
        parse_spec(document, SOURCES)
    return next(error.detail for error in refused.value.errors if error.pointer == pointer)


def test_parse_spec__frequency_gets_every_default():
    spec = parse_spec(FREQUENCY, SOURCES)
    assert (spec.measure, spec.per, spec.unit, spec.min_n, spec.empty) == (Measure.RATE, "week", "per_week", 1, "zero")
    assert spec.window.grains == ("week", "month", "quarter")
    assert (spec.window.rolling, spec.settle, spec.reading) == (1, timedelta(days=7), Reading.PROCESS)
    assert (spec.exclude, spec.link, spec.value) == ((), None, None)


def test_parse_spec__production_stands_for_two_conditions():
    spec = parse_spec(FREQUENCY, SOURCES)
    assert spec.of[0].where == (
        Condition("environment", Op.IN, ("production",)),
        Condition("status", Op.IN, ("succeeded",)),
    )


def test_parse_spec__lead_time_reads_link_span_and_stages():
    spec = parse_spec(LEAD_TIME, SOURCES)
    assert spec.link is not None
    assert (spec.link.infer, spec.link.scope, spec.link.max_gap) == ("first_after", "service", timedelta(days=90))
    assert spec.link.explicit == ("deployment",)
    assert isinstance(spec.value, Span)
    assert [name for name, _, _ in spec.value.stages] == ["branch", "release"]
    assert (spec.q, spec.min_n, spec.empty) == (Fraction(1, 2), 5, "none")


def test_parse_spec__to_clock_defaults_to_the_main_clock_of_the_other_source():
    spec = parse_spec(FAILURE_RATE_BY_INCIDENTS, SOURCES)
    assert spec.link is not None
    assert spec.link.target_clock == "finished_at"
    assert spec.numerator_where == (Condition("linked", Op.IS, "some"),)
    assert isinstance(spec.link.keep[0], SpanCondition)


def test_parse_spec__quotient_has_populations_of_its_own():
    spec = parse_spec(HURT_PER_RELEASE, SOURCES)
    assert not spec.is_share
    assert spec.numerator_of[0].amount == "hurt_seconds"
    assert spec.numerator_of[0].clock == TimeAt(("detected_at", "resolved_at"), "latest")
    assert isinstance(spec.exclude[0].where[0], AnyOf)


def test_parse_spec__deadline_clock_and_exact_quantile():
    spec = parse_spec(TIMES_TO_RESOLVE, SOURCES)
    assert spec.of[0].clock == TimeAt(("resolved_at",), "only", timedelta(hours=72))
    assert spec.q == Fraction(17, 20)
    assert spec.min_n == 1, "a commitment counts everything promised"
    assert spec.of[0].where[1] == Condition("cost", Op.AT_LEAST, "10.5")


def test_parse_spec__field_amount_and_latest():
    assert parse_spec(MEAN_SIZE, SOURCES).value == FieldAmount("size")
    assert parse_spec(LATEST, SOURCES).of[0].amount == "cost"
    assert parse_spec(ATTAINMENT, SOURCES).min_n == 1


def test_parse_spec__to_side_names_the_first_or_last_linked_fact():
    document = altered(
        FAILURE_RATE_BY_INCIDENTS, "/numerator", {"where": [["linked.last.hurt_seconds", "at_least", 60]]}
    )
    assert parse_spec(document, SOURCES).numerator_where == (Condition("linked.last.hurt_seconds", Op.AT_LEAST, 60),)


def test_parse_spec__a_bool_may_be_written_as_json():
    document = altered(OPEN_TICKETS, "/of", {"facts": "incidents", "clock": "detected_at"})
    yes = altered(document, "/of/where", [["retro_required", "is", True]])
    assert parse_spec(yes, SOURCES).of[0].where == (Condition("retro_required", Op.IS, "true"),)


@pytest.mark.parametrize("document", [None, [], "rate", 3, 0.5, True])
def test_parse_spec__anything_but_an_object_is_a_wrong_type(document):
    assert faults_of(document) == {"": "wrong_type"}


def test_parse_spec__empty_object_names_what_is_missing():
    assert faults_of({}) == {f"/{key}": "required" for key in ("measure", "of", "direction", "unit")}


@pytest.mark.parametrize(
    ("base", "pointer", "value", "at", "code"),
    [
        (FREQUENCY, "/measure", "speed", "/measure", "unknown_value"),
        (FREQUENCY, "/meassure", "rate", "/meassure", "unknown_key"),
        (FREQUENCY, "/group_by", "team", "/group_by", "unknown_key"),
        (FREQUENCY, "/of/facts", "deployment", "/of/facts", "unknown_source"),
        (FREQUENCY, "/of/facts", 7, "/of/facts", "wrong_type"),
        (FREQUENCY, "/of/clock", "finish_at", "/of/clock", "unknown_field"),
        (FREQUENCY, "/of/clock", "environment", "/of/clock", "wrong_field_type"),
        (FREQUENCY, "/of/clock", "linked.finished_at", "/of/clock", "not_linked"),
        (FREQUENCY, "/of/clock", None, "/of/clock", "wrong_type"),
        (FREQUENCY, "/of/clock", {"earliest": ["finished_at"]}, "/of/clock/earliest", "required"),
        (FREQUENCY, "/of/clock", {"field": "finished_at", "plus": "3 days"}, "/of/clock/plus", "wrong_length"),
        (FREQUENCY, "/of/clock", {"field": "finished_at", "plus": "9000w"}, "/of/clock/plus", "out_of_range"),
        (FREQUENCY, "/of/clock", {"field": "finished_at", "plus": 72}, "/of/clock/plus", "wrong_type"),
        (FREQUENCY, "/exclude", ["production"], "/exclude/0", "wrong_type"),
        (FREQUENCY, "/window", ["week"], "/window", "wrong_type"),
        (FREQUENCY, "/of/clock", {"plus": "72h"}, "/of/clock", "one_of_them"),
        (LEAD_TIME, "/of/where", ["production"], "/of/where/0", "unknown_field"),
        (LEAD_TIME, "/of/clock", "linked", "/of/clock", "unknown_field"),
        (LEAD_TIME, "/of", {"facts": "changes"}, "/of/clock", "required"),
        (LEAD_TIME, "/link/at", 3, "/link/at", "wrong_type"),
        (LEAD_TIME, "/link/to_clock", "environment", "/link/to_clock", "wrong_field_type"),
        (LEAD_TIME, "/value", "merged_at", "/value", "wrong_type"),
        (LEAD_TIME, "/value", {"field": "weight"}, "/value/field", "unknown_field"),
        (LEAD_TIME, "/of/clock", "first_commit_at", "/of/clock", "not_a_clock"),
        (FREQUENCY, "/of/where", "production", "/of/where", "wrong_type"),
        (FREQUENCY, "/of/where/0", "staging", "/of/where/0", "not_a_condition"),
        (FREQUENCY, "/of/where/0", ["environment", "in"], "/of/where/0", "not_a_condition"),
        (FREQUENCY, "/of/where/0", ["environment", "equals", ["production"]], "/of/where/0/1", "unknown_value"),
        (FREQUENCY, "/of/where/0", ["environment", "at_least", 3], "/of/where/0/1", "wrong_operator"),
        (FREQUENCY, "/of/where/0", ["environment", "in", "production"], "/of/where/0/2", "wrong_type"),
        (FREQUENCY, "/of/where/0", ["environment", "in", []], "/of/where/0/2", "required"),
        (FREQUENCY, "/of/where/0", ["environment", "in", ["prod"]], "/of/where/0/2/0", "unknown_value"),
        (FREQUENCY, "/of/where/0", ["size", "at_least", "3"], "/of/where/0/2", "wrong_type"),
        (FREQUENCY, "/of/where/0", ["size", "is", "true"], "/of/where/0/2", "unknown_value"),
        (FREQUENCY, "/of/where/0", ["labels", "has", 3], "/of/where/0/2", "wrong_type"),
        (FREQUENCY, "/of/where/0", ["finished_at.x", "is", "set"], "/of/where/0/0", "not_a_reference"),
        (FREQUENCY, "/of/where/0", ["author", "in", ["x"]], "/of/where/0/0", "person_level"),
        (FREQUENCY, "/of/where/0", ["remediated_by.committer", "is", "set"], "/of/where/0/0", "person_level"),
        (FREQUENCY, "/of/where/0", ["linked", "is", "some"], "/of/where/0/0", "not_linked"),
        (FREQUENCY, "/of/where/0", {"any": []}, "/of/where/0/any", "required"),
        (FREQUENCY, "/of/where/0", {"any": [{"any": ["production"]}]}, "/of/where/0/any/0", "not_a_condition"),
        (FREQUENCY, "/of/where/0", {"from": "started_at", "to": "finished_at"}, "/of/where/0", "one_of_them"),
        (FREQUENCY, "/of/where/0", {"from": "started_at", "to": "finished_at", "at_most": "1y"},
         "/of/where/0/at_most", "wrong_length"),
        (FREQUENCY, "/of/where/0", {"from": "finished_at", "to": "finished_at", "at_most": "1h"},
         "/of/where/0/to", "no_length"),
        (FREQUENCY, "/of/where/0", ["remediated_by.remediates.remediated_by.size", "at_least", 1],
         "/of/where/0/0", "path_too_long"),
        (FREQUENCY, "/of/amount", "environment", "/of/amount", "wrong_field_type"),
        (FREQUENCY, "/numerator", {"where": ["production"]}, "/numerator", "not_applicable"),
        (FREQUENCY, "/q", "0.5", "/q", "not_applicable"),
        (FREQUENCY, "/empty", "none", "/empty", "not_applicable"),
        (FREQUENCY, "/per", "hour", "/per", "unknown_value"),
        (FREQUENCY, "/unit", "per_day", "/unit", "unit_mismatch"),
        (FREQUENCY, "/unit", None, "/unit", "wrong_type"),
        (FREQUENCY, "/direction", "up", "/direction", "unknown_value"),
        (FREQUENCY, "/settle_days", -1, "/settle_days", "out_of_range"),
        (FREQUENCY, "/min_n", 0, "/min_n", "out_of_range"),
        (FREQUENCY, "/min_n", True, "/min_n", "wrong_type"),
        (FREQUENCY, "/min_coverage", 0.6, "/min_coverage", "wrong_type"),
        (FREQUENCY, "/min_coverage", "much", "/min_coverage", "not_a_decimal"),
        (FREQUENCY, "/min_coverage", "1.1", "/min_coverage", "out_of_range"),
        (FREQUENCY, "/min_n", 2.0, "/min_n", "wrong_type"),
        (FREQUENCY, "/reading", "promise", "/reading", "unknown_value"),
        (FREQUENCY, "/window", {"grains": []}, "/window/grains", "required"),
        (FREQUENCY, "/window", {"grains": ["day"]}, "/window/grains/0", "unknown_value"),
        (FREQUENCY, "/window", {"grains": ["week", "week"]}, "/window/grains", "named_twice"),
        (FREQUENCY, "/window", {"rolling": 0}, "/window/rolling", "out_of_range"),
        (FREQUENCY, "/window", {"rolling": 4}, "/window/rolling", "impossible_window"),
        (FREQUENCY, "/window", {"grains": ["week"], "rolling": 400}, "/window/rolling", "out_of_range"),
        (FREQUENCY, "/window", {"from": "2026"}, "/window/from", "unknown_key"),
        (FREQUENCY, "/exclude", [{"where": [], "reason": "x"}], "/exclude/0/where", "required"),
        (FREQUENCY, "/exclude", [{"where": ["production"]}], "/exclude/0/reason", "required"),
        (FREQUENCY, "/exclude", [{"where": ["production"], "reason": "a\u0000b"}], "/exclude/0/reason", "not_text"),
        (LEAD_TIME, "/exclude", [{"where": [["linked.size", "at_least", 1]], "reason": "x"}],
         "/exclude/0/where/0/0", "not_linked"),
        (LEAD_TIME, "/q", 0.5, "/q", "wrong_type"),
        (LEAD_TIME, "/q", "1.0", "/q", "out_of_range"),
        (LEAD_TIME, "/q", "0.1234567", "/q", "out_of_range"),
        (LEAD_TIME, "/q", "half", "/q", "not_a_decimal"),
        (LEAD_TIME, "/value", {"from": "first_commit_at"}, "/value/to", "required"),
        (LEAD_TIME, "/value", {"from": "merged_at", "to": "merged_at"}, "/value/to", "no_length"),
        (LEAD_TIME, "/value/missing", "zero", "/value/missing", "unknown_value"),
        (LEAD_TIME, "/value/stages/0/2", "opened_at", "/value/stages", "stages_not_chained"),
        (LEAD_TIME, "/value/stages/1/0", "branch", "/value/stages", "named_twice"),
        (LEAD_TIME, "/value/stages/0", ["branch"], "/value/stages/0", "wrong_type"),
        (LEAD_TIME, "/value", {"field": "kind"}, "/value/field", "wrong_field_type"),
        (LEAD_TIME, "/unit", "share", "/unit", "unit_mismatch"),
        (LEAD_TIME, "/link/from", "merges", "/link/from", "unknown_source"),
        (LEAD_TIME, "/link/at", "environment", "/link/at", "unknown_field"),
        (LEAD_TIME, "/link/explicit", ["labels"], "/link/explicit/0", "wrong_field_type"),
        (LEAD_TIME, "/link/infer", "nearest", "/link/infer", "unknown_value"),
        (LEAD_TIME, "/link/scope", "group", "/link/scope", "unknown_value"),
        (LEAD_TIME, "/link/max_gap", "0d", "/link/max_gap", "wrong_length"),
        (LEAD_TIME, "/link/to_where", [["linked.size", "at_least", 1]], "/link/to_where/0/0", "not_linked"),
        (LEAD_TIME, "/link/infer", "none", "/link/max_gap", "not_applicable"),
        (FAILURE_RATE_BY_INCIDENTS, "/link/explicit", ["retro"], "/link/explicit/0", "wrong_field_type"),
        (FAILURE_RATE_BY_INCIDENTS, "/numerator", {"where": [["linked.size", "at_least", 1]]},
         "/numerator/where/0/0", "linked_many"),
        (FAILURE_RATE_BY_INCIDENTS, "/numerator", {"where": [["linked", "is", "none"]]},
         "/numerator/where/0/2", "unknown_value"),
        (FAILURE_RATE_BY_INCIDENTS, "/of", {"facts": "tickets", "clock": "opened_at"}, "/link", "link_unused"),
        (FAILURE_RATE, "/numerator", {"where": []}, "/numerator/where", "required"),
        (FAILURE_RATE, "/numerator", [], "/numerator", "required"),
        (FAILURE_RATE, "/unit", "quotient", "/unit", "unit_mismatch"),
        (LATEST, "/unit", "money:euro", "/unit", "unit_mismatch"),
        (ATTAINMENT, "/of", {"facts": "incidents", "clock": "detected_at"}, "/of/facts", "no_good_and_valid"),
        (MEAN_SIZE, "/of", [MEAN_SIZE["of"], MEAN_SIZE["of"]], "/of", "not_applicable"),
        (FREQUENCY, "/of", {"facts": "changes", "clock": "merged_at"}, "/of/facts", "vanity"),
        (OPEN_TICKETS, "/of/clock", "resolved_at", "/of/facts", "vanity"),
        (FREQUENCY, "/of/amount", "size", "/of/amount", "vanity"),
    ],
)  # fmt: skip
def test_parse_spec__each_fault_has_its_place_and_code(base, pointer, value, at, code):
    assert faults_of(altered(base, pointer, value)).get(at) == code


@pytest.mark.parametrize(
    ("base", "key", "at"),
    [(FAILURE_RATE, "numerator", "/numerator"), (LEAD_TIME, "value", "/value"), (LEAD_TIME, "unit", "/unit")],
)
def test_parse_spec__a_key_the_measure_needs_is_missing(base, key, at):
    assert faults_of(without(base, key))[at] == "required"


def test_parse_spec__a_link_that_ties_nothing_is_refused():
    link = {"from": "changes", "at": "merged_at", "to": "deployments"}
    assert faults_of(altered(LEAD_TIME, "/link", link)) == {"/link": "link_ties_nothing"}
    assert faults_of(altered(LEAD_TIME, "/link", {**link, "infer": "first_after"})) == {"/link/max_gap": "required"}


def test_parse_spec__the_other_clock_of_a_link_decides_periods():
    link = {"from": "deployments", "at": "finished_at", "to": "changes", "infer": "last_before", "max_gap": "9d"}
    document = altered(FREQUENCY, "/link", {**link, "to_clock": "opened_at"})
    assert faults_of(document) == {"/link/to_clock": "not_a_clock"}
    assert parse_spec(altered(FREQUENCY, "/link", link), SOURCES).sources == ("deployments", "changes")


def test_parse_spec__latest_needs_an_amount():
    assert faults_of(altered(LATEST, "/of", without(LATEST["of"], "amount"))) == {"/of/amount": "required"}


def test_parse_spec__a_reference_to_a_source_nobody_reports_is_said():
    document = altered(TIMES_TO_RESOLVE, "/of/where", [["retro.due_at", "is", "set"]])
    assert faults_of(document) == {"/of/where/0/0": "unknown_source"}


def test_parse_spec__a_share_has_one_population():
    of = FAILURE_RATE["of"]
    assert faults_of(altered(FAILURE_RATE, "/of", [of, of])) == {"/numerator": "not_applicable"}


def test_parse_spec__facts_are_left_out_of_one_source_only():
    incidents = {"facts": "incidents", "clock": "detected_at"}
    mixed = altered(HURT_PER_RELEASE, "/of", [*HURT_PER_RELEASE["of"], incidents])
    assert faults_of(mixed) == {"/exclude": "not_applicable"}
    assert len(parse_spec(without(mixed, "exclude"), SOURCES).of) == 2


def test_parse_spec__enum_sentence_lists_the_known_values():
    document = altered(FREQUENCY, "/of/where/0", ["environment", "in", ["prod"]])
    assert sentence_of(document, "/of/where/0/2/0") == (
        "*prod* is not an environment. Known: production, staging, testing, other."
    )


def test_parse_spec__unknown_names_get_the_nearest_known_one():
    assert "Did you mean *finished_at*?" in sentence_of(altered(FREQUENCY, "/of/clock", "finish_at"), "/of/clock")
    assert "Did you mean *deployments*?" in sentence_of(altered(FREQUENCY, "/of/facts", "deploymnets"), "/of/facts")
    assert "Did you mean *window*?" in sentence_of(altered(FREQUENCY, "/windows", {}), "/windows")


def test_parse_spec__all_faults_come_at_once_in_one_sentence():
    document = {
        "measure": "rate",
        "of": {"facts": "deployments", "clock": "finish_at", "where": [["environment", "in", ["prod"]]]},
        "window": {"rolling": 0},
        "unit": "share",
    }
    assert set(faults_of(document)) == {"/direction", "/of/clock", "/of/where/0/2/0", "/window/rolling", "/unit"}
    with pytest.raises(SpecProblems, match="5 places"):
        parse_spec(document, SOURCES)


def test_parse_spec__41_conditions_are_too_many_and_40_are_not():
    condition = ["size", "at_least", 1]
    full = altered(FREQUENCY, "/of/where", [condition] * 38 + ["production"])
    assert len(parse_spec(full, SOURCES).of[0].where) == 40
    over = altered(full, "/exclude", [{"where": [condition], "reason": "One more."}])
    assert set(faults_of(over).values()) == {"too_many"}


def test_parse_spec__16_kib_fit_and_one_byte_more_does_not():
    empty = altered(FREQUENCY, "/padding", "")
    room = MOST_BYTES - len(json.dumps(empty, separators=(",", ":")))
    assert faults_of(altered(empty, "/padding", "x" * room)) == {"/padding": "unknown_key"}
    assert faults_of(altered(empty, "/padding", "x" * (room + 1))) == {"": "too_large"}


def test_parse_spec__endless_nesting_is_refused_before_it_is_written_out():
    document: Any = []
    for _ in range(5000):
        document = [document]
    assert faults_of({"measure": document}) == {"": "too_deep"}

"""What differs between two specs in a few words: every part that decides a value is named, and nothing else."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.metrics.domain.canonical import computing_text
from apps.metrics.domain.differences import LONGEST, say_differences
from apps.metrics.domain.parsing import parse_spec
from apps.metrics.domain.starter import (
    CHANGE_FAILURE_RATE,
    CHANGE_FAILURE_RATE_WITHIN_30_DAYS,
    CHANGE_LEAD_TIME,
    CHANGE_LEAD_TIME_FROM_MERGE,
)
from apps.metrics.domain.versions import Break
from tests.unit.metrics import samples
from tests.unit.metrics.samples import SOURCES, VALID, altered


def said(old: dict[str, Any], new: dict[str, Any]) -> tuple[str, ...]:
    return say_differences(parse_spec(old, SOURCES), parse_spec(new, SOURCES))


HOTFIX = {"where": [["intent", "in", ["hotfix"]]], "reason": "A repair is no new value."}
LONG = {
    "where": [["intent", "in", ["hotfix", "rollback"]], ["size", "at_most", 3], ["automated", "is", "true"]],
    "reason": "Only the rest is news.",
}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (CHANGE_LEAD_TIME.spec, CHANGE_LEAD_TIME_FROM_MERGE.spec, ("merge instead of first commit",)),
        (CHANGE_FAILURE_RATE.spec, CHANGE_FAILURE_RATE_WITHIN_30_DAYS.spec,
         ("those within 30 days", "final after 30 days instead of 7 days")),
        (samples.LEAD_TIME, altered(samples.LEAD_TIME, "/q", "0.85"), ("85th percentile instead of median",)),
        (samples.LEAD_TIME, altered(samples.LEAD_TIME, "/value/missing", "at_least"), ("unfinished ones count",)),
        (samples.LEAD_TIME, altered(samples.LEAD_TIME, "/value/stages", []), ("other stages",)),
        (samples.LEAD_TIME, altered(samples.LEAD_TIME, "/of/clock", "merged_at"),
         ("counted by merge instead of finish of the linked deployment",)),
        (samples.LEAD_TIME, altered(samples.LEAD_TIME, "/link/max_gap", "30d"),
         ("linked within 30 days instead of 90 days",)),
        (samples.LEAD_TIME, altered(samples.LEAD_TIME, "/link/scope", "team"), ("linked another way",)),
        (samples.LEAD_TIME, altered(samples.LEAD_TIME, "/measure", "mean"), ("mean instead of median",)),
        (samples.FREQUENCY, altered(samples.FREQUENCY, "/exclude", [HOTFIX]),
         ("without those whose intent is hotfix",)),
        (altered(samples.FREQUENCY, "/exclude", [HOTFIX]), samples.FREQUENCY, ("with those whose intent is hotfix",)),
        (samples.FREQUENCY, altered(samples.FREQUENCY, "/exclude", [LONG]), ("fewer facts count",)),
        (samples.FREQUENCY, altered(samples.FREQUENCY, "/of/where", ["production", ["size", "at_least", 3]]),
         ("only those whose size is at least 3",)),
        (samples.FREQUENCY, {**samples.FREQUENCY, "per": "day", "unit": "per_day"}, ("a day instead of a week",)),
        (samples.FREQUENCY, altered(samples.FREQUENCY, "/direction", "neither"), ("neither direction is better",)),
        (samples.FREQUENCY, altered(samples.FREQUENCY, "/window", {"grains": ["month"], "rolling": 3}),
         ("over 3 months",)),
        (samples.FAILURE_RATE, altered(samples.FAILURE_RATE, "/min_n", 20), ("judged from 20 on instead of 5",)),
        (samples.FAILURE_RATE, altered(samples.FAILURE_RATE, "/min_coverage", "0.6"),
         ("judged where 60 % are counted",)),
        (samples.FAILURE_RATE, altered(samples.FAILURE_RATE, "/settle_days", 0), ("final when the period ends",)),
        (samples.FAILURE_RATE, altered(samples.FAILURE_RATE, "/reading", "commitment"),
         ("judged exactly", "judged from 1 on instead of 5")),
        (samples.FAILURE_RATE, altered(samples.FAILURE_RATE, "/empty", "zero"), ("no facts are 0",)),
        ({**samples.OPEN_TICKETS, "of": {"facts": "incidents", "clock": "detected_at"}}, samples.OPEN_TICKETS,
         ("tickets instead of incidents",)),
    ],
)  # fmt: skip
def test_differences__are_said_in_words(old: dict[str, Any], new: dict[str, Any], words: tuple[str, ...]) -> None:
    assert said(old, new) == words


@given(pair=st.tuples(st.sampled_from(VALID), st.sampled_from(VALID)))
def test_differences__are_named_wherever_values_may_differ(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    old, new = (parse_spec(document, SOURCES) for document in pair)
    words = say_differences(old, new)
    assert bool(words) == (computing_text(old) != computing_text(new))
    assert all(0 < len(one) <= 2 * LONGEST for one in words)


def test_differences__another_reason_or_pause_is_none() -> None:
    worded = {**HOTFIX, "reason": "It repairs, it does not deliver."}
    paused = altered(samples.FREQUENCY, "/paused_by_freeze", False)
    assert said(altered(samples.FREQUENCY, "/exclude", [HOTFIX]), altered(paused, "/exclude", [worded])) == ()


def test_break__says_the_two_weightiest_and_how_many_follow() -> None:
    several = {**samples.LEAD_TIME, "q": "0.85", "min_n": 40, "settle_days": 14, "reading": "commitment"}
    found = Break(date(2026, 9, 7), 1, 2, said(samples.LEAD_TIME, several))
    assert found.words == ["85th percentile instead of median", "judged exactly", "2 more"]

"""What is agreed, in sentences: an indicator, a promise, a policy, and what a next version changes of them. Pure."""

import json
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from apps.accounts.domain import ROLE_WORDS
from apps.core.joining import joined
from apps.objectives.domain.budget_policies import Policy, Rule
from apps.objectives.domain.indicator_specs import IndicatorSpec
from apps.objectives.domain.indicator_words import KINDS, Dimension, Limit, SampleSource
from apps.objectives.domain.objective_words import Judge, Method
from apps.objectives.domain.policy_words import RuleKey
from apps.objectives.domain.printing import target_text
from apps.objectives.domain.promises import Promise

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_SLUG = 60
# Addresses of pages, which no object can have as its short name.
TAKEN = frozenset(
    {
        "alerts", "calculator", "decisions", "import", "indicators", "monitoring", "months", "move", "new", "policies",
        "triggers", "waiting",
    }
)  # fmt: skip
SOURCE_WORDS = MappingProxyType(
    {
        SampleSource.PUSH: "Counts are pushed",
        SampleSource.PULL: "Counts are pulled from monitoring",
        SampleSource.TICKETS: "Counts come from tickets",
    }
)
LIMIT_UNITS = MappingProxyType({Limit.MILLISECONDS: "ms", Limit.SECONDS: "s", Limit.LEVEL: ""})
RULE_WORDS = MappingProxyType(
    {
        RuleKey.AT_RISK: "the budget turns At risk",
        RuleKey.EXHAUSTED: "the budget turns Exhausted",
        RuleKey.INCIDENT_SHARE: "one incident spends {share} of the budget",
    }
)
# What the fields of the documents are called on pages.
LABELS: Mapping[str, str] = MappingProxyType(
    {
        "name": "Name", "kind": "Kind", "hurts": "Who is hurt when it fails", "valid": "What counts",
        "blind_spot": "What evidence does not exist", "good": "What of it is good", "measured_at": "Measured at",
        "limit": "Limit", "slice_seconds": "Length of a slice", "dimension": "Keys", "source": "How counts come",
        "ticket_kinds": "Kinds of tickets", "links": "Links", "valid_query": "Query of valid events",
        "good_query": "Query of good events", "bad_query": "Query of bad events",
        "dimension_label": "Label that holds the key", "absent_bad_is_zero": "An absent bad series means none",
        "monitoring_source": "Server", "monday_decision": "Monday decision", "rationale": "Why this target",
        "revisit_on": "Look at it again on", "target": "Target", "window": "Window", "method": "What is counted",
        "judge": "What is judged", "slice_target": "Target of one slice", "share_target": "Share of keys",
        "minimum_events": "Least events", "minimum_coverage": "Least share of slices seen",
        "stale_after_seconds": "Stale after", "at_risk_below": "At risk below",
        "alert_minimum_bad": "Least bad events of an alert", "exemptable": "What may be left out",
        "goals": "Goals", "non_goals": "Non-goals", "objectives": "Objectives", "rules": "Rules",
    }
)  # fmt: skip


def find_slug_problem(slug: str) -> str:
    """Why a short name cannot be given; empty where it can."""
    if not SLUG.fullmatch(slug) or len(slug) > LONGEST_SLUG:
        return "A short name has small letters, digits and single hyphens, such as checkout-availability."
    return f"{slug} is the address of a page. Choose another short name." if slug in TAKEN else ""


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def slice_words(seconds: int) -> str:
    """How long a slice lasts: `5 min`."""
    return f"{seconds // 60} min"


def say_indicator(spec: IndicatorSpec) -> str:
    """What is counted and what of it is good, where, and how the counts come."""
    return " ".join(_indicator_parts(spec))


def _indicator_parts(spec: IndicatorSpec) -> Iterator[str]:
    unit = LIMIT_UNITS.get(KINDS[spec.kind].limit, "")
    limit = f" (limit {spec.limit} {unit}".rstrip() + ")" if spec.limit else ""
    yield f"{KINDS[spec.kind].label}: of {_lower(spec.valid)}, good are those {_lower(spec.good)}{limit}."
    keys = f", by {spec.dimension}" if spec.dimension is not Dimension.NONE else ""
    yield f"Measured at the {spec.measured_at}{keys}. {SOURCE_WORDS[spec.source]}, by slices of "
    yield f"{slice_words(spec.slice_seconds)}."
    yield f"Hurt when it fails: {spec.hurts.rstrip('.')}."


def say_promise(promise: Promise, spec: IndicatorSpec | None = None) -> str:
    """What is promised, over which time, and from when on it is judged."""
    return " ".join(_promise_parts(promise, spec))


def _promise_parts(promise: Promise, spec: IndicatorSpec | None) -> Iterator[str]:
    noun = _lower(spec.valid) if spec else "events"
    good = _lower(spec.good) if spec else "good"
    rolling = "" if promise.window.grain else "rolling "
    if promise.method is Method.OCCURRENCES:
        said = f"{target_text(promise.target)} of {noun} are {good}"
    else:
        slice_target = target_text(promise.slice_target) if promise.slice_target is not None else ""
        said = f"{target_text(promise.target)} of the slices hold {slice_target} of {noun} that are {good}"
    yield f"{said}, over {rolling}{promise.window.words}."
    if promise.judge is Judge.EACH and promise.share_target is not None:
        yield f"Each key has its own budget; {target_text(promise.share_target)} of the keys keep it."
    unit = "events" if promise.method is Method.OCCURRENCES else "slices"
    yield f"Judged from {promise.minimum_events:,} {unit} and {target_text(promise.minimum_coverage)} of the slices on."
    yield f"At risk below {target_text(promise.at_risk_below)} left."
    allowed = ", ".join(one.label.lower() for one in promise.exemptable)
    yield f"May be left out: {allowed}." if allowed else "Nothing may be left out."


def say_policy(policy: Policy) -> str:
    """Of what a policy speaks, and each of its rules."""
    scope = ", ".join(policy.objectives) if policy.objectives else "all SLOs of the team"
    return f"For {scope}. {' '.join(say_rule(rule) for rule in policy.rules)}"


def say_rule(rule: Rule) -> str:
    """When a rule fires, what it asks for, who signs the decision."""
    share = f"{target_text(rule.share)} or more" if rule.share is not None else ""
    signers = joined([ROLE_WORDS[role] for role in rule.signers])
    asked = rule.asks.sentence.rstrip(".")
    return f"When {RULE_WORDS[rule.key].format(share=share)}: {_lower(asked)}; signed by the {signers}."


def say_differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """The fields that differ between two documents, old and new value where both are short."""
    parts = []
    for key in LABELS:
        old, new = before.get(key), after.get(key)
        if old != new:
            shown = _change(old, new)
            parts.append(f"{_lower(LABELS[key])}{shown}")
    return joined(parts) if parts else "nothing"


def _change(old: Any, new: Any) -> str:
    texts = [value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for value in (old, new)]
    is_short = old is not None and new is not None and all(len(text) <= 24 for text in texts)
    return f" from {texts[0]} to {texts[1]}" if is_short and not isinstance(new, dict | list) else ""

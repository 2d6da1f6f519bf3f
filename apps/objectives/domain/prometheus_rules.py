"""Rules for Prometheus from a promise: error shares per window, alerts that join two of them, absent data. Pure."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from apps.objectives.domain.burning import Tier, Tiers
from apps.objectives.domain.indicator_specs import IndicatorSpec, query_for, window_text
from apps.objectives.domain.indicator_words import SampleSource
from apps.objectives.domain.objective_words import AlertKind, Method
from apps.objectives.domain.printing import exact_text, target_text
from apps.objectives.domain.promises import Promise
from apps.objectives.domain.yaml_writing import write_yaml

SEVERITIES = {AlertKind.PAGE: "page", AlertKind.TICKET: "ticket"}


class NoRules(ValueError):
    """There are no rules for this objective; the text says why."""


def rules_problem(spec: IndicatorSpec, promise: Promise, tiers: Tiers) -> str | None:
    """Why no rules can be written, or None."""
    if spec.source is not SampleSource.PULL:
        return "Rules need the queries of an indicator that is pulled."
    if promise.method is not Method.OCCURRENCES:
        return "Rules exist for events only: Prometheus cannot count slices of time in the way this objective does."
    if promise.target == 1:
        return "A target of 100 % has no budget, so no alert can be derived from it."
    return None if tiers.present else "Every alert of this objective is left out; its page says why."


def write_rules(slug: str, spec: IndicatorSpec, promise: Promise, tiers: Tiers, *, url: str = "") -> str:
    """The text of a rules file; raises `NoRules` where there are none."""
    problem = rules_problem(spec, promise, tiers)
    if problem is not None:
        raise NoRules(problem)
    lengths = sorted({length for tier in tiers.present for length in (tier.long, tier.short)})
    records = [rule for length in lengths for rule in _records(slug, spec, length)]
    alerts = [_alert(slug, promise, tier, url) for tier in tiers.present]
    groups = [
        {"name": f"plumbline-{slug}-shares", "rules": records},
        {"name": f"plumbline-{slug}-alerts", "rules": [*alerts, _absent(slug, promise, lengths[0], url)]},
    ]
    return write_yaml({"groups": groups})


def threshold_text(tier: Tier, target: Decimal) -> str:
    """The error share at which a tier rings: its burn threshold times the budget, 13.44 × 0.003 = 0.04032."""
    return exact_text(tier.threshold * (1 - Fraction(target)))


def _records(slug: str, spec: IndicatorSpec, length: timedelta) -> list[dict[str, Any]]:
    window = window_text(int(length.total_seconds()))
    valid = f"({query_for(spec.valid_query, window)})"
    if spec.bad_query:
        bad = f"({query_for(spec.bad_query, window)})"
        bad = f"({bad} or {valid} * 0)" if spec.absent_bad_is_zero else bad
    else:
        bad = f"({valid} - ({query_for(spec.good_query, window)}))"
    labels = {"slo": slug}
    return [
        {"record": f"plumbline:slo_bad:{window}", "expr": bad, "labels": labels},
        {"record": f"plumbline:slo_valid:{window}", "expr": valid, "labels": labels},
        {"record": f"plumbline:slo_error_share:{window}", "expr": f"{bad} / {valid}", "labels": labels},
    ]


def _alert(slug: str, promise: Promise, tier: Tier, url: str) -> dict[str, Any]:
    long, short = (window_text(int(length.total_seconds())) for length in (tier.long, tier.short))
    at_least = threshold_text(tier, promise.target)
    chosen = f'{{slo="{slug}"}}'
    expression = (
        f"plumbline:slo_error_share:{long}{chosen} >= {at_least}"
        f" and plumbline:slo_error_share:{short}{chosen} >= {at_least}"
        f" and plumbline:slo_bad:{long}{chosen} >= {promise.alert_minimum_bad}"
    )
    summary = f"{promise.name}: the error budget of {promise.window.words} is burning ({long} and {short})"
    return {
        "alert": "PlumblineBudgetBurn", "expr": expression,
        "labels": {"slo": slug, "tier": str(tier.key), "severity": SEVERITIES[tier.kind]},
        "annotations": _annotations(summary, promise, url),
    }  # fmt: skip


def _absent(slug: str, promise: Promise, shortest: timedelta, url: str) -> dict[str, Any]:
    """Rings where nothing is left to alert on: the share is absent where either of its two counts is."""
    window = window_text(int(shortest.total_seconds()))
    stale = window_text(int(promise.stale_after.total_seconds()))
    return {
        "alert": "PlumblineNoData", "expr": f'absent(plumbline:slo_error_share:{window}{{slo="{slug}"}})', "for": stale,
        "labels": {"slo": slug, "severity": "ticket"},
        "annotations": _annotations(f"{promise.name}: no data", promise, url),
    }  # fmt: skip


def _annotations(summary: str, promise: Promise, url: str) -> dict[str, str]:
    """Braces would be read as a template by the server, so they are spaced out."""
    plain = summary.replace("{{", "{ {").replace("}}", "} }")
    promised = target_text(promise.target).replace("\N{NO-BREAK SPACE}", " ")
    found = {"summary": plain, "promise": f"{promised} in {promise.window.words}"}
    return found | ({"page": url} if url else {})

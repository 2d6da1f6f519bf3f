"""A spec as canonical text: defaults written out, keys sorted, lengths and decimals as text. Pure."""

import hashlib
import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

from apps.metrics.domain.conditions import write_decimal
from apps.metrics.domain.spec import (
    AnyOf,
    Clause,
    Condition,
    FieldAmount,
    Link,
    Measure,
    Population,
    Span,
    Spec,
    TimeAt,
)
from apps.metrics.domain.times import write_length


def canonical_text(spec: Spec) -> str:
    """The one text of a spec; reading it gives an equal spec."""
    return compact_json(document_of(spec))


def computing_text(spec: Spec) -> str:
    """The part that decides values: all but the reasons beside excluded facts, and what pauses judging."""
    document = document_of(spec)
    del document["paused_by_freeze"]
    document["exclude"] = [item["where"] for item in document["exclude"]]
    return compact_json(document)


def sha256_of(text: str) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def compact_json(document: Any) -> str:
    """JSON in UTF-8 with sorted keys and without spaces."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def document_of(spec: Spec) -> dict[str, Any]:
    """The spec as a JSON document that states every default; keys that do not fit the measure stay out."""
    document: dict[str, Any] = {
        "measure": str(spec.measure),
        "of": _populations(spec.of),
        "window": {"grains": list(spec.window.grains), "rolling": spec.window.rolling},
        "exclude": [{"where": _clauses(item.where), "reason": item.reason} for item in spec.exclude],
        "min_n": spec.min_n,
        "empty": spec.empty,
        "settle_days": spec.settle.days,
        "reading": str(spec.reading),
        "direction": str(spec.direction),
        "unit": spec.unit,
        "paused_by_freeze": spec.paused_by_freeze,
    }
    if spec.min_coverage:
        document["min_coverage"] = write_fraction(spec.min_coverage)
    return document | _measure_keys(spec)


def _measure_keys(spec: Spec) -> dict[str, Any]:
    keys: dict[str, Any] = {}
    if spec.measure is Measure.RATIO:
        own = _populations(spec.numerator_of) if spec.numerator_of else {"where": _clauses(spec.numerator_where)}
        keys["numerator"] = own
    if spec.link is not None:
        keys["link"] = _link(spec.link)
    if isinstance(spec.value, FieldAmount):
        keys["value"] = {"field": spec.value.path}
    elif spec.value is not None:
        keys["value"] = _span(spec.value)
    if spec.measure is Measure.QUANTILE:
        keys["q"] = write_fraction(spec.q)
    if spec.measure is Measure.RATE:
        keys["per"] = spec.per
    return keys


def _populations(populations: tuple[Population, ...]) -> Any:
    written = [_population(population) for population in populations]
    return written[0] if len(written) == 1 else written


def _population(population: Population) -> dict[str, Any]:
    written = {
        "facts": population.facts,
        "clock": _time(population.clock),
        "where": _clauses(population.where),
    }
    more = {"amount": population.amount} if population.amount else {}
    return written | more | ({"until": _time(population.until)} if population.until else {})


def _time(time: TimeAt) -> Any:
    if time.pick == "only":
        return {"field": time.paths[0], "plus": write_length(time.plus)} if time.plus else time.paths[0]
    return {time.pick: list(time.paths)} | ({"plus": write_length(time.plus)} if time.plus else {})


def _span(span: Span) -> dict[str, Any]:
    return {
        "from": _time(span.start),
        "to": _time(span.end),
        "missing": span.missing,
        "negative": span.negative,
        "stages": [[name, _time(start), _time(end)] for name, start, end in span.stages],
    }


def _clauses(clauses: tuple[Clause, ...]) -> list[Any]:
    return [_clause(clause) for clause in clauses]


def _clause(clause: Clause) -> Any:
    if isinstance(clause, AnyOf):
        return {"any": [_clause(option) for option in clause.options]}
    if isinstance(clause, Condition):
        value = list(clause.value) if isinstance(clause.value, tuple) else clause.value
        return [clause.path, str(clause.op), value]
    ends = {"from": _time(clause.span.start), "to": _time(clause.span.end)}
    return {**ends, str(clause.op): write_length(clause.limit)}


def _link(link: Link) -> dict[str, Any]:
    written = {
        "from": link.source,
        "at": link.at,
        "where": _clauses(link.where),
        "to": link.target,
        "to_clock": link.target_clock,
        "to_where": _clauses(link.target_where),
        "explicit": list(link.explicit),
        "infer": link.infer,
        "scope": link.scope,
        "keep": _clauses(link.keep),
    }
    return written | ({"max_gap": write_length(link.max_gap)} if link.max_gap else {})


def write_fraction(q: Fraction) -> str:
    """The decimal text of a quantile."""
    return write_decimal(Decimal(q.numerator) / Decimal(q.denominator))

"""The parts of a spec that people change, as values of a form, and back into the document. Pure.

What a form cannot say stays as it is: `KEPT` stands for an instant that is more than one field, and conditions of
other shapes are carried over untouched.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.core.fact_sources import FactField, FieldType
from apps.metrics.domain.conditions import OPS_BY_TYPE
from apps.metrics.domain.fields import LINKED, Sources
from apps.metrics.domain.phrases import LINKED_FACT, say_path, say_time, singular
from apps.metrics.domain.spec import Op, TimeAt

KEPT = "="
GRAINS = ("week", "month", "quarter")
# What people read where the form of a change asks for a field, and where a difference names it, by its place.
FIELD_LABELS = {
    "value, from": "The time begins with", "value, to": "The time ends with",
    "of, clock": "It belongs to the period of", "window, grains": "Read by", "min n": "Fewest facts to be judged",
    "settle days": "Days until a period is final", "direction": "Which way is better", "unit": "Unit",
}  # fmt: skip
COMPARISONS = {
    Op.IN: "is one of", Op.NOT_IN: "is none of", Op.AT_LEAST: "is at least", Op.AT_MOST: "is at most",
    Op.HAS: "holds", Op.HAS_NOT: "does not hold", Op.IS: "is",
}  # fmt: skip
STATES = ("set", "unset", "true", "false")
MORE_ROWS = 1

Document = Mapping[str, Any]
Choice = tuple[str, str]


@dataclass(frozen=True)
class Row:
    """One condition as a form shows it; `reason` belongs to facts that are left out."""

    path: str
    op: str
    value: str
    reason: str = ""


def counted(document: Document) -> Document:
    """The population that people speak of: the first one."""
    of = document["of"]
    return dict(of[0] if isinstance(of, list) else of)


def instants(document: Document, sources: Sources) -> list[Choice]:
    """Every instant that a clock may be: of the fact itself, and of the one it is linked to."""
    own = [(path, field) for path, field in _fields(document, sources) if _is_time(field)]
    return [(path, say_instant(path, document)) for path, _ in [*own, *_referred(document, sources)]]


def _referred(document: Document, sources: Sources) -> Iterator[tuple[str, FactField]]:
    """Instants of facts that a fact refers to."""
    for path, field in _fields(document, sources):
        if field.type is FieldType.REF and field.ref in sources and "." not in path:
            yield from ((f"{path}.{far.name}", far) for far in sources.get(field.ref).fields if _is_time(far))


def conditions(document: Document, sources: Sources) -> list[Choice]:
    """Every field a condition may be about."""
    offered = [(path, field) for path, field in _fields(document, sources) if field.type in OPS_BY_TYPE]
    return [(path, _field_words(path, field, document)) for path, field in offered]


def _fields(document: Document, sources: Sources) -> Iterator[tuple[str, FactField]]:
    facts = str(counted(document)["facts"])
    yield from ((field.name, field) for field in sources.get(facts).fields)
    other = _other(document, facts)
    if other:
        yield from ((f"{LINKED}.{field.name}", field) for field in sources.get(other).fields)


def _other(document: Document, facts: str) -> str:
    """The source on the other end of the link, where one fact is linked to one."""
    link = document.get("link")
    return str(link["to"]) if link and link["from"] == facts else ""


def _is_time(field: FactField) -> bool:
    return field.type is FieldType.TIME


def say_instant(path: str, document: Document) -> str:
    """An instant in words: its merge; the finish of the linked deployment."""
    return _named(say_time(TimeAt((path,))), document)


def _field_words(path: str, field: FactField, document: Document) -> str:
    words = _named(say_path(path), document)
    offered = f": {', '.join(field.choices)}" if field.choices else ""
    return f"{words}{offered}"


def _named(words: str, document: Document) -> str:
    other = _other(document, str(counted(document)["facts"]))
    return words.replace(LINKED_FACT, f"the linked {singular(other)}") if other else words


def instant_of(value: Any) -> str:
    """A clock as a form value: its path, or `KEPT` where it is more than a path."""
    return value if isinstance(value, str) else KEPT


def rows_of(clauses: Sequence[Any], reason: str = "") -> list[Row]:
    """The simple conditions among some, in their order."""
    return [Row(c[0], c[1], _value_text(c[2]), reason) for c in clauses if _is_simple(c)]


def _is_simple(clause: Any) -> bool:
    return isinstance(clause, list) and len(clause) == 3 and "." not in str(clause[0]).removeprefix(f"{LINKED}.")


def _value_text(value: Any) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)


def kept_clauses(clauses: Sequence[Any]) -> list[Any]:
    """The conditions a form cannot say."""
    return [clause for clause in clauses if not _is_simple(clause)]


def excluded_rows(document: Document) -> list[Row]:
    """Facts that are left out by one simple condition, each with its reason."""
    return [row for item in document["exclude"] if _is_row(item) for row in rows_of(item["where"], item["reason"])]


def kept_exclusions(document: Document) -> list[Any]:
    """Facts that are left out by what a form cannot say."""
    return [item for item in document["exclude"] if not _is_row(item)]


def _is_row(item: Document) -> bool:
    return len(item["where"]) == 1 and _is_simple(item["where"][0])


def clause_of(row: Row) -> list[Any]:
    """A condition as the document holds it; numbers are written as numbers."""
    if row.op in (Op.IN, Op.NOT_IN):
        return [row.path, row.op, [one.strip() for one in row.value.split(",") if one.strip()]]
    text = row.value.strip()
    is_number = row.op in (Op.AT_LEAST, Op.AT_MOST) and text.lstrip("-").isdigit()
    return [row.path, row.op, int(text) if is_number else text]


def reworded(document: Document, said: Document) -> dict[str, Any]:
    """The document with what a form said; keys that were not said stay as they are."""
    new = copy.deepcopy(dict(document))
    for key in ("min_n", "settle_days", "direction", "unit"):
        new[key] = said.get(key, new[key])
    new["window"]["grains"] = list(said.get("grains", new["window"]["grains"]))
    _put_population(new, said)
    _put_span(new, said)
    rows: Sequence[Row] = said.get("exclude", excluded_rows(document))
    if list(rows) != excluded_rows(document):
        kept = kept_exclusions(document)
        new["exclude"] = [*kept, *({"where": [clause_of(row)], "reason": row.reason} for row in rows)]
    return new


def _put_population(new: dict[str, Any], said: Document) -> None:
    population = new["of"][0] if isinstance(new["of"], list) else new["of"]
    if said.get("clock", KEPT) != KEPT:
        population["clock"] = said["clock"]
    if "where" in said and list(said["where"]) != rows_of(population["where"]):
        kept = kept_clauses(population["where"])
        population["where"] = [*kept, *(clause_of(row) for row in said["where"])]


def _put_span(new: dict[str, Any], said: Document) -> None:
    value = new.get("value")
    if not isinstance(value, dict) or "from" not in value:
        return
    for key in ("from", "to"):
        if said.get(key, KEPT) != KEPT:
            value[key] = said[key]
    value["stages"] = chained(value.get("stages", []), value["from"], value["to"])


def chained(stages: Sequence[Any], start: Any, end: Any) -> list[Any]:
    """The stages that still lead from the start to the end without a gap; none where they cannot."""
    found: list[Any] = []
    at = start
    for stage in stages:
        if stage[1] == at and at != end:
            found.append(stage)
            at = stage[2]
    return found if at == end else []

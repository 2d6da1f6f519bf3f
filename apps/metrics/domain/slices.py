"""Reads the slice of an exemption: facts of one source that meet all conditions on their own fields. Pure."""

from collections.abc import Mapping
from typing import Any

from apps.metrics.domain.conditions import ConditionReader
from apps.metrics.domain.faults import Faults
from apps.metrics.domain.fields import Scope, Sources
from apps.metrics.domain.parsing import find_source
from apps.metrics.domain.spec import Clause, Condition

KEYS = ("facts", "where")
MOST_CONDITIONS = 10


def read_slice(value: Mapping[str, Any], sources: Sources, faults: Faults) -> tuple[Clause, ...]:
    """The conditions of `{facts, where}`; faults are noted with pointers below `/slice`."""
    if not faults.keys(value, "/slice", known=KEYS, required=KEYS):
        return ()
    source = find_source(value["facts"], "/slice/facts", sources, faults)
    if source is None:
        return ()
    reader = ConditionReader(faults)
    clauses = reader.read_all(value["where"], "/slice/where", Scope(source, sources))
    if value["where"] == []:
        faults.add("/slice/where", "required", "The list is empty. Leave the slice out to exempt all facts.")
    if len(clauses) > MOST_CONDITIONS:
        faults.add("/slice/where", "too_many", f"A slice has at most {MOST_CONDITIONS} conditions.")
    for index, clause in enumerate(clauses):
        if not isinstance(clause, Condition) or not _is_own(clause, source):
            words = "A slice looks at the fact's own fields: [field, op, value], without a reference."
            faults.add(f"/slice/where/{index}", "not_its_own", words)
    return clauses


def _is_own(clause: Condition, source: Any) -> bool:
    found = source.field(clause.path)
    return found is not None and found.is_stored

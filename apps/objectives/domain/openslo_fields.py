"""The fields of OpenSLO v1 that are known here; any other is left out, and said with its path. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from apps.core.faults import escaped
from apps.core.problems import FieldProblem
from apps.objectives.domain.openslo_text import SourceObject

# A field leads to those inside it: a mapping of them, a list with one for its items, or None for what is not looked at.
Known = Mapping[str, Any]
_METADATA: Known = {"name": None, "displayName": None, "labels": None, "annotations": None}
_METRIC: Known = {"metricSource": {"metricSourceRef": None, "type": None, "spec": {"query": None, "indicator": None}}}
_SLI: Known = {
    "description": None,
    "ratioMetric": {"counter": None, "good": _METRIC, "bad": _METRIC, "total": _METRIC, "raw": None, "rawType": None},
    "thresholdMetric": _METRIC,
}
_WINDOW: Known = {"duration": None, "isRolling": None, "calendar": {"startTime": None, "timeZone": None}}
_OBJECTIVE: Known = dict.fromkeys(
    ("displayName", "op", "value", "target", "targetPercent", "timeSliceTarget", "timeSliceWindow", "indicator",
     "indicatorRef", "compositeWeight")
)  # fmt: skip
_SLO: Known = {
    "description": None, "service": None, "indicator": {"metadata": _METADATA, "spec": _SLI}, "indicatorRef": None,
    "timeWindow": [_WINDOW], "budgetingMethod": None, "objectives": [_OBJECTIVE], "alertPolicies": None,
}  # fmt: skip
_SPECS: Mapping[str, Known] = {
    "SLO": _SLO, "SLI": _SLI, "Service": {"description": None},
    "DataSource": {"description": None, "type": None, "connectionDetails": None},
}  # fmt: skip
WORDS = "This field is not known here and is left out."


def unknown_fields(one: SourceObject) -> Iterator[FieldProblem]:
    """A warning for each field of an object that nothing here reads; none of a kind that is left out as a whole."""
    if one.kind in _SPECS:
        known = {"apiVersion": None, "kind": None, "metadata": _METADATA, "spec": _SPECS[one.kind]}
        yield from _unknown(one.document, known, one.pointer)


def _unknown(given: Any, known: Any, place: str) -> Iterator[FieldProblem]:
    if isinstance(known, list) and isinstance(given, list):
        for number, item in enumerate(given):
            yield from _unknown(item, known[0], f"{place}/{number}")
    elif isinstance(known, Mapping) and isinstance(given, Mapping):
        for key, value in given.items():
            inside = f"{place}/{escaped(key)}"
            if key not in known:
                yield FieldProblem(inside, "unknown_field", WORDS)
            else:
                yield from _unknown(value, known[key], inside)

"""The words of OpenSLO objects, what an export noted beside them, and where in the file each of them stands. Pure."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from apps.core.faults import Faults, escaped
from apps.objectives.domain.openslo_text import SourceObject

INDICATOR_NOTE, PROMISE_NOTE, SLUG_NOTE = "plumbline/indicator", "plumbline/promise", "plumbline/indicator-slug"
FROM_IMPORT = "Taken over from an OpenSLO file; say what it decides before you submit it."
LONGEST_NAME, LONGEST_WORDS = 120, 1000


def noted(note: str, holder: SourceObject, faults: Faults) -> dict[str, Any]:
    """What an export of this product wrote beside the standard's own fields; nothing in other files."""
    text = annotations_of(holder).get(note)
    if text is None:
        return {}
    try:
        document = json.loads(str(text), parse_float=Decimal)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        faults.add(_note_place(holder, note), "not_json", "This annotation is one JSON object.")
        return {}
    return document


def annotations_of(holder: SourceObject) -> Mapping[str, Any]:
    """The annotations of an object."""
    found = _metadata(holder).get("annotations")
    return found if isinstance(found, Mapping) else {}


def _metadata(holder: SourceObject) -> Mapping[str, Any]:
    found = holder.document.get("metadata")
    return found if isinstance(found, Mapping) else {}


def _note_place(holder: SourceObject, note: str) -> str:
    return f"{holder.pointer}/metadata/annotations/{escaped(note)}"


def indicator_words(holder: SourceObject, nested: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Name and words of an indicator: as the fields say; the rest in words of its own where no export noted any."""
    shown, description = _metadata(holder).get("displayName"), nested.get("description")
    if own:
        found = {"name": shown, "hurts": description}
        return {key: str(text) for key, text in found.items() if text}
    return {
        "name": str(shown or holder.name)[:LONGEST_NAME],
        "kind": "other",
        "hurts": FROM_IMPORT,
        "blind_spot": FROM_IMPORT,
        "measured_at": "server",
        "valid": "Events of the total query",
        "good": "Events of the good query",
    }


def promise_words(
    one: SourceObject, item: Mapping[str, Any], own: Mapping[str, Any], *, is_only: bool, revisit_on: date
) -> dict[str, Any]:
    """Name and reason of a promise as the fields say; the rest in words of its own where no export noted any."""
    description = _spec(one).get("description")
    if own:
        found = {"name": _edited_name(one, item, str(own.get("name")), is_only=is_only), "rationale": description}
        return {key: str(text) for key, text in found.items() if text}
    return {
        "name": str(_names(one, item, is_only=is_only)[0])[:LONGEST_NAME], "monday_decision": FROM_IMPORT,
        "rationale": str(description or FROM_IMPORT)[:LONGEST_WORDS], "revisit_on": revisit_on.isoformat(),
    }  # fmt: skip


def _spec(one: SourceObject) -> Mapping[str, Any]:
    found = one.document.get("spec")
    return found if isinstance(found, Mapping) else {}


def _names(one: SourceObject, item: Mapping[str, Any], *, is_only: bool) -> list[Any]:
    """Names of an objective, the nearest first: an only one has that of its SLO."""
    of_slo, of_item = _metadata(one).get("displayName"), item.get("displayName")
    found = [of_slo, of_item] if is_only else [of_item, of_slo]
    return [name for name in found if name] or [one.name]


def _edited_name(one: SourceObject, item: Mapping[str, Any], before: str, *, is_only: bool) -> Any:
    """An export writes the name of a promise twice: whichever was edited is meant."""
    found = _names(one, item, is_only=is_only)
    if not is_only:
        return before if found == [one.name] else found[0]
    return next((name for name in found if name not in (before, one.name)), before)


def promise_pointer(
    pointer: str, one: SourceObject, place: str, item: Mapping[str, Any], *, is_only: bool
) -> str:  # fmt: skip
    """Where in the file a part of a promise stands, by its place in the document that was made of it."""
    spec, first = f"{one.pointer}/spec", pointer.strip("/").split("/")[0]
    fields = {
        "target": f"{place}/{'targetPercent' if item.get('target') is None else 'target'}",
        "slice_target": f"{place}/timeSliceTarget", "window": f"{spec}/timeWindow/0",
        "method": f"{spec}/budgetingMethod",
    }  # fmt: skip
    if first in fields:
        return fields[first]
    if first == "rationale" and _spec(one).get("description"):
        return f"{spec}/description"
    if first == "name":
        return _name_place(one, place, item, is_only=is_only)
    return _note_place(one, PROMISE_NOTE) if PROMISE_NOTE in annotations_of(one) else place


def _name_place(one: SourceObject, place: str, item: Mapping[str, Any], *, is_only: bool) -> str:
    places = [(f"{one.pointer}/metadata/displayName", _metadata(one)), (f"{place}/displayName", item)]
    for where, holder in places if is_only else reversed(places):
        if holder.get("displayName"):
            return where
    return f"{one.pointer}/metadata/name"


def sli_pointer(
    pointer: str, holder: SourceObject, nested: Mapping[str, Any], sli_place: str, place: str, item: Mapping[str, Any]
) -> str:  # fmt: skip
    """Where in the file a part of an indicator stands, by its place in the document that was made of it."""
    first = pointer.strip("/").split("/")[0]
    if first in ("valid_query", "good_query", "bad_query"):
        return f"{sli_place}/{_query_place(first, nested)}"
    if first == "slice_seconds" and item.get("timeSliceWindow") is not None:
        return f"{place}/timeSliceWindow"
    if first == "hurts" and nested.get("description"):
        return f"{sli_place}/description"
    if first == "name":
        return f"{holder.pointer}/metadata/{'displayName' if _metadata(holder).get('displayName') else 'name'}"
    return _note_place(holder, INDICATOR_NOTE) if INDICATOR_NOTE in annotations_of(holder) else sli_place


def _query_place(key: str, nested: Mapping[str, Any]) -> str:
    if nested.get("ratioMetric") is None:
        return "thresholdMetric/metricSource/spec/query"
    return f"ratioMetric/{'total' if key == 'valid_query' else key.removesuffix('_query')}/metricSource/spec/query"

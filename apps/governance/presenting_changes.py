"""What a proposal changes, prepared for its page: as sentences, as fields and as JSON."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse

from apps.governance.domain.diffs import diff_fields, diff_json, diff_words
from apps.governance.domain.kinds import Op, kinds
from apps.governance.models import ProposalItem, ProposalRevision

MOST_ITEMS_SHOWN = 20
OP_WORDS = {
    Op.CREATE: "is new", Op.CHANGE: "changes", Op.DEPRECATE: "is deprecated", Op.RETIRE: "is retired",
    Op.END: "ends",
}  # fmt: skip


def present_changes(items: Sequence[ProposalItem]) -> dict[str, Any]:
    """Each change as a sentence, as fields and as JSON; of very many the first ones."""
    shown = [present_item(item) for item in items[:MOST_ITEMS_SHOWN]]
    more = len(items) - len(shown)
    return {"changes": shown, "more_changes": f"And {more:,} more; the API lists every one." if more else ""}


def subject_words(items: Iterable[ProposalItem]) -> str:
    """What a proposal is about: the name of its first object, and how many more there are."""
    first, *others = [item.name or item.key for item in items] or [""]
    return f"{first} and {len(others):,} more" if others else first


def present_item(item: ProposalItem) -> dict[str, Any]:
    """One change: its object, and both sides beside each other."""
    before, after = item.shown.get("before") or {}, item.shown.get("after") or {}
    name = kinds.pages(item.kind).of_object
    kind = kinds.get(item.kind)
    return {
        "name": item.name or item.key,
        "kind": kind.label if kind else item.kind,
        "act": OP_WORDS[Op(item.op)],
        "url": reverse(name, args=[item.key]) if name and item.op != Op.CREATE else "",
        "owner": item.owner_team,
        "sentence": after.get("sentence", ""),
        "diff": diff_of(before, after, kind.labels if kind else {}),
    }


def diff_of(before: Mapping[str, Any], after: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Any]:
    """The three ways to read a difference; a first version has nothing to be compared with."""
    if not before:
        return {"text": [{"op": "ins", "text": p["text"]} for p in diff_json(None, after.get("document") or None)]}
    old, new = before.get("document", {}), after.get("document", {})
    same_words = before.get("sentence") == after.get("sentence")
    return {
        "sentence": [] if same_words else diff_words(before.get("sentence", ""), after.get("sentence", "")),
        "fields": [field | {"label": field_label(field["label"], labels)} for field in diff_fields(old, new)],
        "text": diff_json(old, new),
    }


def field_label(place: str, labels: Mapping[str, str]) -> str:
    """The place of a field as its form calls it; what stands inside the spec or the contract is named alone."""
    if place in labels:
        return labels[place]
    for head in ("spec, ", "contract, "):
        place = place.removeprefix(head)
    return place[:1].upper() + place[1:]


def present_news(read: ProposalRevision | None, now: ProposalRevision) -> list[dict[str, str]]:
    """What a newer revision says differently from the one that was read, field by field."""
    if read is None or read.sha256 == now.sha256:
        return []
    return diff_fields(json.loads(read.text), json.loads(now.text))

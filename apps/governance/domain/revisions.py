"""What a revision says, as one canonical text whose hash people sign. Pure."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from apps.core.problems import FieldProblem
from apps.governance.domain.kinds import Item, Op

LEAST_REASON, LONGEST_REASON = 40, 2000
LONGEST_AT_ONCE = 500
MOST_ITEMS = 2000
LONGEST_TEXT = 1024 * 1024


class Category(StrEnum):
    """Why something changes, in one word."""

    CORRECTION = "correction"
    IMPROVEMENT = "improvement"
    NEW_NEED = "new_need"
    CLEAN_UP = "clean_up"

    @property
    def label(self) -> str:
        """The words on pages."""
        return CATEGORY_WORDS[self]


CATEGORY_WORDS = {
    Category.CORRECTION: "It measured the wrong thing",
    Category.IMPROVEMENT: "It can be measured better",
    Category.NEW_NEED: "Something new has to be decided",
    Category.CLEAN_UP: "It is no longer needed",
}


@dataclass(frozen=True)
class Asked:
    """What an author asks for. `on` None: as soon as everybody has signed; `restate_from` None: from then on."""

    items: tuple[Item, ...]
    reason: str
    category: Category
    on: date | None = None
    at_once_reason: str = ""
    restate_from: date | None = None
    # A first version that nothing precedes may hold from the beginning.
    from_beginning: bool = False


def text_of(asked: Asked) -> str:
    """Canonical JSON in NFC: sorted keys, no spaces; equal asks give equal bytes."""
    document = {
        "items": [item.as_dict() for item in asked.items],
        "reason": asked.reason,
        "category": asked.category.value,
        "date": asked.on.isoformat() if asked.on else None,
        "at_once_reason": asked.at_once_reason,
        "restate_from": asked.restate_from.isoformat() if asked.restate_from else None,
        "from_beginning": asked.from_beginning,
    }
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return unicodedata.normalize("NFC", text)


def sha256_of(text: str) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_text(text: str) -> Asked:
    """The ask that a stored text holds."""
    document = json.loads(text)
    return Asked(
        items=tuple(_item(one) for one in document["items"]),
        reason=document["reason"],
        category=Category(document["category"]),
        on=_day(document["date"]),
        at_once_reason=document["at_once_reason"],
        restate_from=_day(document["restate_from"]),
        from_beginning=document["from_beginning"],
    )


def _item(document: Mapping[str, Any]) -> Item:
    return Item(document["kind"], Op(document["op"]), document["key"], document["content"])


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def find_problems(asked: Asked, known_kinds: Mapping[str, frozenset[Op]], *, is_draft: bool) -> list[FieldProblem]:
    """Faults of the frame around the items; a draft may still lack its reason."""
    return [
        *_count_problems(asked.items),
        *(problem for index, item in enumerate(asked.items) for problem in _kind_problems(index, item, known_kinds)),
        *_repeated(asked.items),
        *([] if is_draft else _reason_problems(asked.reason)),
        *_length_problems(asked),
    ]


def _count_problems(items: Sequence[Item]) -> list[FieldProblem]:
    if not items:
        return [FieldProblem("/items", "no_items", "A proposal changes at least one thing.")]
    if len(items) > MOST_ITEMS:
        return [FieldProblem("/items", "too_many_items", f"A proposal has at most {MOST_ITEMS:,} items.")]
    return []


def _kind_problems(index: int, item: Item, known: Mapping[str, frozenset[Op]]) -> list[FieldProblem]:
    if item.kind not in known:
        words = f"A kind is one of {', '.join(sorted(known))}."
        return [FieldProblem(f"/items/{index}/kind", "unknown_value", words)]
    if item.op not in known[item.kind]:
        words = f"A {item.kind} takes {', '.join(sorted(known[item.kind]))}."
        return [FieldProblem(f"/items/{index}/op", "unknown_value", words)]
    return []


def _repeated(items: Sequence[Item]) -> list[FieldProblem]:
    seen: set[tuple[str, str]] = set()
    problems = []
    for index, item in enumerate(items):
        place = (item.kind, item.key)
        if item.key and place in seen:
            words = f"{item.key} is changed twice in this proposal."
            problems.append(FieldProblem(f"/items/{index}/key", "repeated", words))
        seen.add(place)
    return problems


def _reason_problems(reason: str) -> list[FieldProblem]:
    if len(reason.strip()) >= LEAST_REASON:
        return []
    words = f"Say in at least {LEAST_REASON} characters why this is better than what holds now."
    return [FieldProblem("/reason", "too_short", words)]


def _length_problems(asked: Asked) -> list[FieldProblem]:
    limits = (("/reason", asked.reason, LONGEST_REASON), ("/at_once_reason", asked.at_once_reason, LONGEST_AT_ONCE))
    return [
        FieldProblem(place, "too_long", f"At most {limit:,} characters; this has {len(text):,}.")
        for place, text, limit in limits
        if len(text) > limit
    ]

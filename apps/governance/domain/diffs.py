"""What differs between two texts or documents: words of a sentence, fields, lines. Pure."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

Part = dict[str, str]
# Runs of words that stay between two changes and are this short are read as part of one change.
SHORT_RUN = 1


def diff_words(old: str, new: str) -> list[Part]:
    """Runs of words that stay, go and come, in reading order."""
    runs = _bridged(list(_runs(old.split(), new.split())))
    return [{"op": op, "text": " ".join(run)} for op, run in runs]


def diff_lines(old: str, new: str) -> list[Part]:
    """The lines of two texts that stay, go and come."""
    return [{"op": op, "text": line} for op, run in _runs(old.splitlines(), new.splitlines()) for line in run]


def diff_fields(old: Any, new: Any) -> list[dict[str, str]]:
    """The places at which two documents differ: label, old and new as text; an absent side is empty."""
    before, after = dict(_leaves(old, "")), dict(_leaves(new, ""))
    places = sorted({*before, *after})
    return [
        {"label": place, "old": before.get(place, ""), "new": after.get(place, "")}
        for place in places
        if before.get(place) != after.get(place)
    ]


def diff_json(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> list[Part]:
    """Two documents as laid out JSON, line by line; an absent side has no line."""
    return diff_lines(pretty(old), pretty(new))


def pretty(document: Mapping[str, Any] | None) -> str:
    """A document laid out for reading: sorted keys, two spaces; nothing for an absent one."""
    return "" if document is None else json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)


def _runs(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield "same", old[i1:i2]
            continue
        if i1 < i2:
            yield "del", old[i1:i2]
        if j1 < j2:
            yield "ins", new[j1:j2]


def _bridged(runs: list[tuple[str, Sequence[str]]]) -> list[tuple[str, list[str]]]:
    """Two changes with a single word between them read as one: people see what was said and what will be said."""
    found: list[tuple[str, list[str]]] = []
    gone: list[str] = []
    come: list[str] = []
    for index, (op, run) in enumerate(runs):
        if op == "same" and not _is_bridge(runs, index):
            found += [("del", gone)] if gone else []
            found += [("ins", come)] if come else []
            gone, come = [], []
            found.append(("same", list(run)))
            continue
        gone = gone if op == "ins" else [*gone, *run]
        come = come if op == "del" else [*come, *run]
    return found + ([("del", gone)] if gone else []) + ([("ins", come)] if come else [])


def _is_bridge(runs: Sequence[tuple[str, Sequence[str]]], index: int) -> bool:
    """True for a short run that stays between two replacements; between two pure additions nothing is bridged."""
    inside = 0 < index < len(runs) - 1 and len(runs[index][1]) <= SHORT_RUN
    return inside and {op for op, _ in runs[max(0, index - 2) : index + 3]} >= {"del", "ins"}


def _leaves(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Every value that is no mapping with its place, such as `value, from`; a list is one value."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{place}, {_words(key)}" if place else _words(key))
    elif isinstance(value, list) and value and all(isinstance(inner, Mapping) for inner in value):
        for number, inner in enumerate(value, start=1):
            yield from _leaves(inner, f"{place} {number}" if place else str(number))
    else:
        yield place, _text(value)


def _text(value: Any) -> str:
    """A value as read; a list of names without quotes and brackets."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "none"
    if isinstance(value, list):
        return ", ".join(_text(inner) for inner in value) or "none"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _words(key: str) -> str:
    return re.sub(r"_", " ", key)

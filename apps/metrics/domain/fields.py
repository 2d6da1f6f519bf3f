"""Finds the field that a path of a spec names: through references, and through the link from either side. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from apps.core.fact_sources import PERSON_WORDS, FactField, FactSource, FieldType
from apps.metrics.domain.faults import Faults, emphasised, unknown

LINKED = "linked"
ENDS = ("first", "last")
MOST_REFERENCES = 2


class Sources(Protocol):
    """What a spec may be about: the registry of fact sources, or a part of it."""

    def get(self, key: str) -> FactSource:
        """The source of that key."""
        ...

    def keys(self) -> list[str]:
        """All keys."""
        ...

    def __contains__(self, key: object) -> bool: ...

    def __iter__(self) -> Iterator[FactSource]: ...


@dataclass(frozen=True)
class Scope:
    """Where a path starts: a source, and what `linked` leads to from there.

    `linked_many`: seen from the `to` side one fact may have several linked ones, so only their least and greatest
    values can be named, as `linked.first.x` and `linked.last.x`.
    """

    source: FactSource
    sources: Sources
    linked: FactSource | None = None
    linked_many: bool = False


@dataclass(frozen=True)
class Found:
    """The field at the end of a path and the source it belongs to."""

    field: FactField
    source: FactSource


def find_field(path: str, scope: Scope, pointer: str, faults: Faults) -> Found | None:
    """The field a path names; None after the fault has been noted."""
    steps = path.split(".")
    start = _start(steps, scope, pointer, faults)
    if start is None:
        return None
    source, rest, used = start
    if used + len(rest) - 1 > MOST_REFERENCES:
        faults.add(pointer, "path_too_long", f"A path passes at most {MOST_REFERENCES} references.")
        return None
    return _walk(rest, source, scope.sources, pointer, faults)


def find_typed(path: object, wanted: FieldType, scope: Scope, pointer: str, faults: Faults) -> Found | None:
    """The field a path names if it is of the wanted type."""
    found = find_field(path, scope, pointer, faults) if isinstance(path, str) else None
    if not isinstance(path, str):
        faults.is_a(path, str, pointer)
    if found is None or found.field.type is wanted:
        return found
    known = [field.name for field in found.source.fields if field.type is wanted]
    fits = f" Fields of this type: {', '.join(known)}." if known else ""
    is_now = f"{emphasised(path)} is of type {found.field.type}, not {wanted}."
    faults.add(pointer, "wrong_field_type", is_now + fits)
    return None


def _start(steps: list[str], scope: Scope, pointer: str, faults: Faults) -> tuple[FactSource, list[str], int] | None:
    """The source of the first field, the fields still to walk, and how many references have been passed."""
    if steps[0] != LINKED:
        return scope.source, steps, 0
    if scope.linked is None:
        faults.add(pointer, "not_linked", "Nothing is *linked* here: that word needs `link` and a place after it.")
        return None
    if not scope.linked_many:
        return scope.linked, steps[1:], 1
    if len(steps) < 2 or steps[1] not in ENDS:
        faults.add(pointer, "linked_many", "Several facts may be linked here: write linked.first.… or linked.last.…")
        return None
    return scope.linked, steps[2:], 1


def _walk(names: list[str], source: FactSource, sources: Sources, pointer: str, faults: Faults) -> Found | None:
    if not names:
        faults.add(pointer, "unknown_field", "Name a field of the linked fact, as in linked.finished_at.")
        return None
    for name in names[:-1]:
        found = _field(name, source, pointer, faults)
        following = _referred(found, sources, pointer, faults) if found else None
        if following is None:
            return None
        source = following
    last = _field(names[-1], source, pointer, faults)
    return Found(last, source) if last else None


def _field(name: str, source: FactSource, pointer: str, faults: Faults) -> FactField | None:
    found = source.field(name)
    if found is not None:
        return found
    if PERSON_WORDS.intersection(name.lower().split("_")):
        sentence = f"{emphasised(name)} speaks of a person. Systems and teams are measured here, never individuals."
        faults.add(pointer, "person_level", sentence)
        return None
    faults.add(pointer, "unknown_field", unknown(name, f"a field of {source.key}", [f.name for f in source.fields]))
    return None


def _referred(found: FactField, sources: Sources, pointer: str, faults: Faults) -> FactSource | None:
    if found.type is FieldType.REF and found.ref in sources:
        return sources.get(found.ref)
    if found.type is FieldType.REF:
        faults.add(pointer, "unknown_source", f"{emphasised(found.name)} leads to {found.ref}, which nobody reports.")
    else:
        faults.add(pointer, "not_a_reference", f"{emphasised(found.name)} leads to no other fact.")
    return None

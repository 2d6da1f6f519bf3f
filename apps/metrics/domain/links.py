"""Reads the link of a spec: the one rule that ties facts of one source to facts of another. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from apps.core.fact_sources import FactSource, FieldType
from apps.metrics.domain.conditions import ConditionReader
from apps.metrics.domain.faults import Faults, said, unknown
from apps.metrics.domain.fields import Scope, Sources, find_typed
from apps.metrics.domain.spec import Clause, Link
from apps.metrics.domain.times import read_length

KEYS = ("from", "at", "where", "to", "to_clock", "to_where", "explicit", "infer", "scope", "max_gap", "keep")
REQUIRED = ("from", "at", "to")
INFERENCES = ("none", "last_before", "first_after")
Ends = tuple[FactSource | None, FactSource | None]


@dataclass
class LinkReader:
    """Reads a link; its two sources first, because paths elsewhere in the spec depend on them."""

    faults: Faults
    conditions: ConditionReader
    sources: Sources

    def find_ends(self, value: Any) -> Ends:
        """The sources a link leads from and to, without noting faults; None where there is none."""
        if not isinstance(value, dict):
            return None, None
        keys = (value.get("from"), value.get("to"))
        start, end = (self.sources.get(k) if isinstance(k, str) and k in self.sources else None for k in keys)
        return start, end

    def read(self, value: Any, ends: Ends) -> Link | None:
        """The link; None after its faults have been noted."""
        if not self.faults.keys(value, "/link", known=KEYS, required=REQUIRED):
            return None
        self._note_unknown_ends(value, ends)
        start, end = ends
        infer = self._word(value, "infer", INFERENCES, "a way to find the other fact")
        scope = self._word(value, "scope", ("service", "team"), "a scope")
        gap = self._gap(value, infer)
        if start is None or end is None:
            return None
        here, there = Scope(start, self.sources), Scope(end, self.sources)
        at = self._time(value["at"], "/link/at", here) if "at" in value else None
        clock = self._clock(value.get("to_clock", end.main_clock), there)
        explicit = self._explicit(value.get("explicit", []), here, end, infer)
        where, to_where = self._where(value, "where", here), self._where(value, "to_where", there)
        keep = self._where(value, "keep", Scope(start, self.sources, end))
        if at is None or clock is None or infer is None or scope is None:
            return None
        return Link(
            source=start.key, at=at, target=end.key, target_clock=clock, where=where, target_where=to_where,
            explicit=explicit, infer=infer, scope=scope, max_gap=gap, keep=keep,
        )  # fmt: skip

    def _note_unknown_ends(self, value: dict[str, Any], ends: Ends) -> None:
        for key, source in zip(("from", "to"), ends, strict=True):
            if source is None and key in value:
                name = value[key]
                sentence = unknown(name, "a kind of fact that is reported here", self.sources.keys())
                self.faults.add(f"/link/{key}", "unknown_source", sentence)

    def _word(self, value: dict[str, Any], key: str, known: tuple[str, ...], noun: str) -> str | None:
        return self.faults.one_of(value.get(key, known[0]), known, f"/link/{key}", noun)

    def _gap(self, value: dict[str, Any], infer: str | None) -> timedelta | None:
        if "max_gap" in value and infer == "none":
            sentence = "*max_gap* binds inferred links only; name a way in *infer* or leave it out."
            self.faults.add("/link/max_gap", "not_applicable", sentence)
        if "max_gap" in value:
            return read_length(value["max_gap"], "/link/max_gap", self.faults)
        if infer not in ("none", None):
            self.faults.add("/link/max_gap", "required", "An inferred link needs *max_gap*, for instance 90d.")
        return None

    def _time(self, path: Any, pointer: str, scope: Scope) -> str | None:
        return str(path) if find_typed(path, FieldType.TIME, scope, pointer, self.faults) else None

    def _clock(self, path: Any, scope: Scope) -> str | None:
        if self._time(path, "/link/to_clock", scope) is None:
            return None
        if path in scope.source.clocks:
            return str(path)
        allowed = ", ".join(scope.source.clocks)
        sentence = f"{said(path)} decides no period. Clocks of {scope.source.key}: {allowed}."
        self.faults.add("/link/to_clock", "not_a_clock", sentence)
        return None

    def _explicit(self, value: Any, scope: Scope, end: FactSource, infer: str | None) -> tuple[str, ...]:
        items = self.faults.list_of(value, "/link/explicit", longest=4)
        for index, path in enumerate(items):
            pointer = f"/link/explicit/{index}"
            found = find_typed(path, FieldType.REF, scope, pointer, self.faults)
            if found is not None and found.field.ref != end.key:
                self.faults.add(pointer, "wrong_field_type", f"{said(path)} leads to {found.field.ref}, not {end.key}.")
        if value == [] and infer == "none":
            self.faults.add("/link", "link_ties_nothing", "Name an *explicit* path or a way in *infer*.")
        return tuple(str(path) for path in items)

    def _where(self, value: dict[str, Any], key: str, scope: Scope) -> tuple[Clause, ...]:
        return self.conditions.read_all(value[key], f"/link/{key}", scope) if key in value else ()

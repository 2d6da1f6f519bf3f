"""One sample as a tool or a file says it: every fault at its field, and where it belongs or why it waits. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from apps.core.fact_parsing import Fault, names_a_person, parse_instant, parse_text, pointer_to, printable
from apps.core.problems import FieldProblem
from apps.objectives.domain.counts import Counts
from apps.objectives.domain.indicator_specs import IndicatorSpec
from apps.objectives.domain.indicator_words import OTHER_KEY, Dimension, SampleSource
from apps.objectives.domain.samples import COUNT_KEYS, CountFault, HeldReason, check_start, read_counts

KNOWN = ("source", "indicator", "slice_start", *COUNT_KEYS, "tenant", "segment", "service", "flow")
KEYS = (Dimension.TENANT, Dimension.SEGMENT)


@dataclass(frozen=True)
class SampleItem:
    """A sample that reads: which indicator it names, for which key, and its counts."""

    indicator: str
    starts_at: datetime
    counts: Counts
    tenant: str = ""
    segment: str = ""
    service: str = ""
    flow: str = ""

    @property
    def key(self) -> str:
        """The tenant or segment it names; only one of them is."""
        return self.tenant or self.segment

    def with_other_key(self, dimension: Dimension) -> str:
        """The field in which a key stands that the indicator does not know; empty where there is none."""
        named = {one.value: getattr(self, one.value) for one in KEYS if one is not dimension}
        return next((field for field, key in named.items() if key), "")


def read_item(item: Mapping[str, Any]) -> tuple[SampleItem | None, list[FieldProblem]]:
    """A sample, or all its faults located below the item."""
    problems = [_unknown(name) for name in item if name not in KNOWN]
    texts = {name: _text(item, name, problems) for name in ("indicator", "tenant", "segment", "service", "flow")}
    if not texts["indicator"] and not any(p.pointer == "/indicator" for p in problems):
        problems.append(FieldProblem("/indicator", "required", "Name the indicator by its short name."))
    if texts["tenant"] and texts["segment"]:
        problems.append(FieldProblem("/segment", "repeated", "Name a tenant or a segment, not both."))
    starts_at, counts = _instant(item, problems), _counts(item, problems)
    if problems or starts_at is None or counts is None:
        return None, problems
    return SampleItem(starts_at=starts_at, counts=counts, **texts), []


def _unknown(name: str) -> FieldProblem:
    if name == "key":
        sentence = "A sample is known by indicator, slice_start and its tenant or segment; leave key out."
        return FieldProblem("/key", "unknown_field", sentence)
    if names_a_person(name):
        return FieldProblem(
            pointer_to(name), "person_field", f"{printable(name)} is about a person; samples carry no person."
        )
    near = get_close_matches(name[:80].lower(), KNOWN, n=1)
    hint = f" Did you mean {near[0]}?" if near else f" Known: {', '.join(KNOWN)}."
    return FieldProblem(pointer_to(name), "unknown_field", f"Samples have no field {printable(name)}.{hint}")


def _text(item: Mapping[str, Any], name: str, problems: list[FieldProblem]) -> str:
    if item.get(name) in (None, ""):
        return ""
    try:
        return parse_text(item[name]).strip()
    except Fault as fault:
        problems.append(FieldProblem(f"/{name}", fault.code, fault.sentence))
        return ""


def _instant(item: Mapping[str, Any], problems: list[FieldProblem]) -> datetime | None:
    value = item.get("slice_start")
    if value in (None, ""):
        problems.append(FieldProblem("/slice_start", "required", "Say when the slice begins."))
        return None
    try:
        return value if isinstance(value, datetime) else parse_instant(value, None)
    except Fault as fault:
        problems.append(FieldProblem("/slice_start", fault.code, fault.sentence))
        return None


def _counts(item: Mapping[str, Any], problems: list[FieldProblem]) -> Counts | None:
    try:
        return read_counts(item)
    except CountFault as fault:
        problems.append(FieldProblem(f"/{fault.field}", fault.code, fault.sentence))
        return None


@dataclass(frozen=True)
class Taker:
    """An indicator as arriving samples meet it on the day of their slice."""

    spec: IndicatorSpec
    service: str
    flow: str
    began_at: datetime
    retired_on: date | None
    is_theirs: bool


def held_reason(taker: Taker | None, day: date) -> HeldReason | None:
    """Why samples for this indicator wait whatever they say, or None; another team's answers like an absent one."""
    if taker is None or (taker.retired_on is not None and taker.retired_on <= day):
        return HeldReason.UNKNOWN_INDICATOR
    if not taker.is_theirs:
        return HeldReason.NOT_YOURS
    return HeldReason.NOT_PUSHED if taker.spec.source is not SampleSource.PUSH else None


def check_item(item: SampleItem, taker: Taker) -> FieldProblem | None:
    """What of a sample contradicts its indicator, or None."""
    for field, theirs in (("service", taker.service), ("flow", taker.flow)):
        said = getattr(item, field)
        if said and said.lower() != theirs.lower():
            words = f"The indicator belongs to {theirs or f'no {field}'}, not to {printable(said)}. Leave {field} out."
            return FieldProblem(f"/{field}", "unknown_value", words)
    if item.starts_at < taker.began_at:
        return FieldProblem("/slice_start", "before_service", "The service did not exist at that time.")
    return _check_key(item, taker.spec.dimension)


def _check_key(item: SampleItem, dimension: Dimension) -> FieldProblem | None:
    if field := item.with_other_key(dimension):
        what = "no keys" if dimension is Dimension.NONE else f"a {dimension} for each sample"
        return FieldProblem(f"/{field}", "not_applicable", f"The indicator counts with {what}. Leave {field} out.")
    if dimension is not Dimension.NONE and not item.key:
        words = f"The indicator counts each {dimension} by itself; name it, or {OTHER_KEY}."
        return FieldProblem(f"/{dimension}", "required", words)
    return None


def check_time(item: SampleItem, taker: Taker, now: datetime) -> FieldProblem | None:
    """Why the slice is refused in a push, or None."""
    fault = check_start(item.starts_at, taker.spec.slice_seconds, now)
    return FieldProblem("/slice_start", fault.code, fault.sentence) if fault else None


def takes_key(key: str, known: Collection[str], tenants: Collection[str], dimension: Dimension) -> bool:
    """Whether a key may be counted at once: a known one, the only one, `other`, a tenant of the catalogue with room."""
    if dimension is Dimension.NONE or key in known or key == OTHER_KEY:
        return True
    return dimension is Dimension.TENANT and key in tenants and has_room(known, dimension)


def why_key_waits(
    key: str, known: Collection[str], tenants: Collection[str], dimension: Dimension
) -> HeldReason | None:
    """Why a key is not counted at once, or None.

    What lies beyond the cap waits: added up to `other` push by push, the last one would replace those before it.
    """
    if takes_key(key, known, tenants, dimension):
        return None
    return HeldReason.UNKNOWN_KEY if has_room(known, dimension) else HeldReason.NO_ROOM


def has_room(known: Collection[str], dimension: Dimension) -> bool:
    """Whether one more key may stand by itself."""
    return len([key for key in known if key != OTHER_KEY]) < dimension.most_keys

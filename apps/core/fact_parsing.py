"""Reading one fact as a tool sends it: every fault at its place, nothing guessed. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

from apps.core.fact_sources import PERSON_WORDS, FactField, FactSource, FieldType
from apps.core.problems import FieldProblem

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
CLOCK_SKEW = timedelta(minutes=5)
MAX_TEXT = 200
MAX_LABELS = 50
LARGEST_INT = 2**31 - 1
LARGEST_DECIMAL = Decimal(10) ** 14

# Names such as `service_name` hold a word of people without naming one.
_HARMLESS_ALONE = frozenset({"name", "owner"})
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,18})?(?P<zone>[Zz]|[+-]\d\d:\d\d)?", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,18}(?:\.\d{1,18})?", re.ASCII)


@dataclass(frozen=True)
class Fault(Exception):
    """Why a value cannot be read: a code and a sentence; the place is added by who asked."""

    code: str
    sentence: str


def parse_text(value: Any, limit: int = MAX_TEXT) -> str:
    """Text of at most `limit` characters that the database can hold; raises `Fault`."""
    if not isinstance(value, str):
        raise Fault("wrong_type", f"Expected text, got {_type_word(value)}.")
    if len(value) > limit:
        raise Fault("too_long", f"At most {limit} characters; this has {len(value)}.")
    if "\0" in value:
        raise Fault("nul_not_allowed", "The text holds a NUL character.")
    if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
        raise Fault("surrogate_not_allowed", "The text holds half of a surrogate pair.")
    return value


def parse_instant(value: Any, now: datetime | None) -> datetime:
    """An RFC 3339 instant with offset, from 2000 to five minutes after `now` (None: without end), in UTC."""
    instant = read_instant(value)
    if instant < EARLIEST:
        raise Fault("before_2000", "The time lies before 2000.")
    if now is not None and instant > now + CLOCK_SKEW:
        raise Fault("in_future", f"The time lies ahead of the clock here, {now:%Y-%m-%dT%H:%M:%SZ}.")
    return instant.astimezone(UTC)


def read_instant(value: Any) -> datetime:
    """An RFC 3339 instant with offset, whenever it lies; raises `Fault`."""
    if not isinstance(value, str):
        raise Fault("wrong_type", f"Expected a time as text, got {_type_word(value)}.")
    match = _RFC3339.fullmatch(value)
    if match is None:
        raise Fault("not_a_time", "Expected a time such as 2026-08-24T09:31:00+02:00.")
    if match["zone"] is None:
        raise Fault("zone_required", "The time names no offset; end it with Z or, say, +02:00.")
    try:
        return datetime.fromisoformat(value.upper())
    except ValueError:
        raise Fault("not_a_time", "No calendar or clock shows this time.") from None


def parse_bool(value: Any) -> bool:
    """True or false, nothing that merely looks like it; raises `Fault`."""
    if not isinstance(value, bool):
        raise Fault("wrong_type", f"Expected true or false, got {_type_word(value)}.")
    return value


def parse_int(value: Any) -> int:
    """A whole number of 32 bits; raises `Fault`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise Fault("wrong_type", f"Expected a whole number, got {_type_word(value)}.")
    if abs(value) > LARGEST_INT:
        raise Fault("out_of_range", f"At most {LARGEST_INT} either way.")
    return value


def parse_decimal(value: Any) -> Decimal:
    """A decimal, sent as text or as a number; raises `Fault`."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Fault("wrong_type", f"Expected a number, got {_type_word(value)}.")
    text = value if isinstance(value, str) else repr(value)
    if isinstance(value, str) and not _NUMBER.fullmatch(text):
        raise Fault("not_a_number", "Expected digits such as 12.5.")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Fault("not_a_number", "Expected digits such as 12.5.") from None
    if not number.is_finite() or abs(number) >= LARGEST_DECIMAL:
        raise Fault("out_of_range", "The number is too large to be kept.")
    return number


def parse_labels(value: Any) -> list[str]:
    """A list of distinct texts in the sender's order; raises `Fault`."""
    if not isinstance(value, list):
        raise Fault("wrong_type", f"Expected a list of texts, got {_type_word(value)}.")
    if len(value) > MAX_LABELS:
        raise Fault("too_long", f"At most {MAX_LABELS} labels; this has {len(value)}.")
    return list(dict.fromkeys(parse_text(label) for label in value))


def _type_word(value: Any) -> str:
    words = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}
    return words.get(type(value), "nothing")


def printable(text: str, limit: int = 80) -> str:
    """A sender's text made safe for an answer: cut, and without characters no answer can carry."""
    return text[:limit].encode("utf-8", "replace").decode("utf-8").replace("\0", "?")


def pointer_to(name: str) -> str:
    """A name as the last step of a JSON Pointer."""
    return "/" + printable(name).replace("~", "~0").replace("/", "~1")


class FactParser:
    """Reads facts of one source; made once per source because it is asked for every row."""

    def __init__(self, source: FactSource) -> None:
        self.source = source
        self.known = ("source", "key", "service", *(f.name for f in source.stored_fields))
        self._required = ("key", "service", *(f.name for f in source.stored_fields if f.required))
        self._times = frozenset(f.name for f in source.stored_fields if f.type is FieldType.TIME)
        self._readers: dict[str, Callable[[Any], Any]] = {"key": parse_text, "service": parse_text}
        self._readers |= {f.name: _reader(source, f) for f in source.stored_fields if f.name not in self._times}

    def parse(self, item: Mapping[str, Any], *, now: datetime) -> tuple[dict[str, Any], list[FieldProblem]]:
        """Typed values and all faults, located below the item; absent and null fields stay out of the values.

        `service` is answered as it was sent: who may report it is the caller's question.
        """
        values: dict[str, Any] = {}
        problems: list[FieldProblem] = []
        for name, raw in item.items():
            if raw is None or name == "source":
                continue
            try:
                values[name] = self._read(name, raw, now)
            except Fault as fault:
                problems.append(FieldProblem(pointer_to(name), fault.code, fault.sentence))
        for name in self._required:
            if values.get(name, "") == "" and not any(p.pointer == f"/{name}" for p in problems):
                problems.append(FieldProblem(f"/{name}", "required", f"{name} is required."))
        problems += self._out_of_order(values)
        return values, problems

    def _read(self, name: str, raw: Any, now: datetime) -> Any:
        if name in self._times:
            return parse_instant(raw, now)
        reader = self._readers.get(name)
        if reader is None:
            raise self._unknown(name)
        return reader(raw)

    def _unknown(self, name: str) -> Fault:
        """Why a field is not read: derived, about a person, or misspelt."""
        field = self.source.field(name)
        if field is not None and field.via is not None:
            return Fault("derived_field", f"{name} follows from {field.via.source}; send those instead.")
        near = get_close_matches(name[:80].lower(), self.known, n=1)
        if names_a_person(name) and not (near and name.lower().endswith("_by")):
            return Fault("person_field", f"{printable(name)} is about a person; facts carry no person.")
        hint = f" Did you mean {near[0]}?" if near else f" Known: {', '.join(self.known)}."
        return Fault("unknown_field", f"{self.source.label} have no field {printable(name)}.{hint}")

    def _out_of_order(self, values: Mapping[str, Any]) -> list[FieldProblem]:
        found = []
        for start, end in self.source.ordered_pairs:
            if start in values and end in values and values[end] < values[start]:
                seconds = (values[start] - values[end]).total_seconds()
                sentence = f"{end} is {seconds:,.0f} s before {start}."
                found.append(FieldProblem(f"/{end}", "ends_before_start", sentence))
        return found


def names_a_person(name: str) -> bool:
    """Whether a field name speaks of who did something."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name[:MAX_TEXT]).lower().replace("-", "_").split("_")
    if "_".join(words) in PERSON_WORDS or words[-1] == "by":
        return True
    return any(word in PERSON_WORDS and word not in _HARMLESS_ALONE for word in words)


def _reader(source: FactSource, field: FactField) -> Callable[[Any], Any]:
    """How values of a field are read; text is as long as its column."""
    plain = {
        FieldType.BOOL: parse_bool,
        FieldType.INT: parse_int,
        FieldType.DECIMAL: parse_decimal,
        FieldType.LABELS: parse_labels,
    }
    if field.type is FieldType.ENUM:
        return _choice_reader(field)
    if field.type in plain:
        return plain[field.type]
    limit = _column_length(source, field.name)
    return lambda value: parse_text(value, limit)


def _choice_reader(field: FactField) -> Callable[[Any], str]:
    choices = {str(choice): str(choice) for choice in field.choices}

    def read(value: Any) -> str:
        found = choices.get(parse_text(value))
        if found is None:
            raise Fault("unknown_value", f"{printable(value)!r} is not known. Known: {', '.join(choices)}.")
        return found

    return read


def _column_length(source: FactSource, name: str) -> int:
    meta = getattr(source.model, "_meta", None)
    return (meta.get_field(name).max_length if meta else None) or MAX_TEXT

"""Reads the conditions of a spec: `[field, op, value]`, `{any: […]}`, spans, and the shorthand for production. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from apps.core.fact_sources import FieldType
from apps.metrics.domain.faults import Faults, said, unknown, with_article
from apps.metrics.domain.fields import LINKED, Found, Scope, find_field
from apps.metrics.domain.spec import AnyOf, Clause, Condition, Op, Span, SpanCondition
from apps.metrics.domain.times import read_ends, read_length

MOST_CONDITIONS = 40
MOST_VALUES = 50
PRODUCTION = "production"
SHORTHAND = (("environment", "production"), ("status", "succeeded"))
LIMITS = ("at_least", "at_most")
OPS_BY_TYPE = {
    FieldType.ENUM: (Op.IN, Op.NOT_IN, Op.IS),
    FieldType.CODE: (Op.IN, Op.NOT_IN, Op.IS),
    FieldType.REF: (Op.IS,),
    FieldType.TIME: (Op.IS,),
    FieldType.BOOL: (Op.IS,),
    FieldType.INT: (Op.AT_LEAST, Op.AT_MOST, Op.IS),
    FieldType.DECIMAL: (Op.AT_LEAST, Op.AT_MOST, Op.IS),
    FieldType.LABELS: (Op.HAS, Op.HAS_NOT, Op.IS),
}
Value = tuple[str, ...] | str | int


@dataclass
class ConditionReader:
    """Reads conditions and counts them over the whole document."""

    faults: Faults
    count: int = 0

    def read_all(self, value: Any, pointer: str, scope: Scope) -> tuple[Clause, ...]:
        """A list of clauses that must all hold; faulty ones are noted and left out."""
        read: list[Clause] = []
        for index, item in enumerate(self.faults.list_of(value, pointer)):
            read += self._clause(item, f"{pointer}/{index}", scope)
        if self.count > MOST_CONDITIONS:
            self.count = -10_000_000  # said once is enough
            self.faults.add(pointer, "too_many", f"A spec holds at most {MOST_CONDITIONS} conditions.")
        return tuple(read)

    def _clause(self, item: Any, pointer: str, scope: Scope) -> list[Clause]:
        if item == PRODUCTION:
            return list(self._production(pointer, scope))
        if isinstance(item, dict) and "any" in item:
            return self._any(item, pointer, scope)
        single = self._single(item, pointer, scope)
        return [single] if single else []

    def _any(self, item: dict[str, Any], pointer: str, scope: Scope) -> list[Clause]:
        self.faults.keys(item, pointer, known=("any",))
        items = self.faults.list_of(item["any"], f"{pointer}/any", shortest=1)
        options = [self._single(option, f"{pointer}/any/{i}", scope) for i, option in enumerate(items)]
        kept = tuple(option for option in options if option)
        return [AnyOf(kept)] if kept else []

    def _single(self, item: Any, pointer: str, scope: Scope) -> Condition | SpanCondition | None:
        self.count += 1
        if isinstance(item, dict) and "any" not in item:
            return self._span(item, pointer, scope)
        if isinstance(item, list) and len(item) == 3:
            return read_condition(item, pointer, scope, self.faults)
        nested = isinstance(item, dict)
        sentence = "`any` stands once, not inside another `any`." if nested else (
            f"{said(item)} is no condition. Write [field, op, value], {{any: […]}} or {{from, to, at_most}}."
        )  # fmt: skip
        self.faults.add(pointer, "not_a_condition", sentence)
        return None

    def _span(self, item: dict[str, Any], pointer: str, scope: Scope) -> SpanCondition | None:
        self.faults.keys(item, pointer, known=("from", "to", *LIMITS), required=("from", "to"))
        limits = [key for key in LIMITS if key in item]
        if len(limits) != 1:
            self.faults.add(pointer, "one_of_them", "Write exactly one of at_least, at_most.")
        ends = read_ends(item, pointer, scope, self.faults)
        limit = read_length(item[limits[0]], f"{pointer}/{limits[0]}", self.faults) if limits else None
        if ends is None or limit is None or len(limits) != 1:
            return None
        return SpanCondition(Span(*ends), Op(limits[0]), limit)

    def _production(self, pointer: str, scope: Scope) -> tuple[Condition, ...]:
        self.count += len(SHORTHAND)
        if any(scope.source.field(name) is None for name, _ in SHORTHAND):
            sentence = f"{scope.source.key} have no environment and status, so *production* means nothing here."
            self.faults.add(pointer, "unknown_field", sentence)
            return ()
        return tuple(Condition(name, Op.IN, (value,)) for name, value in SHORTHAND)


def read_condition(item: list[Any], pointer: str, scope: Scope, faults: Faults) -> Condition | None:
    """One `[field, op, value]`; None after its faults have been noted."""
    path = item[0] if faults.is_a(item[0], str, f"{pointer}/0") else None
    if path == LINKED and scope.linked is not None:
        return _linked_condition(item, pointer, faults)
    found = find_field(path, scope, f"{pointer}/0", faults) if path is not None else None
    op = faults.one_of(item[1], tuple(Op), f"{pointer}/1", "an operator")
    if path is None or found is None or op is None:
        return None
    if Op(op) not in OPS_BY_TYPE[found.field.type]:
        allowed = ", ".join(OPS_BY_TYPE[found.field.type])
        is_of = f"*{op}* does not fit {path}, which is of type {found.field.type}."
        faults.add(f"{pointer}/1", "wrong_operator", f"{is_of} Possible: {allowed}.")
        return None
    value = _READERS[Op(op)](item[2], f"{pointer}/2", found, faults)
    return None if value is None else Condition(path, Op(op), value)


def _linked_condition(item: list[Any], pointer: str, faults: Faults) -> Condition | None:
    op = faults.one_of(item[1], (Op.IS,), f"{pointer}/1", "an operator of *linked*")
    value = faults.one_of(item[2], ("some",), f"{pointer}/2", "a value of *linked*")
    return Condition(LINKED, Op.IS, value) if op and value else None


def _read_set(value: Any, pointer: str, found: Found, faults: Faults) -> tuple[str, ...] | None:
    items = faults.list_of(value, pointer, longest=MOST_VALUES, shortest=1)
    read = [_read_word(item, f"{pointer}/{index}", found, faults) for index, item in enumerate(items)]
    words = tuple(word for word in read if word is not None)
    return words if words and len(words) == len(read) else None


def _read_word(value: Any, pointer: str, found: Found, faults: Faults) -> str | None:
    text = faults.text(value, pointer, longest=200)
    if text is None or not found.field.choices or text in found.field.choices:
        return text
    noun = with_article(found.field.name.replace("_", " "))
    faults.add(pointer, "unknown_value", unknown(text, noun, [str(choice) for choice in found.field.choices]))
    return None


def _read_state(value: Any, pointer: str, found: Found, faults: Faults) -> str | None:
    states = ("set", "unset", "true", "false") if found.field.type is FieldType.BOOL else ("set", "unset")
    if isinstance(value, bool):
        value = "true" if value else "false"
    return faults.one_of(value, states, pointer, f"a state of {found.field.name}")


def _read_limit(value: Any, pointer: str, found: Found, faults: Faults) -> Value | None:
    if found.field.type is FieldType.INT:
        return faults.whole(value, pointer, least=-(10**12), most=10**12)
    return read_decimal(value, pointer, faults)


def _read_label(value: Any, pointer: str, _: Found, faults: Faults) -> str | None:
    return faults.text(value, pointer, longest=200)


def read_decimal(value: Any, pointer: str, faults: Faults) -> str | None:
    """A decimal written as text, so that no binary rounding creeps in; in its shortest form."""
    if not faults.is_a(value, str, pointer):
        return None
    try:
        number = Decimal(value) if len(value) <= 24 and value.isascii() else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or abs(number.adjusted()) > 12:
        faults.add(pointer, "not_a_decimal", f'{said(value)} is no decimal. Write it as text, for instance "0.85".')
        return None
    return write_decimal(number)


def write_decimal(number: Decimal) -> str:
    """The shortest plain text of a decimal: 0.5, never 5E-1 or 0.50."""
    text = f"{number:f}"
    plain = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if plain in ("-0", "") else plain


_READERS: dict[Op, Callable[[Any, str, Found, Faults], Value | None]] = {
    Op.IN: _read_set,
    Op.NOT_IN: _read_set,
    Op.IS: _read_state,
    Op.AT_LEAST: _read_limit,
    Op.AT_MOST: _read_limit,
    Op.HAS: _read_label,
    Op.HAS_NOT: _read_label,
}

"""Reading and writing the parts that all documents of objectives share: texts, exact decimals, days, lists. Pure."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from apps.core.faults import Faults, emphasised, said

MOST_PLACES = 9


def compact_json(document: Any) -> str:
    """JSON in UTF-8 with sorted keys and without spaces."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256_of(text: str) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def decimal_text(value: Decimal) -> str:
    """A decimal as plain digits, without an exponent or zeros at its end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def text_in(document: Mapping[str, Any], key: str, faults: Faults, *, longest: int) -> str:
    """A required text; empty after a fault. A key that is missing is a fault of its own."""
    if key not in document:
        return _required(key, faults)
    return faults.text(document[key], f"/{key}", longest=longest) or ""


def _required(key: str, faults: Faults) -> str:
    if not any(one.pointer == f"/{key}" for one in faults.found):
        faults.add(f"/{key}", "required", f"{emphasised(key)} is missing.")
    return ""


def decimal_in(value: Any, pointer: str, faults: Faults) -> Decimal | None:
    """An exact, finite decimal from text or a number; None after a fault that names the likely fix."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        faults.add(pointer, "wrong_type", f"{said(value)} is not a decimal such as 0.995.")
        return None
    text = value.strip() if isinstance(value, str) else str(value)
    try:
        number = Decimal(text)
    except InvalidOperation:
        hint = f" Did you mean {text.replace(',', '.')}?" if _has_comma(text) else ""
        faults.add(pointer, "not_a_number", f"{said(text)} is not a decimal such as 0.995.{hint}")
        return None
    if not number.is_finite():
        faults.add(pointer, "not_a_number", f"{said(text)} is not a number.")
        return None
    if len(number.as_tuple().digits) > 30 or abs(number.adjusted()) > 18:
        faults.add(pointer, "out_of_range", f"{said(text)} has more digits than are kept.")
        return None
    return number


def _has_comma(text: str) -> bool:
    whole, _, part = text.partition(",")
    return whole.isdigit() and part.isdigit()


def share_in(value: Any, pointer: str, faults: Faults, *, may_be_zero: bool = False) -> Decimal | None:
    """A share in (0, 1], or [0, 1], with at most nine places; percent are refused with the share they mean."""
    if isinstance(value, str) and _has_comma(value.strip()):
        typed = Decimal(value.strip().replace(",", "."))
        shown = decimal_text(typed / 100 if typed > 1 else typed)
        faults.add(pointer, "not_a_number", f"{said(value)} is not a decimal. Did you mean {shown}?")
        return None
    number = decimal_in(value, pointer, faults)
    if number is None:
        return None
    if 1 < number <= 100:
        meant = decimal_text(number / 100)
        words = f"{decimal_text(number)} is more than 1. Did you mean {meant}, that is {decimal_text(number)} %?"
        faults.add(pointer, "out_of_range", words)
    elif number > 1 or number < 0 or (number == 0 and not may_be_zero):
        faults.add(pointer, "out_of_range", f"{decimal_text(number)} lies outside 0 to 1. Write 99.5 % as 0.995.")
    elif -int(number.normalize().as_tuple().exponent) > MOST_PLACES:
        faults.add(pointer, "too_long", f"At most {MOST_PLACES} places are kept.")
    else:
        return number.normalize() if number else Decimal(0)
    return None


def day_in(value: Any, pointer: str, faults: Faults) -> date | None:
    """A day such as 2026-12-01; None after a fault."""
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        faults.add(pointer, "not_a_time", f"{said(value)} is not a day such as 2026-12-01.")
        return None

"""Single values out of cells: each function gives the value or raises `BadValue` with a code and a sentence."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from apps.core.fact_parsing import CLOCK_SKEW, EARLIEST, LARGEST_INT, Fault, parse_decimal
from apps.integrations.domain.csv_columns import Cell, Column
from apps.objectives.domain.samples import LARGEST_COUNT

_TIME = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[T ](?P<clock>\d\d:\d\d(?::\d\d)?)(?:[.,](?P<fraction>\d{1,9}))?"
    r" ?(?P<zone>Z|UTC|[+-]\d\d:?\d\d)?",
    re.ASCII | re.IGNORECASE,
)
DAY_CHARACTERS, FIRST_YEAR, LAST_YEAR = 10, 2000, 2999
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BROKEN = re.compile(r"[\ud800-\udfff]")


class BadValue(Exception):
    """Why one cell cannot be read."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


def read_cell(text: str, column: Column, now: datetime) -> Any:
    """The value of one cell; an empty one gives the column's default."""
    value = text.strip()
    require_text(value)
    if not value:
        if column.is_required:
            raise BadValue("required", f"{column.name} must not be empty.")
        return absent_value(column)
    return _READERS[column.cell](value, column, now)


def absent_value(column: Column) -> Any:
    """What a fact holds where the file says nothing: the default, null for times and counts, else empty text."""
    if column.default is not None:
        return str(column.default)
    return "" if column.cell in (Cell.KEY, Cell.CODE, Cell.CHOICE) else None


def require_text(value: str) -> None:
    """Refuse what a database or a reader of text would stumble over."""
    if _BROKEN.search(value):
        raise BadValue("not_utf8", "This is not UTF-8 text.")
    if _CONTROL.search(value):
        raise BadValue("control_character", "This holds a control character, such as NUL.")


def read_time(value: str, column: Column, now: datetime) -> datetime:
    """An instant in UTC: date, time and offset, from 2000 to five minutes ahead of now."""
    match = _TIME.fullmatch(value)
    if match is None:
        raise BadValue("not_a_time", f"{column.name} is no time such as 2026-08-24T09:40:00+02:00.")
    if match["zone"] is None:
        raise BadValue("zone_required", f"{column.name} needs its offset, such as Z or +02:00.")
    at = _instant(match, column)
    if at < EARLIEST:
        raise BadValue("before_2000", f"{column.name} lies before the year 2000.")
    if at > now + CLOCK_SKEW:
        raise BadValue("in_future", f"{column.name} lies in the future.")
    return at


def _instant(match: re.Match[str], column: Column) -> datetime:
    zone = match["zone"].upper()
    offset = "+00:00" if zone in ("Z", "UTC") else zone
    fraction = (match["fraction"] or "").ljust(6, "0")[:6]
    clock = match["clock"] if match["clock"].count(":") == 2 else match["clock"] + ":00"
    try:
        return datetime.fromisoformat(f"{match['day']}T{clock}.{fraction}{offset}").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadValue("not_a_time", f"{column.name} names a day or an hour that does not exist.") from error


def _read_text(value: str, column: Column, _now: datetime) -> str:
    if len(value) > column.limit:
        raise BadValue("too_long", f"{column.name} holds at most {column.limit} characters, this has {len(value)}.")
    return value


def _read_count(value: str, column: Column, _now: datetime) -> int:
    if not re.fullmatch(r"\d{1,10}", value, re.ASCII) or int(value) > LARGEST_INT:
        raise BadValue("not_a_count", f"{column.name} is a whole number from 0 to {LARGEST_INT}.")
    return int(value)


def _read_events(value: str, column: Column, _now: datetime) -> int:
    if not re.fullmatch(r"\d{1,13}", value, re.ASCII) or int(value) > LARGEST_COUNT:
        raise BadValue("not_a_count", f"{column.name} is a whole number from 0 to {LARGEST_COUNT:,}.")
    return int(value)


def _read_number(value: str, column: Column, _now: datetime) -> Decimal:
    try:
        return parse_decimal(value)
    except Fault as fault:
        raise BadValue(fault.code, f"{column.name}: {fault.sentence}") from fault


def _read_choice(value: str, column: Column, _now: datetime) -> str:
    if value.lower() not in column.choices:
        raise BadValue("unknown_value", f"{column.name} is one of {', '.join(map(str, column.choices))}.")
    return value.lower()


def _read_truth(value: str, column: Column, _now: datetime) -> bool:
    if value.lower() not in _TRUTHS:
        raise BadValue("unknown_value", f"{column.name} is one of {', '.join(_TRUTHS)}.")
    return _TRUTHS[value.lower()]


def _read_day(value: str, column: Column, _now: datetime) -> date:
    try:
        day = date.fromisoformat(value) if len(value) == DAY_CHARACTERS else None
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadValue("not_a_day", f"{column.name} is a day such as 2026-08-31.")
    return day


_TRUTHS: Final = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}
_READERS: Final = {
    Cell.KEY: _read_text,
    Cell.CODE: _read_text,
    Cell.TIME: read_time,
    Cell.COUNT: _read_count,
    Cell.CHOICE: _read_choice,
    Cell.TRUTH: _read_truth,
    Cell.DAY: _read_day,
    Cell.EVENTS: _read_events,
    Cell.NUMBER: _read_number,
}

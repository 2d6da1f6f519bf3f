"""Reads CSV files of facts: each row becomes one, or a list of located errors."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Final

from apps.integrations.domain.csv_columns import HASHED, ORDERED, CsvKind, Layout, lay_out
from apps.integrations.domain.csv_records import LINE_CHARACTERS, CsvError, Record, Records
from apps.integrations.domain.csv_values import BadValue, absent_value, read_cell
from apps.integrations.domain.row_keys import hashed_key

__all__ = ["CsvError", "CsvKind", "CsvReading", "CsvRow", "RowError", "open_csv"]

SHOWN_CHARACTERS: Final = 100


@dataclass(frozen=True, slots=True)
class RowError:
    """One fault in one row: line (the header's is 1), column, the value as far as it can be shown, code, sentence."""

    line: int
    column: str
    value: str
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row: its fact, or the errors that keep it from being one; with the repair that a deployment names, if any."""

    line: int
    fact: dict[str, Any] | None
    errors: tuple[RowError, ...] = ()
    remediation: dict[str, Any] | None = None


class CsvReading:
    """One file being read: columns and notices are known at once, rows come one by one."""

    def __init__(self, records: Records, layout: Layout, kind: CsvKind, now: datetime) -> None:
        self.kind, self.notices, self.columns = kind, layout.notices, layout.names
        self._records, self._layout, self._now = records, layout, now
        self._seen: dict[tuple[str, str], tuple[int, int]] = {}

    def __iter__(self) -> Iterator[CsvRow]:
        for record in self._records:
            yield self._row(record)

    def _row(self, record: Record) -> CsvRow:
        cells, fault = self._fitting(record)
        if fault is not None:
            return CsvRow(record.line, None, (fault,))
        fact, errors = self._values(cells, record.line)
        if not errors:
            fact = _completed(fact, self.kind)
            errors = self._order_errors(fact, record.line) or self._repeat_errors(fact, record.line)
        failed = fact.pop("remediates", "")
        if errors:
            return CsvRow(record.line, None, tuple(errors))
        return CsvRow(record.line, fact, remediation=_remediation(fact, failed) if failed else None)

    def _fitting(self, record: Record) -> tuple[list[str], RowError | None]:
        """The cells, as many as the header has, or what is wrong with the row as a whole."""
        width = self._layout.width
        if record.is_cut:
            sentence = f"This line is longer than {LINE_CHARACTERS} characters."
            return [], _error(record.line, "", record.text, "line_too_long", sentence)
        if record.cells is None:
            sentence = 'A quote opens in this row and does not close; write "" for a quote inside a quoted cell.'
            return [], _error(record.line, "", record.text, "lone_quote", sentence)
        if len(record.cells) < width or any(cell.strip() for cell in record.cells[width:]):
            sentence = f"This row has {len(record.cells)} cells, the header has {width}."
            return [], _error(record.line, "", record.text, "ragged_row", sentence)
        return record.cells, None

    def _values(self, cells: list[str], line: int) -> tuple[dict[str, Any], list[RowError]]:
        fact: dict[str, Any] = {column.field: absent_value(column) for column in self._layout.absent}
        errors: list[RowError] = []
        for place, column in self._layout.places:
            try:
                fact[column.field] = read_cell(cells[place], column, self._now)
            except BadValue as bad:
                errors.append(_error(line, column.name, cells[place], bad.code, bad.sentence))
        return fact, errors

    def _order_errors(self, fact: dict[str, Any], line: int) -> list[RowError]:
        return [
            _error(line, end, fact[end].isoformat(), "ends_before_start", f"{end} lies before {start}.")
            for start, end in ORDERED.get(self.kind, ())
            if fact[start] is not None and fact[end] is not None and fact[end] < fact[start]
        ]

    def _repeat_errors(self, fact: dict[str, Any], line: int) -> list[RowError]:
        place, content = (fact.get("service") or fact["team"], fact["key"]), hash(tuple(fact.values()))
        first, first_content = self._seen.setdefault(place, (line, content))
        if first == line:
            return []
        named = ", ".join(fact[field] for field in ("failed", "fixed_by") if field in fact) or fact["key"]
        if content == first_content:
            return [_error(line, "", named, "row_twice", f"This row says the same as line {first}.")]
        sentence = f"Line {first} already names this; line {first} counts, this one is left out."
        return [_error(line, "", named, "key_twice", sentence)]


def open_csv(stream: IO[bytes], kind: CsvKind, *, now: datetime) -> CsvReading:
    """Read the header of a file; raises `CsvError` for what concerns the whole file, there or while rows are read."""
    records = Records(stream)
    layout = lay_out(records.header, kind)
    records.one_line_places = frozenset(place for place, _ in layout.places)
    return CsvReading(records, layout, kind, now)


def _completed(fact: dict[str, Any], kind: CsvKind) -> dict[str, Any]:
    """The fact with its key: the one the file names, else a hash of what makes the row the one it is."""
    if kind not in HASHED or fact.get("key"):
        return fact
    parts = [fact[name] for name in HASHED[kind]]
    texts = [part.isoformat() if isinstance(part, datetime) else part for part in parts]
    return {**fact, "key": hashed_key(texts[0].lower(), *texts[1:])}


def _remediation(fact: dict[str, Any], failed: str) -> dict[str, Any]:
    """The repair that a deployment's row states, as a row of its own source."""
    service, fixed_by = fact["service"], fact["key"]
    key = hashed_key(service.lower(), failed, fixed_by)
    return {"key": key, "service": service, "at": fact["finished_at"], "failed": failed, "fixed_by": fixed_by}


def _error(line: int, column: str, value: str, code: str, sentence: str) -> RowError:
    return RowError(line, column, shown_value(value), code, sentence)


def shown_value(value: str) -> str:
    """A value as it can stand in a report: cut, with what cannot be printed replaced."""
    cut = value.strip()[:SHOWN_CHARACTERS]
    return "".join(character if character.isprintable() else "\ufffd" for character in cut)

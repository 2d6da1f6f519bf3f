"""From a stream of bytes to CSV records with line numbers, in bounded memory, whatever the bytes are."""

import csv
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final

FILE_BYTES: Final = 50 * 1024 * 1024
FILE_ROWS: Final = 500_000
LINE_CHARACTERS: Final = 65_536
RECORD_LINES: Final = 50
DELIMITERS: Final = (",", ";", "\t")


class CsvError(Exception):
    """Why a whole file cannot be read, in one sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


@dataclass(frozen=True, slots=True)
class Record:
    """One record: the number of its first line (the header's is 1), and its cells; None where quotes do not close."""

    line: int
    cells: list[str] | None
    text: str
    is_cut: bool = False


def count_columns(header: str, delimiter: str) -> int:
    """How many cells a header has under one delimiter."""
    return len(_cells(header, delimiter) or [header])


def sniff_delimiter(header: str) -> str:
    """The delimiter that gives the header the most columns; the comma if they agree."""
    return max(DELIMITERS, key=lambda delimiter: count_columns(header, delimiter))


class Records:
    """Reads one file: the header first, then record after record."""

    def __init__(self, stream: IO[bytes]) -> None:
        require_size(stream)
        counted = io.BufferedReader(_Counted(stream), buffer_size=1 << 16)
        self._text = io.TextIOWrapper(counted, encoding="utf-8-sig", errors="surrogateescape", newline="")
        self._ahead: deque[tuple[int, str, bool]] = deque()
        self._line = 0
        self.one_line_places: frozenset[int] = frozenset()
        self.delimiter, self.header = self._read_header()

    def __iter__(self) -> Iterator[Record]:
        count = 0
        while (record := self._next()) is not None:
            if not any(cell.strip() for cell in record.cells or [record.text]):
                continue
            count += 1
            if count > FILE_ROWS:
                raise CsvError("too_many_rows", f"The file has more than {FILE_ROWS:,} rows. Split it and send parts.")
            yield record

    def _read_header(self) -> tuple[str, list[str]]:
        while (taken := self._take()) is not None:
            _, text, is_cut = taken
            if is_cut:
                raise CsvError("header_too_long", "The first line is longer than a header can be.")
            if text.strip():
                delimiter = sniff_delimiter(text)
                return delimiter, self._header_cells(text, delimiter)
        raise CsvError("empty_file", "The file is empty. Its first line names the columns.")

    def _header_cells(self, text: str, delimiter: str) -> list[str]:
        if "\0" in text or _has_escapes(text):
            raise CsvError("not_utf8", "The file is not UTF-8 text. Save it as CSV in UTF-8.")
        cells = _cells(text, delimiter)
        if cells is None:
            raise CsvError("header_quotes", "The quotes in the header do not close.")
        return cells

    def _next(self) -> Record | None:
        taken = self._take()
        if taken is None:
            return None
        line, text, is_cut = taken
        if is_cut or '"' not in text:
            return Record(line, None if is_cut else text.split(self.delimiter), text, is_cut)
        return self._quoted(line, text)

    def _quoted(self, line: int, text: str) -> Record:
        """A record with quotes may go on over lines; one that fits no header is taken back to its first line."""
        whole = text
        more: list[tuple[int, str, bool]] = []
        while whole.count('"') % 2 and len(more) < RECORD_LINES and (taken := self._take()) is not None:
            more.append(taken)
            whole += "\n" + taken[1]
        cells = _cells(whole, self.delimiter)
        if more and not self._fits(cells):
            self._ahead.extendleft(reversed(more))
            cells = None
        return Record(line, cells, text)

    def _fits(self, cells: list[str] | None) -> bool:
        """Whether cells over several lines can be meant: as many as the header has, keys and times on one line."""
        if cells is None or len(cells) != len(self.header):
            return False
        return not any("\n" in cells[place] for place in self.one_line_places)

    def _take(self) -> tuple[int, str, bool] | None:
        """The next line without its end, with its number, and whether it was too long to be kept whole."""
        if self._ahead:
            return self._ahead.popleft()
        text = self._text.readline(LINE_CHARACTERS)
        if not text:
            return None
        self._line += 1
        is_cut = len(text) >= LINE_CHARACTERS and text[-1] not in "\r\n"
        rest = text
        while is_cut and rest and rest[-1] not in "\r\n":
            rest = self._text.readline(LINE_CHARACTERS)
        return self._line, text.rstrip("\r\n"), is_cut


def require_size(stream: IO[bytes]) -> None:
    """Refuse a file that is too large before reading it, where its size can be asked."""
    if stream.seekable():
        here = stream.tell()
        size = stream.seek(0, io.SEEK_END) - here
        stream.seek(here)
        _require_bytes(size)


def _require_bytes(size: int) -> None:
    if size > FILE_BYTES:
        raise CsvError("too_large", f"The file is larger than {FILE_BYTES >> 20} MiB. Split it and send parts.")


def _cells(text: str, delimiter: str) -> list[str] | None:
    if text.count('"') % 2:
        return None
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None


def _has_escapes(text: str) -> bool:
    return any("\udc80" <= character <= "\udcff" for character in text)


class _Counted(io.RawIOBase):
    """A stream that refuses to go on past the size limit."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self._stream, self._size = stream, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        self._size += len(data)
        _require_bytes(self._size)
        buffer[: len(data)] = data
        return len(data)

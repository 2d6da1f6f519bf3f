"""Cells of the table component: columns and rows are declared in Python, for page and CSV alike."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpResponse

Cell = dict[str, Any]


def plain(text: Any, *, numeric: bool = False) -> Cell:
    """A text or a number."""
    return {"text": text, "numeric": numeric}


def link(text: Any, url: str, *, numeric: bool = False) -> Cell:
    """A text that opens something."""
    return {"text": text, "url": url, "numeric": numeric}


def header(text: str, url: str = "") -> Cell:
    """The head of a row."""
    return {"text": text, "url": url, "header": True}


def moment(at: datetime | None, until: datetime | None = None) -> Cell:
    """An instant, or a stretch of time; nothing where there is no instant."""
    return {"moment": at, "until": until} if at else {"text": ""}


def state(code: str, sentence: str, *, url: str = "", mark: str | None = "") -> Cell:
    """A state with its word, icon and reason."""
    return {"state": {"code": code, "sentence": sentence, "mark": mark}, "url": url}


def csv_response(name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A CSV file for download; a text a spreadsheet would run is written with a leading apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(heads)
    writer.writerows([_safe(value) for value in row] for row in rows)
    answer = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _safe(value: Any) -> Any:
    """Numbers as they are; a text that begins like a formula is defused."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value

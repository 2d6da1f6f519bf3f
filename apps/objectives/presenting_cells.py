"""Cells of tables, states with their codes, and words that pages of objectives share."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

Cell = dict[str, Any]


def head(text: str, url: str = "") -> Cell:
    """The head of a row."""
    return {"text": text, "url": url, "header": True}


def plain(text: Any, *, numeric: bool = False, wide: bool = False) -> Cell:
    """A text or a number."""
    return {"text": text, "numeric": numeric, "wide": wide}


def link(text: str, url: str, *, numeric: bool = False) -> Cell:
    """A text that opens something; without an address the text alone."""
    return {"text": text, "url": url, "numeric": numeric}


def moment(at: datetime | None, until: datetime | None = None) -> Cell:
    """An instant, or a stretch of time."""
    return {"moment": at, "until": until} if at else {"text": ""}


def state(code: str, sentence: str, *, url: str = "", wide: bool = False) -> Cell:
    """A state with its word, icon and reason."""
    return {"state": {"code": code, "sentence": sentence, "mark": ""}, "url": url, "wide": wide}


def table(caption: str, columns: Iterable[str | tuple[str, bool]], rows: list[list[Cell]], **more: Any) -> Cell:
    """A table; a column is its label, or a label and whether it holds numbers."""
    listed = [
        {"label": one} if isinstance(one, str) else {"label": one[0], "numeric": one[1]} for one in columns
    ]  # fmt: skip
    return {"caption": caption, "columns": listed, "rows": rows, **more}


def page_of(slug: str) -> str:
    """The page of an objective."""
    return reverse("objectives:objective", args=[slug])


def days_url(slug: str, *, key: str = "", month: str = "") -> str:
    """The days behind a number of an objective: of a key, of a month such as 2026-07."""
    query = urlencode({name: value for name, value in (("key", key), ("month", month)) if value})
    return f"{reverse('objectives:objective-days', args=[slug])}{'?' if query else ''}{query}"


def incident_url(key: str) -> str:
    """The page of an incident by its public key, such as I-12; empty for what is no such key."""
    number = key.removeprefix("I-")
    return reverse("incidents:incident", args=[int(number)]) if number.isdecimal() else ""


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: `1 key`, `1,204 keys`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"

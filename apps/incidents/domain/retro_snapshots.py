"""What publication keeps: one document, its canonical text with a hash, and the same as Markdown. Pure."""

import hashlib
import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from apps.incidents.domain.retro_drafts import Draft, DraftRow
from apps.incidents.domain.retro_sections import CHOICE_WORDS, ROWS, SECTIONS, Field, Input, Section, sections_of
from apps.incidents.domain.retro_words import RowKind


def document_of(draft: Draft, around: Mapping[str, Any]) -> dict[str, Any]:
    """The whole retro as plain values; `around` holds the incident, its times and its story as they read now."""
    sections = [
        {
            "key": section.key.value,
            "title": section.title,
            "texts": {one.name: draft.text(section.key, one.name) for one in section.fields_in(draft.form)},
            "rows": {kind.value: [_row(row) for row in draft.rows_of(kind)] for kind in section.rows_in(draft.form)},
        }
        for section in sections_of(draft.form)
    ]
    return {**around, "form": draft.form.value, "sections": sections}


def _row(row: DraftRow) -> dict[str, str]:
    said = {one.name: row.values.get(one.name, "").strip() for one in ROWS[row.kind]}
    return {"key": row.key, **said}


def canonical_text(document: Mapping[str, Any]) -> str:
    """Canonical JSON in NFC: sorted keys, no spaces; equal documents give equal bytes."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return unicodedata.normalize("NFC", text)


def sha256_of(text: str) -> str:
    """SHA-256 of a text in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_text(text: str) -> dict[str, Any]:
    """The document of a stored text."""
    document: dict[str, Any] = json.loads(text)
    return document


def rows_of(document: Mapping[str, Any], kind: RowKind) -> Iterator[Mapping[str, str]]:
    """The rows of a kind in order."""
    return (row for section in document["sections"] for row in section["rows"].get(kind.value, []))


def texts_in_order(section: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is written in a section of a document, in the order in which its page asks; a stored text sorts its keys."""
    known: Section = SECTIONS[section["key"]]
    said = section["texts"]
    return ((one.name, said[one.name]) for one in known.fields if said.get(one.name))


def rows_in_order(section: Mapping[str, Any]) -> Iterator[tuple[RowKind, Sequence[Mapping[str, str]]]]:
    """The rows of a section by kind, in the order of its page."""
    known: Section = SECTIONS[section["key"]]
    return ((kind, section["rows"][kind.value]) for kind in known.rows if section["rows"].get(kind.value))


def as_markdown(document: Mapping[str, Any]) -> str:
    """The same for people elsewhere: headings, lists, paragraphs."""
    lines = [f"# {document['title']}", "", *_head(document)]
    for section in document["sections"]:
        lines += ["", f"## {section['title']}", *_section(section, document)]
    return "\n".join(lines).strip() + "\n"


def _head(document: Mapping[str, Any]) -> Iterator[str]:
    for label, words in document.get("facts", []):
        yield f"- {label}: {words}"
    if document.get("amend_reason"):
        yield f"- Amended: {document['amend_reason']}"


def _section(section: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[str]:
    known: Section = SECTIONS[section["key"]]
    labels = {one.name: one.label.removesuffix(" (optional)") for one in known.fields}
    if section["key"] == "timeline":
        yield from _story(document)
    for name, text in texts_in_order(section):
        yield from ("", f"### {labels.get(name, name)}", "", text)
    for kind, rows in rows_in_order(section):
        for number, row in enumerate(rows, 1):
            yield from _row_lines(kind, number, row, ROWS[kind])


def _story(document: Mapping[str, Any]) -> Iterator[str]:
    for entry in document.get("timeline", []):
        yield f"- {entry['at']}: {entry['text']}"


def _row_lines(kind: RowKind, number: int, row: Mapping[str, str], fields: Sequence[Field]) -> Iterator[str]:
    first, *others = fields
    yield from ("", f"{number}. **{kind.value.capitalize()}**: {row.get(first.name, '')}")
    for one in others:
        said = row.get(one.name, "")
        if said and one.input is not Input.ACTION_ROW:
            yield f"   - {one.label}: {CHOICE_WORDS.get(said, said) if one.choices else said}"

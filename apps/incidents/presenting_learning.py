"""Retros on pages: the task list, a section with its rows, the answers to check, and what was published."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.urls import reverse

from apps.core import clock
from apps.core.calendar_words import day_words
from apps.core.templatetags.plumbline import instant_words
from apps.incidents.domain.blame_hints import find_hints
from apps.incidents.domain.publish_checks import Finding, anchor_of
from apps.incidents.domain.retro_drafts import Draft, DraftRow
from apps.incidents.domain.retro_sections import (
    CHOICE_WORDS,
    ROW_WORDS,
    ROWS,
    SECTIONS,
    Field,
    Input,
    Section,
    sections_of,
)
from apps.incidents.domain.retro_snapshots import rows_in_order, texts_in_order
from apps.incidents.domain.retro_words import RetroForm, RetroState, RowKind, SectionKey
from apps.incidents.domain.retros import OPEN, OUT, STATE_WORDS, Timeliness, timeliness
from apps.incidents.models import Retro, RetroRow, RetroSection, RetroSnapshot

TIMELY_WORDS = {
    Timeliness.NOT_DUE: "not due before the incident is resolved",
    Timeliness.OPEN: "due",
    Timeliness.OVERDUE: "was due",
    Timeliness.ON_TIME: "published in time",
    Timeliness.LATE: "published after it was due",
}
FORM_WORDS = {RetroForm.FULL: "full form", RetroForm.SHORT: "short form"}
LISTS = {Input.TEAM: "teams", Input.SERVICE: "services", Input.KNOWN_CAUSE: "causes"}


def heading_of(retro: Retro) -> str:
    """The title of every page of a retro."""
    return f"Retro of I-{retro.incident_id}: {retro.incident.title}"


def crumbs_of(retro: Retro, *last: str) -> list[dict[str, str]]:
    """Incidents, the incident, its retro, and where one is."""
    pk = retro.incident_id
    found = [{"label": "Retros", "url": reverse("incidents:retro-list")}]
    found.append({"label": f"I-{pk}", "url": f"/incidents/{pk}/"})
    if not last:
        return [*found, {"label": "Retro"}]
    return [*found, {"label": "Retro", "url": reverse("incidents:retro", args=[pk])}, *({"label": one} for one in last)]


def meta_of(retro: Retro, now: datetime) -> list[str]:
    """State, form, when it is due, who facilitates."""
    found = [STATE_WORDS[RetroState(retro.state)], FORM_WORDS[RetroForm(retro.form)], due_words(retro, now)]
    if retro.amend_reason and retro.state in OUT:
        found.insert(1, "an amendment is being written")
    if retro.facilitator is not None:
        found.append(f"facilitated by {retro.facilitator.full_name}")
    return found


def due_words(retro: Retro, now: datetime) -> str:
    """How the publication stands to the time it is due."""
    if retro.state == RetroState.WAIVED:
        return "no longer asked for"
    stands = timeliness(due=retro.due_at, published=retro.first_published_at, now=now)
    if not retro.is_required and stands in (Timeliness.OPEN, Timeliness.OVERDUE, Timeliness.NOT_DUE):
        return "no severity asks for it"
    words = TIMELY_WORDS[stands]
    if stands in (Timeliness.OPEN, Timeliness.OVERDUE) and retro.due_at is not None:
        return f"{words} {instant_words(retro.due_at.astimezone(clock.reporting_zone()))}"
    return words


def saved_words(retro: Retro, at: datetime | None) -> str:
    """The status line of a draft: when it was saved, and that nobody else reads it yet."""
    ending = "amendment not published" if retro.state in OUT else "not published"
    if at is None:
        return f"Nothing written yet · {ending}"
    return f"Draft saved {at.astimezone(UTC):%H:%M} UTC · {ending}"


def present_list(retros: Iterable[Retro], now: datetime) -> dict[str, Any]:
    """Retros in rows: whose, how they stand, by when."""
    rows = [
        [
            {
                "text": f"I-{retro.incident_id}: {retro.incident.title}", "header": True,
                "url": reverse("incidents:retro", args=[retro.incident_id]),
            },
            {"text": retro.incident.owner_team.name},
            {"text": STATE_WORDS[RetroState(retro.state)]},
            {"text": _begun(due_words(retro, now))},
        ]
        for retro in retros
    ]  # fmt: skip
    columns = [{"label": label} for label in ("Retro", "Team", "State", "When")]
    return {"caption": "Retros, open ones first", "caption_hidden": True, "columns": columns, "rows": rows}


def _begun(words: str) -> str:
    """The same as a sentence begins."""
    return words[:1].upper() + words[1:]


def tasks_of(retro: Retro, draft: Draft, findings: Sequence[Finding]) -> list[dict[str, str]]:
    """The five pages in order, each with how far it is."""
    unmet = {finding.section for finding in findings}
    return [
        {
            "label": f"{section.number}. {section.title}",
            "url": reverse("incidents:retro-section", args=[retro.incident_id, section.key.value]),
            "state": _progress(draft, section, is_unmet=section.key in unmet),
        }
        for section in sections_of(draft.form)
    ]


def _progress(draft: Draft, section: Section, *, is_unmet: bool) -> str:
    is_begun = any(draft.text(section.key, one.name) for one in section.fields_in(draft.form))
    is_begun = is_begun or any(draft.rows_of(kind) for kind in section.rows_in(draft.form))
    if not is_begun:
        return "Not started"
    return "In progress" if is_unmet else "Completed"


def present_findings(retro: Retro, findings: Sequence[Finding]) -> list[dict[str, str]]:
    """Every unmet check with a link to its field."""
    task_list = reverse("incidents:retro", args=[retro.incident_id])
    return [
        {
            "text": finding.sentence,
            "url": f"{_section_url(retro, finding.section) if finding.section else task_list}#{finding.anchor}",
        }
        for finding in findings
    ]


def _section_url(retro: Retro, section: str) -> str:
    return reverse("incidents:retro-section", args=[retro.incident_id, section])


Values = Mapping[str, str]


def present_section(
    retro: Retro, section: Section, parts: "Parts", *, problems: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The fields of a page and its rows by kind, with what was typed where it was refused."""
    form, wrong = RetroForm(retro.form), problems or {}
    return {
        "section": section,
        "revision": parts.revision,
        "fields": [
            present_field(one, f"id_{one.name}", one.name, parts.texts.get(one.name, ""), wrong, parts.actions)
            for one in section.fields_in(form)
        ],
        "kinds": [_kind(kind, parts, wrong) for kind in section.rows_in(form)],
    }


class Parts:
    """What a page shows: texts and rows as stored, or as they were typed when a save was refused."""

    def __init__(
        self, section: RetroSection, rows: Sequence[RetroRow], actions: Sequence[RetroRow], opened: Iterable[str] = ()
    ) -> None:
        self.texts: Values = section.texts
        self.revision = section.revision
        self.rows = list(rows)
        self.actions = [(row.key, row.values.get("text", "") or "An action without words") for row in actions]
        self.opened = frozenset(opened)
        self.typed: dict[str, Values] = {}

    def put_back(self, texts: Values, rows: Mapping[str, Values]) -> None:
        """Show what was typed instead of what is stored."""
        self.texts = {**self.texts, **texts}
        self.typed = dict(rows)

    def values_of(self, row: RetroRow) -> Values:
        """What a row shows."""
        return {**row.values, **self.typed.get(row.key, {})}


def _kind(kind: RowKind, parts: Parts, wrong: Mapping[str, str]) -> dict[str, Any]:
    word = ROW_WORDS[kind]
    rows = [row for row in parts.rows if row.kind == kind]
    standing = [row for row in rows if not row.is_removed]
    return {
        "kind": kind.value, "word": word, "title": f"{word.capitalize()}s", "anchor": f"{word}s",
        "rows": [
            _row(kind, row, number, len(standing), parts, wrong) for number, row in enumerate(standing, 1)
        ],
        "removed": [
            {"key": row.key, "words": _first_words(row)} for row in rows if row.is_removed
        ],
    }  # fmt: skip


def _row(
    kind: RowKind, row: RetroRow, number: int, count: int, parts: Parts, wrong: Mapping[str, str]
) -> dict[str, Any]:
    values, draft = parts.values_of(row), DraftRow(row.key, kind, row.values)
    return {
        "key": row.key, "id": anchor_of(draft), "number": number, "revision": row.revision,
        "is_first": number == 1, "is_last": number == count, "is_opened": row.key in parts.opened,
        "fields": [
            present_field(one, anchor_of(draft, one.name), f"row-{row.key}-{one.name}", values.get(one.name, ""),
                          wrong, parts.actions)
            for one in ROWS[kind]
        ],
    }  # fmt: skip


def _first_words(row: RetroRow) -> str:
    first = ROWS[RowKind(row.kind)][0]
    return str(row.values.get(first.name, "")) or "nothing written"


def present_field(
    one: Field, html_id: str, name: str, value: str, wrong: Mapping[str, str], actions: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """One field as the template draws it."""
    offered = [(choice, CHOICE_WORDS.get(choice, choice)) for choice in one.choices]
    if one.input is Input.ACTION_ROW:
        offered = list(actions)
    return {
        "id": html_id, "name": name, "label": one.label, "hint": one.hint, "value": value,
        "error": wrong.get(html_id, ""), "is_paragraph": one.input is Input.PARAGRAPH,
        "is_choice": one.input in (Input.CHOICE, Input.ACTION_ROW), "is_number": one.input is Input.NUMBER,
        "is_day": one.input is Input.DAY, "list": LISTS.get(one.input, ""),
        "choices": [{"value": v, "label": label, "selected": v == value} for v, label in offered],
    }  # fmt: skip


def hints_of(section: Section, parts: Parts, names: Sequence[str]) -> list[dict[str, str]]:
    """Words that tend to blame, each with its field and another way to ask; shown after a save, kept nowhere."""
    found = []
    for one in section.fields:
        found += _hints(f"id_{one.name}", one.label, parts.texts.get(one.name, ""), names)
    for row in parts.rows:
        if not row.is_removed:
            draft = DraftRow(row.key, RowKind(row.kind), row.values)
            for one in ROWS[RowKind(row.kind)]:
                if one.input in (Input.LINE, Input.PARAGRAPH):
                    text = row.values.get(one.name, "")
                    found += _hints(anchor_of(draft, one.name), one.label, text, names)
    return found


def _hints(anchor: str, label: str, text: str, names: Sequence[str]) -> list[dict[str, str]]:
    if not text:
        return []
    found = find_hints(text, names)
    return [{"anchor": anchor, "label": label, "words": hint.words, "offer": hint.offer} for hint in found]


def present_document(document: Mapping[str, Any]) -> dict[str, Any]:
    """What was published, or is being written, to be read: texts by label and rows in words."""
    actions = {
        row["key"]: row.get("text", "") for section in document["sections"]
        for row in section["rows"].get(RowKind.ACTION.value, [])
    }  # fmt: skip
    return {
        "facts": document.get("facts", []),
        "amend_reason": document.get("amend_reason", ""),
        "sections": [_read_section(section, document, actions) for section in document["sections"]],
    }


def _read_section(
    section: Mapping[str, Any], document: Mapping[str, Any], actions: Mapping[str, str]
) -> dict[str, Any]:
    labels = {one.name: one.label.removesuffix(" (optional)") for one in SECTIONS[section["key"]].fields}
    is_story = section["key"] == SectionKey.TIMELINE
    return {
        "key": section["key"],
        "title": section["title"],
        "story": document.get("timeline", []) if is_story else [],
        "texts": [{"label": labels.get(name, name), "text": text} for name, text in texts_in_order(section)],
        "rows": [
            {"word": ROW_WORDS[kind].capitalize(), "number": number, **_read_row(kind, row, actions)}
            for kind, rows in rows_in_order(section)
            for number, row in enumerate(rows, 1)
        ],
    }


def _read_row(kind: RowKind, row: Mapping[str, str], actions: Mapping[str, str]) -> dict[str, Any]:
    first, *others = ROWS[kind]
    return {
        "sentence": row.get(first.name, "") or "Nothing written yet",
        "details": [
            {"label": one.label, "text": _said(one, row.get(one.name, ""), actions)}
            for one in others
            if row.get(one.name, "")
        ],
    }


def _said(one: Field, value: str, actions: Mapping[str, str]) -> str:
    if one.input is Input.ACTION_ROW:
        return actions.get(value, "") or "An action"
    return CHOICE_WORDS.get(value, value) if one.choices else value


def present_snapshots(retro: Retro, snapshots: Iterable[RetroSnapshot]) -> list[dict[str, str]]:
    """Everything that was published, newest first, each with its page and its hash."""
    return [
        {
            "label": f"{'Amendment' if one.number > 1 else 'First publication'}, {day_words(one.published_at)}",
            "reason": one.reason,
            "url": reverse("incidents:retro-snapshot", args=[retro.incident_id, one.number]),
            "sha256": one.sha256,
        }
        for one in snapshots
    ]


def is_open(retro: Retro) -> bool:
    """Whether the draft was never published or waived."""
    return retro.state in OPEN

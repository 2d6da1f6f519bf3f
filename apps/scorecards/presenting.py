"""A frozen card prepared for its page: texts, links and figures, so that the template only places them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse

from apps.core.calendar_words import day_words, period_words
from apps.core.numbers import format_count
from apps.core.periods import parse_period
from apps.measurements.domain.wording import Code
from apps.scorecards import queries
from apps.scorecards.charts import sparkline
from apps.scorecards.domain.cells import NO_DEFINITION, NO_TARGET_SENTENCE
from apps.scorecards.domain.templates import slots_of
from apps.scorecards.domain.wording import KIND_WORDS, decision_words, detail_words, value_words
from apps.scorecards.models import Scorecard, ScorecardCell, TemplateVersion
from apps.teams.domain import TeamType


def present_card(card: Scorecard, *, can_write_notes: bool) -> dict[str, Any]:
    """Context of a card's page: four lenses, each with its cells in slot order."""
    lenses = queries.cells_by_lens(card)
    return {
        "card": card,
        "kind": KIND_WORDS[parse_period(card.period).grain],
        "period": period_words(parse_period(card.period)),
        "lenses": [{"label": lens.label, "cells": [_cell(c, card) for c in cells]} for lens, cells in lenses.items()],
        "asking": decision_words(sum(cell.needs_decision for cells in lenses.values() for cell in cells)),
        "can_write_notes": can_write_notes,
    }


def present_others(cards: Iterable[Scorecard]) -> list[dict[str, str]]:
    """Other cards of the team by the words of their periods: `Q2 2026`; of a revised card the newest revision."""
    return [_other(slug, key) for slug, key in dict.fromkeys((card.team.slug, card.period) for card in cards)]


def _other(slug: str, key: str) -> dict[str, str]:
    words = period_words(parse_period(key))
    return {"text": words[0].upper() + words[1:], "url": reverse("scorecards:scorecard-period", args=[slug, key])}


def present_template(
    team_type: TeamType, version: TemplateVersion | None, known: Collection[str], *, may_adopt: bool
) -> dict[str, Any]:
    """A team type with its newest template, or with the way to the starter one."""
    shown: dict[str, Any] = {"team_type": team_type.value, "label": f"{team_type.label} teams", "adopt_url": ""}
    if version is None:
        return shown | {"adopt_url": reverse("scorecards:template-adopt", args=[team_type]) if may_adopt else ""}
    return shown | {
        "number": version.number, "since": day_words(version.effective_from), "reason": version.reason,
        "adopted_by": version.adopted_by.full_name, "slots": present_slots(team_type, version.slots, known),
    }  # fmt: skip


def present_slots(team_type: TeamType, slots: Sequence[Mapping[str, Any]], known: Collection[str]) -> dict[str, Any]:
    """Slots as a table by rank; `known` are the definitions that exist."""
    return {
        "caption": f"Slots of {team_type} teams",
        "caption_hidden": True,
        "aligned": True,
        "columns": [{"label": label} for label in ("Slot", "Lens", "Definition")],
        "rows": [
            [{"text": slot.label, "header": True}, {"text": slot.lens.label}, _definition(slot.definition, known)]
            for slot in slots_of(slots)
        ],
    }


def _definition(slug: str, known: Collection[str]) -> dict[str, str]:
    if slug in known:
        return {"text": slug, "url": reverse("portal:metric", args=[slug])}
    return {"text": f"{slug}: not defined yet" if slug else "Not defined yet"}


def later_words(count: int) -> str:
    """What arrived too late for the card; empty for nothing."""
    facts = "1 fact of this period arrived" if count == 1 else f"{format_count(count)} facts of this period arrived"
    return f"{facts} after the card was frozen; no word of it changes." if count else ""


def _cell(cell: ScorecardCell, card: Scorecard) -> dict[str, Any]:
    notes = list(cell.notes.all())
    return {
        "id": f"slot-{cell.rank}",
        "pk": cell.pk,
        "label": cell.label,
        "url": "" if cell.status == NO_DEFINITION else reverse("portal:metric", args=[cell.definition]),
        "verdicts": verdicts_of(cell),
        "no_target": "" if cell.target_code or cell.status == NO_DEFINITION else NO_TARGET_SENTENCE,
        "reading": _reading(cell, card),
        "judged": _judged(cell),
        "needs_decision": cell.needs_decision,
        "note": notes[0].text if notes else "",
    }


def verdicts_of(cell: ScorecardCell) -> list[dict[str, str]]:
    """The two words with their sentences; what stands in place of both is said once."""
    found = [
        {"code": cell.trend_code, "sentence": cell.trend_sentence},
        {"code": cell.target_code, "sentence": cell.target_sentence},
    ]
    said = [verdict for verdict in found if verdict["code"] and verdict["code"] != Code.NO_TREND]
    if len(said) == 2 and said[0] == said[1]:
        said = said[:1]
    marks = {0: "Trend", 1: "Target"}
    return [{**v, "mark": _mark(v["code"], marks[found.index(v)], alone=len(said) < 2)} for v in said]


def _mark(code: str, mark: str, *, alone: bool) -> str:
    """`Not judged` and `No data` carry the mark only where two words stand side by side."""
    instead = code in (Code.NOT_JUDGED, Code.NO_DATA)
    return "" if instead and alone else mark


def _reading(cell: ScorecardCell, card: Scorecard) -> dict[str, Any] | None:
    if cell.status == NO_DEFINITION:
        return None
    reading = {"value": cell.value, "lower": cell.lower, "upper": cell.upper, "n": cell.n, "clusters": cell.clusters}
    return {
        "label": period_words(parse_period(cell.period)),
        "text": value_words(reading, cell.unit),
        "detail": detail_words(reading, cell.unit),
        "url": evidence_url(cell.definition, card.team.slug, cell.period),
        "version": f"v{cell.version_number}",
        "version_url": reverse("portal:metric-version", args=[cell.definition, cell.version_number]),
        "spark": sparkline(cell),
    }


def _judged(cell: ScorecardCell) -> dict[str, str] | None:
    """What the words were read from, where it is not the value itself."""
    if cell.judged is None:
        return None
    label = f"Per {cell.judged['per']}"
    return {"label": label, "text": value_words(cell.judged, cell.unit), "detail": detail_words(cell.judged, cell.unit)}


def evidence_url(definition: str, team_slug: str, period: str) -> str:
    """Where the facts behind a team's value stand."""
    return reverse("portal:metric-evidence", args=[definition, f"team:{team_slug}", period])

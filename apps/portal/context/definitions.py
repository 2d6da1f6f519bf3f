"""Definitions and versions as rows of pages."""

from datetime import date
from typing import Any

from django.urls import reverse

from apps.core.calendar_words import day_words
from apps.metrics import queries as metrics
from apps.metrics.domain.contracts import LABELS, TEXTS
from apps.metrics.domain.lifecycle import Lifecycle, due_on, state_words
from apps.metrics.models import DefinitionVersion, MetricDefinition
from apps.portal.tables import header, link, moment, plain

_TEXT_LABELS = [(key, label) for key, label in LABELS.items() if key in TEXTS]
MOVEMENTS = {"improved": "improved", "worsened": "worsened", "changed": "changed", "no_signal": "shows no signal"}


def contract_rows(version: DefinitionVersion, pair: DefinitionVersion | None) -> list[dict[str, Any]]:
    """The contract as label and text; the paired definition as a link; prompts by movement."""
    rows: list[dict[str, Any]] = [
        {"label": label, "text": version.contract[key]} for key, label in _TEXT_LABELS if version.contract.get(key)
    ]
    slug = version.contract.get("pair")
    if slug:
        name = pair.name if pair else slug
        rows.append({"label": LABELS["pair"], "text": name, "url": reverse("portal:metric", args=[slug])})
    prompts = version.contract.get("prompts", ())
    return rows + [{"label": f"Ask when it {MOVEMENTS[p['movement']]}", "text": p["text"]} for p in prompts]


def changed_notice(version: DefinitionVersion) -> dict[str, str]:
    """That a metric is measured differently since a day, and where to read what changed."""
    slug, number = version.definition.slug, version.number
    since = day_words(version.effective_from) if version.effective_from else "the beginning"
    return {
        "tone": "note",
        "text": f"{version.name} is measured differently since {since} (v{number}).",
        "url": reverse("portal:metric-diff", args=[slug, number - 1, number]),
        "link_label": "What changed",
    }


def version_label(version: DefinitionVersion) -> dict[str, str]:
    """`v4` with the address of the version."""
    url = reverse("portal:metric-version", args=[version.definition.slug, version.number])
    return {"text": f"v{version.number}", "url": url}


def life_notice(definition: MetricDefinition, successor: DefinitionVersion | None) -> dict[str, str]:
    """That a definition leaves or has left, why that is no alarm, and what to look at instead; empty in force."""
    words = life_words(definition, successor)
    if not words:
        return {}
    is_retired = definition.lifecycle == Lifecycle.RETIRED
    stays = "Its past stays and can be verified." if is_retired else "Until then it is computed and judged as before."
    found = {"tone": "quiet", "title": Lifecycle(definition.lifecycle).label, "text": f"It {words}. {stays}"}
    if is_retired:
        found["text"] = f"It was {words}. {stays}"
    if successor is not None:
        url = reverse("portal:metric", args=[successor.definition.slug])
        found |= {"url": url, "link_label": f"Open {successor.name}"}
    return found


def life_words(definition: MetricDefinition, successor: DefinitionVersion | None) -> str:
    """`leaves on 1 Mar 2027, replaced by Lead time`; empty in force."""
    return state_words(
        definition.lifecycle, sunset_on=definition.sunset_on, retired_on=definition.retired_on,
        successor=successor.name if successor else "",
    )  # fmt: skip


def passages_table(passages: list[metrics.Passage]) -> dict[str, Any]:
    """What became of a definition beside its versions, newest first."""
    labels = ("Since", "What", "In words", "Reason", "By", "Proposal")
    return {
        "caption": "What became of it, newest first",
        "caption_hidden": True,
        "columns": [{"label": label} for label in labels],
        "rows": [_passage_row(one) for one in passages],
    }


def _passage_row(one: metrics.Passage) -> list[dict[str, Any]]:
    url = reverse("governance:proposal", args=[one.proposal]) if one.proposal else ""
    return [
        header(day_words(one.day)),
        plain(one.what.capitalize()),
        plain(one.text),
        plain(one.reason),
        plain(one.who),
        link(f"P-{one.proposal}", url) if url else plain(""),
    ]


def look_words(looked_on: date, today: date) -> str:
    """When somebody looked at a definition last, and when it is due again."""
    due = due_on(looked_on)
    when = f"It is due since {day_words(due)}." if due <= today else f"Due again on {day_words(due)}."
    return f"Looked at last on {day_words(looked_on)}. {when}"


def versions_table(versions: list[DefinitionVersion]) -> dict[str, Any]:
    """Versions newest first: from when, why, who adopted it and when."""
    labels = ("Version", "In force from", "Reason", "Adopted by", "Adopted at")
    return {
        "caption": "Versions, newest first",
        "caption_hidden": True,
        "columns": [{"label": label} for label in labels],
        "rows": [_version_row(version) for version in versions],
    }


def _why(version: DefinitionVersion) -> str:
    """The reason, and the one for which it had to be in force at once."""
    at_once = f" In force at once: {version.at_once_reason}" if version.at_once_reason else ""
    return f"{version.reason}{at_once}"


def _version_row(version: DefinitionVersion) -> list[dict[str, Any]]:
    label = version_label(version)
    since = day_words(version.effective_from) if version.effective_from else "The beginning"
    return [
        header(label["text"], label["url"]),
        plain(since),
        plain(_why(version)),
        plain(version.adopted_by.full_name),
        moment(version.adopted_at),
    ]

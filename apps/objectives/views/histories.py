"""Pages on which the versions of an SLI, an SLO or a budget policy are told, and two of them compared."""

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from apps.core.access import Access, access
from apps.core.asking import PageRequest, reads
from apps.core.calendar_words import day_words
from apps.core.problems import Absent
from apps.governance.domain.diffs import diff_fields, diff_lines, diff_words
from apps.objectives.domain.agreed_words import LABELS
from apps.objectives.queries import histories, offering
from apps.objectives.queries.histories import PAGES, Told
from apps.objectives.views.agreeing import open_proposals

NOUNS = {"sli": "SLI", "slo": "SLO", "budget_policy": "Budget policy"}
DIFFS = {"sli": "objectives:indicator-diff", "slo": "objectives:objective-diff",
         "budget_policy": "objectives:policy-diff"}  # fmt: skip
FORMS = {"sli": "objectives:indicator-propose", "slo": "objectives:objective-propose",
         "budget_policy": "objectives:policy-propose"}  # fmt: skip
RETIRES = {"sli": "objectives:indicator-retire", "slo": "objectives:objective-retire",
           "budget_policy": "objectives:policy-retire"}  # fmt: skip
HEADS = ("Version", "In force", "What it changes", "Reason", "Proposal", "Compare")


@access(Access.SHARED_READ)
@reads()
def indicator_versions(request: PageRequest, slug: str) -> HttpResponse:
    """What an SLI measures, and every version it had."""
    return _versions(request, "sli", slug)


@access(Access.SHARED_READ)
@reads()
def objective_versions(request: PageRequest, slug: str) -> HttpResponse:
    """What an SLO promises, and every version it had."""
    return _versions(request, "slo", slug)


@access(Access.SHARED_READ)
@reads()
def policy_versions(request: PageRequest, slug: str) -> HttpResponse:
    """What a budget policy asks for, and every version it had."""
    return _versions(request, "budget_policy", slug)


@access(Access.SHARED_READ)
@reads()
def indicator_diff(request: PageRequest, slug: str, old: int, new: int) -> HttpResponse:
    """Two versions of an SLI side by side."""
    return _diff(request, "sli", slug, old, new)


@access(Access.SHARED_READ)
@reads()
def objective_diff(request: PageRequest, slug: str, old: int, new: int) -> HttpResponse:
    """Two versions of an SLO side by side."""
    return _diff(request, "slo", slug, old, new)


@access(Access.SHARED_READ)
@reads()
def policy_diff(request: PageRequest, slug: str, old: int, new: int) -> HttpResponse:
    """Two versions of a budget policy side by side."""
    return _diff(request, "budget_policy", slug, old, new)


def _versions(request: PageRequest, kind: str, slug: str) -> HttpResponse:
    row = histories.get_row(kind, slug)
    told = histories.list_told(row)
    if not told:
        raise Absent("not_found", "Nothing is here for you.")
    may_propose = row.retired_on is None and row.owner_team in offering.list_owners(request.principal)
    context = {
        "heading": f"{told[0].name}: versions",
        "crumbs": [{"label": NOUNS[kind], "url": ""}, {"label": told[0].name, "url": ""}],
        "row": row,
        "newest": told[0],
        "since": since_words(told[0]),
        "retired": day_words(row.retired_on) if row.retired_on else "",
        "noun": NOUNS[kind],
        "table": _table(kind, slug, told),
        "open_proposals": open_proposals(kind, slug),
        "files": _files(row) if kind == "slo" else [],
        "propose_url": f"{reverse(FORMS[kind])}?key={slug}" if may_propose and request.principal.is_person else "",
        "move_url": f"{reverse('objectives:agreements-move')}?what={kind}:{slug}",
        "retire_url": reverse(RETIRES[kind], args=[slug]) if may_propose and request.principal.is_person else "",
    }
    return render(request, "objectives/versions.html", context)


def _files(row: histories.Row) -> list[dict[str, str]]:
    """An SLO as files for other tools."""
    found = [{"label": "OpenSLO", "url": reverse("objectives:objective-openslo", args=[row.slug])}]
    if histories.is_pulled(row):
        found.append({"label": "Rules for Prometheus", "url": reverse("objectives:objective-rules", args=[row.slug])})
    return found


def since_words(told: Told) -> str:
    """From when on a version holds."""
    return f"since {day_words(told.effective_from)}" if told.effective_from else "from the beginning"


def _table(kind: str, slug: str, told: list[Told]) -> dict[str, Any]:
    before = {one.number: one for one in told}
    return {
        "caption": "Versions, newest first",
        "columns": [{"label": label} for label in HEADS],
        "rows": [_row(kind, slug, one, before.get(one.number - 1)) for one in told],
    }


def _row(kind: str, slug: str, told: Told, before: Told | None) -> list[dict[str, Any]]:
    compare: dict[str, Any] = {"text": ""}
    if before is not None:
        compare = {
            "text": f"With v{before.number}",
            "url": reverse(DIFFS[kind], args=[slug, before.number, told.number]),
        }
    return [
        {"text": f"v{told.number}", "header": True},
        {"text": since_words(told)},
        {"text": change_words(told, before)},
        {"text": told.reason},
        {"text": str(told.proposal), "url": reverse("governance:proposal", args=[told.proposal.number])},
        compare,
    ]


def change_words(told: Told, before: Told | None) -> str:
    """How much a version changes."""
    if before is None:
        return "It is the first."
    is_same = told.meaning_number == before.meaning_number
    if told.left:
        return f"It leaves {told.left}" if is_same else f"What is judged; it leaves {told.left}"
    return "Words only" if is_same else "What is judged"


def _diff(request: PageRequest, kind: str, slug: str, old: int, new: int) -> HttpResponse:
    row = histories.get_row(kind, slug)
    told = {one.number: one for one in histories.list_told(row)}
    if old == new or old not in told or new not in told:
        raise Absent("not_found", "Nothing is here for you.")
    before, after = told[old], told[new]
    context = {
        "heading": f"{after.name}: v{old} and v{new}",
        "crumbs": [
            {"label": NOUNS[kind], "url": ""}, {"label": after.name, "url": reverse(PAGES[kind], args=[slug])},
            {"label": f"v{old} and v{new}", "url": ""},
        ],
        "before": before, "before_since": since_words(before), "after": after, "after_since": since_words(after),
        "is_same": before.meaning_number == after.meaning_number,
        "diff": _differences(before, after),
    }  # fmt: skip
    return render(request, "objectives/versions_diff.html", context)


def _differences(before: Told, after: Told) -> dict[str, Any]:
    fields = diff_fields(before.document, after.document)
    return {
        "sentence": diff_words(before.sentence, after.sentence),
        "fields": [one | {"label": LABELS.get(one["label"].replace(" ", "_"), one["label"])} for one in fields],
        "text": diff_lines(_pretty(before), _pretty(after)),
    }


def _pretty(told: Told) -> str:
    return json.dumps(told.document, indent=2, ensure_ascii=False)

"""The catalogue of metrics, definitions, their versions and what changed between two of them."""

import json
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, reads
from apps.core.calendar_words import day_words
from apps.core.problems import Absent
from apps.governance.domain.diffs import diff_fields, diff_lines, diff_words
from apps.measurements.queries import list_creeps
from apps.metrics import policies
from apps.metrics.domain.lenses import Lens
from apps.metrics.domain.lifecycle import Lifecycle
from apps.metrics.domain.starter_catalogues import CATALOGUES
from apps.metrics.domain.wording import FIELD_LABELS
from apps.metrics.models import DefinitionVersion, MetricDefinition
from apps.portal.context.beside import beside_panel
from apps.portal.context.definitions import (
    contract_rows,
    life_notice,
    life_words,
    look_words,
    passages_table,
    version_label,
    versions_table,
)
from apps.portal.context.peers import links_of_definition
from apps.portal.context.trends import definition_charts
from apps.portal.queries.metrics import (
    CatalogueRow,
    DefinitionPage,
    get_definition_page,
    get_pair,
    get_versions,
    list_catalogue,
    pretty_spec,
    sentence_of,
)
from apps.portal.queries.trend import get_definition_trends, until
from apps.portal.tables import header, link, plain
from apps.reviews.operations import note_opening


@access(Access.SHARED_READ)
@reads()
def metric_list(request: PageRequest) -> HttpResponse:
    """All definitions by lens."""
    rows = sorted(list_catalogue(clock.today()), key=lambda row: list(Lens).index(Lens(row.definition.lens)))
    standing = [row for row in rows if row.definition.retired_on is None]
    gone = [row for row in rows if row.definition.retired_on is not None]
    by_lens = groupby(standing, key=lambda row: row.definition.lens)
    tables = [_catalogue_table(lens, list(found)) for lens, found in by_lens]
    tables += [_catalogue_table("retired", gone)] if gone else []
    may_adopt = policies.can_adopt_starter(request.principal)
    known = {row.definition.slug for row in rows}
    context = {
        "heading": "Metrics",
        "tables": tables,
        "adopt_url": _adopt_url(known) if may_adopt else "",
        "new_url": reverse("metrics:definition-create") if policies.can_propose_somewhere(request.principal) else "",
    }
    return render(request, "portal/metrics.html", context)


def _adopt_url(known: set[str]) -> str:
    """Where starter definitions are adopted: the first catalogue that has one left; empty when none has."""
    open_ones = (one.key for one in CATALOGUES if any(version.slug not in known for version in one.versions))
    first = next(open_ones, "")
    return f"{reverse('metrics:adopt')}?of={first}" if first else ""


def _catalogue_table(lens: str, rows: list[CatalogueRow]) -> dict[str, Any]:
    labels = ("Metric", "Owner", "Version", "In force", "Used in")
    return {
        "caption": lens.capitalize(),
        "aligned": True,
        "columns": [{"label": label} for label in labels],
        "rows": [_catalogue_row(row) for row in rows],
    }


def _catalogue_row(row: CatalogueRow) -> list[dict[str, Any]]:
    slug, version = row.definition.slug, row.version
    return [
        header(version.name, reverse("portal:metric", args=[slug])),
        plain(row.definition.owner_team.name),
        link(f"v{version.number}", reverse("portal:metric-version", args=[slug, version.number])),
        plain(_standing_words(row)),
        plain(", ".join(row.used_in)),
    ]


def _standing_words(row: CatalogueRow) -> str:
    """From when the version holds, and whether the metric leaves or has left."""
    words = life_words(row.definition, row.successor)
    return f"{since_words(row.version)}; {words}" if words else since_words(row.version)


def _stretch_words(page: DefinitionPage) -> str:
    """From when the version holds and, once its definition has left, until when it held."""
    left, since = page.definition.retired_on, since_words(page.in_force)
    return f"{since} until {day_words(left)}" if left else since


def since_words(version: DefinitionVersion) -> str:
    """From when a version is in force."""
    return f"from {day_words(version.effective_from)}" if version.effective_from else "from the beginning"


@access(Access.SHARED_READ)
@reads()
def metric(request: PageRequest, slug: str) -> HttpResponse:
    """A definition: its rule as a sentence, what it is for, its versions, its trend and where it is used."""
    page = get_definition_page(slug, clock.today())
    note_opening(definition=page.definition, by=request.principal)
    trends = get_definition_trends(page.versions[::-1], until(page.definition, clock.as_of()))
    context = {
        "heading": page.in_force.name,
        "crumbs": _crumbs(page.in_force.name),
        "slug": slug,
        "owner": page.definition.owner_team,
        "lens": page.definition.lens,
        "version": version_label(page.in_force),
        "since": _stretch_words(page),
        "sentence": sentence_of(page.in_force),
        "contract": contract_rows(page.in_force, page.pair),
        "versions": versions_table(page.versions),
        "life": life_notice(page.definition, page.successor),
        "acts": _acts(request, page.definition),
        "peers": links_of_definition(slug, page.versions, clock.as_of(), clock.reporting_zone()),
        "passages": passages_table(page.passages) if page.passages else None,
        "look": _look(request, page),
        "latest_diff": _latest_diff(slug, page.versions),
        "used_in": page.used_in,
        "beside": beside_panel(trends.beside),
        "questions": list_creeps({slug}),
        **definition_charts(slug, trends),
    }
    return render(request, "portal/metric.html", context)


def _acts(request: PageRequest, definition: MetricDefinition) -> list[dict[str, str]]:
    """What may be proposed about a definition that has not left, for those who may."""
    if definition.retired_on is not None or not policies.can_propose(request.principal, definition.owner_team):
        return []
    found = [{"label": "Propose a change", "url": f"{reverse('metrics:wording-create')}?key={definition.slug}"}]
    is_deprecated = definition.lifecycle == Lifecycle.DEPRECATED
    named = [("Rename or move", "move"), ("Change its last day" if is_deprecated else "Deprecate", "deprecate")]
    named += [("Retire", "retire")] if is_deprecated else []
    return found + [
        {"label": label, "url": reverse(f"metrics:definition-{act}", args=[definition.slug])} for label, act in named
    ]


def _look(request: PageRequest, page: DefinitionPage) -> dict[str, str]:
    """When somebody looked at a definition that stays, and for whoever leads or shares it where to do so."""
    definition = page.definition
    if definition.lifecycle != Lifecycle.ACTIVE:
        return {}
    may = policies.can_confirm_for(request.principal, definition.owner_team_id, definition.lens)
    url = reverse("metrics:definition-confirm", args=[definition.slug]) if may else ""
    return {"text": look_words(page.looked_on, clock.today()), "url": url}


def _latest_diff(slug: str, versions: list[DefinitionVersion]) -> str:
    if len(versions) < 2:
        return ""
    return reverse("portal:metric-diff", args=[slug, versions[1].number, versions[0].number])


@access(Access.SHARED_READ)
@reads()
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One version: its sentence, its contract, who adopted it and why, and the spec as text."""
    (found,) = get_versions(slug, number)
    context = {
        "heading": f"{found.name} v{number}",
        "crumbs": _crumbs(f"v{number}", slug=slug, name=found.name),
        "version": found,
        "since": since_words(found),
        "sentence": sentence_of(found),
        "contract": contract_rows(found, get_pair(found, clock.today())),
        "spec": pretty_spec(found),
        "previous": reverse("portal:metric-diff", args=[slug, number - 1, number]) if number > 1 else "",
    }
    return render(request, "portal/metric_version.html", context)


@access(Access.SHARED_READ)
@reads()
def diff(request: HttpRequest, slug: str, old: int, new: int) -> HttpResponse:
    """Two versions side by side: sentences, changed fields, lines of the spec."""
    if old == new:
        raise Absent("not_found", "Nothing is here for you.")
    before, after = get_versions(slug, old, new)
    context = {
        "heading": f"{after.name}: v{old} and v{new}",
        "crumbs": _crumbs(f"v{old} and v{new}", slug=slug, name=after.name),
        "before": before, "before_since": since_words(before), "before_sentence": sentence_of(before),
        "after": after, "after_since": since_words(after), "after_sentence": sentence_of(after),
        "same_values": before.meaning_number == after.meaning_number,
        "diff": {
            "sentence": diff_words(sentence_of(before), sentence_of(after)),
            "fields": [
                one | {"label": FIELD_LABELS.get(one["label"], one["label"])}
                for one in diff_fields(_document(before), _document(after))
            ],
            "text": diff_lines(pretty_spec(before), pretty_spec(after)),
        },
    }  # fmt: skip
    return render(request, "portal/metric_diff.html", context)


def _document(found: DefinitionVersion) -> dict[str, Any]:
    """What two versions are compared by: name, spec and contract, prompts by their movement."""
    contract = {key: value for key, value in found.contract.items() if key != "prompts"}
    prompts = {f"ask when {prompt['movement']}": prompt["text"] for prompt in found.contract.get("prompts", ())}
    return {"name": found.name, **json.loads(found.spec_text), **contract, **prompts}


def _crumbs(last: str, *, slug: str = "", name: str = "") -> list[dict[str, str]]:
    middle = [{"label": name, "url": reverse("portal:metric", args=[slug])}] if slug else []
    return [{"label": "Metrics", "url": reverse("portal:metric-list")}, *middle, {"label": last, "url": ""}]

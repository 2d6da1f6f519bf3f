"""Data health: what was heard, what is silent, what waits."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, reads
from apps.core.calendar_words import age_words
from apps.core.numbers import format_count, format_value
from apps.integrations.domain.imports import ImportState
from apps.objectives.domain.monitoring_words import say_fault
from apps.objectives.domain.sentences import UNUSABLE_SORTS
from apps.objectives.queries.count_health import CountHealth
from apps.portal.queries.data import RHYTHM_WEEKS, DataHealth, SourceHealth, Waiting, get_data_health
from apps.portal.queries.services import label_of_source
from apps.portal.tables import header, link, moment, plain, state
from apps.portal.views.imports import STATE_WORDS

DAYS = RHYTHM_WEEKS * 7


@access(Access.SHARED_READ)
@reads()
def data_health(request: PageRequest) -> HttpResponse:
    """Per source the last event and its rhythm; silent services, imports, open work, the audit chain."""
    at = clock.as_of()
    health = get_data_health(request.principal, at)
    context = {
        "heading": "Data health",
        "at": at,
        "sources": _sources_table(health.sources),
        "silent": _silent_table(health, at),
        "is_connected": any(row.service_count for row in health.sources),
        "imports": _imports_table(health),
        "counts": _counts_table(health.counts),
        "held": _held_words(health.counts.held_count),
        "waiting": _waiting_words(health.waiting),
        "waiting_since": health.waiting.since,
        "audit_head": health.audit_head,
    }
    return render(request, "portal/data_health.html", context)


def _sources_table(rows: list[SourceHealth]) -> dict[str, Any]:
    columns = [{"label": "Source"}, {"label": "Services", "numeric": True}, {"label": "Last heard"},
               {"label": "Rhythm"}, {"label": "State"}]  # fmt: skip
    cells = [
        [
            header(row.source.label),
            plain(format_count(row.service_count), numeric=True),
            moment(row.heard_at) if row.heard_at else plain("Never"),
            plain(rhythm_words(row.fact_count)),
            _source_state(row),
        ]
        for row in rows
    ]
    return {"caption": "Sources", "columns": columns, "rows": cells}


def rhythm_words(count: int) -> str:
    """How often facts come, from their number in 26 weeks."""
    if count == 0:
        return f"None in {RHYTHM_WEEKS} weeks"
    if count >= DAYS:
        return f"About {format_value(round(count / DAYS), 'per_day')}"
    if count >= RHYTHM_WEEKS:
        return f"About {format_value(round(count / RHYTHM_WEEKS), 'per_week')}"
    return f"{count} in {RHYTHM_WEEKS} weeks"


def _source_state(row: SourceHealth) -> dict[str, Any]:
    if row.service_count == 0:
        return state("no_data", "No data: not connected")
    if row.silent_count:
        return state("no_data", f"No data: stale for {row.silent_count} of {row.service_count} services")
    return plain("All heard in time")


def _silent_table(health: DataHealth, at: Any) -> dict[str, Any]:
    columns = [
        {"label": "Service"},
        {"label": "Source"},
        {"label": "Channel"},
        {"label": "Last heard"},
        {"label": "Age"},
    ]
    rows = [
        [
            header(c.service.name, reverse("portal:service", args=[c.service.slug])),
            plain(label_of_source(c.source)),
            plain(c.channel),
            moment(c.heard_at),
            plain(age_words(c.heard_at, at)),
        ]
        for c in health.silent
    ]
    return {"caption": "Silent services, longest first", "columns": columns, "rows": rows}


def _imports_table(health: DataHealth) -> dict[str, Any]:
    columns = [{"label": "File"}, {"label": "Rows", "numeric": True}, {"label": "Rejected", "numeric": True},
               {"label": "State"}, {"label": "When"}]  # fmt: skip
    rows = [
        [
            header(run.file_name, reverse("portal:import-run", args=[run.pk])),
            plain(format_count(run.row_count), numeric=True),
            link(format_count(run.error_count), reverse("portal:import-run", args=[run.pk]), numeric=True),
            plain(STATE_WORDS[ImportState(run.state)]),
            moment(run.uploaded_at),
        ]
        for run in health.imports
    ]
    return {"caption": "Imports, newest first", "columns": columns, "rows": rows}


def _counts_table(health: CountHealth) -> dict[str, Any]:
    """SLIs whose counts ask for somebody: readings that fail, and slices whose counts cannot be."""
    failing = [
        [
            _indicator(read.indicator.slug),
            state("no_data", f"Reading fails: {say_fault(read.fault, is_resting=read.is_resting)}"),
            moment(read.heard_at) if read.heard_at else plain("Never"),
        ]
        for read in health.failing
    ]
    unusable = [
        [
            _indicator(one.slug),
            state("not_judged", f"{format_count(one.count)} slices of a week are unusable: {UNUSABLE_SORTS}"),
            plain(""),
        ]
        for one in health.unusable
    ]
    columns = [{"label": "SLI"}, {"label": "What is wrong"}, {"label": "Last whole answer"}]
    return {"caption": "Counts of SLIs", "columns": columns, "rows": failing + unusable}


def _indicator(slug: str) -> dict[str, Any]:
    return header(slug, f"{reverse('objectives:indicator', args=[slug])}#wiring")


def _held_words(count: int) -> str:
    if not count:
        return ""
    return "1 slice waits for you" if count == 1 else f"{format_count(count)} slices wait for you"


def _waiting_words(waiting: Waiting) -> str:
    if not waiting.count:
        return "Nothing waits: all values include every stored fact."
    failed = f" {waiting.failed_count} of them failed before and are tried again." if waiting.failed_count else ""
    noun = "request waits" if waiting.count == 1 else "requests wait"
    return f"{format_count(waiting.count)} {noun} to be computed.{failed}"

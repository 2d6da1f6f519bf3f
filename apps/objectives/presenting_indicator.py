"""The page of an SLI in words: what counts, who is hurt, how the counts come, and whether they do."""

from datetime import timedelta
from typing import Any

from django.urls import reverse

from apps.accounts.domain import OrganisationRole, Principal
from apps.core import clock
from apps.core.calendar_words import age_words, day_words
from apps.objectives.domain.agreed_words import say_indicator, slice_words
from apps.objectives.domain.indicator_specs import IndicatorSpec
from apps.objectives.domain.indicator_words import KINDS, SampleSource
from apps.objectives.domain.monitoring_words import PullFault, say_fault
from apps.objectives.domain.printing import target_text
from apps.objectives.presenting_cells import counted, head, page_of, plain, table
from apps.objectives.presenting_list import standing_cell
from apps.objectives.queries.indicator_page import IndicatorPage

SOURCES = {
    SampleSource.PUSH: "Counts are pushed: by POST /api/v1/facts/batch/ with source sli_samples, or as a CSV file.",
    SampleSource.PULL: "Counts are pulled each minute from {server}.",
    SampleSource.TICKETS: "Counts are read from tickets each hour.",
}


def present_indicator(page: IndicatorPage, by: Principal) -> dict[str, Any]:
    """Everything its template shows."""
    indicator, spec, version = page.indicator, page.spec, page.version
    context: dict[str, Any] = {
        "heading": version.name if version else indicator.slug,
        "crumbs": [
            {"label": "SLOs", "url": reverse("objectives:objective-list")},
            {"label": f"SLI {indicator.slug}", "url": ""},
        ],
        "indicator": indicator,
        "version": version,
        "versions_url": reverse("objectives:indicator-versions", args=[indicator.slug]),
        "retired": day_words(indicator.retired_on) if indicator.retired_on else "",
    }
    if spec is None:
        return context
    return context | {
        "sentence": say_indicator(spec),
        "facts": _facts(spec),
        "wiring": wiring_lines(page, spec),
        "reading": _reading(page),
        "is_read": spec.source is not SampleSource.PUSH,
        "keys": page.keys,
        "key_rest": page.key_count - len(page.keys),
        "dimension": spec.dimension.value,
        "objectives": _objectives(page),
        "may_propose": by.is_person
        and (indicator.owner_team_id in by.team_roles or by.holds(OrganisationRole.STEWARD)),
        "links": spec.links,
    }


def _facts(spec: IndicatorSpec) -> list[dict[str, str]]:
    found = [
        {"label": "Kind", "text": KINDS[spec.kind].label},
        {"label": "Valid", "text": spec.valid},
        {"label": "Good", "text": spec.good},
        {"label": "Hurt when it fails", "text": spec.hurts},
        {"label": "What it does not see", "text": spec.blind_spot},
        {"label": "Measured at", "text": spec.measured_at.value.capitalize()},
        {"label": "Slices", "text": slice_words(spec.slice_seconds)},
    ]
    queries = (("Query of valid events", spec.valid_query), ("Query of good events", spec.good_query),
               ("Query of bad events", spec.bad_query))  # fmt: skip
    return found + [{"label": label, "text": query} for label, query in queries if query]


def wiring_lines(page: IndicatorPage, spec: IndicatorSpec) -> list[str]:
    """How the counts come and when they came last; silence is said in words."""
    found = [SOURCES[spec.source].format(server=spec.monitoring_source or "a server")]
    if page.newest_start is None:
        found.append("No data: not connected. Nothing has come yet.")
    else:
        end = page.newest_start + timedelta(seconds=spec.slice_seconds)
        found.append(f"The newest slice ended {age_words(end, clock.as_of())} ago.")
    if page.held_count:
        found.append(f"Waiting for you to say where they belong: {counted(page.held_count, 'slice')}.")
    return found


def _reading(page: IndicatorPage) -> dict[str, Any] | None:
    """How the reading of a pulled or ticket-fed SLI goes; a fault in its words."""
    read = page.read
    if read is None:
        return None
    return {
        "fault": say_fault(read.fault, is_resting=read.is_resting),
        "waits": read.is_resting or read.fault == PullFault.NOT_TRIED,
        "said": read.fault_said, "failures": counted(read.failures, "failure"),
        "heard_at": read.heard_at, "watermark": read.watermark, "due_at": read.due_at, "notes": read.notes,
        "others": ", ".join(read.others[:10]),
    }  # fmt: skip


def _objectives(page: IndicatorPage) -> dict[str, Any] | None:
    rows = [
        [
            head(row.agreed.promise.name, page_of(row.objective.slug)),
            plain(f"{target_text(row.agreed.promise.target)} over {row.agreed.promise.window.words}"),
            standing_cell(row),
        ]
        for row in page.rows
        if row.agreed is not None
    ]
    return table("SLOs on it", ("SLO", "Promise", "Budget"), rows) if rows else None

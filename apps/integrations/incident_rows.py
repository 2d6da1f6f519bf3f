"""Rows of outages are reports: what they say of times and levels is settled where incidents are reported."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from apps.accounts.domain import SYSTEM
from apps.core.fact_sources import sources
from apps.core.facts import Outcome
from apps.core.problems import FieldProblem, ProblemError
from apps.incidents.domain.incident_words import IncidentKind, LinkKind, MilestoneKind
from apps.incidents.domain.statements import Moment
from apps.incidents.operations.linking import link_change
from apps.incidents.operations.reporting import Touched, report_incident
from apps.integrations.domain.imports import Reach
from apps.services import operations as services
from apps.services import queries as service_queries

MOMENTS = {
    "started_at": MilestoneKind.IMPACT_STARTED, "detected_at": MilestoneKind.DETECTED,
    "acknowledged_at": MilestoneKind.ACKNOWLEDGED, "mitigated_at": MilestoneKind.MITIGATED,
    "resolved_at": MilestoneKind.RESOLVED,
}  # fmt: skip
HIGHEST_LEVEL = 9


def record_incident_rows(source: str, rows: Sequence[Mapping[str, Any]], reach: Reach) -> list[Outcome | FieldProblem]:
    """Report incidents that were read from a file, `service` being the primary key; outcomes or faults in their order.

    Rows of one key are one incident, which touched the service of each. A row that says nothing new is unchanged; each
    row is stored by itself, so that one that cannot be takes no other along.
    Whoever brought the file was asked before; what it says is a tool's word, which no person is taken for.
    """
    slugs = service_queries.slugs_of({row["service"] for row in rows})
    outcomes = [_try(source, row, slugs[row["service"]]) for row in rows]
    if reach.complete_until is not None:
        source_of = sources.get("incidents")
        for pk in sorted(slugs):
            services.hear(
                source=source_of.key, service_id=pk, channel=source_of.own_channel, at=reach.complete_until,
                connected_from=reach.connected_from,
            )  # fmt: skip
    return outcomes


def _try(source: str, row: Mapping[str, Any], slug: str) -> Outcome | FieldProblem:
    try:
        with transaction.atomic():
            return _report(source, row, slug)
    except ProblemError as problem:
        return problem.errors[0] if problem.errors else FieldProblem("", problem.code, problem.sentence)


def _report(source: str, row: Mapping[str, Any], slug: str) -> Outcome:
    text = row["severity"].strip()
    level = int(text) if text.isdecimal() and text.isascii() and 0 < int(text) <= HIGHEST_LEVEL else None
    reported = report_incident(
        title=row["title"] or f"Outage of {slug}", services=[Touched(slug)], kind=IncidentKind(row["kind"]),
        milestones=[Moment(kind, row[name]) for name, kind in MOMENTS.items() if row[name] is not None],
        severity=level, severity_as="" if level else text, source=source, external_key=row["key"], by=SYSTEM,
    )  # fmt: skip
    has_news = reported.has_news
    if row["deployment"]:
        has_news |= link_change(
            incident=reported.incident, kind=LinkKind.CAUSED_BY, service=slug, key=row["deployment"], source=source,
            by=SYSTEM,
        )  # fmt: skip
    if reported.is_new:
        return Outcome.CREATED
    return Outcome.UPDATED if has_news else Outcome.UNCHANGED

"""What a target review says, read from the card, targets, definitions, annotations and the catalogue."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from apps.annotations.models import Annotation
from apps.core import clock
from apps.core.periods import Period
from apps.measurements.domain.subjects import SubjectKind
from apps.measurements.models import Restatement
from apps.metrics import queries as metrics
from apps.metrics.models import DefinitionVersion, Target
from apps.reviews import drafting, queries
from apps.scorecards import queries as scorecards
from apps.scorecards.domain.content import CardContent, CellContent, canonical_text
from apps.scorecards.models import Scorecard
from apps.services.models import Ownership


def read_review(card: Scorecard, period: Period) -> dict[str, Any]:
    """The content of the review of a frozen quarterly card, with facts that arrived since; plain JSON values."""
    late = scorecards.count_later_facts(card)
    content = scorecards.read_card(card.team, period) if late else scorecards.content_of(card)
    targets = metrics.list_targets([card.team_id], period.key)
    versions = metrics.versions_by_slug([cell.definition for cell in content.cells if cell.definition])
    document = {
        "team": {"slug": card.team.slug, "name": content.team_name, "type": content.team_type},
        "quarter": period.key,
        "card": {"period": card.period, "revision": card.revision, "sha256": card.sha256},
        "data_up_to": content.data_up_to,
        "rows": [_row(cell, targets.get((card.team_id, cell.definition))) for cell in content.cells],
        "changed": {
            "versions": _versions(versions, period),
            "annotations": _annotations(card, period),
            "ownership": _ownership(card, period),
            "late_facts": late,
            "restated": _restated(card, period),
        },
        "still_open": queries.list_still_open(card.team, period.key),
        "next": _next_rows(content, versions),
    }
    plain: dict[str, Any] = json.loads(canonical_text(document))
    return plain


def _row(cell: CellContent, target: Target | None) -> dict[str, Any]:
    """Baseline, target, actual with interval and n, and the two words of one slot."""
    return {
        "definition": cell.definition,
        "label": cell.label,
        "lens": cell.lens,
        "unit": cell.unit,
        "version": cell.version_number,
        "status": cell.status,
        "period": cell.period,
        "actual": {name: getattr(cell, name) for name in ("value", "lower", "upper", "n", "clusters")},
        "judged": cell.judged,
        "baseline": _baseline(target),
        "target": {"comparison": cell.target_comparison, "value": cell.target_value} if cell.target_code else None,
        "target_code": cell.target_code,
        "target_sentence": cell.target_sentence,
        "trend_code": cell.trend_code,
        "trend_sentence": cell.trend_sentence,
    }


def _baseline(target: Target | None) -> dict[str, Any] | None:
    if target is None or target.baseline_value is None:
        return None
    return {
        "period": target.baseline_period,
        "value": target.baseline_value,
        "lower": target.baseline_lower,
        "upper": target.baseline_upper,
        "n": target.baseline_n,
        "version": target.version_number,
    }


def _next_rows(content: CardContent, versions: Mapping[str, list[DefinitionVersion]]) -> list[dict[str, Any]]:
    by_number = {(slug, v.number): v for slug, found in versions.items() for v in found}
    rows = []
    for cell in content.cells:
        version = by_number.get((cell.definition, cell.version_number or 0))
        if version is not None:
            rows.append(drafting.next_row(cell, version))
    return rows


def _versions(versions: Mapping[str, list[DefinitionVersion]], period: Period) -> list[dict[str, Any]]:
    """Versions that came into force within the quarter."""
    return [
        {
            "definition": slug,
            "number": version.number,
            "name": version.name,
            "effective_from": version.effective_from,
            "governs_from": version.governs_from,
            "reason": version.reason,
        }
        for slug, found in sorted(versions.items())
        for version in found
        if version.effective_from is not None and period.first_on <= version.effective_from < period.end_on
    ]


def _annotations(card: Scorecard, period: Period) -> list[dict[str, Any]]:
    """Marks of the organisation, the team and its services that touch the quarter, in order of time."""
    begin, end = _instants(period)
    services = scorecards.service_ids_in(card.team, period)
    places = Q(team=card.team) | Q(service_id__in=services) | Q(team=None, service=None)
    near = Q(starts_at__gte=begin) | Q(starts_at__lt=begin, ends_at__gt=begin)
    marks = Annotation.objects.filter(places, near, starts_at__lt=end, retracted_at=None).select_related("service")
    return [
        {
            "kind": mark.kind,
            "text": mark.text,
            "starts_at": mark.starts_at,
            "ends_at": mark.ends_at,
            "service": mark.service.name if mark.service else "",
        }
        for mark in marks.order_by("starts_at", "pk")
    ]


def _ownership(card: Scorecard, period: Period) -> list[dict[str, Any]]:
    """Services that came to the team or left it within the quarter."""
    begin, end = _instants(period)
    rows = Ownership.objects.current().filter(team=card.team).select_related("service")
    moved = rows.filter(Q(from_at__gte=begin, from_at__lt=end) | Q(until_at__gte=begin, until_at__lt=end))
    found = [move for row in moved.order_by("from_at", "pk") for move in _moves(row, begin, end)]
    return sorted(found, key=lambda move: (move["at"], move["service"]))


def _moves(row: Ownership, begin: datetime, end: datetime) -> Iterable[dict[str, Any]]:
    if begin <= row.from_at < end:
        yield {"service": row.service.name, "move": "came", "at": row.from_at, "reason": row.reason}
    if row.until_at is not None and begin <= row.until_at < end:
        yield {"service": row.service.name, "move": "left", "at": row.until_at, "reason": ""}


def _restated(card: Scorecard, period: Period) -> int:
    """Final values of the quarter that changed since."""
    cells = {"cell__subject_kind": SubjectKind.TEAM, "cell__subject_id": card.team_id, "cell__end_on": period.end_on}
    return int(Restatement.objects.filter(**cells, cell__grain=period.grain).count())


def _instants(period: Period) -> tuple[datetime, datetime]:
    zone = clock.reporting_zone()
    return period.starts_at(zone), period.ends_at(zone)

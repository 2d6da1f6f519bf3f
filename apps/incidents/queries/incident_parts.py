"""An incident with all that was said of it, for one answer or one page."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.problems import Absent
from apps.incidents.domain.change_links import Link
from apps.incidents.domain.folding import Folded
from apps.incidents.domain.incident_words import Visibility
from apps.incidents.domain.severities import Severity
from apps.incidents.models import (
    Incident,
    IncidentAccess,
    IncidentService,
    KnownCause,
    Milestone,
    Retro,
    SeverityChange,
    TimelineEntry,
)
from apps.incidents.queries import incidents, linked, storyline
from apps.incidents.queries.causes import visible_causes
from apps.services import queries as services
from apps.services.models import Service


def get_with_parts(pk: int, by: Principal) -> Incident:
    """The incident with services, statements and lines; raises `Absent`."""
    parts = (
        Prefetch("milestones", Milestone.objects.order_by("pk")),
        Prefetch("severity_changes", SeverityChange.objects.order_by("pk")),
        Prefetch("timeline", TimelineEntry.objects.order_by("at", "pk")),
    )
    found = incidents.list_by_start(by).filter(pk=pk).prefetch_related(*parts).first()
    if found is None:
        raise Absent("not_found", "Nothing is here for you.")
    return found


def links_as_said(incident: Incident) -> list[dict[str, Any]]:
    """What holds of each deployment and change, with short names of services."""
    rows = linked.get_links(incident)
    slugs = services.slugs_of({link.service_id for link in rows}) if rows else {}
    return [_link(link, slugs) for link in rows]


def _link(link: Link, slugs: dict[int, str]) -> dict[str, Any]:
    return {
        "kind": str(link.kind), "fact": str(link.fact_source), "service": slugs.get(link.service_id, ""),
        "key": link.fact_key, "state": str(link.state), "origin": str(link.origin), "reason": link.reason,
    }  # fmt: skip


def list_candidates(incident: Incident) -> dict[str, list[dict[str, Any]]]:
    """What may belong to an incident: deployments before the impact, and lines of the facts around it."""
    slugs = {one.service_id: one.service.slug for one in incidents.list_services(incident)}
    changes = linked.list_candidates(incident, linked.get_links(incident), slugs.keys())
    lines = storyline.list_candidates(incident, clock.as_of(), slugs.keys())
    return {
        "changes": [
            {
                "service": one.service.slug, "service_name": one.service.name, "key": one.key,
                "finished_at": one.finished_at, "seconds_before": one.seconds_before, "is_affected": one.is_affected,
            }
            for one in changes
        ],
        "timeline": [
            {
                "source": line.source, "label": line.label, "service": slugs.get(line.service_id or 0, ""),
                "key": line.key, "at": line.at, "text": line.text,
            }
            for line in lines
        ],
    }  # fmt: skip


@dataclass(frozen=True)
class IncidentPage:
    """All that the page of an incident shows."""

    incident: Incident
    folded: Folded
    severity: Severity
    services: list[IncidentService]
    service_names: dict[int, tuple[str, str]]
    links: list[Link]
    entries: list[TimelineEntry]
    causes: list[KnownCause]
    access: list[IncidentAccess]
    retro: Retro | None
    root: Incident | None


def get_page(pk: int, by: Principal) -> IncidentPage:
    """The incident with everything its page shows; raises `Absent`."""
    found = incidents.visible(by).select_related("retro", "duplicate_of").filter(pk=pk).first()
    if found is None:
        raise Absent("not_found", "Nothing is here for you.")
    touched = incidents.list_services(found)
    links = linked.get_links(found)
    names = {one.service_id: (one.service.slug, one.service.name) for one in touched}
    others = {link.service_id for link in links} - set(names)
    if others:
        names |= {pk: (slug, name) for pk, slug, name in _named(others)}
    return IncidentPage(
        incident=found,
        folded=incidents.fold_of(found.pk),
        severity=incidents.severity_of(found.pk),
        services=touched,
        service_names=names,
        links=links,
        entries=storyline.list_entries(found),
        causes=list(visible_causes(by).filter(incident_links__incident=found, incident_links__is_confirmed=True)),
        access=incidents.list_access(found) if found.visibility == Visibility.RESTRICTED else [],
        retro=getattr(found, "retro", None),
        root=_visible_root(found, by),
    )


def _named(service_ids: set[int]) -> list[tuple[int, str, str]]:
    return list(Service.objects.filter(pk__in=service_ids).values_list("pk", "slug", "name"))


def _visible_root(incident: Incident, by: Principal) -> Incident | None:
    """The incident it repeats, where the reader may know of that one."""
    if incident.duplicate_of_id is None:
        return None
    return Incident.objects.visible_to(by).filter(pk=incident.duplicate_of_id).first()

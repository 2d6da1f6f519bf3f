"""Reads of the page that sets another tool's number beside the house's, and where it is found."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from apps.accounts.domain import Principal
from apps.core.periods import CALENDAR_GRAINS, Period, last_complete
from apps.core.problems import Absent
from apps.incidents.queries import incidents
from apps.measurements import queries as measurements
from apps.measurements.domain.peers import list_peers
from apps.measurements.domain.peers.shapes import Peer
from apps.measurements.domain.subjects import WHOLE
from apps.measurements.queries import Cell, Comparison
from apps.metrics import queries as metrics
from apps.metrics.models import DefinitionVersion
from apps.portal.queries.evidence import OF_INCIDENTS, period_of, version_of
from apps.portal.queries.subjects import NamedSubject, get_subject
from apps.services.models import Service

WHOLE_ORGANISATION = "organisation:all"


@dataclass(frozen=True)
class PeerPage:
    """A cell, what another tool's rule makes of the same facts, and what services and incidents are called."""

    subject: NamedSubject
    period: Period
    version: DefinitionVersion
    cell: Cell
    comparison: Comparison
    services: dict[int, Service]
    names: dict[str, str]


def get_peer_page(slug: str, address: str, period_key: str, peer: str, by: Principal) -> PeerPage:
    """Both numbers of one cell; raises `Absent` for what is unknown, or a definition for which the tool has no rule."""
    subject, period = get_subject(address), period_of(period_key)
    place = (subject.subject, slug, period.key, WHOLE)
    cell = measurements.get_cells([subject.subject], [slug], [period]).get(place)
    version = version_of(slug, cell) if cell else None
    if version is not None:
        metrics.require_present(slug, version.definition)
    comparison = measurements.get_comparison(subject.subject, slug, period, peer) if cell else None
    if cell is None or version is None or comparison is None:
        raise Absent("not_found", "Nothing is here for you.")
    keys = {fact.key for fact in comparison.rows if fact.source in OF_INCIDENTS}
    return PeerPage(
        subject=subject,
        period=period,
        version=version,
        cell=cell,
        comparison=comparison,
        services=Service.objects.in_bulk({fact.service_id for fact in comparison.rows}),
        names=incidents.names_for_evidence(keys, by) if keys else {},
    )


def list_known_peers(version: DefinitionVersion) -> list[Peer]:
    """The tools that have a rule for a version's definition."""
    return list_peers(version.definition.names)


def newest_period(versions: list[DefinitionVersion], now: datetime, zone: ZoneInfo) -> Period | None:
    """The longest calendar period that is over and that a version governs and reads; None where there is none yet."""
    for grain in reversed(CALENDAR_GRAINS):
        period = last_complete(now, grain, zone)
        version = metrics.governing_version(versions, period)
        if version is not None and grain in metrics.spec_of(version).window.grains:
            return period
    return None

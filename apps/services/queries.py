"""Reads of the service catalogue."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from apps.core import clock
from apps.core.periods import local_midnight
from apps.core.problems import Absent
from apps.services.models import CATALOGUE, FactClock, FactConnection, Ownership, Service


def list_services() -> QuerySet[Service]:
    """Services by name, retired ones included."""
    return Service.objects.order_by("name")


def get_service(slug: str) -> Service:
    """The service of that slug; raises `Absent`."""
    service = Service.objects.filter(slug=slug).first()
    if service is None:
        raise Absent("not_found", "Nothing is here for you.")
    return service


@dataclass(frozen=True)
class Place:
    """Where facts of a service go: its primary key, the instant it began, and the team that owns it, if any."""

    pk: int
    began_at: datetime
    team_id: int | None


def with_owner(services: QuerySet[Service], at: datetime) -> QuerySet[Any]:
    """Services with `owner_id` and `owner_slug` of the team that owns them at an instant; null in a gap."""
    standing = Ownership.objects.standing(at).filter(service=OuterRef("pk")).order_by("pk")
    return services.annotate(
        owner_id=Subquery(standing.values("team_id")[:1]), owner_slug=Subquery(standing.values("team__slug")[:1])
    )


def places_by_slug(slugs: Iterable[str], at: datetime) -> dict[str, Place]:
    """Known services by lower-case slug, with their owner at an instant; one query."""
    wanted = {slug.lower() for slug in slugs}
    found = with_owner(Service.objects.filter(slug__in=wanted), at)
    zone = clock.reporting_zone()
    rows = found.values_list("slug", "pk", "began_on", "owner_id")
    return {slug: Place(pk, local_midnight(began_on, zone), team_id) for slug, pk, began_on, team_id in rows}


def slugs_of(pks: Iterable[int]) -> dict[int, str]:
    """Short names of services by primary key."""
    return dict(Service.objects.filter(pk__in=set(pks)).values_list("pk", "slug"))


def list_all_ownerships() -> QuerySet[Ownership]:
    """The current history of owners of all services, by service and time."""
    standing = Ownership.objects.current().select_related("service", "team")
    return standing.order_by("service__slug", "from_at")


def find_open_ownership(service: Service) -> Ownership | None:
    """The ownership of a service that has no end yet; None when nobody owns it from now on."""
    return Ownership.objects.current().filter(service=service, until_at=None).select_related("team").first()


def list_services_of(team_id: int, at: datetime) -> QuerySet[Service]:
    """Services a team owns at an instant, by name."""
    owned = Ownership.objects.standing(at).filter(team_id=team_id).values("service_id")
    return Service.objects.filter(pk__in=owned).order_by("name")


def owner_id_at(service: Service, at: datetime) -> int | None:
    """Primary key of the team that owns the service at an instant."""
    return Ownership.objects.standing(at).filter(service=service).values_list("team_id", flat=True).first()


def list_connections(service_ids: Iterable[int]) -> QuerySet[FactConnection]:
    """Current connections of services, the counted channel of each source first."""
    standing = FactConnection.objects.filter(until_seq=None, service_id__in=list(service_ids))
    return standing.order_by("source", "service_id", "first_seq", "pk")


def counted_channels(source: str, service_ids: Iterable[int]) -> dict[int, str]:
    """By service the channel whose facts of a source count: the one that connected first."""
    rows = list_connections(service_ids).filter(source=source).values_list("service_id", "channel")
    return dict(reversed(rows))


def watermark(sources: Iterable[str]) -> dict[str, int]:
    """Committed counters of sources, with the catalogue's (ownership and connections)."""
    wanted = {*sources, CATALOGUE}
    found = dict(FactClock.objects.filter(source__in=wanted).values_list("source", "seq"))
    return {source: found.get(source, 0) for source in sorted(wanted)}


def lock_clocks(sources: Iterable[str]) -> None:
    """Lock the counters of several sources by name until the transaction ends; one that is missing begins at 0.

    What publishes them one after the other waits here, and never while it holds one that another needs.
    """
    wanted = sorted(set(sources))
    rows = FactClock.objects.select_for_update().filter(source__in=wanted).order_by("source").values_list("pk")
    if len(rows) < len(wanted):
        FactClock.objects.bulk_create((FactClock(source=source) for source in wanted), ignore_conflicts=True)
        list(rows.all())


def lock_services(pks: Iterable[int]) -> dict[int, Service]:
    """Services by primary key, locked in that order until the transaction ends."""
    locked = Service.objects.select_for_update().filter(pk__in=list(pks)).order_by("pk")
    return {service.pk: service for service in locked}


def lock_service(pk: int) -> Service:
    """The service row, locked until the transaction ends: its owners and connections change under this lock."""
    return Service.objects.select_for_update().get(pk=pk)


def first_owned_at() -> datetime | None:
    """The earliest instant at which any service had an owner."""
    return Ownership.objects.current().order_by("from_at").values_list("from_at", flat=True).first()

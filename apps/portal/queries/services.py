"""Reads of the pages about services."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import CharField, TextField, Value
from django.db.models.functions import Cast, JSONObject

from apps.core import clock
from apps.core.fact_sources import sources
from apps.delivery.models import Deployment
from apps.objectives.queries import team_budgets
from apps.objectives.queries.following import Movable, list_left_behind
from apps.objectives.queries.team_budgets import TeamBudget, instant
from apps.services import queries as services
from apps.services.models import FactConnection, Ownership, Service
from apps.teams.models import Team

NEWEST = 8
DEPLOYED = ("key", "finished_at", "environment", "status", "size")


@dataclass(frozen=True)
class ServiceRow:
    """A service and its owner now (None in a gap)."""

    service: Service
    owner: Team | None


@dataclass(frozen=True)
class Shipped:
    """A deployment as a service's page lists it."""

    key: str
    finished_at: datetime
    environment: str
    status: str
    size: int | None


@dataclass(frozen=True)
class ServicePage:
    """A service with its owners over time, who reports it, and its newest deployments."""

    service: Service
    ownerships: list[Ownership]
    connections: list[FactConnection]
    deployments: list[Shipped]
    budgets: list[TeamBudget]
    # SLIs and SLOs that still belong to a team that owned the service before.
    left_behind: list[Movable] = field(default_factory=list)

    def owner_at(self, at: datetime) -> Team | None:
        """The team that owns it at an instant."""
        holding = (o for o in self.ownerships if o.from_at <= at and (o.until_at is None or at < o.until_at))
        return next((ownership.team for ownership in holding), None)


def list_service_rows(rows: Sequence[Service], at: datetime) -> list[ServiceRow]:
    """The services of one page with their owners; one query."""
    standing = Ownership.objects.standing(at).filter(service__in=rows).select_related("team")
    owners = {ownership.service_id: ownership.team for ownership in standing}
    return [ServiceRow(service, owners.get(service.pk)) for service in rows]


def get_service_page(slug: str) -> ServicePage:
    """Everything about a service that is no measurement."""
    owned = Ownership.objects.current().filter(service__slug=slug).select_related("team", "service")
    ownerships = list(owned.order_by("from_at"))
    service = ownerships[0].service if ownerships else services.get_service(slug)
    deployments, budgets = _deployments_and_budgets(service)
    return ServicePage(
        service=service,
        ownerships=ownerships,
        connections=list(services.list_connections([service.pk])),
        deployments=deployments,
        budgets=budgets,
        left_behind=list_left_behind(service.pk, _former_owners(ownerships, clock.as_of())),
    )


def _former_owners(ownerships: Sequence[Ownership], at: datetime) -> set[int]:
    """Teams that owned it before and do not now; none where nobody owns it."""
    now = {one.team_id for one in ownerships if one.from_at <= at and (one.until_at is None or at < one.until_at)}
    before = {one.team_id for one in ownerships if one.until_at is not None and one.until_at <= at}
    return before - now if now else set()


def _deployments_and_budgets(service: Service) -> tuple[list[Shipped], list[TeamBudget]]:
    """The newest deployments of a service, newest first, and the budgets of its SLOs; both in one query."""
    newest = Deployment.objects.filter(service=service, until_seq=None).order_by("-finished_at", "-pk").values("pk")
    packed = Cast(JSONObject(**{name: name for name in DEPLOYED}), TextField())
    rows = Deployment.objects.filter(pk__in=newest[:NEWEST]).annotate(
        what=Value("deployment", CharField()), packed=packed
    )
    columns = ("what", "pk", "packed")
    budgets = team_budgets.packed_rows({"indicator__service": service.pk}, clock.today())
    listed = list(rows.values_list(*columns).union(*(part.values_list(*columns) for part in budgets), all=True))
    found = [(pk, json.loads(text)) for what, pk, text in listed if what == "deployment"]
    shipped = [(pk, Shipped(**row | {"finished_at": instant(row["finished_at"])})) for pk, row in found]
    newest_first = sorted(shipped, key=lambda one: (one[1].finished_at, one[0]), reverse=True)
    return (
        [one for _, one in newest_first],
        team_budgets.unpack((what, text) for what, _, text in listed if what in team_budgets.WHAT),
    )


def list_newest_deployments(service_ids: Iterable[int], count: int) -> list[Deployment]:
    """The newest current deployments of services, newest first; one query."""
    standing = Deployment.objects.filter(service_id__in=list(service_ids), until_seq=None)
    return list(standing.select_related("service").order_by("-finished_at", "-pk")[:count])


def label_of_source(key: str) -> str:
    """The name of a fact source on pages."""
    return sources.get(key).label if key in sources else key.capitalize()

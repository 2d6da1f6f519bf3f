"""Reads of tickets through the registry of facts: whose they are is not known here."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from apps.core.fact_sources import sources
from apps.services import queries as services

SOURCE = "tickets"


@dataclass(frozen=True)
class TicketRow:
    """When a ticket was opened, when its promise was met, and for whom."""

    opened_at: datetime
    met_at: datetime | None
    tenant: str


def heard_at(service_id: int) -> datetime | None:
    """The last sign of life of the counted channel of a service's tickets; None where none is connected."""
    rows = services.list_connections([service_id]).filter(source=SOURCE)
    first = rows.first()
    return first.heard_at if first else None


def list_tickets(service_id: int, *, since: datetime, kinds: Collection[str], by_resolution: bool) -> list[TicketRow]:
    """Current tickets of the counted channel that were opened, or whose promise was met, since an instant."""
    channel = services.counted_channels(SOURCE, [service_id]).get(service_id, "")
    met = "resolved_at" if by_resolution else "first_response_at"
    rows: Any = sources.get(SOURCE).model._default_manager.filter(
        Q(opened_at__gte=since) | Q((f"{met}__gte", since)), service_id=service_id, channel=channel, until_seq=None
    )
    if kinds:
        rows = rows.filter(kind__in=list(kinds))
    return [TicketRow(*row) for row in rows.order_by("opened_at", "pk").values_list("opened_at", met, "tenant")]

"""Support as an indicator: a ticket counts when it is answered or when its time is over, and never before. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.objectives.domain.counts import Counts, Slice
from apps.objectives.domain.indicator_words import OTHER_KEY
from apps.objectives.domain.samples import aligned_before


@dataclass(frozen=True)
class Ticket:
    """Support that was asked for; `met_at` is the first answer, or the resolution."""

    opened_at: datetime
    met_at: datetime | None
    tenant: str = ""


def counted_at(ticket: Ticket, limit: timedelta, now: datetime) -> tuple[datetime, bool] | None:
    """When a ticket counts and whether it was in time: at its answer, or bad at its deadline; None: not yet.

    One that is answered before it was asked cannot be measured and counts nowhere.
    """
    deadline = ticket.opened_at + limit
    if ticket.met_at is not None and ticket.met_at <= deadline:
        is_possible = ticket.opened_at <= ticket.met_at <= now
        return (ticket.met_at, True) if is_possible else None
    return (deadline, False) if deadline <= now else None


def count_tickets(
    tickets: Iterable[Ticket], limit: timedelta, slice_seconds: int, now: datetime, *, by_tenant: bool = False
) -> list[Slice]:
    """The slices that tickets give, in order of time and key."""
    found: dict[tuple[datetime, str], Counts] = {}
    for ticket in tickets:
        counted = counted_at(ticket, limit, now)
        if counted is None:
            continue
        instant, is_good = counted
        key = (ticket.tenant or OTHER_KEY) if by_tenant else ""
        place = (aligned_before(instant, slice_seconds), key)
        found[place] = found.get(place, Counts(0, 0, 0)) + Counts(int(is_good), 1, 1)
    return [Slice(starts_at, counts, key) for (starts_at, key), counts in sorted(found.items())]

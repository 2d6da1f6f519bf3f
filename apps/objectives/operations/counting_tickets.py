"""Tickets as samples: counted again for as long as late news may change them, quiet slices included."""

from datetime import datetime, timedelta

from apps.core import clock
from apps.core.fact_sources import sources
from apps.core.periods import local_midnight
from apps.core.silence import is_silent
from apps.objectives.domain.counts import Counts, Slice
from apps.objectives.domain.indicator_words import OTHER_KEY, Dimension, IndicatorKind
from apps.objectives.domain.pulling import Asked
from apps.objectives.domain.samples import KEPT, aligned_after, aligned_before, first_kept_day
from apps.objectives.domain.tickets import Ticket, count_tickets
from apps.objectives.queries import reading_duties as duties
from apps.objectives.queries import tickets as queries
from apps.objectives.queries.reading_duties import Readable

# Answers are told late; what is older stands as it was counted.
COUNTED_AGAIN = timedelta(days=14)


def count_since(
    readable: Readable, watermark: datetime | None, begins_at: datetime, at: datetime
) -> tuple[Asked | None, list[Slice]]:
    """What tickets give since the last counting, and the range it speaks of; None where their source says nothing.

    A slice in which no ticket counted is idle, not missing, as long as the source of tickets is alive. One key carries
    all idle slices; the others need none, as a key that is silent while another reports is idle.
    """
    spec = readable.spec
    length = timedelta(seconds=spec.slice_seconds)
    heard_at = queries.heard_at(readable.indicator.service_id)
    if heard_at is None:
        return None, []
    silent = is_silent(heard_at, at, sources.get(queries.SOURCE).silent_after)
    end = aligned_before(heard_at if silent else at, spec.slice_seconds)
    if readable.ends_at is not None:
        end = min(end, aligned_after(readable.ends_at, spec.slice_seconds))
    kept_from = local_midnight(first_kept_day(at, clock.reporting_zone()), clock.reporting_zone())
    # What another statement counted stands as it was.
    own = readable.begins_at or at - KEPT
    since = max(begins_at, kept_from, at - KEPT, own, (watermark or begins_at) - COUNTED_AGAIN)
    first = aligned_after(since, spec.slice_seconds)
    if first + length > end:
        return None, []
    limit = timedelta(seconds=spec.limit_seconds)
    tickets = queries.list_tickets(
        readable.indicator.service_id, since=first - limit, kinds=spec.ticket_kinds,
        by_resolution=spec.kind is IndicatorKind.SUPPORT_RESOLUTION,
    )  # fmt: skip
    by_tenant = spec.dimension is Dimension.TENANT
    counted = {
        (one.key, one.starts_at): one
        for one in count_tickets(_as_tickets(tickets), limit, spec.slice_seconds, at, by_tenant=by_tenant)
        if first <= one.starts_at < end
    }
    known_until = min(end, max(first, watermark or first))
    # What counted once and counts no more becomes idle; every other slice of earlier readings stands as it is.
    quiet = set(duties.counted_places(readable.indicator.pk, first, known_until))
    carrier = OTHER_KEY if by_tenant else ""
    quiet |= {(carrier, known_until + number * length) for number in range((end - known_until) // length)}
    idle = [Slice(at, Counts(0, 0, 0), key) for key, at in quiet - counted.keys()]
    return Asked(first + length, end, spec.slice_seconds), [*counted.values(), *idle]


def _as_tickets(rows: list[queries.TicketRow]) -> list[Ticket]:
    return [Ticket(row.opened_at, row.met_at, row.tenant) for row in rows]

"""Writes of the service catalogue, and the door through which all facts come."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from apps.accounts.domain import Principal
from apps.audit import operations as audit
from apps.core import clock, facts
from apps.core.fact_sources import FactSource
from apps.core.periods import local_midnight
from apps.core.problems import Conflict
from apps.services import domain, policies, queries
from apps.services.models import CATALOGUE, FactClock, FactConnection, Ownership, Service
from apps.teams.models import Team


@transaction.atomic
def create_service(
    *, slug: str, name: str, began_on: date, tier: domain.Tier = domain.Tier.IMPORTANT, description: str = "",
    owner: Team | None = None, by: Principal,
) -> Service:  # fmt: skip
    """Add a service, owned from its first day by `owner` if given."""
    policies.require_can_manage_catalogue(by)
    service = Service(slug=slug, name=name, began_on=began_on, tier=tier, description=description)
    service.full_clean()
    service.save()
    audit.record("service.created", subject=service, by=by, data={"slug": slug})
    if owner is not None:
        _own(service, owner, local_midnight(began_on, clock.reporting_zone()), "First owner.")
    return service


@transaction.atomic
def hand_over(*, service: Service, to: Team, from_at: datetime, reason: str, by: Principal) -> Ownership:
    """Move a service to another team from an instant on; results before it stay with the former owner."""
    # The lock comes first: who may give a service away is whoever owns it once no other hand-over is under way.
    service = queries.lock_service(service.pk)
    standing = queries.find_open_ownership(service)
    policies.require_can_hand_over(by, standing.team if standing else None)
    if standing is not None:
        _close(standing, from_at)
    ownership = _own(service, to, from_at, reason)
    audit.record("service.handed_over", subject=service, by=by, data={"to": to.pk, "from_at": from_at.isoformat()})
    return ownership


def _close(standing: Ownership, until_at: datetime) -> None:
    """Replace the open row by one that ends: the old version stays readable at its watermark."""
    if until_at <= standing.from_at:
        since = f"{clock.local_day(standing.from_at):%-d %B %Y}"
        raise Conflict("state_forbids", f"{standing.team.name} owns it from {since}; choose a later time.")
    seq = FactClock.advance(CATALOGUE)
    Ownership.objects.filter(pk=standing.pk).update(until_seq=seq)
    Ownership.objects.create(
        service=standing.service, team=standing.team, from_at=standing.from_at, until_at=until_at,
        reason=standing.reason, seq=seq,
    )  # fmt: skip


def _own(service: Service, team: Team, from_at: datetime, reason: str) -> Ownership:
    rows = Ownership.objects.current().filter(service=service)
    history = [domain.Owned(o.team_id, o.from_at, o.until_at) for o in rows]
    if domain.overlaps(history, domain.Owned(team.pk, from_at, None)):
        raise Conflict("state_forbids", f"{service.name} has an owner at that time already.")
    seq = FactClock.advance(CATALOGUE)
    ownership = Ownership.objects.create(service=service, team=team, from_at=from_at, reason=reason, seq=seq)
    facts.announce_catalogue_change(service.pk, from_at)
    return ownership


Batch = tuple[FactSource, Sequence[Mapping[str, Any]]]
# When a channel began to report: for all services alike, or for each of them by its key.
Since = datetime | Mapping[int, datetime] | None


def record_facts(
    *, source: FactSource, channel: str, rows: Sequence[Mapping[str, Any]], connected_from: Since = None,
    complete_until: datetime | None = None,
) -> list[facts.Outcome]:  # fmt: skip
    """Store parsed facts of one source and note that their services were heard; callers have checked who may.

    `connected_from` is when the channel began to report (default: the begin of each service);
    `complete_until` says that nothing is missing up to then, even where nothing happened.
    """
    outcomes = record_batches(
        channel=channel, batches=[(source, rows)], connected_from=connected_from, complete_until=complete_until
    )
    return outcomes[0]


@transaction.atomic
def record_batches(
    *, channel: str, batches: Sequence[Batch], connected_from: Since = None,
    complete_until: datetime | None = None,
) -> list[list[facts.Outcome]]:  # fmt: skip
    """Store facts of several sources together; outcomes come in the order of `batches`, as for `record_facts`."""
    outcomes = facts.publish(channel, batches)
    for source, rows in batches:
        heard = _last_heard(source, rows)
        if complete_until is not None:
            heard = dict.fromkeys(heard, complete_until)
        _hear_all(source.key, channel, heard, connected_from)
    return outcomes


def _last_heard(source: FactSource, rows: Sequence[Mapping[str, Any]]) -> dict[int, datetime]:
    """The latest instant each service's rows speak of."""
    heard: dict[int, datetime] = {}
    fallback = clock.as_of()
    for row in rows:
        service_id, at = row["service"], row.get(source.main_clock) or fallback
        if service_id not in heard or at > heard[service_id]:
            heard[service_id] = at
    return heard


@transaction.atomic
def hear(
    *, source: str, service_id: int, channel: str, at: datetime, connected_from: datetime | None = None
) -> FactConnection:
    """Note a sign of life of a channel: a fact, a heartbeat, or an import that is complete up to `at`."""
    _hear_all(source, channel, {service_id: at}, connected_from)
    return FactConnection.objects.get(source=source, service_id=service_id, channel=channel, until_seq=None)


def _hear_all(source: str, channel: str, heard: Mapping[int, datetime], since: Since) -> None:
    """Note the signs of life of many services: one read, and one write for those that are heard later than before."""
    standing = FactConnection.objects.filter(
        source=source, channel=channel, service_id__in=heard, until_seq=None
    ).order_by("pk")
    known = {connection.service_id: connection for connection in standing}
    later = [c for c in known.values() if heard[c.service_id] > c.heard_at]
    for connection in later:
        connection.heard_at = heard[connection.service_id]
    FactConnection.objects.bulk_update(later, ["heard_at"], batch_size=500)
    _connect(source, channel, {pk: at for pk, at in heard.items() if pk not in known}, since)
    begins = {pk: _since(since, pk) for pk in known}
    earlier = [c for c in known.values() if (begin := begins[c.service_id]) is not None and begin < c.connected_from]
    _reconnect(earlier, begins)


def _since(since: Since, service_id: int) -> datetime | None:
    return since.get(service_id) if isinstance(since, Mapping) else since


def _connect(source: str, channel: str, heard: Mapping[int, datetime], since: Since) -> None:
    """First signs of life: the services are connected from `since`, else from their begin.

    Only the first channel of a service counts: another one changes no number, so nobody need compute anything.
    """
    if not heard:
        return
    services = queries.lock_services(heard)
    counted = queries.counted_channels(source, heard)
    seq = FactClock.advance(CATALOGUE)
    zone = clock.reporting_zone()
    begins = {pk: _since(since, pk) or local_midnight(service.began_on, zone) for pk, service in services.items()}
    FactConnection.objects.bulk_create(
        FactConnection(
            source=source, service_id=pk, channel=channel, connected_from=begin, heard_at=max(heard[pk], begin),
            first_seq=seq, seq=seq,
        )
        for pk, begin in begins.items()
    )  # fmt: skip
    for pk, begin in begins.items():
        if pk not in counted:
            facts.announce_catalogue_change(pk, begin, source=source)


def _reconnect(standing: Sequence[FactConnection], begins: Mapping[int, datetime | None]) -> None:
    """The channel turns out to reach further back: new versions of the connections, older watermarks keep theirs."""
    if not standing:
        return
    seq = FactClock.advance(CATALOGUE)
    FactConnection.objects.filter(pk__in=[c.pk for c in standing]).update(until_seq=seq)
    FactConnection.objects.bulk_create(
        FactConnection(
            source=old.source, service_id=old.service_id, channel=old.channel,
            connected_from=begins[old.service_id] or old.connected_from, heard_at=old.heard_at,
            first_seq=old.first_seq, seq=seq,
        )
        for old in standing
    )  # fmt: skip
    counted = queries.counted_channels(standing[0].source, [old.service_id for old in standing])
    for old in standing:
        if counted[old.service_id] == old.channel:
            begin = begins[old.service_id] or old.connected_from
            facts.announce_catalogue_change(old.service_id, begin, source=old.source)

"""After every write: what was said of an incident is folded into its columns, its retro, its causes and its facts.

Each write adds rows of its own and ends here, under the incident's lock, so that any order of events gives the same
rows and settling twice writes nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from apps.core import clock, facts
from apps.core.facts import Touched
from apps.incidents.domain.change_links import fields_of
from apps.incidents.domain.folding import Flag, Folded
from apps.incidents.domain.incident_words import IncidentStatus, LinkedFact, LinkKind, MilestoneKind
from apps.incidents.domain.severities import Severity
from apps.incidents.facts import INCIDENTS
from apps.incidents.models import Incident, IncidentFact, Retro
from apps.incidents.operations import restricting
from apps.incidents.operations.cause_settling import settle_repeats
from apps.incidents.operations.connecting import CHANNEL, connect_mates
from apps.incidents.operations.retro_settling import follow_retro, publish_retro_fact
from apps.incidents.queries import causes, incidents, linked
from apps.services import operations as services
from apps.services import queries as service_queries

K = MilestoneKind
# What one act may publish, here and with its actions.
PUBLISHED = ("actions", "incidents", "retros")
FOLDED = (
    "status", "severity_worst", "severity_final", "started_at", "detected_at", "acknowledged_at", "mitigated_at",
    "first_resolved_at", "resolved_at", "hurt_seconds", "start_assumed", "is_over", "intervals", "flags",
)  # fmt: skip
TIMES = (
    "started_at", "detected_at", "acknowledged_at", "mitigated_at", "first_resolved_at", "resolved_at", "hurt_seconds",
    "severity_worst", "severity_final", "kind", "detected_by", "start_assumed", "is_over",
)  # fmt: skip
NAMES = tuple(f.name for f in INCIDENTS.stored_fields)


def settle(incident: Incident, *, now: datetime) -> None:
    """Fold, open or follow the retro, settle repeats, publish by difference; the caller holds the incident's lock."""
    settle_all([incident], now=now)


def settle_all(held: Iterable[Incident], *, now: datetime) -> None:
    """Settle incidents whose locks are held.

    Everywhere incidents are locked before retros, causes and actions, all rows before the counters of facts, and the
    audit chain last: nobody waits for somebody who waits for them.
    """
    settled = list(held)
    if not settled:
        return
    for incident in settled:
        _write_columns(incident, incidents.fold_of(incident.pk), incidents.severity_of(incident.pk))
        _follow_owner(incident, now)
    followed = [(incident, follow_retro(incident, now=now)) for incident in settled]
    settle_repeats(settled, now=now)
    service_queries.lock_clocks(PUBLISHED)
    for incident, retro in followed:
        if retro is not None:
            publish_retro_fact(retro, incident)
        _publish(incident, retro)


def resettle_after_deployments(touched: Sequence[Touched]) -> None:
    """Receiver of changed facts: incidents that a changed deployment or change is linked to follow it."""
    places = {(t.source.key, t.service_id, key) for t in touched if t.source.key in set(LinkedFact) for key in t.keys}
    settle_all(causes.lock_incidents(linked.incidents_linked_to(places)).values(), now=clock.now())


def _write_columns(incident: Incident, folded: Folded, severity: Severity) -> None:
    values = columns_of(incident, folded, severity)
    if any(getattr(incident, name) != value for name, value in values.items()):
        is_opened = incident.is_over and not values["is_over"]
        for name, value in values.items():
            setattr(incident, name, value)
        if is_opened and incident.dedup_key:
            _open_beside_others(incident)
        else:
            incident.save(update_fields=list(FOLDED))


def _open_beside_others(incident: Incident) -> None:
    """What a tool opens anew keeps its times; the key stays with whichever incident goes on under it already."""
    try:
        with transaction.atomic():
            incident.save(update_fields=list(FOLDED))
    except IntegrityError:  # the database decides, so that a report that came between is seen, too
        incident.dedup_key, incident.flags = "", [*incident.flags, str(Flag.KEY_ELSEWHERE)]
        incident.save(update_fields=[*FOLDED, "dedup_key"])


def _follow_owner(incident: Incident, now: datetime) -> None:
    """The incident is owned by whoever owned the service it began in when the impact started."""
    services_ = incidents.list_services(incident)
    since = incident.started_at or incident.detected_at or incident.reported_at
    owner_id = service_queries.owner_id_at(services_[0].service, since) if services_ else None
    if owner_id is not None and owner_id != incident.owner_team_id:
        incident.owner_team_id = owner_id
        incident.save(update_fields=["owner_team"])
        restricting.add_team(incident, incident.owner_team, now=now)


def columns_of(incident: Incident, folded: Folded, severity: Severity) -> dict[str, Any]:
    """What the fold says of an incident, by column."""
    return {
        "status": (IncidentStatus.EXCLUDED if incident.exclusion else folded.status).value,
        "severity_worst": severity.worst,
        "severity_final": severity.final,
        "started_at": folded.started_at,
        "detected_at": folded.first.at(K.DETECTED),
        "acknowledged_at": folded.first.at(K.ACKNOWLEDGED),
        "mitigated_at": folded.first.at(K.MITIGATED),
        "first_resolved_at": folded.first.at(K.RESOLVED),
        "resolved_at": folded.resolved_at,
        "hurt_seconds": folded.hurt_seconds,
        "start_assumed": folded.start_assumed,
        "is_over": folded.is_over,
        "intervals": len(folded.intervals),
        "flags": [str(flag) for flag in (*folded.flags(), *severity.flags, *_lasting(incident))],
    }


def _lasting(incident: Incident) -> list[str]:
    """Flags that no statement carries: a key that was given up does not come back."""
    return [flag for flag in incident.flags if flag == Flag.KEY_ELSEWHERE]


def _publish(incident: Incident, retro: Retro | None) -> None:
    """The fact rows by difference; what is left out has none, a drill says what it is."""
    current = incidents.current_facts([incident.pk]).get(key_of(incident), [])
    rows = [] if incident.exclusion else rows_of(incident, retro)
    kept = {row["service"] for row in rows}
    gone = [(fact.service_id, fact.key) for fact in current if fact.service_id not in kept]
    if gone:
        facts.withdraw(INCIDENTS, CHANNEL, gone)
    stored = {fact.service_id: fact for fact in current}
    changed = [row for row in rows if not _is_same(row, stored.get(row["service"]))]
    if changed:
        since = incident.started_at or incident.detected_at or incident.reported_at
        services.record_batches(
            channel=CHANNEL, batches=[(INCIDENTS, changed)], connected_from=since, complete_until=clock.as_of()
        )
        connect_mates(INCIDENTS, incident, kept, since)


def key_of(incident: Incident) -> str:
    """The key of an incident's fact rows, which is also its name."""
    return f"I-{incident.pk}"


def rows_of(incident: Incident, retro: Retro | None) -> list[dict[str, Any]]:
    """One row for each service, with the incident's times in all of them."""
    links = linked.get_links(incident)
    shared = {name: getattr(incident, name) for name in TIMES} | causes.learned_fields(incident)
    shared |= {"incident": key_of(incident), "retro_required": retro is not None and retro.is_required}
    shared["fixed_at"] = linked.fixed_at(links)
    has_cause = {link.service_id for link in links if link.says(LinkKind.CAUSED_BY, LinkedFact.DEPLOYMENTS)}
    return [
        {
            **shared, "key": key_of(incident), "service": one.service_id, "role": one.role, "flow": one.flow,
            "tenant": one.tenant, **fields_of(links, one.service_id),
            "cause_elsewhere": bool(has_cause - {one.service_id}) and one.service_id not in has_cause,
        }
        for one in incidents.list_services(incident)
    ]  # fmt: skip


def _is_same(row: dict[str, Any], stored: IncidentFact | None) -> bool:
    return stored is not None and all(row.get(name) == getattr(stored, name) for name in NAMES)

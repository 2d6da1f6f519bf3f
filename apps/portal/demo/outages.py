"""Incidents of the demonstration: the pack's outages, as the places of two uptime logs went down and came back.

Outages of one log that overlap are one incident, which touched every service concerned; one that begins again within
minutes reopens it. What people add (levels, when it began to hurt, which release it was) follows from the key alone.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache, partial

from apps.accounts.domain import SYSTEM, Principal, TeamRole
from apps.core import clock
from apps.core.fact_sources import sources
from apps.incidents.domain.incident_words import (
    DetectedBy,
    Exclusion,
    IncidentKind,
    LinkKind,
    LinkState,
    MilestoneKind,
    ServiceRole,
)
from apps.incidents.domain.statements import Moment
from apps.incidents.models import Incident
from apps.incidents.operations import excluding, linking, rating, reporting, restricting, statements, timeline
from apps.incidents.operations.reporting import Touched
from apps.incidents.queries import incidents, linked, retros, storyline
from apps.metrics.domain.starter_catalogues import INCIDENTS as CATALOGUE
from apps.metrics.domain.starter_incidents import WITH_INCIDENTS
from apps.portal.demo.agreements import adopt, agree_on, bring_into_force
from apps.portal.demo.cast import Cast, local
from apps.portal.demo.oncall import WATCHED, drawn
from apps.portal.demo.packfiles import pack_rows
from apps.services import operations as services

K = MilestoneKind
OWNER, SOURCE = "insights", "uptime log"
WATCHED_FROM = date(2024, 4, 8)
ADOPTED_ON, IN_FORCE_ON = date(2026, 4, 2), date(2026, 4, 6)
# Proposed, open for comments for five working days, and in force on a Monday: before others change the same two.
AGREED_ON, COMMENTED_UNTIL, WITH_INCIDENTS_ON = date(2026, 7, 27), date(2026, 8, 3), date(2026, 8, 10)
REOPENED_WITHIN = timedelta(minutes=10)
# From how many minutes, or services at once, on an outage is of which level; everything else is of the least.
SEVERE = ((1, timedelta(hours=10), 99), (2, timedelta(hours=4), 99), (3, timedelta(hours=2), 4))
LEAST = 4


@dataclass
class Outage:
    """One incident: the services in the order in which they went down, and its stretches."""

    services: list[str]
    stretches: list[list[datetime]] = field(default_factory=list)

    @property
    def began(self) -> datetime:
        """When the first place went down."""
        return self.stretches[0][0]

    @property
    def ended(self) -> datetime:
        """When the last place was back."""
        return self.stretches[-1][1]

    @property
    def key(self) -> str:
        """What names it in its log."""
        return f"{self.services[0]} {self.began:%Y-%m-%dT%H:%M:%SZ}"

    @property
    def level(self) -> int:
        """Its severity, by how long and how wide it was."""
        lasted = sum((end - start for start, end in self.stretches), timedelta())
        found = (level for level, long, wide in SEVERE if lasted >= long or len(set(self.services)) >= wide)
        return next(found, LEAST)


@cache
def all_outages() -> tuple[Outage, ...]:
    """Every incident of the story, by the time it began."""
    logs: dict[str, list[tuple[datetime, datetime, str]]] = {}
    for row in pack_rows("outages"):
        if row["service"] in WATCHED and row["resolved_at"]:
            start, end = (datetime.fromisoformat(row[name]) for name in ("started_at", "resolved_at"))
            log = row["service"].partition("/")[0]
            logs.setdefault(log, []).append((start, end, WATCHED[row["service"]]))
    found = [one for rows in logs.values() for one in _merged(sorted(rows))]
    return tuple(sorted(found, key=lambda one: (one.began, one.key)))


def _merged(rows: Sequence[tuple[datetime, datetime, str]]) -> Iterator[Outage]:
    """Rows of one log in order: what overlaps is one, what follows within minutes begins it anew."""
    current: Outage | None = None
    for start, end, service in rows:
        if current is None or start > current.ended + REOPENED_WITHIN:
            if current is not None:
                yield current
            current = Outage([], [[start, end]])
        elif start <= current.ended:
            current.stretches[-1][1] = max(current.ended, end)
        else:
            current.stretches.append([start, end])
        if service not in current.services:
            current.services.append(service)
    if current is not None:
        yield current


def report(cast: Cast, *, one: Outage) -> None:
    """The log reports an incident once it is over; who owns it adds what it knows later."""
    roles = [ServiceRole.ORIGIN, *[ServiceRole.AFFECTED] * len(one.services)]
    (start, end), *again = one.stretches
    reporting.report_incident(
        title=_title(cast, one), detected_by=DetectedBy.ALERT, severity=one.level,
        services=[Touched(slug, role) for slug, role in zip(one.services, roles, strict=False)],
        milestones=_moments(one, start, end, again), source=SOURCE, external_key=one.key, by=SYSTEM,
    )  # fmt: skip


def look_closer(cast: Cast, *, after: date | None, until: date) -> str:
    """Tech leads go through what hurt, and the log says up to when nothing else happened."""
    first, last = local(after, time(0)) if after else None, local(until, time(0))
    hurt = [one for one in all_outages() if one.level < LEAST and one.ended < last]
    hurt = [one for one in hurt if first is None or one.ended >= first]
    for one in hurt:
        incident = incidents.get_by_key(SOURCE, one.key)
        if has_published_retro(incident):
            continue
        look_at(incident, one, cast.holder(incident.owner_team.slug, TeamRole.TECH_LEAD))
    source = sources.get("incidents")
    for slug in sorted(set(WATCHED.values())):
        services.hear(
            source=source.key, service_id=cast.services[slug].pk, channel=source.own_channel, at=last,
            connected_from=local(WATCHED_FROM, time(0)),
        )  # fmt: skip
    return f"{len(hurt)} incidents that hurt are looked at closer, until {until:%-d %B %Y}"


def _title(cast: Cast, one: Outage) -> str:
    names = [cast.services[slug].name for slug in one.services]
    before = ", ".join(names[:-1])
    return f"{before} and {names[-1]} did not answer" if before else f"{names[0]} did not answer"


def _moments(one: Outage, start: datetime, end: datetime, again: Sequence[Sequence[datetime]]) -> list[Moment]:
    """What the log knows: when a place was found down, taken up and found back; not when it began to hurt."""
    taken = start + timedelta(seconds=120 + drawn(f"ack {one.key}", 900))
    found = [Moment(K.DETECTED, start), Moment(K.RESOLVED, end)]
    found += [Moment(K.ACKNOWLEDGED, taken)] if taken < end else []
    for began, ended in again:
        found += [Moment(K.REOPENED, began), Moment(K.RESOLVED, ended)]
    return found


def has_published_retro(incident: Incident) -> bool:
    """Whether its retro is published: then it was looked at closer before, and keeps what it says."""
    retro = retros.find_retro(incident.pk)
    return retro is not None and retro.first_published_at is not None


def look_at(incident: Incident, one: Outage, lead: Principal) -> None:
    """What the tech lead adds to an incident that hurt: when it began, when it stopped hurting, what may be behind."""
    began = one.began - timedelta(minutes=2 + drawn(f"start {one.key}", 12))
    statements.record_milestone(incident=incident, kind=K.IMPACT_STARTED, at=began, by=lead)
    if one.level <= 2 and len(one.stretches) == 1:
        hurt = one.began + (one.ended - one.began) * (7 + drawn(f"hurt {one.key}", 3)) / 10
        statements.record_milestone(incident=incident, kind=K.MITIGATED, at=hurt.replace(microsecond=0), by=lead)
    incident.refresh_from_db()
    _judge_release(incident, one, lead)
    for line in storyline.list_candidates(incident, clock.as_of())[-3:]:
        if line.source != "annotations":
            slug = next((s.service.slug for s in incident.services.all() if s.service_id == line.service_id), "")
            timeline.accept_candidate(incident=incident, source=line.source, service=slug, key=line.key, by=lead)


def _judge_release(incident: Incident, one: Outage, lead: Principal) -> None:
    """The last release of the three days before was it, or was looked at and ruled out."""
    candidates = [one for one in linked.list_candidates(incident, []) if one.is_affected]
    if not candidates:
        return
    nearest, was_it = candidates[0], drawn(f"cause {one.key}", 2) == 0
    linking.link_change(
        incident=incident, kind=LinkKind.CAUSED_BY, service=nearest.service.slug, key=nearest.key, by=lead,
        state=LinkState.DECLARED if was_it else LinkState.REJECTED,
        reason="" if was_it else "The place went down while this release was not yet rolled out there.",
    )  # fmt: skip


def practise(cast: Cast) -> str:
    """A drill, one written from memory, a false alarm, a duplicate, and a security incident for its list alone."""
    lead, at = cast.holder("commerce", TeamRole.TECH_LEAD), clock.as_of()
    shop = [Touched("saleor", ServiceRole.ORIGIN)]
    hour = timedelta(hours=1)

    def told(title: str, start: datetime, end: datetime, **more: object) -> Incident:
        moments = [Moment(K.IMPACT_STARTED, start), Moment(K.DETECTED, start + hour / 12), Moment(K.RESOLVED, end)]
        return reporting.report_incident(
            title=title, services=shop, milestones=moments, detected_by=DetectedBy.PERSON, by=lead, **more,  # type: ignore[arg-type]
        ).incident  # fmt: skip

    told("Practised: the database fails over", at - 6 * hour, at - 5 * hour, kind=IncidentKind.DRILL, severity=2)
    told("Written from memory: the sale of 2023", local(date(2023, 11, 24)), local(date(2023, 11, 24), time(15)),
           kind=IncidentKind.BACKFILL, severity=2)  # fmt: skip
    first = told("Orders wait for payment", at - 30 * hour, at - 28 * hour, severity=3)
    again = told("Payments are late", at - 30 * hour, at - 29 * hour, severity=3)
    excluding.exclude_incident(
        incident=again, exclusion=Exclusion.DUPLICATE, reason="The same hour, told twice.", duplicate_of=first.pk,
        by=lead,
    )  # fmt: skip
    alarm = told("No orders for ten minutes", at - 50 * hour, at - 49 * hour, severity=3)
    excluding.exclude_incident(
        incident=alarm, exclusion=Exclusion.FALSE_ALARM, reason="A holiday in most markets; nothing failed.", by=lead
    )
    leak = told("An access key stood in a build log", at - 20 * hour, at - 18 * hour, severity=2)
    restricting.restrict_incident(incident=leak, by=lead)
    rating.change_severity(incident=first, level=2, reason="Two large shops could not sell.", by=lead)
    return "a drill, one from memory, a duplicate, a false alarm and a restricted incident are written down"


def adopt_definitions(cast: Cast) -> str:
    """The steward adopts what incidents are measured by, from the quarter's first Monday on."""
    return adopt(cast, OWNER, CATALOGUE, IN_FORCE_ON, "incidents")


def agree_on_incidents(cast: Cast) -> str:
    """Failed deployments and recovery are to be read with incidents: proposed together, signed by three."""
    proposal = agree_on(cast, WITH_INCIDENTS, WITH_INCIDENTS_ON)
    return f"{proposal}, failures and recovery with incidents: agreed on, in force from {WITH_INCIDENTS_ON:%-d %B %Y}"


def acts(days: Iterable[date]) -> Iterator[tuple[datetime, Callable[[Cast], str | None]]]:
    """Every act about incidents, with its instant, in the story's order of days."""
    yield local(ADOPTED_ON, time(11)), adopt_definitions
    ordered = sorted(days)
    for after, until in zip((None, *ordered), ordered, strict=False):
        yield local(until, time(5, 30)), partial(look_closer, after=after, until=until)
    for one in all_outages():
        yield one.ended + timedelta(minutes=30), partial(report, one=one)
    yield local(date(2026, 8, 19), time(15)), practise
    yield local(AGREED_ON, time(7)), agree_on_incidents
    for day in (COMMENTED_UNTIL, WITH_INCIDENTS_ON):
        yield local(day, time(9)), bring_into_force

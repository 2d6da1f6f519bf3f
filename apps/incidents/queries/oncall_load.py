"""Reads of how a team is on call: the load of some days, the state of its feed, what its stages ask for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet

from apps.core import clock
from apps.core.fact_sources import sources
from apps.core.periods import local_midnight
from apps.incidents.domain.action_words import RepeatState
from apps.incidents.domain.incident_words import IncidentKind
from apps.incidents.domain.oncall import DAY
from apps.incidents.domain.page_feeds import Feed, feed_of
from apps.incidents.domain.page_words import Bucket, Urgency
from apps.incidents.domain.pages import Load, Paged, load_of
from apps.incidents.models import IncidentFact
from apps.incidents.models_oncall import MaturityThresholds, OnCallProfile, Page
from apps.incidents.queries.oncall_pages import hours_in, list_profiles
from apps.services.models import FactConnection, Ownership
from apps.teams.models import Team

UTC_ZONE = ZoneInfo("UTC")
PAGES, INCIDENTS = "pages", "incidents"
COLUMNS = ("fired_at", "bucket", "night", "repeat", "label", "acknowledged_at", "end_reason")
RULE = ("rule_id", "rule__name", "rule__service_id", "rule__service__name")
Days = tuple[date, date]


@dataclass(frozen=True)
class TeamLoad:
    """A team's load during the local days `[first_on, end_on)` of its zone, with the profile in force at their end."""

    first_on: date
    end_on: date
    zone: ZoneInfo
    load: Load
    profile: OnCallProfile | None
    feed: Feed
    low_count: int

    @property
    def within_target(self) -> bool | None:
        """Whether nine in ten acknowledgements keep the agreed time; None without one or without a target."""
        p90 = self.load.acknowledged_p90
        if self.profile is None or p90 is None:
            return None
        return p90 <= timedelta(seconds=self.profile.acknowledgement_seconds)


@dataclass(frozen=True)
class RulePaged:
    """A page beside the rule that fired: primary key, name, and service of the rule."""

    urgency: str
    rule: tuple[int, str, int, str]
    paged: Paged


@dataclass(frozen=True)
class TeamPages:
    """What a team's load and stage are read from, fetched in three queries: profiles, pages of some days, feeds."""

    as_of: datetime
    profiles: tuple[OnCallProfile, ...]
    rows: tuple[RulePaged, ...]
    connections: tuple[tuple[str, datetime, datetime], ...]

    def profile_before(self, instant: datetime) -> OnCallProfile | None:
        """The profile that holds just before an instant; of later instants than now the one that holds now."""
        held = (row for row in self.profiles if row.from_at <= self.as_of and row.from_at < instant)
        return next(held, None)

    def load(self, days: Days) -> TeamLoad:
        """The load of the local days `[first, end)`, which must be among those that were read."""
        first_on, end_on = days
        profile = self.profile_before(local_midnight(end_on, clock.reporting_zone()))
        zone = hours_in(profile).zone
        start, end = local_midnight(first_on, zone), local_midnight(end_on, zone)
        # The last night ends on the morning after the last day, the first may have begun the day before.
        near = [row for row in self.rows if start <= row.paged.fired_at < end + DAY]
        urgent = [row.paged for row in near if row.urgency == Urgency.HIGH]
        inside = [paged for paged in urgent if paged.fired_at < end]
        return TeamLoad(
            first_on=first_on,
            end_on=end_on,
            zone=zone,
            load=load_of(inside, nights=[paged.night for paged in urgent], first_on=first_on, end_on=end_on),
            profile=profile,
            feed=self.feed,
            low_count=sum(row.urgency != Urgency.HIGH and row.paged.fired_at < end for row in near),
        )

    def urgent_between(self, start: datetime, end: datetime) -> list[RulePaged]:
        """Urgent pages that fired in `[start, end)`, by service and rule name."""
        found = [r for r in self.rows if r.urgency == Urgency.HIGH and start <= r.paged.fired_at < end]
        return sorted(found, key=lambda row: (row.rule[3], row.rule[1], row.rule[0]))

    @property
    def feed(self) -> Feed:
        """The state of the team's page feed."""
        heard = [(since, at) for source, since, at in self.connections if source == PAGES]
        return feed_of(heard, self.as_of, sources.get(PAGES).silent_after)

    @property
    def has_incidents(self) -> bool:
        """Whether incidents are reported for any of the team's services."""
        return any(source == INCIDENTS for source, _, _ in self.connections)


def read_team_pages(team: Team, *days: Days) -> TeamPages:
    """What the load and the stage of a team need for some stretches of days; three queries whatever their number."""
    as_of = clock.as_of()
    wanted = Q(pk__in=[])
    for first_on, end_on in days:
        # A day more on both sides: whatever the zone, all its hours are among them.
        span = local_midnight(first_on, UTC_ZONE) - DAY, local_midnight(end_on, UTC_ZONE) + 2 * DAY
        wanted |= Q(fired_at__gte=span[0], fired_at__lt=span[1])
    rows = Page.objects.filter(wanted, team=team).order_by("fired_at", "pk").values_list("urgency", *RULE, *COLUMNS)
    return TeamPages(
        as_of=as_of,
        profiles=tuple(list_profiles(team)),
        rows=tuple(RulePaged(urgency, tuple(row[:4]), paged_of(row[4:])) for urgency, *row in rows),
        connections=tuple(_connections(team, as_of)),
    )


def paged_of(row: Any) -> Paged:
    """A page as the arithmetic reads it, from its columns in order."""
    fired_at, bucket, night, repeat, label, acknowledged_at, end_reason = row
    return Paged(fired_at, Bucket(bucket), night, repeat, label, acknowledged_at, end_reason)


def _connections(team: Team, as_of: datetime) -> Iterable[tuple[str, datetime, datetime]]:
    """Source, begin and last sign of life of the feeds of the services that the team owns."""
    owned = Ownership.objects.standing(as_of).filter(team=team)
    standing = FactConnection.objects.filter(until_seq=None, service_id__in=owned.values("service_id"))
    named = [Q(source=key, channel=sources.get(key).own_channel) for key in (PAGES, INCIDENTS)]
    return standing.filter(named[0] | named[1]).order_by("pk").values_list("source", "connected_from", "heard_at")


def count_repeats(
    team: Team, state: RepeatState, start: datetime, end: datetime
) -> dict[int | None, tuple[int, int]]:  # fmt: skip
    """Incidents that began in `[start, end)` in services of a team and came back in a state, and all of them, by the
    worst level they reached (None: not known).

    Restricted ones count like all others; one that touched several of its services counts once.
    """
    held = Q(service__ownerships__until_at=None) | Q(service__ownerships__until_at__gt=F("started_at"))
    facts = IncidentFact.objects.filter(
        held, until_seq=None, kind=IncidentKind.INCIDENT.value, started_at__gte=start, started_at__lt=end,
        service__ownerships__team=team, service__ownerships__until_seq=None,
        service__ownerships__from_at__lte=F("started_at"),
    )  # fmt: skip
    rows = facts.order_by("pk").values_list("incident", "severity_worst", "repeat_state")
    counts: dict[int | None, tuple[int, int]] = {}
    for level, found in {incident: (level, found) for incident, level, found in rows}.values():
        came_back, every = counts.get(level, (0, 0))
        counts[level] = (came_back + (found == state), every + 1)
    return counts


def list_thresholds() -> QuerySet[Any]:
    """What the stages of maturity ask for, the newest first."""
    return MaturityThresholds.objects.select_related("written_by").order_by("-from_at", "-pk")


def thresholds_at(instant: datetime) -> MaturityThresholds:
    """What the stages ask for at an instant; the shipped thresholds before the first row."""
    found: MaturityThresholds | None = list_thresholds().filter(from_at__lte=instant).first()
    return found or MaturityThresholds(from_at=instant, written_at=instant, reason="As shipped.")

"""Reads of how a team is on call: the load of some days, the state of its feed, and the rules that are noisy."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from apps.core import clock
from apps.core.periods import local_midnight
from apps.incidents.domain.oncall import DAY
from apps.incidents.domain.page_feeds import Feed, feed_of
from apps.incidents.domain.page_words import Bucket, Urgency
from apps.incidents.domain.pages import Load, Paged, load_of
from apps.incidents.facts import PAGES
from apps.incidents.models_oncall import MaturityThresholds, OnCallProfile, Page
from apps.incidents.queries.oncall_pages import hours_in, profile_at
from apps.services.models import FactConnection, Ownership
from apps.teams.models import Team

COLUMNS = ("fired_at", "bucket", "night", "repeat", "label", "acknowledged_at", "end_reason")


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


def load_team(team: Team, first_on: date, end_on: date) -> TeamLoad:
    """The load of a team during local days; four queries whatever their number."""
    last = local_midnight(end_on, clock.reporting_zone()) - timedelta(seconds=1)
    profile = profile_at(team, min(clock.as_of(), last))
    zone = hours_in(profile).zone
    start, end = local_midnight(first_on, zone), local_midnight(end_on, zone)
    # The last night ends on the morning after the last day, the first may have begun the day before.
    rows = Page.objects.filter(team=team, fired_at__gte=start, fired_at__lt=end + DAY)
    found = [(urgency, paged_of(row)) for urgency, *row in rows.values_list("urgency", *COLUMNS)]
    urgent = [paged for urgency, paged in found if urgency == Urgency.HIGH]
    inside = [paged for paged in urgent if paged.fired_at < end]
    return TeamLoad(
        first_on=first_on,
        end_on=end_on,
        zone=zone,
        load=load_of(inside, nights=[paged.night for paged in urgent], first_on=first_on, end_on=end_on),
        profile=profile,
        feed=get_feed(team, clock.as_of()),
        low_count=sum(1 for urgency, paged in found if urgency != Urgency.HIGH and paged.fired_at < end),
    )


def paged_of(row: Any) -> Paged:
    """A page as the arithmetic reads it, from its columns in order."""
    fired_at, bucket, night, repeat, label, acknowledged_at, end_reason = row
    return Paged(fired_at, Bucket(bucket), night, repeat, label, acknowledged_at, end_reason)


def get_feed(team: Team, as_of: datetime) -> Feed:
    """The state of the feeds of the services that a team owns at an instant; one query."""
    owned = Ownership.objects.standing(as_of).filter(team=team)
    standing = FactConnection.objects.filter(
        source=PAGES.key, channel=PAGES.own_channel, until_seq=None, service_id__in=owned.values("service_id")
    )
    return feed_of(list(standing.values_list("connected_from", "heard_at")), as_of, PAGES.silent_after)


def list_thresholds() -> QuerySet[Any]:
    """What the stages of maturity ask for, the newest first."""
    return MaturityThresholds.objects.select_related("written_by").order_by("-from_at", "-pk")


def thresholds_at(instant: datetime) -> MaturityThresholds:
    """What the stages ask for at an instant; the shipped thresholds before the first row."""
    found: MaturityThresholds | None = list_thresholds().filter(from_at__lte=instant).first()
    return found or MaturityThresholds(from_at=instant, written_at=instant, reason="As shipped.")

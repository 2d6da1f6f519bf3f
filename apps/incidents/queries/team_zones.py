"""In which zone a team's days begin and end."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from apps.core import clock
from apps.incidents.models import OnCallProfile


def zone_of(team_id: int, at: datetime) -> ZoneInfo:
    """The zone of the team's on-call profile at an instant; without one, the reporting zone."""
    return zones_of([team_id], at)[team_id]


def zones_of(team_ids: Iterable[int], at: datetime) -> Mapping[int, ZoneInfo]:
    """The same for several teams, in one query."""
    wanted = list(team_ids)
    written = OnCallProfile.objects.filter(team_id__in=wanted, from_at__lte=at).order_by("from_at", "pk")
    named = {team_id: ZoneInfo(zone) for team_id, zone in written.values_list("team_id", "zone")}
    return {team_id: named.get(team_id, clock.reporting_zone()) for team_id in wanted}

"""Reads of incidents as what happened near: beside a number's periods, never as its cause."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from apps.accounts.domain import Principal
from apps.incidents.models import Incident, IncidentService

MOST_SEVERE = 1


def list_near(
    start: datetime, end: datetime, by: Principal, *, team_ids: Iterable[int] = (), service_ids: Iterable[int] = ()
) -> QuerySet[Incident]:
    """Visible incidents that count and went on within `[start, end)`: of teams and services, or (none named) severest.

    Those without a known start stand nowhere in time and are left out.
    """
    teams, services = list(team_ids), list(service_ids)
    touched = IncidentService.objects.filter(service_id__in=services)
    here = Q(owner_team_id__in=teams) | Q(pk__in=touched.values("incident_id"))
    if not teams and not services:
        here = Q(severity_worst__lte=MOST_SEVERE)
    going_on = Q(is_over=False) | Q(resolved_at__gte=start) | Q(resolved_at=None, started_at__gte=start)
    return Incident.objects.visible_to(by).counting().filter(going_on, here, started_at__lt=end)

"""What the forms of agreements offer to a person: services, flows, teams, SLIs, SLOs and servers by name."""

from django.db.models import Q, QuerySet

from apps.accounts.domain import OrganisationRole, Principal
from apps.core import clock
from apps.objectives.models import Indicator, MonitoringSource, Objective
from apps.services import queries as services
from apps.services.models import CriticalFlow
from apps.teams import queries as teams
from apps.teams.models import Team

Choices = list[tuple[str, str]]


def list_owners(by: Principal) -> QuerySet[Team]:
    """Teams for which a person may propose, by name; a steward for any."""
    rows = teams.list_teams()
    return rows if by.holds(OrganisationRole.STEWARD) else rows.filter(pk__in=list(by.team_roles))


def offer_owners(by: Principal) -> Choices:
    """Those teams by short name."""
    return list(list_owners(by).values_list("slug", "name"))


def offer_services(by: Principal) -> Choices:
    """Services that such a team owns today."""
    rows = services.with_owner(services.list_services().filter(closed_on=None), clock.as_of())
    return list(rows.filter(owner_id__in=list_owners(by).values("pk")).values_list("slug", "name"))


def offer_flows(by: Principal) -> Choices:
    """Critical flows that such a team promises."""
    rows = CriticalFlow.objects.filter(Q(closed_on=None), team__in=list_owners(by).values("pk"))
    return list(rows.order_by("name").values_list("slug", "name"))


def offer_servers() -> Choices:
    """Servers that counts may be pulled from."""
    return list(MonitoringSource.objects.filter(is_active=True).order_by("name").values_list("slug", "name"))


def offer_indicators(by: Principal) -> Choices:
    """SLIs of such a team that stand."""
    rows = Indicator.objects.filter(retired_on=None, owner_team__in=list_owners(by).values("pk"))
    return [(slug, slug) for slug in rows.order_by("slug").values_list("slug", flat=True)]


def offer_objectives(by: Principal, team: Team | None = None) -> Choices:
    """SLOs of a team, or of every team the person may propose for."""
    rows = Objective.objects.filter(retired_on=None)
    rows = rows.filter(owner_team=team) if team else rows.filter(owner_team__in=list_owners(by).values("pk"))
    return [(slug, slug) for slug in rows.order_by("slug").values_list("slug", flat=True)]

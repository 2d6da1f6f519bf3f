"""Reads of the pages about teams."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.periods import Grain, period_at
from apps.incidents.models import Incident
from apps.incidents.queries import incidents
from apps.metrics import queries as metrics
from apps.metrics.models import DefinitionVersion, Target
from apps.objectives.queries.team_budgets import TeamBudget, list_budgets
from apps.services import queries as services
from apps.services.models import Ownership, Service
from apps.teams import policies as team_policies
from apps.teams import queries as teams
from apps.teams.models import ApiToken, Membership, Team, WorkingAgreement


@dataclass(frozen=True)
class TeamRow:
    """A team and the number of services it owns now."""

    team: Team
    service_count: int


@dataclass(frozen=True)
class AgreedTarget:
    """A target with the name and unit of the version it was agreed under."""

    target: Target
    name: str
    unit: str


@dataclass(frozen=True)
class TeamAbout:
    """What a team is: open to all, apart from targets and tokens."""

    team: Team
    services: list[Service]
    members: list[Membership]
    agreements: list[WorkingAgreement]
    targets: list[AgreedTarget] | None
    tokens: list[ApiToken] | None
    quarter: str
    incidents: list[Incident]
    budgets: list[TeamBudget]


def count_services(team_ids: Sequence[int], at: datetime) -> Counter[int]:
    """Services each team owns at an instant; one query."""
    owned = Ownership.objects.standing(at).filter(team_id__in=team_ids)
    return Counter(owned.values_list("team_id", flat=True))


def list_team_rows(rows: Sequence[Team], at: datetime) -> list[TeamRow]:
    """The teams of one page with their number of services."""
    counts = count_services([team.pk for team in rows], at)
    return [TeamRow(team, counts[team.pk]) for team in rows]


def get_about(slug: str, principal: Principal, at: datetime) -> TeamAbout:
    """A team with services and members; targets and tokens only for whoever may see or manage them (else None)."""
    team = teams.get_team(slug)
    quarter = period_at(at, Grain.QUARTER, clock.reporting_zone()).key
    targets = list_team_targets(team, quarter) if principal.sees_team(team.pk) else None
    tokens = list_tokens(team) if team_policies.can_manage_team(principal, team) else None
    return TeamAbout(
        team=team,
        services=list(services.list_services_of(team.pk, at)),
        members=list(teams.list_members(team, at)),
        agreements=list(teams.list_standing_agreements().filter(team=team)),
        targets=targets,
        tokens=tokens,
        quarter=quarter,
        incidents=incidents.list_open_of(team.pk, principal),
        budgets=list_budgets({"owner_team": team.pk}, clock.local_day(at)),
    )


def list_team_targets(team: Team, quarter: str) -> list[AgreedTarget]:
    """The team's targets of a quarter and of later ones, by quarter, then by definition; two queries."""
    targets = metrics.list_targets_from(team.pk, quarter)
    versions = metrics.versions_by_slug({target.definition.slug for target in targets}) if targets else {}
    return [_agreed(target, versions[target.definition.slug]) for target in targets]


def _agreed(target: Target, versions: Sequence[DefinitionVersion]) -> AgreedTarget:
    version = next(version for version in versions if version.number == target.version_number)
    leaves = target.definition.state_words
    name = f"{version.name} ({leaves})" if leaves else version.name
    return AgreedTarget(target, name, metrics.spec_of(version).unit)


def list_tokens(team: Team) -> list[ApiToken]:
    """The team's tokens by name; their secrets are not stored."""
    return list(ApiToken.objects.filter(team=team).order_by("name", "pk"))


def find_token(team: Team, pk: int) -> ApiToken | None:
    """A token of this team, or None."""
    return ApiToken.objects.filter(team=team, pk=pk).select_related("team").first()

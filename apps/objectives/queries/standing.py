"""Reads of one indicator, objective or policy as it stands, by its short name, and of what it refers to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from apps.core.problems import Absent
from apps.objectives.domain.objective_words import BudgetState
from apps.objectives.models import (
    BudgetPolicy,
    BudgetPolicyVersion,
    BudgetStatus,
    Indicator,
    IndicatorVersion,
    MonitoringSource,
    Objective,
    ObjectiveVersion,
)
from apps.objectives.queries.ahead import Ahead, read_ahead
from apps.services import queries as catalogue
from apps.services.models import CriticalFlow, Service
from apps.teams.models import Team

LOW = (BudgetState.AT_RISK.value, BudgetState.EXHAUSTED.value)


def list_indicators() -> QuerySet[Indicator]:
    """All indicators by short name, with where they belong."""
    return Indicator.objects.select_related("service", "flow", "owner_team").order_by("slug")


def list_objectives() -> QuerySet[Objective]:
    """All objectives by short name, with their indicators."""
    rows = Objective.objects.select_related("indicator__service", "indicator__flow", "owner_team")
    return rows.order_by("slug")


def list_policies() -> QuerySet[BudgetPolicy]:
    """All budget policies by short name."""
    return BudgetPolicy.objects.select_related("owner_team").order_by("slug")


def find_indicator(slug: str) -> Indicator | None:
    """The indicator of that short name, or None."""
    ahead = read_ahead().indicators
    return ahead[slug] if slug in ahead else list_indicators().filter(slug=slug).first()


def find_objective(slug: str) -> Objective | None:
    """The objective of that short name, or None."""
    ahead = read_ahead().objectives
    return ahead[slug] if slug in ahead else list_objectives().filter(slug=slug).first()


def find_policy(slug: str) -> BudgetPolicy | None:
    """The budget policy of that short name, or None."""
    return list_policies().filter(slug=slug).first()


def get_indicator(slug: str) -> Indicator:
    """The indicator of that short name; raises `Absent`."""
    found = find_indicator(slug)
    if found is None:
        raise Absent("not_found", "Nothing is here for you.")
    return found


def get_objective(slug: str) -> Objective:
    """The objective of that short name; raises `Absent`."""
    found = find_objective(slug)
    if found is None:
        raise Absent("not_found", "Nothing is here for you.")
    return found


def get_policy(slug: str) -> BudgetPolicy:
    """The budget policy of that short name; raises `Absent`."""
    found = find_policy(slug)
    if found is None:
        raise Absent("not_found", "Nothing is here for you.")
    return found


def list_indicator_versions(indicator: Indicator) -> QuerySet[IndicatorVersion]:
    """An indicator's versions, newest first, with their proposals."""
    rows = IndicatorVersion.objects.filter(indicator=indicator).select_related("proposal", "indicator")
    return rows.order_by("-number")


def list_objective_versions(objective: Objective) -> QuerySet[ObjectiveVersion]:
    """An objective's versions, newest first, with their proposals."""
    rows = ObjectiveVersion.objects.filter(objective=objective).select_related("proposal", "objective")
    return rows.order_by("-number")


def list_policy_versions(policy: BudgetPolicy) -> QuerySet[BudgetPolicyVersion]:
    """A policy's versions, newest first, with their proposals."""
    rows = BudgetPolicyVersion.objects.filter(policy=policy).select_related("proposal", "policy")
    return rows.order_by("-number")


def newest_indicator_version(indicator: Indicator) -> IndicatorVersion | None:
    """The version of the highest number, or None before the first."""
    ahead = read_ahead().indicator_versions
    return ahead[indicator.pk] if indicator.pk in ahead else list_indicator_versions(indicator).first()


def newest_objective_version(objective: Objective) -> ObjectiveVersion | None:
    """The version of the highest number, or None before the first."""
    ahead = read_ahead().objective_versions
    return ahead[objective.pk] if objective.pk in ahead else list_objective_versions(objective).first()


def newest_policy_version(policy: BudgetPolicy) -> BudgetPolicyVersion | None:
    """The version of the highest number, or None before the first."""
    return list_policy_versions(policy).first()


def list_promised_by(indicator: Indicator) -> list[Objective]:
    """Objectives that stand on an indicator and are not retired, by short name."""
    return list(list_objectives().filter(indicator=indicator, retired_on=None))


def count_on_flow(flow: CriticalFlow, *, but: str = "") -> int:
    """Objectives that stand on a flow, without one of that short name."""
    return Objective.objects.filter(indicator__flow=flow, retired_on=None).exclude(slug=but).count()


def owners_of(slugs: Collection[str]) -> dict[str, int]:
    """The owner teams of objectives that are not retired, by short name; one query, none for no name."""
    rows = Objective.objects.filter(slug__in=slugs, retired_on=None)
    return dict(rows.values_list("slug", "owner_team_id")) if slugs else {}


def objective_ids_of(team_id: int) -> list[int]:
    """Primary keys of a team's objectives that are not retired."""
    rows = Objective.objects.filter(owner_team_id=team_id, retired_on=None)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def slugs_of_team(team_id: int) -> list[str]:
    """Short names of a team's objectives that are not retired."""
    rows = Objective.objects.filter(owner_team_id=team_id, retired_on=None)
    return list(rows.order_by("slug").values_list("slug", flat=True))


def low_among(slugs: Collection[str]) -> list[str]:
    """Of these objectives those whose budget was at risk or exhausted when it was judged last, by short name."""
    rows = BudgetStatus.objects.filter(objective__slug__in=slugs, series=None, judged_state__in=LOW)
    return list(rows.order_by("objective__slug").values_list("objective__slug", flat=True))


@dataclass(frozen=True)
class Known:
    """Which of some short names stand already."""

    services: frozenset[str]
    flows: frozenset[str]
    servers: frozenset[str]
    indicators: frozenset[str]
    objectives: frozenset[str]


def known_in(ahead: Ahead) -> Known:
    """Of the short names that were read ahead those that stand: open services, active servers."""

    def standing(rows: Mapping[str, object]) -> frozenset[str]:
        return frozenset(slug for slug, row in rows.items() if row)

    is_open = {slug: row is not None and row.closed_on is None for slug, row in ahead.services.items()}
    found = (is_open, ahead.flows, ahead.servers, ahead.indicators, ahead.objectives)
    return Known(*map(standing, found))


def find_ahead(
    *, services: Collection[str], flows: Collection[str], servers: Collection[str], indicators: Collection[str],
    objectives: Collection[str], at: datetime,
) -> Ahead:  # fmt: skip
    """What stands under these short names, with all that a draft reads of it; eight queries for any number of them."""
    promises = list_objectives().select_related("indicator__owner_team")
    kept = _by_slug(list_indicators(), indicators), _by_slug(promises, objectives)
    places = _by_slug(catalogue.with_owner(Service.objects.all(), at), services)
    teams = {team.pk: team for team in Team.objects.filter(pk__in={one.owner_id for one in places.values() if one})}
    # What stands already may lie elsewhere than the file says; the newest versions of both are asked for by key.
    standing = [one for one in kept[0].values() if one], [one for one in kept[1].values() if one]
    measured = [*standing[0], *(one.indicator for one in standing[1])]
    active = set(MonitoringSource.objects.filter(slug__in=servers, is_active=True).values_list("slug", flat=True))
    return Ahead(
        *kept, places, _by_slug(CriticalFlow.objects.all(), flows), {slug: slug in active for slug in servers},
        _newest(IndicatorVersion.objects.select_related("proposal", "indicator"), "indicator_id", measured),
        _newest(ObjectiveVersion.objects.select_related("proposal", "objective"), "objective_id", standing[1]),
        {one.pk: teams.get(one.owner_id) for one in places.values() if one},
    )  # fmt: skip


def _by_slug(rows: QuerySet[Any], slugs: Collection[str]) -> dict[str, Any]:
    found = {row.slug: row for row in rows.filter(slug__in=slugs)}
    return {slug: found.get(slug) for slug in slugs}


def _newest(rows: QuerySet[Any], column: str, owners: Collection[Indicator] | Collection[Objective]) -> dict[int, Any]:
    """The version of the highest number of each, by its key; None before the first."""
    found: dict[int, Any] = {one.pk: None for one in owners}
    for row in rows.filter(**{f"{column}__in": list(found)}).order_by("number"):
        found[getattr(row, column)] = row
    return found


def find_flow(slug: str) -> CriticalFlow | None:
    """The critical flow of that short name, or None."""
    ahead = read_ahead().flows
    return ahead[slug] if slug in ahead else CriticalFlow.objects.filter(slug=slug).first()


def find_service(slug: str) -> Service | None:
    """The service of that short name, or None."""
    ahead = read_ahead().services
    return ahead[slug] if slug in ahead else Service.objects.filter(slug=slug).first()


def knows_server(slug: str) -> bool:
    """True for a monitoring source that is registered and active."""
    ahead = read_ahead().servers
    return ahead[slug] if slug in ahead else MonitoringSource.objects.filter(slug=slug, is_active=True).exists()


def owner_of_service(service: Service, at: datetime) -> Team | None:
    """The team that owns a service at an instant, or None in a gap."""
    ahead = read_ahead().owners
    if service.pk in ahead:
        return ahead[service.pk]
    owner_id = catalogue.owner_id_at(service, at)
    return Team.objects.filter(pk=owner_id).first() if owner_id is not None else None


def lock_indicator(pk: int) -> Indicator:
    """The indicator, locked until the transaction ends, so that numbers follow each other."""
    rows = Indicator.objects.select_for_update(of=("self",), no_key=True)
    found: Indicator = rows.select_related("service", "flow", "owner_team").get(pk=pk)
    return found


def lock_objective(pk: int) -> Objective:
    """The objective, locked until the transaction ends, so that numbers follow each other; its results may be kept."""
    rows = Objective.objects.select_for_update(of=("self",), no_key=True).select_related("owner_team", "indicator")
    found: Objective = rows.get(pk=pk)
    return found


def lock_policy(pk: int) -> BudgetPolicy:
    """The policy, locked until the transaction ends, so that numbers follow each other."""
    rows = BudgetPolicy.objects.select_for_update(of=("self",), no_key=True).select_related("owner_team")
    found: BudgetPolicy = rows.get(pk=pk)
    return found

"""Reads of one indicator, objective or policy as it stands, by its short name, and of what it refers to."""

from collections.abc import Collection
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
from apps.services import queries as services
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
    return list_indicators().filter(slug=slug).first()


def find_objective(slug: str) -> Objective | None:
    """The objective of that short name, or None."""
    return list_objectives().filter(slug=slug).first()


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
    return list_indicator_versions(indicator).first()


def newest_objective_version(objective: Objective) -> ObjectiveVersion | None:
    """The version of the highest number, or None before the first."""
    return list_objective_versions(objective).first()


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


def known_of(
    *, services: Collection[str], flows: Collection[str], servers: Collection[str], indicators: Collection[str],
    objectives: Collection[str],
) -> Known:  # fmt: skip
    """Of these short names those that stand: open services, active servers; five queries for any number of them."""

    def standing(rows: QuerySet[Any], slugs: Collection[str]) -> frozenset[str]:
        return frozenset(rows.filter(slug__in=slugs).order_by().values_list("slug", flat=True))

    return Known(
        standing(Service.objects.filter(closed_on=None), services),
        standing(CriticalFlow.objects.all(), flows),
        standing(MonitoringSource.objects.filter(is_active=True), servers),
        standing(Indicator.objects.all(), indicators),
        standing(Objective.objects.all(), objectives),
    )


def find_flow(slug: str) -> CriticalFlow | None:
    """The critical flow of that short name, or None."""
    return CriticalFlow.objects.filter(slug=slug).first()


def knows_server(slug: str) -> bool:
    """True for a monitoring source that is registered and active."""
    return MonitoringSource.objects.filter(slug=slug, is_active=True).exists()


def owner_of_service(service: Service, at: datetime) -> Team | None:
    """The team that owns a service at an instant, or None in a gap."""
    owner_id = services.owner_id_at(service, at)
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

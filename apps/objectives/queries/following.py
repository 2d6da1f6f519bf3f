"""What may move to another team: agreements of the teams one may propose for, and what a handed-over service left."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, F, QuerySet, Value

from apps.accounts.domain import Principal
from apps.objectives.models import BudgetPolicy, Indicator, Objective
from apps.objectives.queries.offering import list_owners

NOUNS = {"sli": "SLI", "slo": "SLO", "budget_policy": "Budget policy"}
COLUMNS = ("kind", "slug", "team", "team_name", "team_pk")


@dataclass(frozen=True)
class Movable:
    """An agreement that stands, and the team that owns it."""

    kind: str
    slug: str
    team: str
    team_name: str
    team_pk: int

    @property
    def key(self) -> str:
        """How a form and an address name it."""
        return f"{self.kind}:{self.slug}"

    @property
    def words(self) -> str:
        """How a page names it."""
        return f"{NOUNS[self.kind]} {self.slug}"


def _rows(rows: QuerySet[Any], kind: str) -> QuerySet[Any]:
    named = rows.filter(retired_on=None, versions__number=1).annotate(
        kind=Value(kind, CharField()), team=F("owner_team__slug"), team_name=F("owner_team__name"),
        team_pk=F("owner_team_id"),
    )  # fmt: skip
    found: QuerySet[Any] = named.values_list(*COLUMNS)
    return found


def _read(*parts: QuerySet[Any]) -> list[Movable]:
    first, *others = parts
    found = [Movable(*values) for values in first.union(*others, all=True)]
    order = list(NOUNS)
    return sorted(found, key=lambda one: (one.team_name, order.index(one.kind), one.slug))


def list_movable(by: Principal) -> list[Movable]:
    """SLIs, SLOs and policies of the teams a person may propose for, by team, kind and short name; one query."""
    mine = {"owner_team__in": list_owners(by).order_by().values("pk")}
    return _read(
        _rows(Indicator.objects.filter(**mine), "sli"), _rows(Objective.objects.filter(**mine), "slo"),
        _rows(BudgetPolicy.objects.filter(**mine), "budget_policy"),
    )  # fmt: skip


def list_left_behind(service_id: int, former_ids: Collection[int]) -> list[Movable]:
    """SLIs and SLOs of a service that still belong to teams that owned it before; one query, none without such."""
    if not former_ids:
        return []
    former: Sequence[int] = list(former_ids)
    return _read(
        _rows(Indicator.objects.filter(service=service_id, owner_team__in=former), "sli"),
        _rows(Objective.objects.filter(indicator__service=service_id, owner_team__in=former), "slo"),
    )

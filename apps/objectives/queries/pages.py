"""Reads of the list of objectives: by team and name, never by value; what promises nothing yet, and what is overdue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from apps.core import clock
from apps.objectives.domain.objective_words import BudgetState
from apps.objectives.models import BudgetStatus, Objective, ObjectiveVersion, PolicyTrigger
from apps.objectives.queries.agreements import Agreed, agreed_on, standing_objectives, version_on, with_versions
from apps.objectives.queries.fired_rules import Fired, open_by_objective
from apps.objectives.queries.kept_statuses import standing_in, statuses_in_sum
from apps.services.models import CriticalFlow

EVERY, TRIGGERED = "all", "open_trigger"
# What the list can be narrowed to, and the states that each means.
STATES: Mapping[str, tuple[BudgetState, ...]] = {
    "exhausted": (BudgetState.EXHAUSTED,),
    "at_risk": (BudgetState.AT_RISK,),
    "within": (BudgetState.OK,),
    "not_judged": (BudgetState.INSUFFICIENT,),
    "no_data": (BudgetState.NO_DATA, BudgetState.STALE),
}
MOST_NAMED = 30


@dataclass(frozen=True)
class ListRow:
    """One objective of the list: what is agreed (None before its first day), where it stands, what waits."""

    objective: Objective
    agreed: Agreed | None
    status: BudgetStatus | None
    fired: list[Fired]

    @property
    def is_unreadable(self) -> bool:
        """Something was agreed for today, and it reads no more."""
        return self.agreed is None and version_on(self.objective.versions.all(), clock.today()) is not None


@dataclass(frozen=True)
class Named:
    """What is named beside a list, the first of them by name, and how many there are."""

    rows: list[tuple[str, str, str]]
    count: int


def list_objectives(*, team: str = "", state: str = EVERY) -> QuerySet[Objective]:
    """Objectives that stand, by team and short name; `state` is one of `STATES`, with an open trigger, or all."""
    rows = standing_objectives(clock.today()).order_by("owner_team__name", "slug")
    if team:
        rows = rows.filter(owner_team__slug=team)
    if state == TRIGGERED:
        rows = rows.filter(Exists(PolicyTrigger.objects.filter(objective=OuterRef("pk"), closed_at=None)))
    elif state != EVERY:
        rows = rows.filter(standing_in(STATES[state]))
    return with_versions(rows)


def list_rows(objectives: Sequence[Objective]) -> list[ListRow]:
    """The rows of one page, which were read with their versions; two queries."""
    today, ids = clock.today(), [one.pk for one in objectives]
    statuses, fired = statuses_in_sum(ids), open_by_objective(ids)
    return [
        ListRow(one, agreed_on(one, today), statuses.get(one.pk), fired.get(one.pk, [])) for one in objectives
    ]  # fmt: skip


def flows_without_objective() -> Named:
    """Critical flows that nobody promises anything about: flow, its name, team; one query."""
    standing = Objective.objects.filter(indicator__flow=OuterRef("pk"), retired_on=None)
    rows = CriticalFlow.objects.filter(~Exists(standing), closed_on=None).order_by("team__name", "name")
    return _named(list(rows.values_list("slug", "name", "team__name")))


def past_revisit(today: date) -> Named:
    """Objectives whose version in force should have been looked at again: short name, name, team; one query."""
    held = ObjectiveVersion.objects.filter(objective=OuterRef("pk"))
    held = held.filter(Q(effective_from=None) | Q(effective_from__lte=today)).order_by("-number")
    rows = standing_objectives(today).annotate(
        promised=Subquery(held.values("name")[:1]), revisit_on=Subquery(held.values("revisit_on")[:1])
    )
    rows = rows.filter(revisit_on__lt=today).order_by("owner_team__name", "slug")
    return _named(list(rows.values_list("slug", F("promised"), "owner_team__name")))


def _named(rows: list[tuple[str, str, str]]) -> Named:
    return Named(rows[:MOST_NAMED], len(rows))


def of_service(service_id: int) -> QuerySet[Objective]:
    """Objectives of one service that stand, by short name."""
    return with_versions(standing_objectives(clock.today()).filter(indicator__service=service_id).order_by("slug"))


def of_team(team_id: int) -> QuerySet[Objective]:
    """A team's objectives that stand, by short name."""
    return with_versions(standing_objectives(clock.today()).filter(owner_team=team_id).order_by("slug"))

"""What is agreed around one objective: versions of it, of its SLI and of its team's policies, in one query."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import CharField, F, IntegerField, Q, QuerySet, Value

from apps.objectives.models import (
    BudgetPolicy,
    BudgetPolicyVersion,
    IndicatorVersion,
    Objective,
    ObjectiveVersion,
)
from apps.objectives.queries.agreements import (
    Agreed,
    can_read,
    policy_of,
    promise_of,
    readable_from,
    spec_of,
    version_on,
)

COLUMNS = (
    "what", "pk", "number", "name", "text", "meaning_number", "effective_from", "reason", "adopted_at", "left", "of",
    "of_id",
)  # fmt: skip
OBJECTIVE, INDICATOR, POLICY = "objective", "indicator", "policy"


@dataclass
class Versions:
    """Versions around an objective, each list by number."""

    of_objective: list[ObjectiveVersion] = field(default_factory=list)
    of_indicator: list[IndicatorVersion] = field(default_factory=list)
    of_policies: dict[int, list[BudgetPolicyVersion]] = field(default_factory=dict)
    # Names of the teams that the objective left, by the number of the version with which it did.
    left: dict[int, str] = field(default_factory=dict)

    def agreed(self, objective: Objective, day: date) -> Agreed | None:
        """What is agreed on a day, or None before the first version."""
        version, measure = version_on(self.of_objective, day), version_on(self.of_indicator, day)
        if version is None or measure is None or not (can_read(version) and can_read(measure)):
            return None
        return Agreed(
            objective, version, promise_of(version), objective.indicator, measure, spec_of(measure),
            readable_from(self.of_indicator, day),
        )  # fmt: skip

    def policies(self, slug: str, day: date) -> list[BudgetPolicyVersion]:
        """The policies in force on a day that speak of an objective, those that name it first.

        Last those whose text reads no more: they may speak of it, or not.
        """
        held = [one for versions in self.of_policies.values() if (one := version_on(versions, day)) is not None]
        covering = [one for one in held if can_read(one) and policy_of(one).covers(slug)]
        covering.sort(key=lambda one: (not policy_of(one).objectives, one.policy.slug))
        return [*covering, *(one for one in held if not can_read(one))]


def find_versions(objective: Objective, day: date) -> Versions:
    """Versions of an objective, of its SLI, and of the policies of its team that are not retired; one query."""
    rows = _of_objective(objective).union(_of_indicator(objective), _of_policies(objective, day), all=True)
    found = Versions()
    for values in sorted(rows, key=lambda row: (row[0], row[-1], row[2])):
        row = dict(zip(COLUMNS, values, strict=True))
        _put(found, objective, row)
    return found


def _listed(rows: QuerySet[Any], what: str, text: str, of: Any, of_id: Any) -> QuerySet[Any, Any]:
    found: QuerySet[Any, Any] = rows.annotate(
        what=Value(what, CharField()), text=F(text), left=F("moved_from__name"), of=of, of_id=of_id
    ).values_list(*COLUMNS)  # fmt: skip
    return found


def _of_objective(objective: Objective) -> QuerySet[Any, Any]:
    rows = ObjectiveVersion.objects.filter(objective=objective)
    return _listed(rows, OBJECTIVE, "promise_text", Value("", CharField()), Value(0, IntegerField()))


def _of_indicator(objective: Objective) -> QuerySet[Any, Any]:
    rows = IndicatorVersion.objects.filter(indicator=objective.indicator_id)
    return _listed(rows, INDICATOR, "spec_text", Value("", CharField()), Value(0, IntegerField()))


def _of_policies(objective: Objective, day: date) -> QuerySet[Any, Any]:
    rows = BudgetPolicyVersion.objects.filter(policy__owner_team=objective.owner_team_id)
    rows = rows.filter(Q(policy__retired_on=None) | Q(policy__retired_on__gt=day))
    return _listed(rows, POLICY, "policy_text", F("policy__slug"), F("policy_id"))


def _put(found: Versions, objective: Objective, row: dict[str, Any]) -> None:
    what, text, of, of_id, left = (row.pop(name) for name in ("what", "text", "of", "of_id", "left"))
    if what == OBJECTIVE and left is not None:
        found.left[row["number"]] = left
    if what == OBJECTIVE:
        promised = ObjectiveVersion(**row, objective=objective, promise_text=text)
        if can_read(promised):
            promised.target = promise_of(promised).target
        found.of_objective.append(promised)
    elif what == INDICATOR:
        found.of_indicator.append(IndicatorVersion(**row, indicator=objective.indicator, spec_text=text))
    else:
        policy = BudgetPolicy(pk=of_id, slug=of, owner_team=objective.owner_team)
        version = BudgetPolicyVersion(**row, policy=policy, policy_text=text)
        found.of_policies.setdefault(of_id, []).append(version)

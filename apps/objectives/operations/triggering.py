"""Fire the rules of budget policies: on a change of the judged state, and once for an incident that spent much.

A budget that is low already when a policy begins to speak of it fires that policy's rule once, too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.core import clock
from apps.objectives.domain.budget_policies import Rule
from apps.objectives.domain.budget_triggers import RULES_OF_STATES, Measured, incident_fires, met_since, rule_fired
from apps.objectives.domain.objective_words import BudgetState, EvaluationCause
from apps.objectives.domain.policy_words import RuleKey
from apps.objectives.models import BudgetPolicyVersion, BudgetStatus, PolicyTrigger
from apps.objectives.operations.incident_spending import Spend
from apps.objectives.operations.judging import Judgement
from apps.objectives.operations.status_keeping import keep_results
from apps.objectives.queries import agreements


@dataclass(frozen=True)
class Firing:
    """A rule that fires for an objective, of the policy that has it."""

    judgement: Judgement
    policy: BudgetPolicyVersion
    rule: Rule
    incident: str = ""


def fire_rules(
    judgements: Sequence[Judgement], before: Mapping[int, BudgetStatus], open_triggers: Sequence[PolicyTrigger],
    spends: Sequence[Spend], at: datetime,
) -> list[PolicyTrigger]:  # fmt: skip
    """Write the triggers that fire now, each with the result that it fired on; answers the new ones.

    One is open for each rule of a state; of the rule of incidents one for each incident, as each has its own retro.
    """
    policies = agreements.policies_for([one.agreed.objective for one in judgements], clock.local_day(at))
    standing = {(one.objective_id, one.rule) for one in open_triggers if not one.incident}
    spoken = {one.agreed.objective.pk: _spoken_of(one, policies) for one in judgements if one.state.is_judged}
    firings = [one for one in _of_states(judgements, before, spoken) if _place(one) not in standing]
    firings += _of_incidents(policies, spends)
    results = keep_results([one.judgement for one in firings], EvaluationCause.TRIGGER, at, clock.now())
    rows = [_trigger(one, results[one.judgement.agreed.objective.pk], at) for one in firings]
    PolicyTrigger.objects.bulk_create(rows)
    _keep_policies(before, spoken)
    return rows


def _place(one: Firing) -> tuple[int, str]:
    return one.judgement.agreed.objective.pk, one.rule.key.value


Policies = Mapping[int, Sequence[BudgetPolicyVersion]]
Spoken = tuple[BudgetPolicyVersion, Rule]


def _rule_of(policies: Sequence[BudgetPolicyVersion], key: RuleKey) -> Spoken | None:
    """The rule of that key: of a policy that names objectives before one of the whole team."""
    named_first = sorted(policies, key=lambda one: not agreements.policy_of(one).objectives)
    found = ((one, agreements.policy_of(one).rule(key)) for one in named_first)
    return next(((policy, rule) for policy, rule in found if rule is not None), None)


def _spoken_of(one: Judgement, policies: Policies) -> Spoken | None:
    """The rule of the state that it has now, and the policy that has it."""
    key = RULES_OF_STATES.get(one.state)
    return _rule_of(policies.get(one.agreed.objective.pk, []), key) if key else None


def _of_states(
    judgements: Sequence[Judgement], before: Mapping[int, BudgetStatus], spoken: Mapping[int, Spoken | None]
) -> Iterator[Firing]:  # fmt: skip
    for one in judgements:
        pk = one.agreed.objective.pk
        found, row = spoken.get(pk), before.get(pk)
        if found is None:
            continue
        was = BudgetState(row.judged_state) if row and row.judged_state else None
        if rule_fired(was, one.state, is_new=row is None or row.policy_id != found[0].policy_id):
            yield Firing(one, *found)


def _keep_policies(before: Mapping[int, BudgetStatus], spoken: Mapping[int, Spoken | None]) -> None:
    """Note which policy spoke of each budget, so that one that begins to is known; silence changes nothing."""
    moved: dict[int | None, list[int]] = {}
    for pk, found in spoken.items():
        policy = found[0].policy_id if found else None
        if policy != (before[pk].policy_id if pk in before else None):
            moved.setdefault(policy, []).append(pk)
    for policy, pks in moved.items():
        BudgetStatus.objects.filter(objective__in=pks, series=None).update(policy=policy)


def _of_incidents(policies: Policies, spends: Sequence[Spend]) -> list[Firing]:
    """Incidents that took the share of a rule, each once."""
    asked = [one for one in spends if one.is_changed and one.bad is not None]
    rules = {
        pk: found
        for pk in {one.objective_id for one in asked}
        if (found := _rule_of(policies.get(pk, []), RuleKey.INCIDENT_SHARE)) is not None
    }
    firings = [
        Firing(one.judgement, *rules[one.objective_id], incident=one.incident)
        for one in asked
        if one.objective_id in rules and incident_fires(rules[one.objective_id][1], one.bad or 0, one.allowed)
    ]
    if not firings:
        return []
    told = set(
        PolicyTrigger.objects.filter(
            objective__in={one.judgement.agreed.objective.pk for one in firings}, rule=RuleKey.INCIDENT_SHARE.value
        ).values_list("objective_id", "incident")
    )
    return [one for one in firings if (one.judgement.agreed.objective.pk, one.incident) not in told]


def _trigger(one: Firing, evaluation_id: int, at: datetime) -> PolicyTrigger:
    agreed = one.judgement.agreed
    return PolicyTrigger(
        objective=agreed.objective, policy_version=one.policy, version=agreed.version, rule=one.rule.key.value,
        incident=one.incident, evaluation_id=evaluation_id, from_at=at,
    )  # fmt: skip


def follow_triggers(triggers: Sequence[PolicyTrigger], looks: Mapping[int, Measured]) -> None:
    """Since when each open trigger's promise is met, under the version it fired under."""
    moved = []
    for trigger in triggers:
        since = met_since(trigger.met_since, looks.get(trigger.pk), trigger.from_at)
        if since != trigger.met_since:
            trigger.met_since = since
            moved.append(trigger)
    PolicyTrigger.objects.bulk_update(moved, ["met_since"], batch_size=500)

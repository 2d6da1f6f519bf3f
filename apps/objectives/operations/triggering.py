"""Fire the rules of budget policies: on a change of the judged state, and once for an incident that spent much.

A budget that is low already when a policy begins to speak of it fires that policy's rule once, too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from apps.core import clock
from apps.objectives.domain.budget_policies import Rule
from apps.objectives.domain.budget_triggers import RULES_OF_STATES, incident_fires, rule_fired
from apps.objectives.domain.budgets import budget_of
from apps.objectives.domain.objective_words import BudgetState, EvaluationCause
from apps.objectives.domain.policy_words import RuleKey
from apps.objectives.domain.samples import KEPT
from apps.objectives.domain.windows import Span
from apps.objectives.models import BudgetPolicyVersion, BudgetStatus, PolicyTrigger
from apps.objectives.operations.judging import Judgement
from apps.objectives.operations.status_keeping import keep_results
from apps.objectives.queries import agreements
from apps.objectives.queries.counting import Stretch, count
from apps.objectives.queries.incident_spans import IncidentSpan, list_incident_spans
from apps.objectives.queries.measuring import frame, question_of, read


@dataclass(frozen=True)
class Firing:
    """A rule that fires for an objective, of the policy that has it."""

    judgement: Judgement
    policy: BudgetPolicyVersion
    rule: Rule
    incident: str = ""


def fire_rules(
    judgements: Sequence[Judgement], before: Mapping[int, BudgetStatus], open_triggers: Sequence[PolicyTrigger],
    changed: Mapping[int, date | None], at: datetime,
) -> list[PolicyTrigger]:  # fmt: skip
    """Write the triggers that fire now, each with the result that it fired on; answers the new ones."""
    policies = agreements.policies_for([one.agreed.objective for one in judgements], clock.local_day(at))
    standing = {(one.objective_id, one.rule) for one in open_triggers if not one.incident}
    spoken = {one.agreed.objective.pk: _spoken_of(one, policies) for one in judgements if one.state.is_judged}
    firings = [one for one in _of_states(judgements, before, spoken) if _place(one) not in standing]
    firings += _of_incidents(judgements, policies, changed, at)
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


def _of_incidents(
    judgements: Sequence[Judgement], policies: Policies, changed: Mapping[int, date | None], at: datetime
) -> list[Firing]:  # fmt: skip
    """Incidents whose counts may have changed since the last look, each put to the budget at its own end."""
    rules = {}
    for one in judgements:
        pk = one.agreed.objective.pk
        found = _rule_of(policies.get(pk, []), RuleKey.INCIDENT_SHARE)
        if found and changed.get(pk) is not None and one.answer is not None:
            rules[pk] = found
    if not rules:
        return []
    asked = [one for one in judgements if one.agreed.objective.pk in rules]
    incidents = list_incident_spans({one.agreed.indicator.service_id for one in asked}, at - KEPT, at)
    pairs = [(one, incident) for one in asked for incident in incidents if _concerns(one, incident, changed)]
    told = set(
        PolicyTrigger.objects.filter(objective__in=rules, rule=RuleKey.INCIDENT_SHARE.value)
        .values_list("objective_id", "incident")
    )  # fmt: skip
    pairs = [(one, of) for one, of in pairs if (one.agreed.objective.pk, of.key) not in told]
    return [
        Firing(one, *rules[one.agreed.objective.pk], incident=incident.key)
        for one, incident, spent, allowed in _spending(pairs)
        if incident_fires(rules[one.agreed.objective.pk][1], spent, allowed)
    ]


def _concerns(one: Judgement, incident: IncidentSpan, changed: Mapping[int, date | None]) -> bool:
    first = changed.get(one.agreed.objective.pk)
    is_of_service = incident.service_id == one.agreed.indicator.service_id
    return is_of_service and first is not None and clock.local_day(incident.span.end) >= first


def _spending(
    pairs: Sequence[tuple[Judgement, IncidentSpan]],
) -> Iterator[tuple[Judgement, IncidentSpan, int, Fraction]]:
    """For each the bad units inside the incident's span, and the budget of the window that held its end."""
    questions = [
        question_of(
            one.agreed, exempt=one.exempt, version_id=one.agreed.version.pk, before=incident.span.end
        )
        for one, incident in pairs
    ]  # fmt: skip
    framed = [(pair, found) for pair, found in zip(pairs, frame(questions), strict=True) if found is not None]
    answers = read([found for _, found in framed])
    inside = count([Stretch(found.source, _readable(one, of)) for (one, of), found in framed])
    for ((one, incident), found), answer, counted in zip(framed, answers, inside, strict=True):
        promise = one.promise
        budget = budget_of(
            promise.target, answer.total.main.kept, promise.method, promise.window.kind, found.frame.to_come
        )
        if counted:
            yield one, incident, counted[None].kept.bad, budget.allowed


def _readable(one: Judgement, incident: IncidentSpan) -> Span:
    """What of an incident lies behind the present measurement is not read."""
    first = one.agreed.readable_from
    return (
        incident.span
        if first is None
        else Span(min(max(incident.span.start, first), incident.span.end), incident.span.end)
    )


def _trigger(one: Firing, evaluation_id: int, at: datetime) -> PolicyTrigger:
    agreed = one.judgement.agreed
    return PolicyTrigger(
        objective=agreed.objective, policy_version=one.policy, version=agreed.version, rule=one.rule.key.value,
        incident=one.incident, evaluation_id=evaluation_id, from_at=at,
    )  # fmt: skip


def follow_triggers(triggers: Sequence[PolicyTrigger], judged: Mapping[int, bool | None], at: datetime) -> None:
    """Since when each open trigger's promise is met, under the version it fired under.

    What is not judged ends the stretch: 24 hours without a break are 24 hours that were measured.
    """
    moved = []
    for trigger in triggers:
        since = (trigger.met_since or at) if judged.get(trigger.pk) else None
        if since != trigger.met_since:
            trigger.met_since = since
            moved.append(trigger)
    PolicyTrigger.objects.bulk_update(moved, ["met_since"], batch_size=500)

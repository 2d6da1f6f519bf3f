"""Evaluate what is due: days, alerts, states, kept results, triggers and facts of many objectives in one transaction.

A duty never ends while its objective stands: it comes again at the next local midnight, or when silence would be stale.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from apps.accounts.domain import SYSTEM
from apps.audit import operations as audit
from apps.core import clock
from apps.core.due import drain
from apps.core.periods import local_midnight
from apps.objectives.domain.budget_triggers import Measured
from apps.objectives.domain.objective_words import EvaluationCause
from apps.objectives.domain.windows import DAY
from apps.objectives.models import BudgetStatus, EvaluationDue, ObjectiveVersion, PolicyTrigger
from apps.objectives.operations import budget_telling as telling
from apps.objectives.operations.alerting import AlertChanges, follow_alerts
from apps.objectives.operations.budget_facts import publish_alerts, publish_budget_days
from apps.objectives.operations.day_publishing import SETTLED
from apps.objectives.operations.evaluation_asking import ask_objectives
from apps.objectives.operations.incident_spending import keep_spends
from apps.objectives.operations.judging import (
    Exempt,
    Judgement,
    Place,
    exemptions_around,
    judge,
    measure_now,
    stale_at,
)
from apps.objectives.operations.leaving import end_alerts
from apps.objectives.operations.status_keeping import keep_exempted, keep_results, write_formers, write_statuses
from apps.objectives.operations.suggesting import suggest_targets
from apps.objectives.operations.triggering import fire_rules, follow_triggers
from apps.objectives.queries import agreements, due_evaluations
from apps.objectives.queries import budget_standing as queries
from apps.objectives.queries.agreements import Agreed
from apps.objectives.queries.former_results import Former, former_of
from apps.objectives.queries.measuring import Answer

BATCH = 200
HOLD = timedelta(minutes=10)
# Rows that failed together are tried again at once in smaller parts, so that one that cannot be done stands alone.
WAITS = (timedelta(0),) * 4 + (timedelta(minutes=10),) * 7
MOST_MIDNIGHTS = 7
SHORTEST_WAIT = timedelta(minutes=1)
Changed = Mapping[int, date | None]
Ended = dict[date, list[Judgement]]


def evaluate_due(*, limit: int = BATCH) -> int:
    """Evaluate every objective that is due, so many at a time; answers how many there were."""
    return drain(EvaluationDue, evaluate, batch=limit, hold=HOLD, waits=WAITS)


@transaction.atomic
def ask_missing() -> int:
    """Make objectives due that have no duty yet; the rest come round by themselves."""
    return ask_objectives(dict.fromkeys(due_evaluations.list_without_duty()), clock.now())


@transaction.atomic
def evaluate(duties: Sequence[EvaluationDue]) -> None:
    """Evaluate the objectives of these duties."""
    at, changed = clock.as_of(), {duty.objective_id: duty.changed_from for duty in duties}
    # Who pushes makes a duty due that is being worked: whoever takes it up meanwhile waits here.
    due_evaluations.lock_objectives(changed)
    agreed = {one.objective.pk: one for one in agreements.list_agreed(changed, clock.local_day(at))}
    end_alerts(changed.keys() - agreed.keys(), at)
    triggers = [one for one in queries.lock_open_triggers(list(agreed)) if agreements.can_read(one.version)]
    exempt = exemptions_around(agreed.values(), at)
    formers = {pk: of for pk, one in agreed.items() if (of := former_of(one, one.objective.versions.all(), at))}
    versions = _versions(agreed, triggers, formers)
    answers = measure_now(agreed, versions, exempt, changed)
    in_force = {pk: answers[pk, one.version.pk] for pk, one in agreed.items() if (pk, one.version.pk) in answers}
    alerts = follow_alerts(agreed, in_force, at)
    judged = {
        pk: judge(one, one.promise, in_force.get(pk), exempt[pk], at, alerts.open_keys[pk])
        for pk, one in agreed.items()
    }  # fmt: skip
    ended = _keep_midnights(agreed, exempt, changed, at)
    before = queries.statuses_of(list(agreed))
    was = {pk: row for (pk, key), row in before.items() if not key}
    write_statuses(list(judged.values()), before, clock.now())
    write_formers(list(agreed), list(_beside(formers, agreed, answers, exempt, at)), clock.now())
    moved = [one for pk, one in judged.items() if pk not in was or was[pk].state != one.state]
    keep_results(moved, EvaluationCause.STATE_CHANGE, at, clock.now())
    keep_exempted(list(judged.values()), at)
    follow_triggers(triggers, dict(_looks(triggers, agreed, answers, was, exempt, at)))
    spends = keep_spends(list(judged.values()), changed, at)
    fired = fire_rules(list(judged.values()), was, triggers, spends, at)
    # Facts of all services wait for each other, so they come late: just before the duties and the chain.
    publish_budget_days(ended)
    publish_alerts(alerts.moved, agreed)
    _come_again(duties, judged, at)
    _announce(judged, was, alerts, fired, at)


def _versions(
    agreed: Mapping[int, Agreed], triggers: Sequence[PolicyTrigger], formers: Mapping[int, Former]
) -> dict[Place, ObjectiveVersion]:
    """The versions to be measured: those in force, those before them, and those under which open triggers fired."""
    found = {(pk, one.version.pk): one.version for pk, one in agreed.items()}
    found |= {(pk, one.version.pk): one.version for pk, one in formers.items()}
    return found | {(one.objective_id, one.version_id): one.version for one in triggers}


def _beside(
    formers: Mapping[int, Former], agreed: Mapping[int, Agreed], answers: Mapping[Place, Answer], exempt: Exempt,
    at: datetime,
) -> Iterator[tuple[Former, Judgement]]:  # fmt: skip
    """What each version before says of the same counts; burn alerts are those of the version in force."""
    for pk, former in formers.items():
        yield former, judge(agreed[pk], former.promise, answers.get((pk, former.version.pk)), exempt[pk], at)


def _looks(
    triggers: Sequence[PolicyTrigger], agreed: Mapping[int, Agreed], answers: Mapping[Place, Answer],
    was: Mapping[int, BudgetStatus], exempt: Exempt, at: datetime,
) -> Iterator[tuple[int, Measured]]:  # fmt: skip
    """For each open trigger whether the promise it fired under is kept now, and where the counts end."""
    for trigger in triggers:
        pk = trigger.objective_id
        answer, promise = answers.get((pk, trigger.version_id)), agreements.promise_of(trigger.version)
        if answer is not None:
            is_met = judge(agreed[pk], promise, answer, exempt[pk], at).is_met
            before = was[pk].window_end if pk in was else None
            yield trigger.pk, Measured(is_met, answer.framed.newest_end, before, promise.stale_after)


def _keep_midnights(agreed: Mapping[int, Agreed], exempt: Exempt, changed: Changed, at: datetime) -> Ended:
    """Keep the results of local midnights that have none yet, oldest first; answers them by the day that ended.

    A day is kept once its late slices had time to come: its result stays as it is.
    """
    newest = queries.newest_midnights(list(agreed))
    zone, today = clock.reporting_zone(), clock.local_day(at - SETTLED)
    missing, ended = dict[date, list[int]](), dict[date, list[Judgement]]()
    for pk in agreed:
        last = clock.local_day(newest[pk]) if pk in newest else today - DAY
        for back in reversed(range(min((today - last).days, MOST_MIDNIGHTS))):
            missing.setdefault(today - back * DAY, []).append(pk)
    for day, pks in sorted(missing.items()):
        midnight = local_midnight(day, zone)
        mine = {one.objective.pk: one for one in agreements.list_agreed(pks, day - DAY)}
        # The version before is measured no more today: its last day, and what changed, are counted once more.
        followed = {
            pk: min(changed.get(pk) or day - DAY, day - DAY)
            for pk, one in mine.items() if one.version.pk != agreed[pk].version.pk
        }  # fmt: skip
        results = _judge_before(mine, exempt, followed, midnight)
        keep_results(results, EvaluationCause.MIDNIGHT, midnight, clock.now())
        ended[day - DAY] = results
        if day.day == 1:
            suggest_targets(mine, midnight)
    return ended


def _judge_before(
    agreed: Mapping[int, Agreed], exempt: Exempt, changed: Changed, instant: datetime
) -> list[Judgement]:  # fmt: skip
    """Objectives as they stood at an instant, by what had come until now."""
    versions = {(pk, one.version.pk): one.version for pk, one in agreed.items()}
    answers = measure_now(agreed, versions, exempt, changed, before=instant)
    return [
        judge(one, one.promise, answers.get((pk, one.version.pk)), exempt[pk], instant) for pk, one in agreed.items()
    ]


def _come_again(duties: Sequence[EvaluationDue], judged: Mapping[int, Judgement], at: datetime) -> None:
    """The next moment at which the clock alone may change something; whoever asks earlier is heard earlier.

    A moved `due_at` keeps the row from being marked done; retired objectives come no more.
    """
    midnight = _clock_turns(at)
    standing = due_evaluations.list_standing([duty.objective_id for duty in duties], clock.local_day(at))
    due_evaluations.lock_duties(standing)  # in the order in which everybody else takes them
    together: dict[tuple[datetime, datetime], list[int]] = {}
    for duty in duties:
        if duty.objective_id in standing:
            one = judged.get(duty.objective_id)
            wait = max((_next(one, at, midnight) if one else midnight) - at, SHORTEST_WAIT)
            together.setdefault((duty.due_at, clock.now() + wait), []).append(duty.pk)
    for (claimed, due_at), pks in together.items():
        rows = EvaluationDue.objects.filter(pk__in=pks, due_at=claimed)
        rows.update(due_at=due_at, attempts=0, last_error="", changed_from=None)


def _clock_turns(at: datetime) -> datetime:
    """The next local midnight, or when the day that ended with the last one is kept."""
    zone, today = clock.reporting_zone(), clock.local_day(at)
    settled = local_midnight(today, zone) + SETTLED
    return settled if settled > at else local_midnight(today + DAY, zone)


def _next(one: Judgement, at: datetime, midnight: datetime) -> datetime:
    stale = stale_at(one)
    return min(midnight, stale) if stale is not None and stale > at else midnight


def _announce(
    judged: Mapping[int, Judgement], was: Mapping[int, BudgetStatus], alerts: AlertChanges,
    fired: Sequence[PolicyTrigger], at: datetime,
) -> None:  # fmt: skip
    """Write to the chain what turned, then tell the people who answer for it."""
    for pk, one in judged.items():
        before = was[pk].judged_state if pk in was else ""
        if one.state.is_judged and one.state.value != before:
            data = {"objective": one.agreed.objective.slug, "version": one.agreed.version.number, "was": before}
            audit.record(f"budget.{one.state.value}", subject=one.agreed.objective, by=SYSTEM, data=data)
    for trigger in fired:
        data = {"objective": trigger.objective.slug, "rule": trigger.rule, "incident": trigger.incident}
        audit.record("budget_trigger.fired", subject=trigger, by=SYSTEM, data=data)
    telling.tell_burning(alerts, judged, at)
    telling.tell_fired(fired)

"""Decide about a trigger, sign, close: decisions are only added, and a later one supersedes."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from apps.accounts.domain import Principal
from apps.audit import operations as audit
from apps.core import clock
from apps.core.immutable import writing
from apps.core.problems import Conflict, FieldProblem, Invalid
from apps.governance.domain.consent import FilledBy
from apps.objectives.domain.budget_policies import Rule
from apps.objectives.domain.budget_triggers import NOT_YET, Signed, hours_to_exit, roles_missing
from apps.objectives.domain.deciding import (
    LONGEST_REASON,
    Chair,
    Deciding,
    find_problems,
    roles_to_sign,
    still_asked,
)
from apps.objectives.domain.printing import hours_up_text
from apps.objectives.models import BudgetDecision, DecisionSignature, PolicyTrigger
from apps.objectives.operations.budget_telling import settle_told, tell_waiting
from apps.objectives.policies import budgets as policies
from apps.objectives.queries import deciding as queries
from apps.objectives.queries.fired_rules import UNREADABLE
from apps.objectives.queries.kept_statuses import find_measured_end
from apps.objectives.queries.signers import rule_of, seats_now

CLOSED = "This trigger is closed: nothing more is decided on it."


@transaction.atomic
def decide(*, trigger_id: int, asked: Deciding, by: Principal) -> BudgetDecision:
    """Write what was decided, and sign it in the role of whoever writes it."""
    person = policies.require_person(by)
    trigger = _lock_open(trigger_id)
    chairs = _chairs(trigger, ())
    mine = roles_to_sign(person, chairs, ())
    if not mine:
        raise policies.role_missing(trigger.objective.owner_team, _rule(trigger).signers)
    problems = find_problems(asked, clock.today())
    if problems or asked.revisit_on is None:
        raise Invalid("validation_failed", "Some fields need attention.", problems)
    with writing(BudgetDecision):
        decision = BudgetDecision.objects.create(
            trigger=trigger, number=queries.count_decisions(trigger) + 1, verb=asked.verb,
            sentence=asked.sentence.strip(), revisit_on=asked.revisit_on, written_at=clock.now(), written_by_id=person,
        )  # fmt: skip
    _sign(decision, mine, person, clock.now())
    _record(decision, "budget_decision.written", [one.role for one in mine], by)
    _tell(decision, by)
    return decision


@transaction.atomic
def sign(*, decision_id: int, by: Principal, role: str = "") -> BudgetDecision:
    """Sign the newest decision of a trigger, in a role of one's own or for a vacant one."""
    person = policies.require_person(by)
    decision = queries.get_decision(decision_id)
    trigger = _lock_open(decision.trigger_id)
    if decision.number != queries.count_decisions(trigger):
        raise Conflict("state_forbids", "A later decision was written meanwhile. Read it, and sign that one.")
    signed = queries.list_signed(decision)
    missing = roles_missing(_rule(trigger), signed)
    mine = roles_to_sign(person, _chairs(trigger, signed), {one.person for one in signed}, role)
    if not mine:
        if not missing or person in {one.person for one in signed}:
            raise Conflict("already_signed", "You signed it, or every role has: another person signs what is open.")
        raise policies.role_missing(trigger.objective.owner_team, missing)
    _sign(decision, mine, person, clock.now())
    _record(decision, "budget_decision.signed", [one.role for one in mine], by)
    _tell(decision, by)
    return decision


def _lock_open(trigger_id: int) -> PolicyTrigger:
    trigger = queries.lock_trigger(trigger_id)
    if trigger.closed_at is not None:
        raise Conflict("state_forbids", CLOSED)
    return trigger


def _rule(trigger: PolicyTrigger) -> Rule:
    """The rule that fired; raises `Conflict` where nobody can read what was agreed, or who signs."""
    rule, version = rule_of(trigger), trigger.policy_version
    if rule is None:
        raise Conflict("state_forbids", UNREADABLE.format(name=version.name, number=version.number))
    return rule


def _chairs(trigger: PolicyTrigger, signed: Sequence[Signed]) -> list[Chair]:
    """The roles that are open, and who may sign for each; a role that only signers hold is vacant."""
    roles = roles_missing(_rule(trigger), signed)
    taken = frozenset(one.person for one in signed if not one.stands_in)
    seats = seats_now(trigger.objective.owner_team_id, roles, clock.now(), taken)
    return [
        Chair(
            role, seat.people, seat.filled_by is FilledBy.ROLE, seat.filled_by is FilledBy.STEWARD
        )
        for role, seat in seats.items()
    ]  # fmt: skip


def _sign(decision: BudgetDecision, chairs: Sequence[Chair], person: int, at: datetime) -> None:
    with writing(DecisionSignature):
        for chair in chairs:
            DecisionSignature.objects.create(
                decision=decision, role=chair.role, stands_in=not chair.is_own, signed_at=at, signed_by_id=person
            )


def _record(decision: BudgetDecision, action: str, roles: list[str], by: Principal) -> None:
    data = {
        "objective": decision.trigger.objective.slug, "trigger": decision.trigger_id, "number": decision.number,
        "verb": decision.verb, "roles": roles,
    }  # fmt: skip
    audit.record(action, subject=decision, by=by, data=data)


def _tell(decision: BudgetDecision, by: Principal) -> None:
    """Ask whoever may still sign; whose signature is needed no more is asked no more."""
    trigger, signed = decision.trigger, queries.list_signed(decision)
    asked = still_asked(_chairs(trigger, signed), {one.person for one in signed})
    settle_told(trigger, list(asked))
    tell_waiting(decision, asked, by)


@transaction.atomic
def close(*, trigger_id: int, by: Principal, reason: str = "") -> PolicyTrigger:
    """Close a trigger: 24 hours met without a break under the version it fired under, and a person who says so.

    The hours are those that were measured: missing data closes nothing.
    A retired objective is measured no more: there a person says why it is closed.
    """
    trigger = queries.lock_trigger(trigger_id)
    policies.require_can_close(by, trigger.objective.owner_team)
    if trigger.closed_at is not None:
        raise Conflict("state_forbids", "It is closed already.")
    _require_exit(trigger, reason)
    if len(reason) > LONGEST_REASON:
        raise Invalid("validation_failed", f"At most {LONGEST_REASON} characters are kept.")
    trigger.closed_at, trigger.closed_by_id, trigger.closed_reason = clock.now(), by.user_id, reason.strip()
    trigger.save(update_fields=["closed_at", "closed_by", "closed_reason"])
    data = {"objective": trigger.objective.slug, "rule": trigger.rule, "incident": trigger.incident}
    audit.record("budget_trigger.closed", subject=trigger, by=by, data=data)
    settle_told(trigger)
    return trigger


def _require_exit(trigger: PolicyTrigger, reason: str) -> None:
    retired_on = trigger.objective.retired_on
    if retired_on is not None and retired_on <= clock.today():
        if not reason.strip():
            problem = FieldProblem("/reason", "required", "The SLO is retired. Say why its trigger is closed.")
            raise Invalid("validation_failed", problem.detail, [problem])
        return
    hours = hours_to_exit(trigger.met_since, find_measured_end(trigger.objective_id, clock.as_of()))
    if hours is None:
        raise Conflict("state_forbids", "The promise it fired under is not met now, or cannot be judged.")
    if hours > 0:
        raise Conflict("state_forbids", NOT_YET.format(hours=hours_up_text(hours)))

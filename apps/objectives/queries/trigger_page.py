"""Everything the page of one trigger shows: what fired, how the budget stands now, who may decide, sign and close."""

from dataclasses import dataclass, field

from apps.accounts.domain import Principal
from apps.core import clock
from apps.governance.domain.consent import FilledBy
from apps.objectives.domain.deciding import Chair, roles_to_sign
from apps.objectives.domain.evaluating import Evaluation
from apps.objectives.models import BudgetEvaluation, BudgetStatus, Objective
from apps.objectives.queries.agreed_around import find_versions
from apps.objectives.queries.agreements import Agreed
from apps.objectives.queries.budget_page import get_objective
from apps.objectives.queries.fired_rules import DecisionRow, Fired, get_fired
from apps.objectives.queries.kept_statuses import evaluation_in, statuses_in_sum
from apps.objectives.queries.signers import seats_now


@dataclass(frozen=True)
class TriggerPage:
    """One trigger; `to_sign` are the roles in which the reader signs the newest decision, `to_decide` a new one."""

    fired: Fired
    objective: Objective
    agreed: Agreed | None
    status: BudgetStatus | None
    evaluation: Evaluation | None
    result: BudgetEvaluation | None
    to_sign: list[Chair] = field(default_factory=list)
    to_decide: list[Chair] = field(default_factory=list)


def get_trigger_page(pk: int, by: Principal) -> TriggerPage:
    """The page of a trigger; raises `Absent`."""
    fired = get_fired(pk, by)
    objective, today = get_objective(fired.slug), clock.today()
    agreed = find_versions(objective, today).agreed(objective, today)
    status = statuses_in_sum([objective.pk]).get(objective.pk)
    evaluation = evaluation_in(agreed, status) if agreed else None
    result = BudgetEvaluation.objects.filter(pk=fired.evaluation_id).first()
    page = TriggerPage(fired, objective, agreed, status, evaluation, result)
    if not fired.is_open or not by.is_person or by.user_id is None:
        return page
    newest, person = fired.newest, by.user_id
    to_decide = roles_to_sign(person, chairs_of(fired, None), ())
    to_sign = roles_to_sign(person, chairs_of(fired, newest), _signed_by(newest)) if newest else []
    return TriggerPage(fired, objective, agreed, status, evaluation, result, to_sign, to_decide)


def _signed_by(decision: DecisionRow) -> set[int]:
    return {one.person for one in decision.signatures}


def chairs_of(fired: Fired, decision: DecisionRow | None) -> list[Chair]:
    """The roles that are open under a decision (None: under a new one), and who may sign for each; one query."""
    roles = fired.missing(decision) if decision else fired.signers
    signatures = decision.signatures if decision else []
    taken = frozenset(one.person for one in signatures if not one.stands_in)
    if not roles:
        return []
    seats = seats_now(fired.team_id, roles, clock.now(), taken)
    return [
        Chair(role, seat.people, seat.filled_by is FilledBy.ROLE, seat.filled_by is FilledBy.STEWARD)
        for role, seat in seats.items()
    ]

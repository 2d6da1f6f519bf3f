"""Triggers and decisions as those who decide about them need them."""

from apps.core.problems import Absent
from apps.objectives.domain.budget_triggers import Signed
from apps.objectives.models import BudgetDecision, PolicyTrigger

WITH = ("objective__owner_team", "policy_version__policy", "version")


def lock_trigger(pk: int) -> PolicyTrigger:
    """A trigger, locked; raises `Absent`. Everything that is decided about it waits for its turn here."""
    rows = PolicyTrigger.objects.select_for_update(of=("self",), no_key=True).select_related(*WITH)
    trigger = rows.filter(pk=pk).first()
    if trigger is None:
        raise Absent("not_found", "Nothing is here for you.")
    return trigger


def get_decision(pk: int) -> BudgetDecision:
    """A decision with its trigger; raises `Absent`."""
    rows = BudgetDecision.objects.select_related(*(f"trigger__{name}" for name in WITH))
    decision: BudgetDecision | None = rows.filter(pk=pk).first()
    if decision is None:
        raise Absent("not_found", "Nothing is here for you.")
    return decision


def count_decisions(trigger: PolicyTrigger) -> int:
    """How many decisions were written on a trigger; the newest has that number."""
    return trigger.decisions.count()


def list_signed(decision: BudgetDecision) -> list[Signed]:
    """The signatures under a decision, in the order in which they were given."""
    rows = decision.signatures.order_by("pk").values_list("signed_by_id", "role", "stands_in")
    return [Signed(person, role, stands_in) for person, role, stands_in in rows]

"""What each team of the world spent: a budget that is exhausted, with its trigger, decision, alert and kept result."""

from datetime import datetime, timedelta
from typing import Any

from apps.accounts.models import User
from apps.core import clock
from apps.objectives.domain.deciding import Deciding
from apps.objectives.models import BudgetEvaluation, BurnAlert, Indicator, Objective, PolicyTrigger
from apps.objectives.operations import deciding
from tests.budgets import evaluate_now, lay, spread
from tests.personas import principal_of
from tests.sampling import make_series

HOUR = timedelta(hours=1)


def spend_in(sli: str, slo: str, *, lead: User, now: datetime) -> dict[str, Any]:
    """The keys of paths that name them; `lead` decides, in a role of their own or for a vacant one."""
    series = make_series(Indicator.objects.get(slug=sli))
    calm, burning = now - timedelta(days=9), now - 2 * HOUR
    lay(series, [*spread(calm, 9 * 288 - 24, 300, 100, 90_000), *spread(burning, 24, 300, 900, 1_000)])
    objective = Objective.objects.get(slug=slo)
    with clock.playing(now):
        evaluate_now([objective.pk])
        trigger = PolicyTrigger.objects.get(objective=objective, rule="exhausted")
        asked = Deciding("adjust", "Fixes of the queue go first.", clock.today() + timedelta(days=14))
        decision = deciding.decide(trigger_id=trigger.pk, asked=asked, by=principal_of(lead, now))
    alert = BurnAlert.objects.filter(objective=objective, until_at=None).earliest("pk")
    result = BudgetEvaluation.objects.filter(objective=objective).latest("pk")
    return {"trigger": trigger.pk, "decision": decision.pk, "alert": alert.pk, "result": result.pk}

"""Days of budgets count for the team that owned the service on that day, whoever owns the SLO."""

from datetime import date, timedelta

import pytest

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.core.periods import local_midnight
from apps.governance.domain.kinds import Item, Op
from apps.measurements import operations
from apps.objectives.models import BudgetDayFact
from apps.objectives.queries import histories
from apps.objectives.queries.owning import results_with_team
from apps.services import operations as services
from tests.agreeing import agree
from tests.measuring import adopt, value
from tests.personas import Organisation, principal_of
from tests.spending import NOW, evaluate, spent

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
DAY = timedelta(days=1)
HANDED_OVER = date(2026, 8, 27)
DAYS_LOW = {
    "measure": "count", "of": {"facts": "budget_days", "clock": "day", "where": [["state", "in", ["stale"]]]},
    "unit": "count", "direction": "lower_is_better",
}  # fmt: skip


def test_budget_days__of_a_service_that_is_handed_over_are_split_at_its_midnight(organisation: Organisation) -> None:
    zone = clock.reporting_zone()
    with clock.playing(NOW):
        adopt("days-low", DAYS_LOW, owner=organisation.checkout, by=principal_of(organisation.people["gus"], NOW))
        objective = spent(organisation)
        # The SLO moves before its service does, and no day of it moves with it.
        content = histories.get_standing("slo", objective.slug).content | {"owner_team": "harbour"}
        agree(Item("slo", Op.CHANGE, objective.slug, content), author=organisation.people["ana"], at=NOW)
        services.hand_over(
            service=organisation.checkout_api, to=organisation.harbour, from_at=local_midnight(HANDED_OVER, zone),
            reason="Harbour runs it by now.", by=SYSTEM,
        )  # fmt: skip
    for number in range(1, 8):
        evaluate(objective, at=local_midnight(date(2026, 8, 24) + number * DAY, zone) + 2 * timedelta(hours=1))
    assert BudgetDayFact.objects.filter(until_seq=None, state="stale").count() == 7
    with clock.playing(NOW + 9 * DAY):
        operations.rebuild()
        teams = (organisation.checkout, organisation.harbour)
        cells = {team.slug: value("days-low", team, "2026-W35") for team in teams}
    counted = {slug: cell.n if cell else None for slug, cell in cells.items()}
    assert counted == {"checkout": 3, "harbour": 4}
    # The kept results are the SLO's own: they follow its move at the midnight of 25 August.
    kept = results_with_team(objective.evaluations.filter(cause="midnight")).order_by("as_of")
    assert list(kept.values_list("team_then", flat=True)) == ["checkout", "checkout", *["harbour"] * 6]

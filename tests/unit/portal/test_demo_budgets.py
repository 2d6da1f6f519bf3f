"""The demonstration's budgets: undecided, decided, waiting for a signature, corrected, and one that is not known."""

from decimal import Decimal

import pytest

from apps.core import clock
from apps.objectives.models import BudgetEvaluation, BudgetStatus, FormerStatus, Objective, PolicyTrigger
from apps.objectives.queries.fired_rules import list_fired
from apps.portal.demo import budgets, cast, promises, uptime
from apps.portal.demo.cast import Cast, local
from tests.budgets import status_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def played() -> None:
    players = Cast()
    acts = [(local(promises.AGREED_ON.replace(year=2023)), cast.found_organisation), *promises.acts()]
    for at, do in sorted([*acts, *uptime.acts(), *budgets.acts()], key=lambda act: act[0]):
        with clock.playing(at):
            do(players)


@pytest.mark.usefixtures("played")
def test_budgets__stand_in_every_state_that_a_newcomer_should_see() -> None:
    stand = {
        one.objective.slug: one.state for one in BudgetStatus.objects.filter(series=None).select_related("objective")
    }
    assert stand == {
        "saleor-answers": "exhausted",
        "readthedocs-answers": "exhausted",
        "wagtail-answers": "at_risk",
        "keep-answers": "ok",
        "defectdojo-answers": "stale",
    }
    keep = status_of(Objective.objects.get(slug="keep-answers"))
    assert (keep.raw_bad, keep.bad) == (28, 14)
    # The new target judges the window; for its length the version before stands beside it, on the same counts.
    former = FormerStatus.objects.get()
    assert (keep.version.number, keep.version.target) == (2, Decimal("0.99"))
    assert (former.version.number, former.version.target, former.state) == (1, Decimal("0.995"), "ok")
    assert (former.bad, former.counted) == (keep.bad, keep.counted)
    # What the browser's walk looks at.
    assert BudgetEvaluation.objects.get(pk=1).objective.slug == "saleor-answers"
    today = budgets.CLOSED_ON
    standing = {
        one.slug: str(one.standing(today)) for one in list_fired(PolicyTrigger.objects.exclude(rule="incident_share"))
    }
    assert standing == {
        "saleor-answers": "undecided",
        "readthedocs-answers": "decided",
        "wagtail-answers": "waits_for_signatures",
        "keep-answers": "closed",
    }

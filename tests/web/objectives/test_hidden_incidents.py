"""A rule that one incident fired: who may not know of the incident reads that there was one, and not which."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from apps.core import clock
from apps.incidents.domain.incident_words import MilestoneKind
from apps.incidents.domain.statements import Moment
from apps.objectives.domain.counts import Counts, Slice
from apps.objectives.models import PolicyTrigger
from tests.budgets import lay, make_objective, make_policy
from tests.incidents import make_incident
from tests.personas import Organisation, principal_of
from tests.sampling import make_indicator, make_series
from tests.spending import HOUR, NEWEST, NOW, WINDOW, evaluate
from tests.web.portal.pages import words_of

pytestmark = pytest.mark.django_db
ClientAs = Callable[..., Client]
HURT = NEWEST - 30 * HOUR


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.playing(NOW):
        yield


@pytest.fixture
def trigger(organisation: Organisation) -> PolicyTrigger:
    """Fired by a restricted incident that took a fifth of the budget."""
    make_policy(organisation)
    indicator = make_indicator(organisation, slice_seconds=3600)
    objective = make_objective(organisation, indicator)
    start = NEWEST - (WINDOW - 1) * HOUR
    lay(make_series(indicator), [
        Slice(start + n * HOUR, Counts(1_900 - bad, 1_900, 1_900))
        for n in range(WINDOW) for bad in [400 if HURT <= start + n * HOUR < HURT + 2 * HOUR else 1]
    ])  # fmt: skip
    kinds = (MilestoneKind.IMPACT_STARTED, MilestoneKind.DETECTED, MilestoneKind.RESOLVED)
    times = [Moment(kind, HURT + n * HOUR) for n, kind in enumerate(kinds)]
    make_incident(principal_of(organisation.people["dee"]), milestones=times, now=NOW, restricted=True)
    evaluate(objective)
    return PolicyTrigger.objects.exclude(incident="").get()


def test_trigger_and_budget__name_it_to_those_alone_who_may_know(client_as: ClientAs, trigger: PolicyTrigger) -> None:
    for page in (f"/objectives/triggers/{trigger.pk}/", "/objectives/checkout-works/"):
        said = f"{trigger.incident} took a large part of the budget"
        assert said in words_of(client_as("ana").get(page))
        other = client_as("eli").get(page)
        assert "an incident took a large part of the budget" in words_of(other)
        assert trigger.incident not in other.content.decode()


@pytest.mark.parametrize("page", ["/services/checkout-api/", "/teams/checkout/about/", "/objectives/"])
def test_other_pages__name_it_to_nobody(client_as: ClientAs, trigger: PolicyTrigger, page: str) -> None:
    answer = client_as("eli").get(page)
    assert answer.status_code == 200
    assert trigger.incident not in answer.content.decode()


def test_home__says_that_there_was_one(client_as: ClientAs, trigger: PolicyTrigger) -> None:
    answer = client_as("eli").get("/teams/checkout/")
    assert "an incident took a large part of the budget" in words_of(answer)
    assert trigger.incident not in answer.content.decode()

"""Policies, triggers, decisions and the advice before a release over REST; people sign on pages."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from apps.accounts.domain import Principal
from apps.core import clock
from apps.incidents.domain.incident_words import MilestoneKind
from apps.incidents.domain.statements import Moment
from apps.incidents.operations import restricting
from apps.objectives.domain.counts import Counts, Slice
from apps.objectives.domain.deciding import Deciding
from apps.objectives.models import PolicyTrigger
from apps.objectives.operations import deciding
from tests.budgets import evaluate_now, lay, make_objective, make_policy, spread
from tests.incidents import make_incident
from tests.personas import Organisation, principal_of
from tests.sampling import make_indicator, make_series

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
NEWEST = datetime(2026, 8, 24, 7, tzinfo=ZoneInfo("UTC"))
NOW = NEWEST + HOUR + timedelta(minutes=5)
ADVICE = "/api/v1/services/checkout-api/release-advice/"


@pytest.fixture
def trigger(organisation: Organisation) -> PolicyTrigger:
    """The trigger of a budget that is exhausted."""
    make_policy(organisation)
    indicator = make_indicator(organisation, slice_seconds=3600)
    objective = make_objective(organisation, indicator)
    lay(make_series(indicator), spread(NEWEST - 671 * HOUR, 672, 3600, 5000, 1_284_500))
    with clock.playing(NOW):
        evaluate_now([objective.pk])
    return PolicyTrigger.objects.get()


@pytest.fixture
def people(organisation: Organisation) -> Callable[[str], Principal]:
    return lambda name: principal_of(organisation.people[name], NOW)


def get(client: Any, path: str, status: int = 200) -> Any:
    with clock.playing(NOW):
        response = client.get(path)
    assert response.status_code == status, response.content
    return response.json()


def test_advice__undecided_until_every_role_has_signed_then_frozen(
    api_client_as, trigger: PolicyTrigger, people: Callable[[str], Principal]
) -> None:
    body = get(api_client_as("read"), ADVICE)
    assert [body["advice"], body["url"]] == ["undecided", "http://testserver/objectives/checkout-works/"]
    with clock.playing(NOW):
        asked = Deciding("adjust", "Only fixes until the cache is back.", date(2026, 9, 1))
        decision = deciding.decide(trigger_id=trigger.pk, asked=asked, by=people("ana"))
        deciding.sign(decision_id=decision.pk, by=people("cy"))
    assert get(api_client_as("read"), ADVICE)["advice"] == "undecided"
    with clock.playing(NOW):
        deciding.sign(decision_id=decision.pk, by=people("bo"))
    body = get(api_client_as("read"), ADVICE)
    assert body["advice"] == "frozen"
    assert body["sentence"].startswith("Hold releases of Checkout API: Reliability first")
    assert body["triggers"][0]["standing"] == "decided"


def test_advice__a_service_without_triggers_is_open_and_an_absent_one_404(
    api_client_as, organisation: Organisation
) -> None:
    body = get(api_client_as("read"), ADVICE)
    assert [body["advice"], body["url"], body["triggers"]] == ["open", None, []]
    get(api_client_as("read"), "/api/v1/services/nothing/release-advice/", 404)


def test_advice__names_the_budgets_that_nothing_is_known_about(api_client_as, organisation: Organisation) -> None:
    read = api_client_as("read")
    assert get(read, ADVICE)["sentence"].startswith("No SLO of Checkout API is in force")
    objective = make_objective(organisation, make_indicator(organisation, slice_seconds=3600))
    said = "No budget stands against a release of Checkout API, but not every budget is judged now: Checkout works."
    body = get(read, ADVICE)
    assert [body["advice"], body["sentence"]] == ["open", said]
    lay(make_series(objective.indicator), spread(NEWEST - 671 * HOUR, 672, 3600, 100, 1_284_500))
    with clock.playing(NOW):
        evaluate_now([objective.pk])
    assert get(read, ADVICE)["sentence"] == "Nothing stands against a release of Checkout API."


def test_policies__as_they_are_agreed_today(api_client_as, trigger: PolicyTrigger) -> None:
    [policy] = get(api_client_as("read"), "/api/v1/budget-policies/?team=checkout")["results"]
    assert [policy["slug"], policy["version"]] == ["checkout-budget", 1]
    assert [rule["rule"] for rule in policy["document"]["rules"]] == ["at_risk", "exhausted", "incident_share"]
    assert get(api_client_as("read"), "/api/v1/budget-policies/checkout-budget/") == policy


def test_triggers_and_decisions__name_roles_and_nobody(
    api_client_as, trigger: PolicyTrigger, people: Callable[[str], Principal]
) -> None:
    with clock.playing(NOW):
        asked = Deciding("investigate", "Find out what burns.", date(2026, 9, 1))
        decision = deciding.decide(trigger_id=trigger.pk, asked=asked, by=people("ana"))
    [fired] = get(api_client_as("read"), "/api/v1/policy-triggers/?is_open=true&rule=exhausted")["results"]
    assert [fired["id"], fired["standing"], fired["decisions"]] == [
        f"T-{trigger.pk}",
        "waits_for_signatures",
        [decision.pk],
    ]
    assert fired["signers"] == ["tech_lead", "engineering_manager", "product_manager"]
    assert get(api_client_as("read"), f"/api/v1/policy-triggers/{trigger.pk}/") == fired
    [row] = get(api_client_as("read"), f"/api/v1/budget-decisions/?trigger={trigger.pk}")["results"]
    assert [row["verb"], row["holds"], row["roles_signed"]] == ["investigate", False, ["tech_lead"]]
    assert row["roles_missing"] == ["engineering_manager", "product_manager"]
    assert "Ana" not in str([fired, row])
    assert get(api_client_as("read"), f"/api/v1/budget-decisions/{decision.pk}/") == row


def test_triggers__an_incident_that_the_reader_may_not_know_of_is_not_named(
    api_client_as, organisation: Organisation, people: Callable[[str], Principal]
) -> None:
    make_policy(organisation)
    indicator = make_indicator(organisation, slice_seconds=3600)
    objective = make_objective(organisation, indicator)
    slices = spread(NEWEST - 671 * HOUR, 672, 3600, 0, 1_284_500)
    worse = [Slice(s.starts_at, Counts(s.counts.valid - 415, s.counts.valid, s.counts.valid)) for s in slices[600:602]]
    lay(make_series(indicator), [*slices[:600], *worse, *slices[602:]])
    times = {"impact_started": slices[600], "detected": slices[600], "resolved": slices[602]}
    incident = make_incident(milestones=[Moment(MilestoneKind(k), s.starts_at) for k, s in times.items()], now=NOW)
    with clock.playing(NOW):
        evaluate_now([objective.pk])
    assert (
        get(api_client_as("harbour_push"), "/api/v1/policy-triggers/")["results"][0]["incident"] == f"I-{incident.pk}"
    )
    with clock.playing(NOW):
        restricting.restrict_incident(incident=incident, by=people("cy"))
    for path in ("/api/v1/policy-triggers/", ADVICE):
        assert f"I-{incident.pk}" not in str(get(api_client_as("harbour_push"), path))
    assert get(api_client_as("cy"), "/api/v1/policy-triggers/")["results"][0]["incident"] == f"I-{incident.pk}"

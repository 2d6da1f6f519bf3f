"""The list of SLOs: by team and name, filters without any order by value, what nobody promises, what is overdue."""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from tests.budgets import make_objective
from tests.personas import Organisation
from tests.promising import make_flow
from tests.sampling import make_indicator
from tests.spending import HOUR, NOW, spent, tenants
from tests.web.portal.pages import words_of

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
ClientAs = Callable[..., Client]
LIST = "/objectives/"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.playing(NOW):
        yield


@pytest.fixture
def three(organisation: Organisation) -> None:
    """One exhausted with its trigger, one of tenants, one that was never measured."""
    spent(organisation)
    tenants(organisation)
    make_objective(organisation, make_indicator(organisation, "a-new-one"), "imports-arrive", name="Imports arrive")


@pytest.mark.usefixtures("three")
def test_list__stands_by_team_and_name_with_what_waits(client_as: ClientAs) -> None:
    text = words_of(client_as("eli").get(LIST))
    order = ["Checkout Checkout works 99.7 %", "Checkout Imports arrive 99.7 %", "Harbour Checkout works 99 %"]
    places = [text.index(row) for row in order]
    assert places == sorted(places)
    assert "Exhausted : 1,147 more failures than agreed" in text
    assert "Exhausted : 3 of 4 keep the promise" in text
    assert "No data : not connected" in text
    assert "Needs a decision : the tech lead, engineering manager and product manager decide" in text


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("query", "shown", "absent"),
    [
        ("?team=harbour", ["clusters-answer"], ["checkout-works", "imports-arrive"]),
        ("?state=exhausted", ["checkout-works", "clusters-answer"], ["imports-arrive"]),
        ("?state=no_data", ["imports-arrive"], ["checkout-works"]),
        ("?state=open_trigger", ["checkout-works"], ["clusters-answer"]),
        ("?state=within", [], ["checkout-works"]),
    ],
)
def test_filters__narrow_by_team_and_state(
    client_as: ClientAs, query: str, shown: list[str], absent: list[str]
) -> None:
    html = client_as("ana").get(f"{LIST}{query}").content.decode()
    assert [slug for slug in shown if f"/objectives/{slug}/" not in html] == []
    assert [slug for slug in absent if f"/objectives/{slug}/" in html] == []


@pytest.mark.usefixtures("three")
def test_filters__take_the_state_of_now(client_as: ClientAs) -> None:
    """What fell silent since it was evaluated is no longer exhausted."""
    with clock.playing(NOW + 7 * HOUR):
        client = client_as("eli")
        assert "stale since 24 Aug, 10:00; was Exhausted" in words_of(client.get(f"{LIST}?state=no_data"))
        assert "99.7 %" not in words_of(client.get(f"{LIST}?state=exhausted"))


@pytest.mark.parametrize("query", ["?order=remaining", "?sort=value", "?state=worst", "?page=9"])
def test_orders_by_value__and_unknown_words_are_refused(client_as: ClientAs, query: str) -> None:
    assert client_as("ana").get(f"{LIST}{query}").status_code == 400


def test_flows_without_an_slo_and_promises_past_their_date__are_named(
    organisation: Organisation, client_as: ClientAs
) -> None:
    make_flow(organisation.checkout, "publish")
    spent(organisation, 10, policy=False, revisit_on="2026-08-01")
    text = words_of(client_as("ana").get(LIST))
    assert "Flows without an SLO" in text
    assert "Publish · Checkout" in text
    assert "To be looked at again" in text
    assert "Does it still fit?" in words_of(client_as("ana").get("/objectives/checkout-works/"))


def test_empty__says_what_will_stand_here(client_as: ClientAs) -> None:
    assert "Promises to users will stand here by team" in words_of(client_as("eli").get(LIST))


def test_many__are_paged_within_the_bars(organisation: Organisation, client_as: ClientAs) -> None:
    indicator = make_indicator(organisation)
    for n in range(55):
        make_objective(organisation, indicator, f"promise-{n:02}", name=f"Promise {n:02}")
    client = client_as("hal")
    client.get(LIST)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(LIST)
    assert len(queries) <= 12
    assert len(answer.content) < 100_000
    assert "1 to 50 of 55" in words_of(answer)
    assert "promise-54" in client.get(f"{LIST}?page=2").content.decode()


@pytest.mark.usefixtures("three")
def test_home__leads_with_the_budget_that_asks_first(client_as: ClientAs) -> None:
    answer = client_as("ana").get("/")
    text, html = words_of(answer), answer.content.decode()
    assert "Checkout works, budget Exhausted : 1,147 more failures than agreed" in text
    assert "Least budget left −29.8 %" in text
    assert "Decide about Checkout works" in text
    assert "1 decision about a budget waits" in text
    assert 'id="budget-checkout-works-title"' in html
    harbour = words_of(client_as("ana").get("/teams/harbour/"))
    assert "Tenants and segments within 3 of 4" in harbour
    assert "Look at Checkout works" in harbour


def test_home__without_a_promise_offers_the_first_step(client_as: ClientAs) -> None:
    assert "Propose an SLI, then an SLO on it" in words_of(client_as("ana").get("/"))
    assert "Read what other teams promise" in words_of(client_as("ana").get("/teams/harbour/"))


@pytest.mark.usefixtures("three")
def test_service_and_team__show_their_budgets_and_what_a_release_should_know(client_as: ClientAs) -> None:
    text = words_of(client_as("eli").get("/services/checkout-api/"))
    assert "Before a release" in text
    assert "A budget of Checkout API waits for a decision: ask its team before a release." in text
    assert "Checkout works 99.7 % over 28 days Exhausted" in text
    assert "Before a release" not in words_of(client_as("eli").get("/services/checkout-web/"))
    assert "Imports arrive 99.7 % over 28 days No data" in words_of(client_as("eli").get("/teams/checkout/about/"))

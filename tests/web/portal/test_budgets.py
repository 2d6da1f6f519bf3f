"""Pages ask a constant number of queries, whatever the number of teams, and stay small."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.teams.domain import TeamType
from tests.personas import Organisation, make_service, make_team

MOST_QUERIES, MOST_BYTES = 12, 100_000
PAGES = (
    "/", "/teams/checkout/", "/teams/harbour/", "/leadership/", "/leadership/?order=needs_decision", "/teams/",
    "/teams/checkout/about/", "/services/", "/services/checkout-api/", "/metrics/", "/metrics/change-lead-time/",
    "/metrics/change-lead-time/trend/?subject=team:checkout", "/metrics/change-lead-time/v/1/", "/annotations/",
    "/annotations/new/", "/data/", "/search/?q=a", "/help/words/", "/account/",
)  # fmt: skip
PEOPLE = ("dee", "gus")


def cost_of(client: Client, page: str) -> tuple[int, int]:
    """Queries and bytes of a page, asked a second time: the first also notes that a definition was opened."""
    client.get(page)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(page)
    assert answer.status_code == 200
    return len(queries), len(answer.content)


def grow(organisation: Organisation, count: int) -> None:
    """More teams, each with one service."""
    for number in range(count):
        team = make_team(f"team-{number}", f"Team {number:03}", TeamType.PRODUCT, organisation.group)
        make_service(f"service-{number}", f"Service {number:03}", team)


@pytest.mark.parametrize("who", PEOPLE)
def test_pages__cost_the_same_at_5_and_60_teams(
    who: str, organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    grow(organisation, 3)
    client = client_as(who)
    few = {page: cost_of(client, page) for page in PAGES}
    for number in range(3, 58):
        team = make_team(f"team-{number}", f"Team {number:03}", TeamType.PLATFORM, organisation.group)
        make_service(f"service-{number}", f"Service {number:03}", team)
    many = {page: cost_of(client, page) for page in PAGES}
    assert {page: cost[0] for page, cost in many.items() if cost[0] > MOST_QUERIES} == {}
    assert {page: cost[1] for page, cost in many.items() if cost[1] > MOST_BYTES} == {}
    assert {page: (few[page][0], many[page][0]) for page in PAGES if few[page][0] != many[page][0]} == {}


def test_evidence__reads_facts_with_a_constant_number_of_queries(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    page = "/metrics/change-failure-rate/values/team:checkout/2026-W34/13/"
    before = cost_of(client_as("dee"), page)[0]
    grow(organisation, 20)
    assert cost_of(client_as("dee"), page)[0] == before <= 25

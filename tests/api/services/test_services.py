"""Services and ownerships over REST."""

from datetime import UTC, datetime

import pytest

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.services import operations
from tests.personas import make_service

API = "/api/v1"
MOVED_AT = datetime(2025, 4, 1, tzinfo=UTC)


@pytest.fixture
def moved(organisation):
    """checkout-web went to Harbour."""
    operations.hand_over(
        service=organisation.checkout_web, to=organisation.harbour, from_at=MOVED_AT, reason="Hosting.", by=SYSTEM
    )


def slugs(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["slug"] for row in response.json()["results"]]


@pytest.mark.parametrize("persona", ["eli", "fay", "read", "dee"])
def test_services__everyone_signed_in_lists_all_with_their_present_owner(api_client_as, moved, persona):
    make_service("orphan", "Orphan", None)
    body = api_client_as(persona).get(f"{API}/services/").json()
    assert {row["slug"]: row["team"] for row in body["results"]} == {
        "checkout-api": "checkout", "checkout-web": "harbour", "harbour-cluster": "harbour", "orphan": None,
    }  # fmt: skip


def test_services__the_owner_follows_the_business_clock(api_client_as, moved):
    client = api_client_as("read")
    with clock.playing(datetime(2025, 3, 31, tzinfo=UTC)):
        assert client.get(f"{API}/services/checkout-web/").json()["team"] == "checkout"
        assert slugs(client.get(f"{API}/services/", {"team": "harbour"})) == ["harbour-cluster"]


def test_services__filters_and_orders(api_client_as, moved):
    client = api_client_as("read")
    assert slugs(client.get(f"{API}/services/", {"team": "harbour"})) == ["checkout-web", "harbour-cluster"]
    assert slugs(client.get(f"{API}/services/", {"tier": "critical"})) == []
    assert slugs(client.get(f"{API}/services/", {"lifecycle": "in_force", "ordering": "-name"}))[0] == "harbour-cluster"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"owner": "harbour"}, "unknown_parameter"),
        ({"tier": "huge"}, "parameter_invalid"),
        ({"ordering": "tier"}, "ordering_not_offered"),
    ],
)
def test_services__a_parameter_that_cannot_be_read_answers_400(api_client_as, query, code):
    response = api_client_as("read").get(f"{API}/services/", query)
    assert (response.status_code, response.json()["code"]) == (400, code)


def test_services__absent_nobody_and_other_methods(api_client_as):
    client = api_client_as("push")
    assert client.get(f"{API}/services/nobody/").status_code == 404
    assert client.post(f"{API}/services/", {"slug": "x"}, format="json").status_code == 405
    assert client.delete(f"{API}/services/checkout-api/").status_code == 405
    assert client.post(f"{API}/ownerships/").status_code == 405
    assert api_client_as(None).get(f"{API}/services/").status_code == 401
    assert api_client_as("only_push").get(f"{API}/services/").json()["code"] == "scope_missing"


def test_services__a_list_takes_as_many_queries_for_40_as_for_3(api_client_as, organisation, django_assert_num_queries):
    client = api_client_as("read")
    client.get(f"{API}/services/")
    with django_assert_num_queries(4):
        client.get(f"{API}/services/")
    for number in range(40):
        make_service(f"s{number}", f"S{number}", organisation.harbour)
    with django_assert_num_queries(4):
        assert len(client.get(f"{API}/services/").json()["results"]) == 43


def test_ownerships__tell_the_whole_history(api_client_as, moved):
    client = api_client_as("eli")
    body = client.get(f"{API}/ownerships/", {"service": "checkout-web"}).json()
    assert [(o["team"], o["from_at"], o["until_at"]) for o in body["results"]] == [
        ("checkout", "2023-12-31T23:00:00Z", "2025-04-01T00:00:00Z"),
        ("harbour", "2025-04-01T00:00:00Z", None),
    ]
    assert client.get(f"{API}/ownerships/", {"team": "harbour"}).json()["count"] == 2
    assert client.get(f"{API}/ownerships/", {"tema": "x"}).json()["code"] == "unknown_parameter"

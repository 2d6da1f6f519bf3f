"""Working agreements and the responsibility matrix over REST: read by everybody signed in, written on pages."""

from datetime import timedelta

import pytest

from apps.accounts.domain.responsibilities import DATED, RESPONSIBILITIES
from apps.core import clock
from apps.teams import operations
from tests.personas import principal_of

API = "/api/v1"
pytestmark = pytest.mark.sql


@pytest.fixture
def written(organisation) -> None:
    """Two rows of one matter and one of another, of Checkout."""
    for matter, text in (("tooling", "First."), ("tooling", "Second."), ("alerting", "Pages name a runbook.")):
        operations.write_agreement(
            team=organisation.checkout, matter=matter, text=text, links=[], reason="We said so.",
            review_by=clock.now().date() + timedelta(days=30), by=principal_of(organisation.people["ana"]),
        )  # fmt: skip


@pytest.mark.parametrize("persona", ["ana", "eli", "read", "fay"])
def test_agreements__those_that_hold_are_read_by_everybody(api_client_as, written, persona) -> None:
    rows = api_client_as(persona).get(f"{API}/agreements/").json()["results"]
    assert [(row["team"], row["matter"], row["text"]) for row in rows] == [
        ("checkout", "alerting", "Pages name a runbook."), ("checkout", "tooling", "Second."),
    ]  # fmt: skip
    assert "Ana Tamm" not in str(rows)


def test_agreements__are_filtered_and_not_written_here(api_client_as, written) -> None:
    client = api_client_as("ana")
    assert len(client.get(f"{API}/agreements/", {"matter": "tooling"}).json()["results"]) == 1
    assert client.get(f"{API}/agreements/", {"team": "harbour"}).json()["results"] == []
    assert client.get(f"{API}/agreements/", {"matter": "x"}).status_code == 400
    assert client.get(f"{API}/agreements/", {"word": "x"}).json()["code"] == "unknown_parameter"
    assert client.post(f"{API}/agreements/").status_code == 405
    assert api_client_as(None).get(f"{API}/agreements/").status_code == 401


def test_responsibilities__are_the_rows_that_enforcement_reads(api_client_as) -> None:
    body = api_client_as("read").get(f"{API}/responsibilities/").json()
    governed = {row["key"]: row["letters"] for row in body["governed"]}
    assert {key for key in governed if ":" not in key} == set(RESPONSIBILITIES)
    assert governed["target"] == {"tech_lead": "S", "engineering_manager": "S", "product_manager": "C"}
    assert governed["metric_definition:impact"]["product_manager"] == "S"
    assert [row["key"] for row in body["dated"]] == [row.key for row in DATED]
    assert api_client_as("ana").get(f"{API}/responsibilities/", {"team": "x"}).status_code == 400

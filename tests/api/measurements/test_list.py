"""Measurements over REST: filters, status, exact numbers, evidence, and no order by value."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.core import clock
from apps.governance.domain.kinds import Item, Op
from apps.measurements import operations
from apps.metrics import operations as metrics
from tests.agreeing import agree
from tests.laid_again import laid_again
from tests.measuring import change, connect, deployment, publish, remediation
from tests.personas import principal_of

NOW = datetime(2024, 4, 10, 12, tzinfo=UTC)
FIRST = datetime(2024, 2, 5, 9, tzinfo=UTC)
URL = "/api/v1/measurements/"


@pytest.fixture
def measured(organisation: Any) -> Any:
    """Eight releases of one service in February 2024, one of them mended by the next."""
    with clock.playing(NOW):
        laid_again("eight releases", lambda: _measure(organisation))
    return organisation


def _measure(organisation: Any) -> None:
    api = organisation.checkout_api
    metrics.adopt_starter(owner_team=organisation.checkout, by=principal_of(organisation.people["gus"], NOW))
    connect(api, "deployments", "changes", "remediations", heard_at=NOW)
    at = [FIRST + timedelta(days=3 * i) for i in range(8)]
    publish("deployments", [deployment(api, f"v{i}", when) for i, when in enumerate(at)])
    rows = [change(api, f"c{i}", when - timedelta(hours=7), when, f"v{i}") for i, when in enumerate(at)]
    publish("changes", rows)
    publish("remediations", [remediation(api, "v2", "v3")])
    operations.rebuild()


def _get(client: APIClient, **query: str) -> Any:
    with clock.playing(NOW):
        return client.get(URL, query)


def test_list__one_cell_says_everything_that_must_stand_beside_it(
    measured: Any, api_client_as: Callable[..., APIClient]
) -> None:
    """A quarter's failure rate: one of eight, with interval, version, watermark and status."""
    answer = _get(
        api_client_as("read"), definition="change-failure-rate", subject="team:checkout", period="2024-Q1", part="whole"
    )
    assert answer.status_code == 200
    (found,) = answer.json()["results"]
    assert (found["numerator"], found["denominator"], found["n"]) == (1, 8, 8)
    assert (found["value"], found["unit"], found["status"], found["version"]) == ("0.125", "share", "ok", 1)
    assert float(found["lower"]) < 0.125 < float(found["upper"])
    assert found["start"] == "2024-01-01T00:00:00+01:00"
    assert found["end"] == "2024-04-01T00:00:00+02:00"
    assert set(found["watermark"]) >= {"catalogue", "deployments", "remediations"}
    assert found["stale"] is False


def test_list__a_pause_stands_beside_the_value_with_its_reason(
    measured: Any, api_client_as: Callable[..., APIClient]
) -> None:
    asked = {
        "kind": "pause_judging", "team": "checkout", "definitions": ["change-failure-rate"],
        "starts_at": "2024-02-01", "expires_at": "2024-03-10",
    }  # fmt: skip
    agree(
        Item("exemption", Op.CREATE, "", asked), author=measured.people["ana"], at=datetime(2024, 2, 1, 12, tzinfo=UTC)
    )
    wanted = {"subject": "team:checkout", "part": "whole"}
    paused = _get(api_client_as("read"), definition="change-failure-rate", period="2024-Q1", **wanted).json()["results"]
    other = _get(api_client_as("read"), definition="deployment-frequency", period="2024-Q1", **wanted).json()["results"]
    assert [(row["paused"], row["value"], row["n"]) for row in paused] == [(True, "0.125", 8)]
    assert paused[0]["paused_reason"] == "exemption E-1, 1 Feb–9 Mar"
    assert [(row["paused"], row["paused_reason"]) for row in other] == [(False, "")]


def test_evidence__counts_and_facts_add_up(measured: Any, api_client_as: Callable[..., APIClient]) -> None:
    """The id leads to the eight deployments, one of them in the numerator."""
    client = api_client_as("read")
    query = {"definition": "change-failure-rate", "subject": "team:checkout", "period": "2024-Q1"}
    (found,) = _get(client, **query).json()["results"]
    with clock.playing(NOW):
        evidence = client.get(f"{URL}{found['id']}/evidence/").json()
    assert evidence["counts"] == {"counted": 8}
    assert [fact["key"] for fact in evidence["facts"] if fact["in_numerator"]] == ["v2"]
    assert {fact["service"] for fact in evidence["facts"]} == {"checkout-api"}


def test_list__a_walk_over_small_pages_finds_each_row_once(
    measured: Any, api_client_as: Callable[..., APIClient]
) -> None:
    """Pages of 7 hold what one page of 1,000 holds."""
    client = api_client_as("read")
    query = {"definition": "deployment-frequency", "subject": "service:checkout-api"}
    whole = [row["id"] for row in _get(client, **query, page_size="1000").json()["results"]]
    page = _get(client, **query, page_size="7").json()
    walked = [row["id"] for row in page["results"]]
    with clock.playing(NOW):
        while page["next"]:
            page = client.get(page["next"]).json()
            walked += [row["id"] for row in page["results"]]
    assert walked == whole
    assert len(set(whole)) == len(whole) > 20


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"ordering": "value"}, 400, "ordering_not_offered"),
        ({"perod": "2024-Q1"}, 400, "unknown_parameter"),
        ({"period": "2024-Q7"}, 400, "parameter_invalid"),
        ({"grain": "year"}, 400, "parameter_invalid"),
        ({"subject": "team:nobody"}, 404, "not_found"),
    ],
)
def test_list__what_is_not_offered_is_refused(
    measured: Any, api_client_as: Callable[..., APIClient], query: dict[str, str], status: int, code: str
) -> None:
    """No order by value, no misspelt filter that answers everything."""
    answer = _get(api_client_as("read"), **query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(("persona", "status"), [(None, 401), ("only_push", 403), ("eli", 200), ("harbour_push", 200)])
def test_list__is_shared_with_everybody_signed_in(
    measured: Any, api_client_as: Callable[..., APIClient], persona: str | None, status: int
) -> None:
    """Measurements are one reality to plan on; a token needs the scope read."""
    assert _get(api_client_as(persona)).status_code == status


def test_list__nothing_is_written_here(measured: Any, api_client_as: Callable[..., APIClient]) -> None:
    """A measurement follows from facts; nobody sends one."""
    assert api_client_as("push").post(URL, {}).status_code == 405

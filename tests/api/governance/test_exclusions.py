"""Exemptions and freeze windows over REST: read by everybody, written by nobody."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from rest_framework.test import APIClient

from apps.core import clock
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.upstairs import upstairs
from tests.agreeing import agree
from tests.personas import Organisation

MONDAY = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)
REASON = "A mirrored build farm reported every release of these days twice."
EXEMPTION = {
    "kind": "pause_judging", "service": "checkout-api", "definitions": ["lead-time"], "starts_at": "2026-04-20",
    "expires_at": "2026-05-18",
}  # fmt: skip
FREEZE = {"name": "launch freeze", "team": "checkout", "starts_on": "2026-05-01", "last_on": "2026-05-14"}


@pytest.fixture(autouse=True)
def _agreed(organisation: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of each in force."""
    monkeypatch.setattr(upstairs, "definition_names", lambda: {"lead-time": "Lead time"})
    people = organisation.people
    with clock.playing(MONDAY):
        agree(Item("exemption", Op.CREATE, "", EXEMPTION), author=people["ana"], reason=REASON)
        agree(Item("freeze_window", Op.CREATE, "", FREEZE), author=people["cy"], reason=REASON)


def test_exemptions__are_listed_and_filtered(api_client_as: Callable[..., APIClient]) -> None:
    client = api_client_as("eli")
    [row] = client.get("/api/v1/exemptions/").json()["results"]
    assert (row["number"], row["team"], row["service"]) == (1, "checkout", "checkout-api")
    assert (row["definitions"], row["ended_at"], row["reason"]) == (["lead-time"], None, REASON)
    assert client.get("/api/v1/exemptions/1/").json() == row
    for query, count in (
        ("kind=exclude_data", 0), ("kind=pause_judging", 1), ("team=harbour", 0), ("service=checkout-api", 1),
        ("expires_after=2026-05-17T00:00:00Z", 1), ("expires_after=2026-06-01T00:00:00Z", 0),
    ):  # fmt: skip
        assert len(client.get(f"/api/v1/exemptions/?{query}").json()["results"]) == count, query


def test_freeze_windows__are_listed_and_filtered(api_client_as: Callable[..., APIClient]) -> None:
    client = api_client_as("eli")
    [row] = client.get("/api/v1/freeze-windows/").json()["results"]
    assert (row["number"], row["name"], row["team"], row["last_on"]) == (1, "launch freeze", "checkout", "2026-05-14")
    for query, count in (("team=harbour", 0), ("last_on_after=2026-05-14", 1), ("last_on_after=2026-05-15", 0)):
        assert len(client.get(f"/api/v1/freeze-windows/?{query}").json()["results"]) == count, query


@pytest.mark.parametrize("path", ["exemptions", "freeze-windows"])
def test_exclusions__refuse_unknown_filters_strangers_and_writes(
    path: str, api_client_as: Callable[..., APIClient]
) -> None:
    client = api_client_as("gus")
    assert client.get(f"/api/v1/{path}/?colour=red").status_code == 400
    assert client.get(f"/api/v1/{path}/99/").status_code == 404
    assert client.post(f"/api/v1/{path}/", {}, format="json").status_code == 405
    assert client.delete(f"/api/v1/{path}/1/").status_code == 405
    assert api_client_as(None).get(f"/api/v1/{path}/").status_code == 401

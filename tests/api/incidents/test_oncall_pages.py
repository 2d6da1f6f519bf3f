"""/api/v1/pages/, alert-rules/ and on-call-profiles/: what tools report, what everybody reads, what nobody can ask."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from apps.core import clock
from apps.incidents.models import AlertRule, Page, PageFact
from apps.services.models import FactConnection
from tests.oncall import MONDAY, in_madrid, item, madrid_items

pytestmark = pytest.mark.django_db
URL = "/api/v1/pages/"


@pytest.fixture(autouse=True)
def _played() -> Iterator[None]:
    with clock.playing(MONDAY):
        yield


def post(client, *items: Any, **body: Any):
    return client.generic("POST", URL, json.dumps({"pages": list(items)} | body), "application/json")


def test_report__stores_and_reads_back(organisation, api_client_as):
    in_madrid(organisation.checkout)
    answer = post(api_client_as("push"), *madrid_items())
    assert answer.status_code == 200
    assert [r["outcome"] for r in answer.json()["results"]] == ["created"] * 8
    page = Page.objects.get(rule__name="D")
    assert answer.json()["results"][6] == {"outcome": "created", "id": f"P-{page.pk}"}
    shown = api_client_as("read").get(f"{URL}{page.pk}/").json()
    assert shown | {"recorded_at": "", "number": 0, "rule_number": 0} == {
        "id": f"P-{page.pk}", "number": 0, "team": "checkout", "service": "checkout-api", "rule": "D",
        "rule_number": 0, "external_key": page.external_key, "fired_at": "2026-08-20T00:12:00Z",
        "acknowledged_at": None, "ended_at": None, "end_reason": "unknown", "urgency": "high", "bucket": "night",
        "night": "2026-08-19", "repeat": False, "woke": False, "label": "", "incident": None, "recorded_at": "",
    }  # fmt: skip


def test_report__partly_good_answers_207_and_none_422(api_client_as):
    good, bad = item("2026-08-19T03:00:00Z", "C"), item("soon", "C")
    assert post(api_client_as("push"), good, bad).status_code == 207
    refused = post(api_client_as("push"), bad)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/pages/0/fired_at")


@pytest.mark.parametrize("body", [{}, {"pages": []}, {"pages": {}}, {"pages": [{}], "by": "x"}, []])
def test_report__another_shape_is_refused(api_client_as, body):
    answer = api_client_as("push").generic("POST", URL, json.dumps(body), "application/json")
    assert answer.status_code == 422
    assert Page.objects.count() == 0


def test_report__needs_a_push_token_of_the_team(api_client_as):
    assert post(api_client_as("read"), *madrid_items()).status_code == 403
    assert post(api_client_as(None), *madrid_items()).status_code == 401
    other = post(api_client_as("harbour_push"), *madrid_items())
    assert other.status_code == 422
    assert {e["code"] for e in other.json()["errors"]} == {"unknown_service"}


def test_report__two_teams_may_use_one_key(api_client_as):
    mine = item("2026-08-19T03:00:00Z", "C", external_key="1")
    theirs = mine | {"service": "harbour-cluster"}
    assert post(api_client_as("push"), mine).status_code == 200
    assert post(api_client_as("harbour_push"), theirs).json()["results"][0]["outcome"] == "created"
    clash = post(api_client_as("organisation_push"), theirs, mine)
    assert [r["outcome"] for r in clash.json()["results"]] == ["created", "rejected"]


def test_list__walks_in_the_order_of_recording_and_filters(api_client_as):
    post(api_client_as("push"), *madrid_items())
    client = api_client_as("read")
    rules, address = [], f"{URL}?page_size=3"
    while address:
        answer = client.get(address).json()
        rules += [page["rule"] for page in answer["results"]]
        address = answer["next"]
    assert rules == ["A", "B", "A", "C", "A", "C", "D", "E"]
    night = client.get(f"{URL}?fired_at__gte=2026-08-19T00:00:00Z&fired_at__lt=2026-08-21T00:00:00Z&team=checkout")
    assert len(night.json()["results"]) == 2
    assert len(client.get(f"{URL}?is_labelled=false").json()["results"]) == 8
    assert client.get(f"{URL}?responder=x").status_code == 400
    assert client.get(f"{URL}?ordering=fired_at").status_code == 400
    assert client.get(f"{URL}999999/").status_code == 404


def test_labels__are_not_for_tools(api_client_as):
    answer = post(api_client_as("push"), item("2026-08-19T03:00:00Z", "C", label="acted"))
    assert answer.json()["errors"][0]["code"] == "needs_a_person"
    post(api_client_as("push"), item("2026-08-19T03:00:00Z", "C"))
    assert api_client_as("push").patch(f"{URL}{Page.objects.get().pk}/", {"label": "acted"}).status_code == 405


def test_facts__pages_are_reported_at_their_own_address(api_client_as):
    fact = {
        "source": "pages", "key": "1", "service": "checkout-api", "fired_at": "2026-08-19T03:00:00Z",
        "urgency": "high", "woke": False,
    }  # fmt: skip
    answer = api_client_as("push").generic(
        "POST", "/api/v1/facts/batch/", json.dumps({"facts": [fact]}), "application/json"
    )
    assert answer.status_code == 422
    error = answer.json()["errors"][0]
    assert (error["code"], "/api/v1/pages/" in error["detail"]) == ("reported_elsewhere", True)
    assert PageFact.objects.count() == 0


def test_facts__a_heartbeat_speaks_for_the_channel_of_pages(api_client_as):
    answer = api_client_as("push").generic(
        "POST", "/api/v1/facts/pages/heartbeat/", json.dumps({"service": "checkout-api"}), "application/json"
    )
    assert (answer.status_code, answer.json()["channel"]) == (200, "pages")
    post(api_client_as("push"), item("2026-08-19T03:00:00Z", "C"))
    assert FactConnection.objects.filter(source="pages", until_seq=None).count() == 1


def test_facts__tickets_come_in_batches(api_client_as):
    ticket = {
        "source": "tickets", "key": "T1", "service": "checkout-api", "opened_at": "2026-08-19T03:00:00Z",
        "first_response_at": "2026-08-19T03:20:00Z", "kind": "access", "deflected": False,
    }  # fmt: skip
    answer = api_client_as("push").generic(
        "POST", "/api/v1/facts/batch/", json.dumps({"facts": [ticket]}), "application/json"
    )
    assert answer.json()["results"] == [{"outcome": "created"}]


def test_rules__are_made_on_first_sight_and_read(api_client_as):
    post(api_client_as("push"), *madrid_items())
    rows = api_client_as("read").get("/api/v1/alert-rules/?service=checkout-api").json()["results"]
    assert [row["name"] for row in rows] == ["A", "B", "C", "D", "E"]
    assert rows[0] == {
        "number": AlertRule.objects.get(name="A").pk, "service": "checkout-api", "name": "A", "signal": "unknown",
        "runbook_url": "", "first_seen_at": "2026-08-17T07:10:00Z",
    }  # fmt: skip
    assert api_client_as("push").patch(f"/api/v1/alert-rules/{rows[0]['number']}/", {}).status_code == 405


def test_profiles__are_read(organisation, api_client_as):
    in_madrid(organisation.checkout)
    (row,) = api_client_as("read").get("/api/v1/on-call-profiles/?team=checkout").json()["results"]
    assert (row["zone"], row["acknowledgement_seconds"], row["from_at"]) == (
        "Europe/Madrid", 600, "2025-12-31T23:00:00Z",
    )  # fmt: skip

"""The audit chain over REST: its end for everyone, its events for stewards and administrators."""

import hashlib

import pytest

from apps.audit import domain

pytestmark = pytest.mark.sql
API = "/api/v1/audit"


def test_events__come_in_order_and_give_their_hashes(api_client_as):
    client, url, rows = api_client_as("gus"), f"{API}/events/?page_size=7", []
    while url:
        page = client.get(url).json()
        rows += page["results"]
        url = page["next"]
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) > 10
    for row in rows:
        assert hashlib.sha256(f"{row['prev_hash']}\n{row['payload_text']}".encode()).hexdigest() == row["hash"]
    assert client.get(f"{API}/head/").json() == {"seq": rows[-1]["seq"], "hash": rows[-1]["hash"]}


@pytest.mark.parametrize(("persona", "status"), [
    ("gus", 200), ("hal", 200), ("organisation_push", 200), ("fay", 403), ("cy", 403), ("read", 403), (None, 401),
])  # fmt: skip
def test_events__are_read_by_stewards_and_administrators(api_client_as, persona, status):
    assert api_client_as(persona).get(f"{API}/events/").status_code == status


@pytest.mark.parametrize("persona", ["dee", "read", "fay"])
def test_head__is_read_by_everyone_signed_in(api_client_as, persona):
    body = api_client_as(persona).get(f"{API}/head/").json()
    assert body["seq"] > 0
    assert len(body["hash"]) == 64


def test_events__filter_by_act_and_refuse_the_rest(api_client_as):
    client = api_client_as("hal")
    rows = client.get(f"{API}/events/", {"action": "team.created"}).json()["results"]
    assert {row["action"] for row in rows} == {"team.created"}
    assert client.get(f"{API}/events/", {"at__gte": "2999-01-01T00:00:00Z"}).json()["results"] == []
    assert client.get(f"{API}/events/", {"act": "x"}).json()["code"] == "unknown_parameter"
    assert client.post(f"{API}/events/").status_code == 405
    assert client.get(f"{API}/events/1/").status_code == 404
    assert client.post(f"{API}/head/").status_code == 405
    assert client.get(f"{API}/head/", {"x": "1"}).status_code == 400


def test_proof__is_a_stretch_of_the_chain(api_client_as):
    client = api_client_as("gus")
    head = client.get(f"{API}/head/").json()
    proof = client.get(f"{API}/proof/", {"from": 3, "to": 5}).json()
    rows = client.get(f"{API}/events/").json()["results"][2:5]
    assert (proof["from"], proof["to"], proof["prev_hash"]) == (3, 5, rows[0]["prev_hash"])
    assert [event["hash"] for event in proof["events"]] == [row["hash"] for row in rows]
    whole = client.get(f"{API}/proof/").json()
    assert (whole["from"], whole["to"], whole["events"][-1]["hash"]) == (1, head["seq"], head["hash"])
    assert client.get(f"{API}/proof/", {"from": 2}).json()["to"] == head["seq"]


@pytest.mark.parametrize("asked", [
    {"from": 5, "to": 3}, {"from": 0}, {"to": 10**9}, {"from": "x"}, {"to": ""}, {"from": "1e3"}, {"since": 1},
    {"from": 10**30},
])  # fmt: skip
def test_proof__of_places_that_are_none_is_refused(api_client_as, asked):
    answer = api_client_as("gus").get(f"{API}/proof/", asked)
    assert answer.status_code == 400
    assert answer.json()["code"] in ("parameter_invalid", "unknown_parameter")


def test_proof__has_a_largest_size(api_client_as, monkeypatch):
    monkeypatch.setattr(domain, "MOST_IN_PROOF", 3)
    client = api_client_as("gus")
    assert client.get(f"{API}/proof/", {"from": 2, "to": 4}).status_code == 200
    answer = client.get(f"{API}/proof/", {"from": 2, "to": 5})
    assert (answer.status_code, "begin at 3" in answer.json()["detail"]) == (400, True)


@pytest.mark.parametrize(("persona", "status"), [
    ("gus", 200), ("hal", 200), ("organisation_push", 200), ("fay", 403), ("ana", 403), ("read", 403), (None, 401),
])  # fmt: skip
def test_proof__is_for_whoever_reads_the_chain(api_client_as, persona, status):
    assert api_client_as(persona).get(f"{API}/proof/").status_code == status

"""Actions over REST: read by all, opened and moved on by their team's tools; people do the rest on pages."""

import pytest

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.incidents.models import Action
from apps.incidents.operations import action_opening, follow_up
from apps.incidents.operations.restricting import restrict_incident
from apps.incidents.queries import follow_up as queries
from tests.follow_up import WEDNESDAY, draft, open_one
from tests.incidents import make_incident
from tests.learning import cause_of
from tests.measuring import connect, deployment, publish
from tests.personas import principal_of

pytestmark = pytest.mark.django_db
URL = "/api/v1/actions/"
ACTION = {
    "team": "checkout", "text": "Add a gate", "done_when": "A bad release stops", "kind": "prevent",
    "due_on": "2026-07-10",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _today(organisation):
    with clock.playing(WEDNESDAY):
        yield


@pytest.fixture
def action(organisation):
    return open_one(principal_of(organisation.people["dee"]), assignee_id=organisation.people["ana"].pk)


def post(client, **fields):
    return client.post(URL, ACTION | fields, format="json")


def pointers(response):
    return {error["pointer"]: error["code"] for error in response.json()["errors"]}


def test_create__a_push_token_opens_an_action_of_its_team_once(api_client_as):
    response = post(api_client_as("push"), external_key="J-1", metric="change-failure-rate")
    assert response.status_code == 201
    body = response.json()
    assert (body["state"], body["team"], body["first_due_on"], body["origin"]) == (
        "open", "checkout", "2026-07-10", "tool",
    )  # fmt: skip
    assert (body["id"], response["ETag"]) == (f"A-{body['number']}", '"1"')
    assert [one["due_on"] for one in body["dates"]] == ["2026-07-10"]
    again = post(api_client_as("push"), external_key="J-1", text="Other words")
    assert (again.status_code, again.json()["number"], again.json()["text"]) == (200, body["number"], "Add a gate")


@pytest.mark.parametrize(
    ("persona", "status"),
    [("dee", 201), ("eli", 403), ("harbour_push", 403), ("read", 403), ("organisation_push", 201)],
)
def test_create__who_may(api_client_as, persona, status):
    assert post(api_client_as(persona)).status_code == status


def test_read__a_cause_of_a_restricted_incident_is_named_to_its_list_alone(api_client_as, organisation):
    incident = make_incident(now=WEDNESDAY)
    cause = cause_of(organisation, restrict_incident(incident=incident, by=principal_of(organisation.people["ana"])))
    number = post(api_client_as("dee"), known_cause=str(cause)).json()["number"]
    for persona, said in (("dee", str(cause)), ("eli", None), ("fay", None), ("organisation_push", None)):
        client = api_client_as(persona)
        assert client.get(f"{URL}{number}/").json()["known_cause"] == said
        assert [one["known_cause"] for one in client.get(URL).json()["results"]] == [said]


def test_create__faults_are_located(api_client_as):
    client = api_client_as("push")
    bad = {"team": "nobody"}, {"kind": "blame"}, {"due_on": "2026-06-01"}, {"assignee": "ana"}, {"known_cause": "C-9"}
    found = [pointers(post(client, **fields)) for fields in bad]
    assert found == [
        {"/team": "unknown_team"}, {"/kind": "unknown_value"}, {"/due_on": "out_of_range"},
        {"/assignee": "unknown_field"}, {"/known_cause": "unknown_value"},
    ]  # fmt: skip
    assert Action.objects.count() == 0


def test_read__all_but_the_person(api_client_as, action):
    body = api_client_as("eli").get(f"{URL}{action.pk}/").json()
    assert (body["text"], body["drop_asked"]) == ("Add a gate", False)
    assert "ana" not in str(body).lower()
    (listed,) = api_client_as("read").get(URL, {"team": "checkout", "state": "open"}).json()["results"]
    assert listed["number"] == action.pk
    assert api_client_as("read").get(URL, {"assignee": "1"}).json()["code"] == "unknown_parameter"
    assert api_client_as("read").get(URL, {"ordering": "state"}).json()["code"] == "ordering_not_offered"
    assert api_client_as("read").get(f"{URL}999/").status_code == 404


def test_read__an_action_of_a_review_is_its_teams(api_client_as, organisation):
    by = principal_of(organisation.people["ana"])
    action = action_opening.open_from_review(draft=draft(), team=organisation.checkout, review_key="w", by=by)
    assert api_client_as("eli").get(f"{URL}{action.pk}/").status_code == 404
    assert api_client_as("read").get(f"{URL}{action.pk}/").json()["review"] == "w"


def test_new_date__on_the_revision_that_was_read(api_client_as, action):
    url, body = f"{URL}{action.pk}/new-date/", {"due_on": "2026-07-17", "reason": "The vendor is late."}
    client = api_client_as("push")
    assert client.post(url, body, format="json").json()["code"] == "if_match_required"
    stale = client.post(url, body, format="json", headers={"If-Match": '"7"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "revision_changed")
    moved = client.post(url, body, format="json", headers={"If-Match": '"1"'})
    assert (moved.status_code, moved["ETag"]) == (200, '"2"')
    assert (moved.json()["first_due_on"], moved.json()["due_on"]) == ("2026-07-10", "2026-07-17")
    assert moved.json()["dates"][1]["reason"] == "The vendor is late."
    assert api_client_as("harbour_push").post(url, body, format="json").status_code == 403


def test_done__with_a_deployment_as_evidence(api_client_as, organisation, action):
    url, client = f"{URL}{action.pk}/done/", api_client_as("push")
    shown = {"evidence": {"kind": "deployment", "service": "checkout-api", "fact_key": "v31"}}
    unknown = client.post(url, shown, format="json", headers={"If-Match": '"1"'})
    assert (unknown.status_code, pointers(unknown)) == (422, {"/evidence/fact_key": "unknown_value"})
    connect(organisation.checkout_api, "deployments", heard_at=WEDNESDAY)
    publish("deployments", [deployment(organisation.checkout_api, "v31", WEDNESDAY)])
    done = client.post(url, shown, format="json", headers={"If-Match": '"1"'})
    assert (done.status_code, done.json()["state"]) == (200, "done")
    assert done.json()["evidence"][0]["fact_key"] == "v31"
    twice = client.post(url, {}, format="json", headers={"If-Match": '"2"'})
    assert (twice.status_code, twice.json()["code"]) == (409, "illegal_transition")


def test_people_only__no_route_verifies_or_drops(api_client_as, action):
    done = follow_up.finish(action=action, by=SYSTEM)
    for act in ("verify", "drop", "confirm-drop"):
        assert api_client_as("push").post(f"{URL}{action.pk}/{act}/", {}, format="json").status_code == 404
    assert queries.get_action(done.pk, by=SYSTEM).state == "done"

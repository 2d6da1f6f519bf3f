"""Incidents over REST: reported, said, corrected by nobody but people, and invisible where restricted."""

import pytest

from apps.core import clock
from apps.incidents.models import Incident
from apps.incidents.operations import restricting
from tests.incidents import NOW, make_incident
from tests.personas import principal_of

URL = "/api/v1/incidents/"
REPORT = {
    "title": "Payments were refused", "services": [{"service": "checkout-api"}], "severity": 2,
    "milestones": [{"kind": "detected", "at": "2026-05-04T10:17:00Z"}],
}  # fmt: skip
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_may(organisation):
    """All of this happens on 20 May 2026."""
    with clock.playing(NOW):
        yield


def post(client, url=URL, **body):
    """A JSON body."""
    return client.post(url, body, format="json")


def test_create__by_a_tool_of_the_owner_and_again_under_its_key(api_client_as) -> None:
    client = api_client_as("push")
    first = post(client, **REPORT, external_key="P1")
    assert first.status_code == 201
    body = first.json()
    assert (body["id"], body["team"], body["status"]) == (f"I-{body['number']}", "checkout", "open")
    assert body["services"] == [{"service": "checkout-api", "role": "origin", "flow": "", "tenant": ""}]
    assert (body["start_assumed"], body["durations"]["to_detect"]) == (
        True, {"seconds": None, "reason": "start_assumed"},
    )  # fmt: skip
    again = post(client, **REPORT, external_key="P1")
    assert (again.status_code, again.json()["number"]) == (200, body["number"])
    assert Incident.objects.count() == 1


@pytest.mark.parametrize(
    ("persona", "status"),
    [("read", 403), ("harbour_push", 403), ("eli", 403), ("dee", 201), ("organisation_push", 201)],
)
def test_create__belongs_to_the_owner_of_a_service(api_client_as, persona, status) -> None:
    assert post(api_client_as(persona), **REPORT).status_code == status


@pytest.mark.parametrize(
    ("changed", "pointer", "code"),
    [
        ({"services": []}, "/services", "required"),
        ({"services": [{"service": "nowhere"}]}, "/services/0/service", "unknown_service"),
        ({"tittle": "x"}, "/tittle", "unknown_field"),
        ({"milestones": [{"kind": "detected", "at": "2026-05-04T10:17:00"}]}, "/milestones/0/at", "zone_required"),
        ({"milestones": [{"kind": "detected", "at": "2027-05-04T10:17:00Z"}]}, "/milestones/0/at", "in_future"),
        ({"milestones": [{"kind": "began", "at": None}]}, "/milestones/0/kind", "unknown_value"),
        ({"kind": "outage"}, "/kind", "unknown_value"),
    ],
)  # fmt: skip
def test_create__what_does_not_fit_is_named_and_nothing_is_stored(api_client_as, changed, pointer, code) -> None:
    response = post(api_client_as("push"), **(REPORT | changed))
    assert response.status_code == 422
    assert (pointer, code) in {(one["pointer"], one["code"]) for one in response.json()["errors"]}
    assert not Incident.objects.exists()


def test_create__a_person_is_refused_an_unknown_level_and_a_wrong_order(api_client_as) -> None:
    wrong = [{"kind": "impact_started", "at": "2026-05-04T10:17:00Z"},
             {"kind": "resolved", "at": "2026-05-04T10:00:00Z"}]  # fmt: skip
    client = api_client_as("dee")
    assert post(client, **(REPORT | {"severity": 9})).json()["errors"][0]["code"] == "unknown_value"
    assert post(client, **(REPORT | {"milestones": wrong})).json()["errors"][0]["code"] == "ends_before_start"
    kept = post(api_client_as("push"), **(REPORT | {"milestones": wrong, "severity": 9})).json()
    assert set(kept["flags"]) == {"times_out_of_order", "unknown_severity"}


def test_batch__each_stands_alone_and_a_repeat_is_known(api_client_as) -> None:
    items = [REPORT | {"external_key": "a"}, REPORT | {"services": []}, REPORT | {"external_key": "a"}, {"title": "x"}]
    body = post(api_client_as("push"), f"{URL}batch/", incidents=items).json()
    assert (body["stored"], body["rejected"]) == (2, 2)
    assert [one["outcome"] for one in body["results"]] == ["created", "rejected", "known", "rejected"]
    assert body["results"][1]["errors"][0]["pointer"] == "/incidents/1/services"
    assert body["results"][3]["errors"][0]["pointer"] == "/incidents/3/services"


def test_parts__milestones_severity_lines_and_links_are_said(api_client_as) -> None:
    client = api_client_as("push")
    number = post(client, **REPORT).json()["number"]
    one = f"{URL}{number}/"
    assert post(client, f"{one}milestones/", kind="resolved", at="2026-05-04T11:00:00Z").status_code == 200
    assert post(client, f"{one}milestones/", kind="reopened", at="2026-05-04T12:00:00Z").status_code == 200
    assert post(client, f"{one}severity/", level=1).status_code == 200
    assert post(client, f"{one}timeline/", at="2026-05-04T10:20:00Z", text="Traffic was moved.").status_code == 200
    body = post(client, f"{one}links/", kind="caused_by", service="checkout-api", key="v1").json()
    assert (body["intervals"], body["is_over"], body["severity_worst"]) == (2, False, 1)
    assert [line["text"] for line in body["timeline"]] == ["Traffic was moved."]
    assert [(link["kind"], link["key"], link["state"]) for link in body["links"]] == [("caused_by", "v1", "declared")]
    assert len(body["milestones"]) == 4
    candidates = client.get(f"{one}candidates/").json()
    assert candidates == {"changes": [], "timeline": []}


def test_severity__nothing_said_is_refused(api_client_as) -> None:
    client = api_client_as("push")
    number = post(client, **REPORT).json()["number"]
    assert post(client, f"{URL}{number}/severity/").status_code == 422


def test_patch__needs_the_revision_and_touches_no_time(api_client_as) -> None:
    client = api_client_as("push")
    made = post(client, **REPORT)
    one, etag = f"{URL}{made.json()['number']}/", made["ETag"]
    assert client.patch(one, {"title": "Other"}, format="json").status_code == 428
    changed = client.patch(one, {"title": "Other"}, format="json", headers={"If-Match": etag})
    assert (changed.status_code, changed.json()["title"]) == (200, "Other")
    assert client.patch(one, {"title": "Third"}, format="json", headers={"If-Match": etag}).status_code == 412
    refused = client.patch(one, {"resolved_at": None}, format="json", headers={"If-Match": changed["ETag"]})
    assert refused.json()["errors"][0]["code"] == "unknown_field"


def test_list__is_filtered_and_refuses_what_is_not_offered(api_client_as) -> None:
    make_incident(severity=1)
    make_incident(services=("harbour-cluster",))
    client = api_client_as("read")
    for query, count in (("team=checkout", 1), ("severity=1", 1), ("service=harbour-cluster", 1), ("status=open", 2),
                         ("started_at__gte=2026-05-05T00:00:00Z", 0)):  # fmt: skip
        assert client.get(f"{URL}?{query}").json()["count"] == count, query
    assert client.get(f"{URL}?owner=x").status_code == 400
    assert client.get(f"{URL}?ordering=severity_worst").status_code == 400


def test_restricted__is_missing_for_all_but_the_list(api_client_as, ana) -> None:
    incident = make_incident(title="zanzibar")
    restricting.restrict_incident(incident=incident, by=principal_of(ana))
    for persona in ("eli", "fay", "gus", "hal", "harbour_push", "organisation_push"):
        client = api_client_as(persona)
        missing, hidden = (client.get(f"{URL}{number}/") for number in (999999, incident.pk))
        assert (hidden.status_code, hidden.json()["detail"]) == (404, missing.json()["detail"])
        assert "zanzibar" not in client.get(URL).content.decode()
    assert api_client_as("dee").get(f"{URL}{incident.pk}/").status_code == 200
    assert api_client_as("read").get(f"{URL}{incident.pk}/").status_code == 200


def test_facts__of_incidents_are_not_sent_as_facts(api_client_as) -> None:
    item = {"source": "incidents", "key": "x", "service": "checkout-api", "incident": "I-1"}
    body = post(api_client_as("push"), "/api/v1/facts/batch/", facts=[item]).json()
    assert body["results"][0]["errors"][0]["code"] == "reported_elsewhere"


def test_severity_policies__are_read_by_all(api_client_as) -> None:
    make_incident()
    (policy,) = api_client_as("read").get("/api/v1/severity-policies/").json()["results"]
    assert [level["number"] for level in policy["levels"]] == [1, 2, 3, 4]

"""Chart marks over REST: read by all, written and taken back by their team."""

from uuid import uuid4

import pytest

from apps.annotations.models import Annotation
from apps.audit.models import AuditEvent

URL = "/api/v1/annotations/"
MARK = {"kind": "launch", "text": "New basket goes live.", "starts_at": "2026-03-02T10:00:00+01:00"}


def post(client, **fields):
    return client.post(URL, MARK | fields, format="json")


def test_create__a_push_token_marks_its_team_and_its_service(api_client_as, organisation):
    response = post(
        api_client_as("push"), service="checkout-api", ends_at="2026-03-03T00:00:00Z", link="https://x.org/1"
    )
    assert response.status_code == 201
    body = response.json()
    assert (body["service"], body["team"], body["starts_at"]) == ("checkout-api", None, "2026-03-02T09:00:00Z")
    assert (body["retracted_at"], body["text"]) == (None, MARK["text"])
    mark = Annotation.objects.get()
    assert (str(mark.public_id), mark.created_by, mark.sender) == (
        body["id"], None, f"team:{organisation.checkout.pk}",
    )  # fmt: skip
    assert AuditEvent.objects.filter(action="annotation.created").count() == 1
    assert post(api_client_as("push"), team="checkout").status_code == 201


@pytest.mark.parametrize(
    ("persona", "place", "status"),
    [
        ("dee", {"team": "checkout"}, 201),
        ("dee", {"service": "harbour-cluster"}, 403),
        ("dee", {}, 403),
        ("eli", {"team": "checkout"}, 403),
        ("fay", {}, 201),
        ("fay", {"team": "checkout"}, 403),
        ("gus", {"team": "harbour"}, 201),
        ("hal", {}, 201),
        ("read", {"team": "checkout"}, 403),
        ("push", {"team": "harbour"}, 403),
        ("push", {}, 403),
        ("organisation_push", {}, 201),
        ("organisation_push", {"team": "harbour"}, 201),
        (None, {"team": "checkout"}, 401),
    ],
)
def test_create__by_whom_and_where(api_client_as, persona, place, status):
    response = post(api_client_as(persona), **place)
    assert response.status_code == status, response.content
    assert Annotation.objects.exists() == (status == 201)


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"kind": "party"}, "/kind", "unknown_value"),
        ({"text": ""}, "/text", "required"),
        ({"text": "x" * 301}, "/text", "too_long"),
        ({"text": "a\0b"}, "/text", "nul_not_allowed"),
        ({"starts_at": "2026-03-02T10:00:00"}, "/starts_at", "zone_required"),
        ({"starts_at": "1980-03-02T10:00:00Z"}, "/starts_at", "before_2000"),
        ({"starts_at": None}, "/starts_at", "required"),
        ({"ends_at": "2026-03-02T09:00:00Z"}, "/ends_at", "ends_before_start"),
        ({"team": "nobody"}, "/team", "unknown_team"),
        ({"team": None, "service": "nobody"}, "/service", "unknown_service"),
        ({"service": "checkout-api"}, "/service", "out_of_range"),
        ({"link": "javascript:alert(1)"}, "/link", "wrong_type"),
        ({"txt": "x"}, "/txt", "unknown_field"),
    ],
)
def test_create__a_fault_is_located(api_client_as, changes, pointer, code):
    response = post(api_client_as("push"), **({"team": "checkout"} | changes))
    assert response.status_code == 422, response.content
    assert [(e["pointer"], e["code"]) for e in response.json()["errors"]] == [(pointer, code)]
    assert not Annotation.objects.exists()


def test_create__a_repeated_external_key_answers_the_first_mark(api_client_as):
    first = post(api_client_as("push"), team="checkout", external_key="release-7")
    again = post(api_client_as("only_push"), team="checkout", external_key="release-7", text="Other words.")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    other = post(api_client_as("harbour_push"), team="harbour", external_key="release-7")
    assert other.status_code == 201
    assert AuditEvent.objects.filter(action="annotation.created").count() == 2


def test_list__everyone_reads_all_marks_by_place_and_time(api_client_as):
    post(api_client_as("dee"), team="checkout")
    post(api_client_as("eli"), team="harbour", starts_at="2026-04-01T00:00:00Z", kind="migration")
    client = api_client_as("read")

    def found(**query):
        return [row["team"] for row in client.get(URL, query).json()["results"]]

    assert found() == ["harbour", "checkout"]
    assert found(team="checkout") == ["checkout"]
    assert found(kind="migration") == ["harbour"]
    assert found(starts_at__gte="2026-03-02T09:00:00Z", starts_at__lt="2026-04-01T00:00:00Z") == ["checkout"]
    assert found(is_retracted="true") == []
    assert found(ordering="starts_at") == ["checkout", "harbour"]
    assert client.get(URL, {"text": "x"}).json()["code"] == "unknown_parameter"
    assert client.get(URL, {"ordering": "text"}).json()["code"] == "ordering_not_offered"


def test_detail__is_found_by_its_public_id_only(api_client_as):
    made = post(api_client_as("dee"), team="checkout").json()
    client = api_client_as("eli")
    assert client.get(f"{URL}{made['id']}/").json() == made
    for other in (uuid4(), Annotation.objects.get().pk, "x"):
        assert client.get(f"{URL}{other}/").status_code == 404
    assert client.delete(f"{URL}{made['id']}/").status_code == 405
    assert client.put(URL).status_code == 405


def test_retract__the_mark_stays_with_reason_and_cannot_go_twice(api_client_as, organisation):
    made = post(api_client_as("push"), team="checkout").json()
    url, reason = f"{URL}{made['id']}/retract/", {"reason": "It was postponed."}
    assert api_client_as("eli").post(url, reason, format="json").status_code == 403
    assert api_client_as("read").post(url, reason, format="json").json()["code"] == "scope_missing"
    assert api_client_as("dee").post(url, {}, format="json").json()["errors"][0]["pointer"] == "/reason"
    response = api_client_as("dee").post(url, reason, format="json")
    assert (response.status_code, response.json()["retract_reason"]) == (200, "It was postponed.")
    mark = Annotation.objects.get()
    assert (mark.retracted_by, mark.retracted_at is None) == (organisation.people["dee"], False)
    assert AuditEvent.objects.filter(action="annotation.retracted").count() == 1
    again = api_client_as("push").post(url, reason, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "already_retracted")
    assert api_client_as("push").post(f"{URL}{uuid4()}/retract/", reason, format="json").status_code == 404
    assert api_client_as("push").get(url).status_code == 405

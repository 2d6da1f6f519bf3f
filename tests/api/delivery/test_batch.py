"""POST facts/batch/: what is stored, what is not, and how the sender learns of it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core import clock, facts
from apps.delivery.models import BatchReceipt, Change, Deployment, Remediation
from apps.services.models import FactConnection
from tests.personas import make_service

URL = "/api/v1/facts/batch/"
pytestmark = [pytest.mark.sql, pytest.mark.usefixtures("touched")]


def deployment(key: str = "v1", service: str = "checkout-api", **fields: Any) -> dict[str, Any]:
    """A valid item, changed by `fields`."""
    return {
        "source": "deployments",
        "key": key,
        "service": service,
        "finished_at": "2026-03-02T10:00:00+01:00",
    } | fields


def post(client, *items: Any, **headers: str):
    return client.generic("POST", URL, json.dumps({"facts": items}), "application/json", headers=headers or None)


def only_error(response):
    (error,) = [e for result in response.json()["results"] for e in result.get("errors", [])]
    return error


def test_batch__all_items_valid_stores_them_and_answers_200(api_client_as):
    change = {
        "source": "changes", "key": "c1", "service": "checkout-api", "merged_at": "2026-03-01T10:00:00Z",
        "deployment": "v1", "size": 3, "automated": True, "labels": ["api", "api"],
    }  # fmt: skip
    remedy = {
        "source": "remediations", "key": "r1", "service": "checkout-web", "failed": "v1", "fixed_by": "v2", "at": None,
    }  # fmt: skip
    response = post(api_client_as("push"), deployment(started_at="2026-03-02T08:59:00Z"), change, remedy)
    assert (response.status_code, response.json()) == (
        200, {"stored": 3, "rejected": 0, "results": [{"outcome": "created"}] * 3}
    )  # fmt: skip
    stored = Deployment.objects.get()
    assert (stored.key, stored.channel, stored.service.slug) == ("v1", "api", "checkout-api")
    assert (stored.finished_at - stored.started_at, stored.status, stored.environment) == (
        timedelta(minutes=1), "succeeded", "production",
    )  # fmt: skip
    row = Change.objects.get()
    assert (row.size, row.automated, row.labels, row.deployment) == (3, True, ["api"], "v1")
    assert Remediation.objects.get().at is None


def test_batch__sent_twice_changes_nothing_and_an_edit_makes_a_new_version(api_client_as):
    client = api_client_as("push")
    post(client, deployment())
    assert post(client, deployment()).json()["results"] == [{"outcome": "unchanged"}]
    assert post(client, deployment(status="failed")).json()["results"] == [{"outcome": "updated"}]
    old, new = Deployment.objects.order_by("pk")
    assert (old.fact, old.until_seq, new.until_seq, new.status) == (new.fact, new.seq, None, "failed")


def test_batch__some_items_invalid_stores_the_others_in_their_places(api_client_as):
    bad = deployment("v2", started_at="2026-03-02T09:00:40Z", finished_at="2026-03-02T09:00:00Z")
    response = post(api_client_as("push"), deployment("v1"), bad, deployment("v3"))
    assert response.status_code == 207
    body = response.json()
    assert [result["outcome"] for result in body["results"]] == ["created", "rejected", "created"]
    assert body["results"][1]["errors"] == [
        {
            "pointer": "/facts/1/finished_at",
            "code": "ends_before_start",
            "detail": "finished_at is 40 s before started_at.",
        }
    ]
    assert set(Deployment.objects.values_list("key", flat=True)) == {"v1", "v3"}


def test_batch__no_item_valid_answers_422_as_a_problem_with_results(api_client_as):
    response = post(api_client_as("push"), deployment(finishd_at="x"), 7)
    assert response.status_code == 422
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json()
    assert (body["code"], body["stored"], body["rejected"]) == ("validation_failed", 0, 2)
    assert [e["pointer"] for e in body["errors"]] == ["/facts/0/finishd_at", "/facts/1"]
    assert not Deployment.objects.exists()


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"finishd_at": "2026-03-02T10:00:00Z"}, "/finishd_at", "unknown_field"),
        ({"author": "x"}, "/author", "person_field"),
        ({"remediates": "v0"}, "/remediates", "derived_field"),
        ({"finished_at": "2026-03-02T10:00:00"}, "/finished_at", "zone_required"),
        ({"finished_at": "1999-12-31T23:59:59Z"}, "/finished_at", "before_2000"),
        ({"finished_at": "9999-12-31T23:59:59-23:00"}, "/finished_at", "in_future"),
        ({"finished_at": "0001-01-01T00:00:00+23:00"}, "/finished_at", "before_2000"),
        ({"finished_at": "yesterday"}, "/finished_at", "not_a_time"),
        ({"finished_at": "2026-02-30T10:00:00Z"}, "/finished_at", "not_a_time"),
        ({"finished_at": None}, "/finished_at", "required"),
        ({"finished_at": "2023-12-31T22:59:59Z"}, "/finished_at", "before_service"),
        ({"environment": "prod"}, "/environment", "unknown_value"),
        ({"key": ""}, "/key", "required"),
        ({"key": "k" * 201}, "/key", "too_long"),
        ({"commit": "c" * 65}, "/commit", "too_long"),
        ({"commit": "a\0b"}, "/commit", "nul_not_allowed"),
        ({"commit": "\ud800"}, "/commit", "surrogate_not_allowed"),
        ({"size": "3"}, "/size", "wrong_type"),
        ({"size": 2**40}, "/size", "out_of_range"),
        ({"automated": 1}, "/automated", "wrong_type"),
        ({"labels": "api"}, "/labels", "wrong_type"),
        ({"service": "nobody-knows"}, "/service", "unknown_service"),
        ({"service": 7}, "/service", "wrong_type"),
        ({"source": "releases"}, "/source", "unknown_source"),
        ({"source": None}, "/source", "required"),
    ],
)
def test_batch__a_fault_is_located_and_named(api_client_as, changes, pointer, code):
    response = post(api_client_as("push"), deployment("good"), deployment("bad") | changes)
    assert response.status_code == 207
    error = only_error(response)
    assert (error["pointer"], error["code"]) == (f"/facts/1{pointer}", code)
    assert list(Deployment.objects.values_list("key", flat=True)) == ["good"]


def test_batch__a_misspelt_field_hears_the_nearest_name(api_client_as):
    error = only_error(post(api_client_as("push"), deployment(finishd_at="2026-03-02T10:00:00Z")))
    assert "Did you mean finished_at?" in error["detail"]


def test_batch__names_no_answer_can_carry_are_made_printable(api_client_as):
    response = post(api_client_as("push"), deployment(**{"\ud800/~": 1}), deployment(service="\ud800"))
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/facts/0/?~1~0"


def test_batch__a_foreign_service_answers_like_an_absent_one(api_client_as):
    foreign = only_error(post(api_client_as("push"), deployment(service="harbour-cluster")))
    absent = only_error(post(api_client_as("push"), deployment(service="harbour-clustex")))
    assert foreign["code"] == "unknown_service"
    assert foreign["detail"].replace("cluster", "clustex") == absent["detail"]
    assert not Deployment.objects.exists()


def test_batch__a_token_of_the_organisation_reports_every_service_even_without_owner(api_client_as):
    make_service("orphan", "Orphan", None)
    client = api_client_as("organisation_push")
    response = post(client, deployment(service="harbour-cluster"), deployment(service="Orphan"))
    assert response.json()["stored"] == 2
    assert post(api_client_as("push"), deployment(service="orphan")).status_code == 422


def test_batch__members_of_the_owning_team_report_and_leadership_does_not(api_client_as):
    assert post(api_client_as("dee"), deployment()).status_code == 200
    assert post(api_client_as("eli"), deployment()).status_code == 422
    response = post(api_client_as("fay"), deployment())
    assert (response.status_code, response.json()["code"]) == (403, "role_missing")


def test_batch__a_read_token_hears_which_scope_is_missing(api_client_as):
    response = post(api_client_as("read"), deployment())
    assert (response.status_code, response.json()["code"]) == (403, "scope_missing")
    assert "push" in response.json()["detail"]


def test_batch__a_bad_token_answers_401_and_names_bearer(api_client_as):
    client = api_client_as(None)
    client.credentials(HTTP_AUTHORIZATION="Bearer plumb_wrong")
    response = post(client, deployment())
    assert (response.status_code, response.json()["code"]) == (401, "token_invalid")
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"facts": []}, "no_items", "/facts"),
        ({"facts": {}}, "wrong_type", "/facts"),
        ({"facts": [{}] * 1001}, "too_many_items", "/facts"),
        ({"fact": []}, "wrong_type", ""),
        ([], "wrong_type", ""),
    ],
)
def test_batch__an_envelope_of_another_shape_is_refused_whole(api_client_as, body, code, pointer):
    response = api_client_as("push").post(URL, body, format="json")
    assert response.status_code == 422
    assert [(e["code"], e["pointer"]) for e in response.json()["errors"]] == [(code, pointer)]


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_batch__other_methods_answer_405(api_client_as, method):
    response = getattr(api_client_as("push"), method)(URL)
    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
    assert "POST" in response.headers["Allow"]


def test_batch__the_same_key_twice_in_one_batch_keeps_the_later(api_client_as):
    response = post(api_client_as("push"), deployment(status="failed"), deployment(status="succeeded"))
    assert [r["outcome"] for r in response.json()["results"]] == ["unchanged", "created"]
    assert Deployment.objects.get().status == "succeeded"


def test_batch__an_idempotency_key_repeats_the_answer_and_refuses_another_body(api_client_as):
    client = api_client_as("push")
    first = post(client, deployment(), 7, **{"Idempotency-Key": "run-1"})
    Deployment.objects.all().delete()
    again = post(client, deployment(), 7, **{"Idempotency-Key": "run-1"})
    assert (again.status_code, again.json()) == (first.status_code, first.json()) == (207, first.json())
    assert not Deployment.objects.exists()
    other = post(client, deployment("v2"), **{"Idempotency-Key": "run-1"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert not Deployment.objects.exists()


def test_batch__an_idempotency_key_belongs_to_the_team_and_ends_after_a_day(api_client_as):
    keyed = {"Idempotency-Key": "run-1"}
    post(api_client_as("push"), deployment(), **keyed)
    assert post(api_client_as("only_push"), deployment("v2"), **keyed).status_code == 422
    assert post(api_client_as("harbour_push"), deployment(service="harbour-cluster"), **keyed).status_code == 200
    with clock.playing(clock.now() + timedelta(hours=24, minutes=1)):
        assert post(api_client_as("push"), deployment("v2"), **keyed).status_code == 200
    assert BatchReceipt.objects.filter(sender__startswith="team").count() == 2


def test_batch__a_key_that_is_no_plain_text_is_refused(api_client_as):
    response = post(api_client_as("push"), deployment(), **{"Idempotency-Key": "k" * 201})
    assert (response.status_code, response.json()["code"]) == (400, "parameter_invalid")


def test_batch__connects_services_and_moves_only_forward(api_client_as):
    client = api_client_as("push")
    post(client, deployment("v2", finished_at="2026-03-02T10:00:00Z"))
    post(client, deployment("v1", finished_at="2026-03-01T10:00:00Z"))
    connection = FactConnection.objects.get()
    assert (connection.source, connection.channel) == ("deployments", "api")
    assert connection.heard_at.isoformat() == "2026-03-02T10:00:00+00:00"
    post(client, deployment("v3", finished_at="2026-03-03T10:00:00Z"))
    assert FactConnection.objects.get().heard_at.isoformat() == "2026-03-03T10:00:00+00:00"


def test_batch__receivers_hear_what_changed_in_the_same_transaction(api_client_as, touched):
    post(api_client_as("push"), deployment("v1"), deployment("v2"), deployment("w1", service="checkout-web"))
    assert {(t.source.key, t.keys) for t in touched} == {
        ("deployments", frozenset({"v1", "v2"})),
        ("deployments", frozenset({"w1"})),
    }
    touched.clear()
    post(api_client_as("push"), deployment("v1"))
    assert touched == []


def test_batch__needs_as_many_queries_for_200_services_as_for_2(api_client_as, organisation, monkeypatch, touched):
    monkeypatch.setattr(facts, "_receivers", [touched.extend])  # what receivers do is theirs to count
    for number in range(200):
        make_service(f"s{number}", f"S{number}", organisation.checkout)
    client = api_client_as("push")

    def queries(numbers, key: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            response = post(client, *[deployment(key, service=f"s{n}") for n in numbers])
        assert response.status_code == 200
        return len(seen)

    queries(range(200), "v0")
    few = queries(range(2), "v1")
    assert queries(range(200), "v2") <= few + 4 <= 25  # SQLite takes rows in chunks


def test_batch__a_text_of_5_mib_and_more_is_refused_unread(api_client_as):
    response = api_client_as("push").generic("POST", URL, b" " * (5 * 1024 * 1024 + 1), "application/json")
    assert (response.status_code, response.json()["code"]) == (413, "too_large")


def test_batch__a_full_answer_reads_as_json_with_one_result_per_item(api_client_as):
    items = [deployment(f"v{n}") for n in range(1000)]
    response = post(api_client_as("push"), *items)
    assert response.status_code == 200
    assert len(json.loads(response.content)["results"]) == 1000
    assert Deployment.objects.filter(until_seq=None).count() == 1000


def test_batch__the_business_clock_says_what_lies_ahead_as_for_files(api_client_as, settings):
    settings.PLUMBLINE_AS_OF = "2026-03-01T12:00:00+01:00"
    error = only_error(post(api_client_as("push"), deployment()))
    assert (error["code"], error["pointer"]) == ("in_future", "/facts/0/finished_at")
    assert "2026-03-01T11:00:00Z" in error["detail"]
    assert not Deployment.objects.exists()

"""GET /api/v1/target-reviews/ and their snapshots."""

import hashlib

import pytest

from apps.audit.models import AuditEvent
from tests.cards import close

URL = "/api/v1/target-reviews/"


def test_reviews__a_team_reads_its_own(generated, api_client_as):
    body = api_client_as("read").get(URL).json()
    assert [(row["team"], row["quarter"], row["state"], row["signed_roles"]) for row in body["results"]] == [
        ("checkout", "2026-Q2", "generated", [])
    ]


@pytest.mark.parametrize("who", ["harbour_push", "eli"])
def test_reviews__of_another_team_are_not_here(generated, api_client_as, who):
    client = api_client_as(who)
    assert client.get(URL).json()["count"] == 0
    assert client.get(f"{URL}{generated.pk}/").status_code == 404
    assert client.get(f"{URL}{generated.pk}/snapshot/").status_code == 404


def test_review__with_its_content(generated, api_client_as):
    body = api_client_as("read").get(f"{URL}{generated.pk}/").json()
    assert body["content"]["quarter"] == "2026-Q2"
    drafts = {row["definition"]: row.get("draft") for row in body["content"]["next"]}
    assert drafts["change-failure-rate"] == "0.187"
    assert body["content_sha256"] == generated.content_sha256


def test_snapshot__before_closing_is_not_there(discussed, api_client_as):
    assert api_client_as("read").get(f"{URL}{discussed.pk}/snapshot/").status_code == 404


def test_snapshot__its_hash_is_that_of_the_text_and_of_the_audit_entry(discussed, api_client_as, measured):
    review = close(discussed, measured.organisation.people)
    body = api_client_as("read").get(f"{URL}{review.pk}/snapshot/").json()
    assert hashlib.sha256(body["text"].encode()).hexdigest() == body["sha256"]
    assert body["sha256"] in AuditEvent.objects.get(action="review.closed").payload_text


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_review__is_never_written_over_rest(discussed, api_client_as, method):
    for address in (f"{URL}{discussed.pk}/", f"{URL}{discussed.pk}/snapshot/"):
        answer = getattr(api_client_as("push"), method)(address, {}, format="json")
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize(
    ("query", "count"),
    [("team=checkout", 1), ("team=harbour", 0), ("quarter=2026-Q2", 1), ("state=closed", 0), ("ordering=name", 1)],
)
def test_reviews__filters(generated, api_client_as, query, count):
    assert api_client_as("fay").get(f"{URL}?{query}").json()["count"] == count


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("ordering=content_sha256", "ordering_not_offered"),
        ("sort=value", "unknown_parameter"),
        ("state=open", "parameter_invalid"),
    ],
)
def test_reviews__what_is_not_offered(generated, api_client_as, query, code):
    answer = api_client_as("fay").get(f"{URL}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_reviews__absent(generated, api_client_as):
    assert api_client_as("fay").get(f"{URL}999999/").status_code == 404


def test_reviews__nobody(generated, api_client_as):
    assert api_client_as(None).get(URL).status_code == 401


def test_reviews__queries_do_not_grow(generated, api_client_as, django_assert_max_num_queries):
    client = api_client_as("fay")
    with django_assert_max_num_queries(9):
        client.get(URL)

"""GET /api/v1/reviews/, their items, and /api/v1/decisions/."""

import pytest

from apps.core import clock
from apps.reviews.domain.answers import Verb
from apps.reviews.domain.weekly import Rule
from tests.personas import Organisation
from tests.spending import NOW, spent
from tests.weekly import answer, closed, draft, generate, item_of, opened

URL, DECISIONS = "/api/v1/reviews/", "/api/v1/decisions/"
pytestmark = [pytest.mark.django_db, pytest.mark.sql]


def get(client, address):
    with clock.playing(NOW):
        return client.get(address)


def test_reviews__a_team_reads_its_own(organisation: Organisation, api_client_as):
    review = generate(organisation)
    (row,) = get(api_client_as("read"), URL).json()["results"]
    assert {name: row[name] for name in ("id", "kind", "team", "period", "state", "due_on", "snapshot_sha256")} == {
        "id": review.pk, "kind": "weekly", "team": "checkout", "period": "2026-W34", "state": "waiting",
        "due_on": "2026-08-24", "snapshot_sha256": "",
    }  # fmt: skip


@pytest.mark.parametrize("who", ["harbour_push", "eli"])
def test_reviews__of_another_team_are_not_here(organisation: Organisation, api_client_as, who):
    review = opened(organisation)
    decision = answer(organisation, item_of(review, Rule.SERVICE, "service:checkout-api"))
    client = api_client_as(who)
    assert [get(client, address).json()["count"] for address in (URL, DECISIONS)] == [0, 0]
    for address in (f"{URL}{review.pk}/", f"{URL}{review.pk}/items/", f"{DECISIONS}{decision.pk}/"):
        assert get(client, address).status_code == 404


def test_items__in_order_with_answers_as_they_stand(organisation: Organisation, api_client_as):
    spent(organisation)
    review = opened(organisation)
    quiet = item_of(review, Rule.SERVICE, "service:checkout-web")
    decision = answer(organisation, quiet, text="Nothing to do.")
    items = get(api_client_as("read"), f"{URL}{review.pk}/items/").json()
    assert [item["rank"] for item in items] == sorted(item["rank"] for item in items)
    assert (items[0]["block"], items[0]["rule"], items[0]["is_open"]) == ("triggers", "budget_trigger", True)
    assert items[0]["shown"]["state"] == "exhausted"
    answered = next(item for item in items if item["id"] == quiet.pk)
    assert (answered["is_open"], answered["revision"]) == (False, 1)
    assert {name: answered["answer"][name] for name in ("kind", "decision", "verb", "text")} == {
        "kind": "decision", "decision": decision.pk, "verb": "continue", "text": "Nothing to do.",
    }  # fmt: skip


def test_items__of_a_waiting_review_have_no_key_yet(organisation: Organisation, api_client_as):
    review = generate(organisation)
    items = get(api_client_as("read"), f"{URL}{review.pk}/items/").json()
    assert {(item["id"], item["is_open"]) for item in items} == {(None, False)}


def test_items__of_a_closed_review_come_from_its_snapshot(organisation: Organisation, api_client_as):
    review = opened(organisation)
    before = get(api_client_as("read"), f"{URL}{review.pk}/items/").json()
    closed(organisation, review)
    after = get(api_client_as("read"), f"{URL}{review.pk}/items/").json()
    assert [item["sentence"] for item in after] == [item["sentence"] for item in before]
    assert {item["answer"]["kind"] for item in after} == {"decision"}


def test_decisions__with_their_evidence_and_no_person(organisation: Organisation, api_client_as):
    review = opened(organisation)
    item = item_of(review, Rule.SERVICE, "service:checkout-api")
    decision = answer(organisation, item, Verb.ADJUST, action=draft(NOW))
    answer_text = get(api_client_as("read"), f"{DECISIONS}{decision.pk}/")
    body = answer_text.json()
    assert (body["review"], body["verb"], body["action"]) == (review.pk, "adjust", f"A-{decision.action_id}")
    assert body["evidence"]["sentence"] == item.sentence
    assert (body["outcome"], body["is_superseded"], body["follow_ups"]) == (None, False, [])
    assert "Ana" not in answer_text.content.decode()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_weekly__is_never_written_over_rest(organisation: Organisation, api_client_as, method):
    review = opened(organisation)
    for address in (f"{URL}{review.pk}/", f"{URL}{review.pk}/items/", DECISIONS):
        reply = getattr(api_client_as("push"), method)(address, {}, format="json")
        assert (reply.status_code, reply.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize(
    ("query", "count"),
    [("team=checkout", 1), ("team=harbour", 0), ("period=2026-W34", 1), ("state=closed", 0), ("ordering=name", 1)],
)
def test_reviews__filters(organisation: Organisation, api_client_as, query, count):
    generate(organisation)
    assert get(api_client_as("fay"), f"{URL}?{query}").json()["count"] == count


@pytest.mark.parametrize(
    ("query", "count"), [("team=checkout", 1), ("verb=adjust", 0), ("subject=service:checkout-api", 1)]
)
def test_decisions__filters(organisation: Organisation, api_client_as, query, count):
    answer(organisation, item_of(opened(organisation), Rule.SERVICE, "service:checkout-api"))
    assert get(api_client_as("fay"), f"{DECISIONS}?{query}").json()["count"] == count


@pytest.mark.parametrize(
    ("address", "code"),
    [
        (f"{URL}?ordering=snapshot_sha256", "ordering_not_offered"),
        (f"{URL}?sort=value", "unknown_parameter"),
        (f"{URL}?state=generated", "parameter_invalid"),
        (f"{DECISIONS}?ordering=verb", "ordering_not_offered"),
    ],
)
def test_weekly__what_is_not_offered(organisation: Organisation, api_client_as, address, code):
    reply = get(api_client_as("fay"), address)
    assert (reply.status_code, reply.json()["code"]) == (400, code)


def test_weekly__absent_and_nobody(organisation: Organisation, api_client_as):
    assert get(api_client_as("fay"), f"{URL}999999/").status_code == 404
    assert get(api_client_as("fay"), f"{DECISIONS}999999/").status_code == 404
    assert get(api_client_as(None), URL).status_code == 401

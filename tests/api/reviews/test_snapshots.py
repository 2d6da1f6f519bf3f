"""GET /api/v1/snapshots/{id}/: what was published, with its hash, for whoever reads its page."""

import hashlib
import json

import pytest

from apps.scorecards.models import Scorecard
from tests.cards import close, send_late_fact

URL = "/api/v1/snapshots/"


def address(kind: str, pk: int) -> str:
    return f"{URL}{kind}-{pk}/"


def test_card__its_text_gives_its_hash(generated, api_client_as):
    card = generated.card
    answer = api_client_as("read").get(address("card", card.pk))
    body = answer.json()
    assert hashlib.sha256(body["text"].encode()).hexdigest() == body["sha256"] == card.sha256
    assert answer.headers["ETag"] == f'"{card.sha256}"'
    assert (body["id"], body["team"], body["period"]) == (f"card-{card.pk}", "checkout", "2026-Q2")
    assert {"definition": "change-lead-time", "number": 1} in body["versions"]
    assert body["watermark"] == card.watermark == json.loads(body["text"])["watermark"]


def test_review__its_text_is_the_closed_one(discussed, api_client_as, measured):
    before = api_client_as("read").get(address("review", discussed.pk))
    assert before.status_code == 404
    review = close(discussed, measured.organisation.people)
    body = api_client_as("read").get(address("review", review.pk)).json()
    assert hashlib.sha256(body["text"].encode()).hexdigest() == body["sha256"] == review.snapshot_sha256
    assert body["watermark"] == review.card.watermark
    assert {row["definition"] for row in body["versions"]} >= {"change-lead-time", "change-failure-rate"}


def test_snapshot__stays_as_it_is_when_facts_come_later(generated, api_client_as, measured):
    before = api_client_as("fay").get(address("card", generated.card_id)).content
    send_late_fact(measured)
    assert api_client_as("fay").get(address("card", generated.card_id)).content == before


@pytest.mark.parametrize(
    ("sent", "status"),
    [('"{sha}"', 304), ('W/"{sha}"', 304), ('"other", "{sha}"', 304), ("*", 304), ('"other"', 200), ("{sha}", 200)],
)
def test_snapshot__is_not_sent_again_to_whoever_has_it(generated, api_client_as, sent, status):
    sha = Scorecard.objects.get(pk=generated.card_id).sha256
    answer = api_client_as("read").get(
        address("card", generated.card_id), headers={"If-None-Match": sent.format(sha=sha)}
    )
    assert (answer.status_code, answer.headers["ETag"]) == (status, f'"{sha}"')
    assert bool(answer.content) is (status == 200)


@pytest.mark.parametrize(
    ("who", "status"),
    [("dee", 200), ("fay", 200), ("gus", 200), ("read", 200), ("eli", 404), ("harbour_push", 404), ("only_push", 403),
     (None, 401)],
)  # fmt: skip
def test_snapshot__is_read_by_whoever_reads_the_page(generated, api_client_as, who, status):
    assert api_client_as(who).get(address("card", generated.card_id)).status_code == status


@pytest.mark.parametrize("name", ["card-0", "card-999999999", "card-1x", "review-", "week-1", "card-٣", "card-1-2"])
def test_snapshot__an_unknown_id_is_absent(generated, api_client_as, name):
    answer = api_client_as("fay").get(f"{URL}{name}/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_snapshot__is_read_only_and_reads_no_parameter(generated, api_client_as):
    where = address("card", generated.card_id)
    assert api_client_as("fay").get(f"{where}?team=checkout").status_code == 400
    for method in ("post", "put", "patch", "delete"):
        assert getattr(api_client_as("push"), method)(where, {}, format="json").status_code == 405

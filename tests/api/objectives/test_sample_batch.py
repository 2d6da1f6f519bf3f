"""POST facts/batch/ with samples: what is stored, what waits, what is refused, each in the words of every batch."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from apps.core import clock
from apps.objectives.domain.indicator_words import Dimension
from apps.objectives.models import HeldSample, Sample, SampleBatch, SampleDay, Series
from apps.services.domain import TenantKind
from apps.services.models import Tenant
from tests.api.delivery.test_batch import deployment
from tests.sampling import NOON, TEN, add_version, make_indicator, make_series

URL = "/api/v1/facts/batch/"
pytestmark = [pytest.mark.sql, pytest.mark.usefixtures("touched")]


@pytest.fixture(autouse=True)
def _at_noon():
    with clock.playing(NOON):
        yield


def sample(start: str = "2026-08-24T12:00:00+02:00", **fields: Any) -> dict[str, Any]:
    """A valid item, changed by `fields`."""
    counts = {} if {"good", "bad", "valid"} & fields.keys() else {"good": 48, "valid": 50}
    return {"source": "sli_samples", "indicator": "checkout-availability", "slice_start": start} | counts | fields


def post(client, *items: Any, **headers: str):
    return client.generic("POST", URL, json.dumps({"facts": items}), "application/json", headers=headers or None)


def outcomes(response) -> list[str]:
    return [result["outcome"] for result in response.json()["results"]]


def only_error(response) -> tuple[str, str]:
    (error,) = [e for result in response.json()["results"] for e in result.get("errors", [])]
    return error["pointer"], error["code"]


def test_samples__are_stored_and_a_repeat_changes_nothing(api_client_as, organisation):
    make_indicator(organisation)
    items = [sample(), sample("2026-08-24T09:55:00Z", bad=1, valid=10, total=12)]
    response = post(api_client_as("push"), *items)
    assert (response.status_code, outcomes(response)) == (200, ["created", "created"])
    assert list(Sample.objects.order_by("starts_at").values_list("starts_at", "good", "valid", "total")) == [
        (TEN - timedelta(minutes=5), 9, 10, 12), (TEN, 48, 50, 50),
    ]  # fmt: skip
    assert SampleDay.objects.get().valid == 60
    again = post(api_client_as("organisation_push"), items[0], sample("2026-08-24T09:55:00Z", bad=2, valid=10))
    assert outcomes(again) == ["unchanged", "updated"]
    first, second = SampleBatch.objects.order_by("pk")
    assert (first.created_count, first.sender, second.sender) == (2, f"team:{organisation.checkout.pk}", "organisation")
    assert (second.unchanged_count, second.updated_count) == (1, 1)


def test_samples__stand_beside_facts_of_other_sources_in_one_batch(api_client_as, organisation):
    make_indicator(organisation)
    with clock.playing(NOON):
        response = post(api_client_as("push"), deployment(), sample(), sample(valid=-1, good=0))
    assert (response.status_code, outcomes(response)) == (207, ["created", "created", "rejected"])
    assert only_error(response) == ("/facts/2/valid", "out_of_range")
    assert (response.json()["stored"], response.json()["rejected"]) == (2, 1)


def test_samples__more_good_than_valid_are_kept_and_said_to_be_unusable(api_client_as, organisation):
    make_indicator(organisation)
    response = post(api_client_as("push"), sample(good=12, valid=10))
    assert outcomes(response) == ["unusable"]
    assert "good than valid" in response.json()["results"][0]["detail"]
    assert SampleDay.objects.get().unusable == 1
    assert SampleBatch.objects.get().unusable_count == 1
    more = post(api_client_as("push"), sample(good=None, bad=12, valid=10, start="2026-08-24T09:50:00Z"))
    assert outcomes(more) == ["unusable"]
    assert more.json()["results"][0]["detail"].startswith("More events are bad than valid.")


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"good": 1.5, "valid": 10}, "good", "wrong_type"),
        ({"good": "NaN", "valid": 10}, "good", "wrong_type"),
        ({"good": 1, "valid": 10**12 + 1}, "valid", "out_of_range"),
        ({"start": "2026-08-24T10:01:00Z"}, "slice_start", "not_aligned"),
        ({"start": "2026-08-24T10:00:00Z", "good": 1, "valid": 1}, None, ""),
        ({"start": "2026-08-24T10:05:00Z"}, "slice_start", "in_future"),
        ({"start": "2026-05-01T10:10:00Z"}, "slice_start", "too_old"),
        ({"start": "2026-08-24T10:00:00"}, "slice_start", "zone_required"),
        ({"start": None}, "slice_start", "required"),
        ({"indicator": ""}, "indicator", "required"),
        ({"key": "abc"}, "key", "unknown_field"),
        ({"slice_strat": "x"}, "slice_strat", "unknown_field"),
        ({"author": "ana"}, "author", "person_field"),
        ({"tenant": "north"}, "tenant", "not_applicable"),
        ({"tenant": "north", "segment": "mobile"}, "segment", "repeated"),
        ({"service": "harbour-cluster"}, "service", "unknown_value"),
        ({"service": "Checkout-API"}, None, ""),
        ({"flow": "pay"}, "flow", "unknown_value"),
    ],
)
def test_sample__is_refused_at_its_field(api_client_as, organisation, fields, pointer, code):
    make_indicator(organisation)
    response = post(api_client_as("push"), sample("2026-08-24T09:00:00Z"), sample(**fields))
    if pointer is None:
        assert response.status_code == 200
        return
    assert response.status_code == 207
    assert only_error(response) == (f"/facts/1/{pointer}", code)
    assert Sample.objects.get().starts_at == TEN - timedelta(hours=1)
    assert SampleBatch.objects.get().problems[0]["code"] == code


def test_samples__for_what_nobody_knows_wait_for_a_person(api_client_as, organisation):
    make_indicator(organisation, dimension="tenant")
    make_indicator(organisation, "harbour-up", service=organisation.harbour_cluster, team=organisation.harbour)
    make_indicator(
        organisation, "pulled", source="pull", monitoring_source="prometheus", valid_query="sum(a[$window])",
        bad_query="sum(b[$window])",
    )  # fmt: skip
    items = [
        sample(indicator="nobody"), sample(tenant="east"), sample(indicator="harbour-up"), sample(indicator="pulled"),
    ]  # fmt: skip
    response = post(api_client_as("push"), *items)
    assert (response.status_code, outcomes(response)) == (200, ["held"] * 4)
    unknown, key, other_team, pulled = [result["detail"] for result in response.json()["results"]]
    assert unknown == other_team  # nothing of other teams leaks
    assert len({unknown, key, pulled}) == 3
    assert sorted(HeldSample.objects.values_list("reason", flat=True)) == [
        "not_pushed", "not_yours", "unknown_indicator", "unknown_key",
    ]  # fmt: skip
    post(api_client_as("push"), *items)
    assert HeldSample.objects.count() == 4  # sent again they are the same ones
    assert not Sample.objects.exists()


def test_samples__of_known_tenants_are_counted_each_by_itself(api_client_as, organisation):
    indicator = make_indicator(organisation, dimension="tenant")
    Tenant.objects.create(slug="north", name="North", kind=TenantKind.CUSTOMER)
    make_series(indicator, "south")
    items = [sample(tenant="north"), sample(tenant="south"), sample(tenant="other"), sample()]
    response = post(api_client_as("push"), *items)
    assert outcomes(response) == ["created", "created", "created", "rejected"]
    assert only_error(response) == ("/facts/3/tenant", "required")
    assert set(Series.objects.values_list("key", flat=True)) == {"north", "south", "other"}


def test_samples__of_one_batch_pass_the_cap_of_keys_no_more_than_those_of_several(
    api_client_as, organisation, monkeypatch
):
    make_indicator(organisation, dimension="tenant")
    monkeypatch.setattr(Dimension, "most_keys", 2)
    tenants = [Tenant(slug=name, name=name, kind=TenantKind.CUSTOMER) for name in ("east", "north", "south")]
    Tenant.objects.bulk_create(tenants)
    items = [sample(tenant=name) for name in ("east", "north", "south", "east", "other")]
    response = post(api_client_as("push"), *items)
    assert outcomes(response) == ["created", "created", "held", "unchanged", "created"]
    assert "tells no more keys apart" in response.json()["results"][2]["detail"]
    assert set(Series.objects.values_list("key", flat=True)) == {"east", "north", "other"}
    assert HeldSample.objects.get().reason == "no_room"


def test_samples__follow_the_version_of_their_day(api_client_as, organisation):
    add_version(organisation, make_indicator(organisation), effective_from=date(2026, 8, 24), slice_seconds=3600)
    response = post(api_client_as("push"), sample("2026-08-23T21:55:00Z"), sample("2026-08-23T22:05:00Z"))
    assert outcomes(response) == ["created", "rejected"]
    assert only_error(response) == ("/facts/1/slice_start", "not_aligned")


def test_samples__under_one_idempotency_key_are_answered_once(api_client_as, organisation):
    make_indicator(organisation)
    first = post(api_client_as("push"), sample(), **{"Idempotency-Key": "k1"})
    again = post(api_client_as("push"), sample(), **{"Idempotency-Key": "k1"})
    assert first.json() == again.json()
    assert SampleBatch.objects.count() == 1


def test_facts_of_samples__are_not_taken_back_one_by_one(api_client_as, organisation):
    body = {"service": "checkout-api", "key": "k", "reason": "Wrong.", "channel": "samples"}
    response = api_client_as("push").post("/api/v1/facts/sli_samples/retract/", body, format="json")
    assert (response.status_code, response.json()["code"]) == (409, "state_forbids")


def test_fact_source__names_the_fields_of_an_item(api_client_as, organisation):
    body = api_client_as("read").get("/api/v1/fact-sources/sli_samples/").json()
    assert {"indicator", "slice_start", "good", "bad", "valid", "total"} <= {f["name"] for f in body["sent_as"]}
    make_indicator(organisation)
    with clock.playing(NOON):
        example = {k: v for k, v in body["example"].items() if k != "tenant"}
        assert outcomes(post(api_client_as("push"), example | {"slice_start": "2026-08-24T09:35:00+02:00"})) == [
            "created"
        ]

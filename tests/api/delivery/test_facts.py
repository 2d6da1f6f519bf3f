"""GET facts/{source}/: which rows come, in which order, and what a walk sees while others write."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.core import clock, facts
from apps.delivery.facts import DEPLOYMENTS, REMEDIATIONS
from apps.services import operations as services

URL = "/api/v1/facts/deployments/"
START = datetime(2026, 1, 1, tzinfo=UTC)
pytestmark = [pytest.mark.sql, pytest.mark.usefixtures("touched")]


def record(service, *numbers: int, channel: str = "api", **fields: Any) -> None:
    """Deployments `v<n>`, finished n minutes into 2026."""
    rows = [
        {"key": f"v{n:05}", "service": service.pk, "finished_at": START + timedelta(minutes=n), **fields}
        for n in numbers
    ]
    services.record_facts(source=DEPLOYMENTS, channel=channel, rows=rows)


def walk(client, url: str) -> list[str]:
    """All keys from the first page to the last."""
    keys = []
    while url:
        page = client.get(url).json()
        keys += [row["key"] for row in page["results"]]
        url = page["next"]
    return keys


def test_facts__shows_all_stored_fields_of_current_rows(api_client_as, organisation):
    record(organisation.checkout_api, 1, size=3, labels=["api"])
    record(organisation.checkout_api, 1, size=4, labels=["api"])
    (row,) = api_client_as("read").get(URL).json()["results"]
    assert set(row) == {
        "fact", "channel", "key", "service", "recorded_at", "started_at", "finished_at", "environment", "status",
        "intent", "commit", "labels", "kind", "size", "automated", "part", "line",
    }  # fmt: skip
    assert (row["key"], row["service"], row["size"], row["labels"]) == ("v00001", "checkout-api", 4, ["api"])
    assert row["finished_at"] == "2026-01-01T00:01:00Z"
    assert (row["started_at"], row["automated"]) == (None, None)


@pytest.mark.parametrize("persona", ["eli", "fay", "harbour_push", "read", "dee"])
def test_facts__everyone_signed_in_reads_every_fact(api_client_as, organisation, persona):
    record(organisation.checkout_api, 1)
    assert len(api_client_as(persona).get(URL).json()["results"]) == 1


def test_facts__nobody_and_push_only_tokens_read_none(api_client_as):
    assert api_client_as(None).get(URL).status_code == 401
    response = api_client_as("only_push").get(URL)
    assert (response.status_code, response.json()["code"]) == (403, "scope_missing")


def test_facts__filters_by_service_key_channel_and_half_open_time(api_client_as, organisation):
    record(organisation.checkout_api, 1, 2, 3)
    record(organisation.checkout_web, 2)
    record(organisation.checkout_web, 9, channel="csv")
    client = api_client_as("read")

    def keys(**query: str) -> list[tuple[str, str]]:
        return [(row["service"], row["key"]) for row in client.get(URL, query).json()["results"]]

    assert keys(service="checkout-web") == [("checkout-web", "v00002"), ("checkout-web", "v00009")]
    assert keys(service="nobody-knows") == []
    assert keys(channel="csv") == [("checkout-web", "v00009")]
    assert keys(key="v00003") == [("checkout-api", "v00003")]
    assert keys(time__gte="2026-01-01T00:02:00Z", time__lt="2026-01-01T01:03:00+01:00") == [
        ("checkout-api", "v00002"), ("checkout-web", "v00002"),
    ]  # fmt: skip


def test_facts__recorded_since_gives_followers_only_what_is_new(api_client_as, organisation):
    with clock.playing(datetime(2026, 5, 1, tzinfo=UTC)):
        record(organisation.checkout_api, 1, 2)
    with clock.playing(datetime(2026, 5, 2, tzinfo=UTC)):
        record(organisation.checkout_api, 2, 3, status="failed")
    response = api_client_as("read").get(URL, {"recorded_since": "2026-05-02T00:00:00Z"})
    assert [row["key"] for row in response.json()["results"]] == ["v00002", "v00003"]


def test_facts__a_walk_during_writes_returns_each_starting_row_once(api_client_as, organisation):
    api, web = organisation.checkout_api, organisation.checkout_web
    record(api, *range(300))
    client, keys, url, step = api_client_as("read"), [], f"{URL}?page_size=97", 0
    while url:
        page = client.get(url).json()
        keys += [(row["service"], row["key"]) for row in page["results"]]
        url, step = page["next"], step + 1
        record(api, *range(0, 300, 7), size=step)  # edits before and behind the position
        record(web, *range(step * 10, step * 10 + 10))  # new rows
        facts.withdraw(DEPLOYMENTS, "api", [(api.pk, f"v{295 + step:05}"), (api.pk, f"v{step:05}")])
    assert sorted(keys) == [("checkout-api", f"v{n:05}") for n in range(300)]
    assert len(walk(client, URL)) == 300 + 10 * step - 2 * step


def test_facts__previous_links_lead_back_over_the_same_pages(api_client_as, organisation):
    record(organisation.checkout_api, *range(5))
    client = api_client_as("read")
    first = client.get(f"{URL}?page_size=2").json()
    second = client.get(first["next"]).json()
    third = client.get(second["next"]).json()
    assert (first["previous"], third["next"]) == (None, None)
    assert client.get(third["previous"]).json()["results"] == second["results"]
    back = client.get(client.get(third["previous"]).json()["previous"]).json()
    assert (back["results"], back["previous"]) == (first["results"], None)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"servce": "checkout-api"}, "unknown_parameter"),
        ({"ordering": "-finished_at"}, "ordering_not_offered"),
        ({"page_size": "1001"}, "parameter_invalid"),
        ({"page_size": "0"}, "parameter_invalid"),
        ({"page_size": "²"}, "parameter_invalid"),
        ({"time__gte": "2026-01-01T00:00:00"}, "parameter_invalid"),
        ({"time__gte": "2026-01-01T00:00:00 02:00"}, "parameter_invalid"),
        ({"recorded_since": "yesterday"}, "parameter_invalid"),
        ({"recorded_since": "0001-01-01T00:00:00+16:52"}, "parameter_invalid"),
        ({"service": "a\0b"}, "parameter_invalid"),
        ({"cursor": "W10:x:y"}, "cursor_invalid"),
        ({"cursor": ""}, "cursor_invalid"),
    ],
)
def test_facts__a_parameter_that_cannot_be_read_answers_400(api_client_as, query, code):
    response = api_client_as("read").get(URL, query)
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert response.headers["Content-Type"] == "application/problem+json"


def test_facts__an_unknown_parameter_hears_the_known_ones(api_client_as):
    detail = api_client_as("read").get(URL, {"servce": "x"}).json()["detail"]
    assert "Did you mean service?" in detail
    assert all(name in detail for name in ("recorded_since", "time__gte", "cursor", "page_size"))


def test_facts__a_time_of_any_century_and_offset_is_read(api_client_as):
    for value in ("0232-06-01T21:03:20+16:52", "9999-12-31T23:59:59+23:59"):
        assert api_client_as("read").get(URL, {"time__gte": value}).status_code == 200


def test_facts__a_cursor_of_other_filters_is_refused(api_client_as, organisation):
    record(organisation.checkout_api, 1, 2)
    client = api_client_as("read")
    cursor = client.get(f"{URL}?page_size=1").json()["next"].split("cursor=")[1].split("&")[0]
    response = client.get(f"{URL}?page_size=1&service=checkout-api&cursor={cursor}")
    assert (response.status_code, response.json()["code"]) == (400, "cursor_mismatch")
    response = client.get(f"/api/v1/facts/changes/?page_size=1&cursor={cursor}")
    assert response.json()["code"] == "cursor_mismatch"
    assert client.get(f"{URL}?page_size=2&cursor={cursor}").status_code == 200


def test_facts__an_unknown_source_answers_404(api_client_as):
    response = api_client_as("read").get("/api/v1/facts/releases/")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_facts__other_methods_answer_405(api_client_as, method):
    assert getattr(api_client_as("push"), method)(URL).status_code == 405


def test_facts__a_page_takes_the_same_few_queries_whatever_its_size(
    api_client_as, organisation, django_assert_max_num_queries
):
    record(organisation.checkout_api, *range(200))
    client = api_client_as("read")
    client.get(URL)
    with django_assert_max_num_queries(5):
        assert len(client.get(f"{URL}?page_size=200").json()["results"]) == 200


def test_facts__remediations_without_time_are_listed(api_client_as, organisation):
    row = {"key": "r1", "service": organisation.checkout_api.pk, "failed": "v1", "fixed_by": "v2"}
    services.record_facts(source=REMEDIATIONS, channel="csv", rows=[row])
    (shown,) = api_client_as("read").get("/api/v1/facts/remediations/").json()["results"]
    assert (shown["at"], shown["failed"], shown["fixed_by"]) == (None, "v1", "v2")

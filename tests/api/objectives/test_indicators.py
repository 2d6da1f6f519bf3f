"""Indicators, servers and slices over REST: what they say, whose they are, and no address of a server."""

import pytest

from apps.core import clock
from apps.core.immutable import writing
from apps.objectives.models import IndicatorRead, MonitoringSource, Objective
from tests.sampling import NOON, SLICE, TEN, make_batch, make_indicator, make_series, one, put

pytestmark = [pytest.mark.sql, pytest.mark.usefixtures("touched")]
API = "/api/v1"


@pytest.fixture(autouse=True)
def _at_noon():
    with clock.playing(NOON):
        yield


@pytest.fixture(name="indicator")
def _indicator(organisation):
    indicator = make_indicator(organisation, dimension="segment")
    with writing(Objective):
        Objective.objects.create(
            slug="pay", indicator=indicator, owner_team=organisation.checkout, created_at=NOON,
            created_by=organisation.people["ana"],
        )  # fmt: skip
    return indicator


def test_indicator__says_what_it_measures_and_how_its_reading_stands(api_client_as, organisation, indicator):
    client = api_client_as("read")
    body = client.get(f"{API}/indicators/checkout-availability/").json()
    assert (body["service"], body["team"], body["flow"], body["reading"]) == ("checkout-api", "checkout", None, None)
    assert body["version"]["spec"]["kind"] == "availability"
    IndicatorRead.objects.create(
        indicator=indicator, begins_at=TEN, started_at=NOON, started_by=organisation.people["dee"], due_at=NOON,
        failures=2, fault="redirected",
    )  # fmt: skip
    body = client.get(f"{API}/indicators/").json()["results"][0]
    assert (body["reading"]["fault"], body["reading"]["failures"]) == ("redirected", 2)
    assert "points elsewhere" in body["reading"]["fault_words"]
    assert client.get(f"{API}/indicators/?team=harbour").json()["results"] == []
    assert client.get(f"{API}/indicators/nobody/").status_code == 404
    assert client.get(f"{API}/indicators/?shape=x").json()["code"] == "unknown_parameter"
    assert client.get(f"{API}/indicators/checkout-availability/versions/").json()["results"][0]["number"] == 1


def test_server__is_named_without_its_address_or_token(api_client_as, organisation):
    MonitoringSource.objects.create(
        slug="prom", name="Prometheus", base_url="https://prom.example.org", token_variable="MONITORING_TOKEN_ONE",
        registered_at=NOON, registered_by=organisation.people["hal"],
    )  # fmt: skip
    answer = api_client_as("read").get(f"{API}/monitoring-sources/")
    assert answer.json()["results"][0]["name"] == "Prometheus"
    assert b"example.org" not in answer.content
    assert b"MONITORING_TOKEN" not in answer.content
    assert api_client_as("read").get(f"{API}/monitoring-sources/prom/").json()["is_active"] is True


def test_samples__are_walked_key_by_key_with_both_batches(api_client_as, indicator):
    first, last = make_batch(sender="first"), make_batch(sender="last")
    for key in ("a", "b"):
        put(make_series(indicator, key), [one(-5 * n, 9, 10) for n in range(4)], batch=first)
    put(make_series(indicator, "a"), [one(0, 12, 10)], batch=last)
    client, address, seen = api_client_as("read"), f"{API}/objectives/pay/samples/?page_size=3", []
    while address:
        body = client.get(address).json()
        seen += [(row["key"], row["slice_start"]) for row in body["results"]]
        address = body["next"]
    assert len(seen) == len(set(seen)) == 8
    assert seen == sorted(seen)
    odd = client.get(f"{API}/objectives/pay/samples/?is_usable=false").json()["results"]
    assert [(row["key"], row["good"], row["is_usable"]) for row in odd] == [("a", 12, False)]
    assert (odd[0]["first_batch"]["sender"], odd[0]["last_batch"]["sender"]) == ("first", "last")
    since = (TEN - SLICE).isoformat().replace("+00:00", "Z")
    found = client.get(f"{API}/objectives/pay/samples/?key=b&slice_start__gte={since}").json()["results"]
    assert len(found) == 2
    assert client.get(f"{API}/objectives/nobody/samples/").status_code == 404

"""Pages of servers, readings and samples that wait, walked as people do."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from apps.accounts.domain import SYSTEM, Scope
from apps.core import clock
from apps.objectives.models import HeldSample, IndicatorRead, MonitoringSource, Sample
from apps.objectives.operations.sample_receiving import receive_samples
from tests.monitoring_server import Script, serving
from tests.personas import Organisation
from tests.principals import token
from tests.sampling import NOON, add_version, make_indicator, make_series, one, put
from tests.services import LOOPBACK

pytestmark = [
    pytest.mark.django_db, pytest.mark.enable_socket, pytest.mark.allow_hosts(LOOPBACK),
    pytest.mark.usefixtures("touched"),
]  # fmt: skip
Clients = Callable[..., Client]


@pytest.fixture(autouse=True)
def _played() -> Iterator[None]:
    with clock.playing(NOON):
        yield


def test_server__is_registered_and_switched_off_by_an_administrator(
    organisation: Organisation, client_as: Clients, settings: Any
) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = ["prom.example.org"]
    hal = client_as("hal")
    assert client_as("ana").get("/objectives/monitoring/").status_code == 403
    form = {"name": "Main", "slug": "main", "base_url": "https://elsewhere.example.org", "is_active": "on"}
    refused = hal.post("/objectives/monitoring/new/", form)
    assert (refused.status_code, b"OUTBOUND_ALLOWED_HOSTS" in refused.content) == (422, True)
    form["base_url"] = "https://prom.example.org/"
    assert hal.post("/objectives/monitoring/new/", form).status_code == 302
    assert b"https://prom.example.org" in hal.get("/objectives/monitoring/").content
    change = {"name": "Main", "base_url": "https://prom.example.org", "revision": "1"}
    assert hal.post("/objectives/monitoring/main/", change).status_code == 302
    assert MonitoringSource.objects.get().is_active is False
    stale = hal.post("/objectives/monitoring/main/", change)
    assert (stale.status_code, b"meanwhile" in stale.content) == (422, True)


def test_reading__is_tried_looked_at_and_started(organisation: Organisation, client_as: Clients, settings: Any) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS, settings.OUTBOUND_LOOPBACK = ["127.0.0.1"], True
    make_indicator(
        organisation, source="pull", monitoring_source="main", valid_query="sum(a[$window])",
        bad_query="sum(b[$window])",
    )  # fmt: skip
    address, dee = "/objectives/indicators/checkout-availability/reading/", client_as("dee")
    script = Script({"sum(a[5m])": {"": lambda _at: "1234"}, "sum(b[5m])": {"": lambda _at: "4"}})
    with serving(script) as base:
        MonitoringSource.objects.create(
            slug="main", name="Main", base_url=base, registered_at=NOON, registered_by=organisation.people["hal"]
        )
        assert b"Try it" in dee.get(address).content
        assert b"Try it</button>" not in client_as("eli").get(address).content
        assert client_as("eli").post(f"{address}try/").status_code == 403
        tried = dee.post(f"{address}try/")
        assert b"1,234" in tried.content
        assert not Sample.objects.exists()
        proof = tried.context["form"].initial["proof"]
        refused = dee.post(f"{address}start/", {"days": "101", "proof": proof})
        assert refused.status_code == 422
        assert dee.post(f"{address}start/", {"days": "1", "proof": "made up"}).status_code == 422
        assert dee.post(f"{address}start/", {"days": "1", "proof": proof}).status_code == 302
    assert IndicatorRead.objects.get().started_by == organisation.people["dee"]
    assert b"It is read from main" in dee.get(address).content


def test_reading__a_failing_try_says_so_and_offers_no_start(
    organisation: Organisation, client_as: Clients, settings: Any
) -> None:
    make_indicator(
        organisation, source="pull", monitoring_source="main", valid_query="sum(a[$window])",
        bad_query="sum(b[$window])",
    )  # fmt: skip
    answer = client_as("dee").post("/objectives/indicators/checkout-availability/reading/try/")
    assert b"not registered" in answer.content
    assert b"Start reading" not in answer.content


def test_reading__waits_under_another_statement_until_that_was_tried(
    organisation: Organisation, client_as: Clients, settings: Any
) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS, settings.OUTBOUND_LOOPBACK = ["127.0.0.1"], True
    said = {"source": "pull", "monitoring_source": "main", "valid_query": "sum(a[$window])"}
    indicator = make_indicator(organisation, bad_query="sum(b[$window])", **said)
    add_version(organisation, indicator, effective_from=NOON.date(), bad_query="sum(c[$window])", **said)
    IndicatorRead.objects.create(
        indicator=indicator, begins_at=NOON, started_at=NOON, started_by=organisation.people["ana"], due_at=NOON,
        failures=1, fault="not_tried",
    )  # fmt: skip
    page, dee = "/objectives/indicators/checkout-availability/", client_as("dee")
    text = dee.get(page).content.decode()
    assert "nobody tried its queries" in text
    assert "It is tried again" not in text
    address = f"{page}reading/"
    assert b"It is not read now" in dee.get(address).content
    with serving(Script({"sum(a[5m])": {"": lambda _at: "9"}, "sum(c[5m])": {"": lambda _at: "1"}})) as base:
        MonitoringSource.objects.create(
            slug="main", name="Main", base_url=base, registered_at=NOON, registered_by=organisation.people["hal"]
        )
        proof = dee.post(f"{address}try/").context["form"].initial["proof"]
        assert dee.post(f"{address}start/", {"days": "1", "proof": proof}).status_code == 302
    read = IndicatorRead.objects.get()
    assert (read.tried_number, read.fault, read.started_by) == (2, "", organisation.people["dee"])
    assert b"It is read from main" in dee.get(address).content


def test_waiting__is_listed_and_settled(organisation: Organisation, client_as: Clients) -> None:
    make_indicator(organisation)
    items = [
        {"indicator": name, "slice_start": "2026-08-24T09:00:00Z", "good": 9, "valid": 10}
        for name in ("one & more", "two")
    ]
    receive_samples(items, SYSTEM)
    hal = client_as("hal")
    listed = hal.get("/objectives/waiting/")
    assert b"one &amp; more" in listed.content
    assert b"two" not in client_as("dee").get("/objectives/waiting/").content
    second = "/objectives/waiting/settle/?name=two&key=&team=&reason=unknown_indicator"
    assert client_as("dee").get(second).status_code == 404
    first = "/objectives/waiting/settle/?name=one+%26+more&key=&team=&reason=unknown_indicator"
    assert hal.post(first, {"act": "assign", "indicator": ""}).status_code == 422
    assert hal.post(first, {"act": "assign", "indicator": "checkout-availability"}).status_code == 302
    assert Sample.objects.get().good == 9
    assert hal.get(second.replace("unknown_indicator", "not_pushed")).status_code == 404
    assert hal.post(second, {"act": "ignore", "reason": "A test."}).status_code == 302
    assert not HeldSample.objects.filter(settled_at=None).exists()
    assert b"Nothing waits." in hal.get("/objectives/waiting/").content


def test_indicator__tells_what_waits_under_its_name_to_those_alone_who_may_settle_it(
    organisation: Organisation, client_as: Clients
) -> None:
    make_indicator(organisation)
    item = {"indicator": "checkout-availability", "slice_start": "2026-08-24T09:00:00Z", "good": 9, "valid": 10}
    receive_samples([item], token(Scope.PUSH, team_id=organisation.harbour.pk))
    address, said = "/objectives/indicators/checkout-availability/", b"say where they belong: 1 slice."
    assert said in client_as("hal").get(address).content
    assert said in client_as("eli").get(address).content
    assert b"where they belong" not in client_as("dee").get(address).content


def test_reading__that_rests_says_so_on_its_page_and_on_data_health(
    organisation: Organisation, client_as: Clients
) -> None:
    IndicatorRead.objects.create(
        indicator=make_indicator(organisation), begins_at=NOON, started_at=NOON, due_at=NOON, attempts=12,
        started_by=organisation.people["dee"], last_error="DataError()",
    )  # fmt: skip
    for address in ("/objectives/indicators/checkout-availability/", "/data/"):
        text = client_as("hal").get(address).content.decode()
        assert "so the reading rests" in text
        assert "DataError" not in text


def test_data_health__names_readings_that_fail_slices_that_cannot_count_and_what_waits(
    organisation: Organisation, client_as: Clients
) -> None:
    assert "No reading fails" in client_as("hal").get("/data/").content.decode()
    indicator = make_indicator(organisation)
    put(make_series(indicator), [one(0, 12, 10), one(-5, 12, 10)])
    IndicatorRead.objects.create(
        indicator=indicator, begins_at=NOON, started_at=NOON, started_by=organisation.people["dee"], due_at=NOON,
        failures=3, fault="timed_out",
    )  # fmt: skip
    receive_samples([{"indicator": "two", "slice_start": "2026-08-24T09:00:00Z", "good": 9, "valid": 10}], SYSTEM)
    text = client_as("hal").get("/data/").content.decode()
    assert "The server did not answer in time." in text
    assert "2 slices of a week are unusable: more good or more failed than valid, or below zero" in text
    assert "1 slice waits for you" in text
    assert "waits for you" not in client_as("eli").get("/data/").content.decode()

"""Indicators read from a real Prometheus on loopback, over a history with a reset, a gap and a key that came late."""

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from apps.core import clock
from apps.objectives.domain.openslo_queries import threshold_queries
from apps.objectives.domain.samples import aligned_before
from apps.objectives.models import IndicatorRead, Sample, Series
from apps.objectives.operations.reading_starting import start_reading, try_indicator
from apps.objectives.operations.source_keeping import SourceText, register_source
from apps.objectives.tasks import read_indicators
from tests.personas import Organisation, principal_of
from tests.sampling import make_indicator
from tests.services import LOOPBACK

pytestmark = [
    pytest.mark.prometheus, pytest.mark.django_db, pytest.mark.enable_socket, pytest.mark.allow_hosts(LOOPBACK),
    pytest.mark.usefixtures("touched"),
]  # fmt: skip
EVERY, HOURS = 15, 3
QUERIES = {
    "valid_query": "sum by (tenant) (increase(requests_total[$window]))",
    "bad_query": "sum by (tenant) (increase(errors_total[$window]))",
}


def _history(begin: int) -> str:
    """North: 60 requests and 3 errors every 15 s, its counter restarts after an hour; silent from 1:30 to 1:45.

    South comes after two hours and has no errors at all: its series of errors does not exist.
    """
    north, errors, south = [], [], []
    for step in range(HOURS * 3600 // EVERY + 1):
        passed, at = step * EVERY, begin + step * EVERY
        since_start = step if passed < 3600 else step - 3600 // EVERY
        if not 5400 < passed < 6300:
            north.append(f'requests_total{{tenant="north"}} {since_start * 60} {at}')
            errors.append(f'errors_total{{tenant="north"}} {since_start * 3} {at}')
        if passed >= 7200:
            south.append(f'requests_total{{tenant="south"}} {step * 10} {at}')
    head = ["# TYPE requests counter", *north, *south, "# TYPE errors counter", *errors, "# EOF"]
    return "\n".join(head) + "\n"


@pytest.fixture(name="begin", scope="module")
def _begin() -> datetime:
    return aligned_before(clock.now() - timedelta(hours=HOURS + 1), 3600)


@pytest.fixture(name="address", scope="module")
def _address(begin: datetime, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over blocks made from the history, which scrapes itself besides."""
    home = tmp_path_factory.mktemp("prometheus")
    (home / "history.txt").write_text(_history(int(begin.timestamp())))
    blocks = ["promtool", "tsdb", "create-blocks-from", "openmetrics", home / "history.txt", home / "data"]
    subprocess.run(blocks, check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        where = f"127.0.0.1:{free.getsockname()[1]}"
    (home / "prometheus.yml").write_text(
        f"scrape_configs: [{{job_name: itself, scrape_interval: 1s, static_configs: [{{targets: ['{where}']}}]}}]\n"
    )
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            [
                "prometheus", f"--config.file={home / 'prometheus.yml'}", f"--storage.tsdb.path={home / 'data'}",
                f"--web.listen-address={where}", "--storage.tsdb.retention.time=10y",
            ],
            stdout=log, stderr=log,
        )  # fmt: skip
        try:
            _wait_until_ready(where, home)
            yield f"http://{where}"
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait_until_ready(where: str, home: Path) -> None:
    for _ in range(200):
        connection = HTTPConnection(where, timeout=5)
        try:
            connection.request("GET", "/-/ready")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.1)
    pytest.fail((home / "log").read_text()[-2000:])


@pytest.fixture(autouse=True)
def _server(organisation: Organisation, address: str, settings: Any) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS, settings.OUTBOUND_LOOPBACK = ["127.0.0.1"], True
    text = SourceText("Prometheus", address)
    register_source(slug="prometheus", text=text, by=principal_of(organisation.people["hal"]))


def _read(world: Organisation, begin: datetime, **said: Any) -> IndicatorRead:
    said = {**QUERIES, **said}
    indicator = make_indicator(
        world, source="pull", monitoring_source="prometheus", dimension="tenant", dimension_label="tenant", **said
    )
    dee = principal_of(world.people["dee"])
    with clock.playing(begin + timedelta(hours=HOURS, minutes=2)):
        tried = try_indicator(indicator=indicator, by=dee)
        assert (tried.fault, bool(tried.slices)) == ("", True)
        start_reading(indicator=indicator, begins_at=begin, proof=tried.proof, by=dee)
        read_indicators()
    return IndicatorRead.objects.get()


def test_history__is_counted_as_the_server_knows_it(organisation: Organisation, begin: datetime) -> None:
    done = _read(organisation, begin)
    assert (done.fault, done.watermark) == ("", begin + timedelta(hours=HOURS))
    north = {
        int((one.starts_at - begin).total_seconds()) // 60: (one.good, one.valid)
        for one in Sample.objects.filter(series__key="north")
    }
    assert {north[minute] for minute in range(5, 55, 5)} == {(1140, 1200)}
    assert {north[minute] for minute in range(65, 85, 5)} == {(1140, 1200)}  # after the restart of its counter
    assert 1100 <= north[60][1] <= 1200  # what happened between the last scrape and the restart is not known
    assert not {95, 100} & north.keys()  # nothing was scraped
    assert max(north) == 175


def test_threshold__that_no_reading_met_is_an_outage_and_not_silence(
    organisation: Organisation, begin: datetime
) -> None:
    valid, good = threshold_queries('requests_total{tenant="north"}', "gte", Decimal(3600))
    indicator = make_indicator(
        organisation, source="pull", monitoring_source="prometheus", valid_query=f"sum({valid})",
        good_query=f"sum({good})",
    )  # fmt: skip
    dee = principal_of(organisation.people["dee"])
    with clock.playing(begin + timedelta(hours=HOURS, minutes=2)):
        proof = try_indicator(indicator=indicator, by=dee).proof
        start_reading(indicator=indicator, begins_at=begin, proof=proof, by=dee)
        read_indicators()
    counted = {
        int((one.starts_at - begin).total_seconds()) // 60: (one.good, one.valid) for one in Sample.objects.all()
    }
    # The counter passes 3,600 after a quarter of an hour, and again one after its restart.
    assert {counted[minute][0] for minute in (5, 65)} == {0}
    assert all(counted[minute][1] > 0 for minute in (5, 65))
    assert counted[30][0] == counted[30][1] > 0


def test_key__without_a_series_of_errors_is_missing_unless_it_is_said(
    organisation: Organisation, begin: datetime
) -> None:
    _read(organisation, begin)
    assert set(Series.objects.values_list("key", flat=True)) == {"north"}


def test_key__without_a_series_of_errors_counts_as_good_where_that_is_said(
    organisation: Organisation, begin: datetime
) -> None:
    _read(organisation, begin, absent_bad_is_zero=True)
    south = Sample.objects.filter(series__key="south", starts_at__gt=begin + timedelta(hours=2))
    assert {(one.good, one.valid) for one in south} == {(200, 200)}


def _scraped(address: str) -> int:
    """How many scrapes of itself the server holds by now."""
    asked = HTTPConnection(address.removeprefix("http://"), timeout=5)
    try:
        asked.request("GET", "/api/v1/query?query=count_over_time(up%7Bjob=%22itself%22%7D%5B10m%5D)")
        result = json.loads(asked.getresponse().read())["data"]["result"]
        return int(result[0]["value"][1]) if result else 0
    finally:
        asked.close()


def test_scrape__that_the_server_made_itself_is_read(organisation: Organisation, address: str) -> None:
    """Nothing of it was laid beforehand: the server asked its own page of metrics once a second, and it answered."""
    begin = aligned_before(clock.now() - timedelta(minutes=10), 60)
    ends_by = time.monotonic() + 30
    while (before := _scraped(address)) < 3 and time.monotonic() < ends_by:
        time.sleep(0.2)
    indicator = make_indicator(
        organisation, source="pull", monitoring_source="prometheus", slice_seconds=60,
        valid_query='sum(count_over_time(up{job="itself"}[$window]))',
        good_query='sum(sum_over_time(up{job="itself"}[$window]))',
    )  # fmt: skip
    dee = principal_of(organisation.people["dee"])
    with clock.playing(clock.now() + timedelta(minutes=4)):  # a slice is asked for two minutes after its end
        proof = try_indicator(indicator=indicator, by=dee).proof
        start_reading(indicator=indicator, begins_at=begin, proof=proof, by=dee)
        read_indicators()
    read = [(one.good, one.valid) for one in Sample.objects.all()]
    assert 3 <= before <= sum(valid for _, valid in read) <= _scraped(address)
    assert all(good == valid > 0 for good, valid in read)
    assert IndicatorRead.objects.get().fault == ""


def test_query__that_the_server_refuses_is_shown_in_its_words(organisation: Organisation, begin: datetime) -> None:
    indicator = make_indicator(
        organisation, source="pull", monitoring_source="prometheus",
        **{**QUERIES, "valid_query": "sum(increase(requests_total[$window])"},
    )  # fmt: skip
    with clock.playing(begin + timedelta(hours=HOURS)):
        tried = try_indicator(indicator=indicator, by=principal_of(organisation.people["dee"]))
    assert "parse error" in tried.fault

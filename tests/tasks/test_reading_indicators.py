"""Indicators read from a server on loopback: nothing lost, nothing doubled, whatever the server does."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.core import clock, outbound
from apps.core.problems import Conflict, Forbidden, Invalid
from apps.objectives.domain.monitoring_words import PullFault
from apps.objectives.models import (
    Indicator,
    IndicatorRead,
    MonitoringSource,
    Sample,
    SampleBatch,
    SampleDay,
    Series,
)
from apps.objectives.operations import asking_servers, reading, reading_starting
from apps.objectives.operations.reading_starting import start_reading, try_indicator
from apps.objectives.operations.source_keeping import SourceText, change_source, register_source
from apps.objectives.tasks import read_indicators
from tests.monitoring_server import Script, serving
from tests.personas import Organisation, principal_of
from tests.sampling import add_version, make_indicator
from tests.services import LOOPBACK

pytestmark = [
    pytest.mark.sql, pytest.mark.django_db, pytest.mark.enable_socket, pytest.mark.allow_hosts(LOOPBACK),
    pytest.mark.usefixtures("touched"),
]  # fmt: skip
BEGIN = datetime(2026, 8, 24, 8, tzinfo=UTC)
NOW = datetime(2026, 8, 24, 10, 2, 30, tzinfo=UTC)
VALID, BAD = "sum(increase(requests_total[5m]))", "sum(increase(errors_total[5m]))"
QUERIES = {"valid_query": VALID.replace("5m", "$window"), "bad_query": BAD.replace("5m", "$window")}


@pytest.fixture(name="script")
def _script() -> Script:
    return Script({VALID: {"": lambda _at: "100.4"}, BAD: {"": lambda at: "2.5" if at % 600 == 0 else "0"}})


@pytest.fixture(name="server")
def _server(organisation: Organisation, script: Script, settings: Any) -> Iterator[MonitoringSource]:
    settings.OUTBOUND_ALLOWED_HOSTS, settings.OUTBOUND_LOOPBACK = ["127.0.0.1"], True
    with serving(script) as address, clock.playing(NOW):
        text = SourceText("Prometheus", address)
        yield register_source(slug="prometheus", text=text, by=principal_of(organisation.people["hal"]))


def _indicator(world: Organisation, **said: Any) -> Indicator:
    return make_indicator(world, source="pull", monitoring_source="prometheus", **{**QUERIES, **said})


def _start(world: Organisation, indicator: Indicator, begins_at: datetime = BEGIN) -> IndicatorRead:
    dee = principal_of(world.people["dee"])
    tried = try_indicator(indicator=indicator, by=dee)
    return start_reading(indicator=indicator, begins_at=begins_at, proof=tried.proof, by=dee)


def _read_at(at: datetime) -> IndicatorRead:
    with clock.playing(at):
        read_indicators()
    return IndicatorRead.objects.get()


@pytest.fixture(name="read")
def _read(organisation: Organisation, server: MonitoringSource) -> IndicatorRead:
    return _start(organisation, _indicator(organisation))


def test_try__stores_nothing_and_gives_the_proof_that_starting_asks_for(
    organisation: Organisation, server: MonitoringSource, script: Script
) -> None:
    indicator, dee = _indicator(organisation), principal_of(organisation.people["dee"])
    with pytest.raises(Conflict, match="Try it first"):
        start_reading(indicator=indicator, begins_at=BEGIN, proof="", by=dee)
    tried = try_indicator(indicator=indicator, by=dee)
    assert {(one.counts.good, one.counts.valid) for one in tried.slices} == {(97, 100), (100, 100)}
    assert len(tried.slices) == 12
    assert not Sample.objects.exists()
    assert not SampleBatch.objects.exists()
    with pytest.raises(Conflict, match="Try it first"):
        start_reading(
            indicator=indicator, begins_at=BEGIN, proof=tried.proof, by=principal_of(organisation.people["cy"])
        )
    with pytest.raises(Invalid):
        start_reading(indicator=indicator, begins_at=NOW - timedelta(days=101), proof=tried.proof, by=dee)
    with pytest.raises(Forbidden):
        try_indicator(indicator=indicator, by=principal_of(organisation.people["eli"]))
    start_reading(indicator=indicator, begins_at=BEGIN, proof=tried.proof, by=dee)
    with pytest.raises(Conflict, match="already"):
        start_reading(indicator=indicator, begins_at=BEGIN, proof=tried.proof, by=dee)


def test_try__says_what_went_wrong_and_gives_no_proof(
    organisation: Organisation, server: MonitoringSource, script: Script
) -> None:
    script.fault = "refusal"
    tried = try_indicator(indicator=_indicator(organisation), by=principal_of(organisation.people["dee"]))
    assert tried.proof == ""
    assert "parse error" in tried.fault


def test_pull__stores_settled_slices_and_moves_the_watermark(read: IndicatorRead, script: Script) -> None:
    done = _read_at(NOW)
    assert done.watermark == datetime(2026, 8, 24, 10, tzinfo=UTC)
    assert (done.failures, done.fault, done.heard_at) == (0, "", NOW)
    rows = list(Sample.objects.order_by("starts_at").values_list("starts_at", "good", "valid"))
    assert rows[0] == (BEGIN, 100, 100)  # the point at 08:05 describes [08:00, 08:05)
    assert rows[1] == (BEGIN + timedelta(minutes=5), 97, 100)  # 2.5 is rounded half up
    assert len(rows) == 24
    assert script.calls[-1]["path"] == "/api/v1/query_range"
    batch = SampleBatch.objects.get()
    assert (batch.channel, batch.sender, batch.created_count) == ("pull", "monitoring:prometheus", 24)


def test_pull__again_asks_an_hour_back_and_takes_corrections(read: IndicatorRead, script: Script) -> None:
    _read_at(NOW)
    calls = len(script.calls)
    _read_at(NOW + timedelta(minutes=1))
    assert len(script.calls) == calls  # nothing new has settled
    script.series[VALID][""] = lambda _at: "200"
    done = _read_at(NOW + timedelta(minutes=5))
    assert done.watermark == datetime(2026, 8, 24, 10, 5, tzinfo=UTC)
    assert dict(Sample.objects.order_by("starts_at").values_list("starts_at", "valid"))[BEGIN] == 100
    assert Sample.objects.filter(valid=200).count() == 13
    assert SampleDay.objects.get().valid == 12 * 100 + 13 * 200


def test_pull__catches_up_after_a_downtime_in_calls_of_bounded_size(read: IndicatorRead, script: Script) -> None:
    _read_at(NOW)
    later = NOW + timedelta(days=20)
    done = _read_at(later)
    assert done.watermark == later.replace(minute=0, second=0)
    assert Sample.objects.count() == 24 + 20 * 288
    asked = [(int(call["end"]) - int(call["start"])) // 300 + 1 for call in script.calls]
    assert max(asked) == 2016


@pytest.mark.parametrize("value", ["NaN", "+Inf", None])
def test_pull__what_is_no_number_is_missing(read: IndicatorRead, script: Script, value: str | None) -> None:
    odd = int(BEGIN.timestamp()) + 600
    script.series[VALID][""] = lambda at: value if at == odd else "100"
    _read_at(NOW)
    assert Sample.objects.count() == 23
    assert not Sample.objects.filter(starts_at=BEGIN + timedelta(minutes=5)).exists()


def test_pull__negative_counts_are_unusable(read: IndicatorRead, script: Script) -> None:
    script.series[BAD][""] = lambda _at: "-3"
    _read_at(NOW)
    assert SampleDay.objects.get().unusable == 24
    assert SampleBatch.objects.get().unusable_count == 24


@pytest.mark.parametrize(("is_zero", "count"), [(False, 0), (True, 24)])
def test_pull__an_absent_bad_series_turns_nothing_green_unless_it_is_said(
    organisation: Organisation, server: MonitoringSource, script: Script, is_zero: bool, count: int
) -> None:
    indicator = _indicator(organisation, absent_bad_is_zero=is_zero)
    _start(organisation, indicator)
    script.series[BAD] = {}
    done = _read_at(NOW)
    assert Sample.objects.count() == count
    assert done.fault == ""


@pytest.mark.parametrize(
    ("fault", "known"),
    [
        ("redirect", PullFault.REDIRECTED), ("error", PullFault.ERROR_STATUS), ("refusal", PullFault.SERVER_SAID),
        ("not_json", PullFault.BAD_JSON), ("oversized", PullFault.TOO_LARGE), ("slow", PullFault.TIMED_OUT),
    ],
)  # fmt: skip
def test_pull__a_failing_server_is_named_waited_for_and_loses_nothing(
    read: IndicatorRead, script: Script, monkeypatch: pytest.MonkeyPatch, fault: str, known: PullFault
) -> None:
    monkeypatch.setattr(asking_servers, "SECONDS", 0.4)
    monkeypatch.setattr(asking_servers, "MOST_BYTES", 100_000)
    script.fault = fault
    failed = _read_at(NOW)
    assert (failed.fault, failed.failures, failed.watermark) == (known, 1, None)
    assert failed.due_at == NOW + timedelta(minutes=1)
    failed = _read_at(NOW + timedelta(minutes=1))
    assert failed.due_at == NOW + timedelta(minutes=3)
    assert not any("followed" in call for call in script.calls)
    script.fault = ""
    done = _read_at(NOW + timedelta(minutes=3))
    assert (done.fault, done.failures, Sample.objects.count()) == ("", 0, 24)


def test_pull__waits_a_minute_and_reads_32_mebibytes() -> None:
    assert (asking_servers.SECONDS, asking_servers.MOST_BYTES) == (60, 33_554_432)


def test_pull__a_server_that_does_not_answer_is_asked_once_and_holds_up_no_other(
    organisation: Organisation, server: MonitoringSource, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    hal, well = principal_of(organisation.people["hal"]), Script(script.series)
    with serving(well) as address:
        register_source(slug="second", text=SourceText("Second", address), by=hal)
        for slug, source in (("one", "prometheus"), ("two", "prometheus"), ("three", "second")):
            said = {"source": "pull", "monitoring_source": source, **QUERIES}
            _start(organisation, make_indicator(organisation, slug, **said))
        monkeypatch.setattr(asking_servers, "SECONDS", 0.4)
        script.fault, script.calls = "slow", []
        read_indicators()
    assert len(script.calls) == 1
    one, two, three = IndicatorRead.objects.order_by("pk")
    assert (one.fault, one.failures, one.due_at) == (PullFault.TIMED_OUT, 1, NOW + timedelta(minutes=1))
    assert (two.fault, two.failures, two.due_at) == ("", 0, NOW + timedelta(minutes=1))
    assert three.watermark == datetime(2026, 8, 24, 10, tzinfo=UTC)


def test_try__waits_less_long_than_a_reading(
    organisation: Organisation, server: MonitoringSource, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_starting, "TRY_SECONDS", 0.4)
    script.fault = "slow"
    tried = try_indicator(indicator=_indicator(organisation), by=principal_of(organisation.people["dee"]))
    assert "0.4 s" in tried.fault
    assert len(script.calls) == 1


@pytest.mark.parametrize("key", ["k" * 201, "a\0b", "\ud800"])
def test_pull__a_key_that_cannot_be_kept_is_a_fault_and_not_a_duty_that_rests(
    organisation: Organisation, server: MonitoringSource, script: Script, key: str
) -> None:
    indicator = _indicator(organisation, dimension="segment", dimension_label="device")
    script.label = "device"
    script.series = {VALID: {"d1": lambda _at: "10"}, BAD: {"d1": lambda _at: "1"}}
    _start(organisation, indicator)
    script.series[VALID][key] = lambda _at: "10"
    failed = _read_at(NOW)
    assert (failed.fault, failed.failures, failed.attempts) == (PullFault.KEY_UNFIT, 1, 0)
    assert not Sample.objects.exists()


def test_pull__a_partial_answer_is_a_failure(read: IndicatorRead, script: Script) -> None:
    script.warnings = ["some stores did not answer"]
    assert _read_at(NOW).fault == PullFault.PARTIAL
    script.warnings = ["PromQL info: metric might not be a counter"]
    assert _read_at(NOW + timedelta(minutes=1)).notes == ["PromQL info: metric might not be a counter"]


def test_pull__a_server_that_may_no_longer_be_reached_is_not_asked(
    read: IndicatorRead, script: Script, settings: Any
) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS, calls = [], len(script.calls)
    assert _read_at(NOW).fault == PullFault.NOT_ALLOWED
    assert len(script.calls) == calls


def test_pull__a_server_that_is_switched_off_is_not_asked(
    organisation: Organisation, read: IndicatorRead, server: MonitoringSource, script: Script
) -> None:
    off, calls = SourceText(server.name, server.base_url, is_active=False), len(script.calls)
    change_source(source=server, text=off, revision=1, by=principal_of(organisation.people["hal"]))
    assert _read_at(NOW).fault == PullFault.NOT_ALLOWED
    assert len(script.calls) == calls


def test_pull__keys_are_made_on_first_sight_and_the_rest_is_counted_together(
    organisation: Organisation, server: MonitoringSource, script: Script
) -> None:
    indicator = _indicator(organisation, dimension="segment", dimension_label="device")
    script.label = "device"
    script.series = {
        VALID: {f"d{number:02}": lambda _at: "10" for number in range(53)},
        BAD: {f"d{number:02}": lambda _at: "1" for number in range(53)},
    }
    _start(organisation, indicator, NOW - timedelta(minutes=10))
    done = _read_at(NOW)
    assert Series.objects.count() == 51
    assert done.others == ["d50", "d51", "d52"]
    assert set(Sample.objects.filter(series__key="other").values_list("valid", flat=True)) == {30}


def test_pull__a_killed_worker_leaves_the_watermark_and_the_next_one_goes_on(
    read: IndicatorRead, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_args: Any, **_more: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(reading, "_count", die)  # slices are written, the watermark is not
        with pytest.raises(Killed):
            _read_at(NOW)
    assert not Sample.objects.exists()
    assert IndicatorRead.objects.get().watermark is None
    assert _read_at(NOW + timedelta(minutes=4)).watermark is None  # still held by the dead one
    assert _read_at(NOW + timedelta(minutes=6)).watermark is not None
    assert SampleDay.objects.get().seen == Sample.objects.count() == 25


def test_pull__an_answer_that_somebody_overtook_is_dropped(read: IndicatorRead, script: Script) -> None:
    with clock.playing(NOW):
        slow = reading.listen([IndicatorRead.objects.get()])
        read_indicators()
        script.series[VALID][""] = lambda _at: "7"
        reading.take(slow)
    assert Sample.objects.filter(valid=100).count() == 24


# Local midnight of 25 August in Europe/Madrid, at which the next statement begins.
NEXT = datetime(2026, 8, 24, 22, tzinfo=UTC)
HOURLY = {"valid_query": "sum(increase(calls_total[$window]))", "bad_query": "sum(increase(faults_total[$window]))"}


def _next_statement(world: Organisation, script: Script) -> None:
    said = {"source": "pull", "monitoring_source": "prometheus", "slice_seconds": 3600, **HOURLY}
    add_version(world, Indicator.objects.get(), effective_from=NEXT.date() + timedelta(days=1), **said)
    valid, bad = (HOURLY[name].replace("$window", "1h") for name in ("valid_query", "bad_query"))
    script.series |= {valid: {"": lambda _at: "7"}, bad: {"": lambda _at: "1"}}


def test_pull__reads_each_day_by_its_own_statement_and_the_new_one_only_once_it_was_tried(
    organisation: Organisation, read: IndicatorRead, script: Script
) -> None:
    _read_at(NOW)
    _next_statement(organisation, script)
    at = NEXT + timedelta(hours=4, minutes=2)
    waiting = _read_at(at)  # a downtime of half a day: the rest of the former statement's days comes first
    assert (waiting.watermark, waiting.fault) == (NEXT, PullFault.NOT_TRIED)
    assert set(Sample.objects.values_list("valid", flat=True)) == {100}
    assert Sample.objects.order_by("-starts_at")[0].starts_at == NEXT - timedelta(minutes=5)
    with clock.playing(at):
        begun = _start(organisation, Indicator.objects.get(), at)
    assert (begun.fault, begun.failures, begun.tried_number) == ("", 0, 2)
    done = _read_at(at)
    assert done.watermark == NEXT + timedelta(hours=4)
    new = Sample.objects.filter(starts_at__gte=NEXT).order_by("starts_at")
    assert [(one.starts_at, one.valid) for one in new] == [(NEXT + timedelta(hours=n), 7) for n in range(4)]
    _read_at(at + timedelta(hours=1))  # an hour back stays within the days of the statement
    assert Sample.objects.filter(starts_at__lt=NEXT, valid=100).count() == 24 + 144
    assert not Sample.objects.filter(starts_at__lt=NEXT, valid=7).exists()


def test_start__where_the_former_server_fails_begins_with_the_statement_that_was_tried(
    organisation: Organisation, read: IndicatorRead, script: Script
) -> None:
    _read_at(NOW)
    _next_statement(organisation, script)
    del script.series[VALID], script.series[BAD]
    script.fault = "error"
    at = NEXT + timedelta(hours=4, minutes=2)
    assert _read_at(at).fault == PullFault.ERROR_STATUS
    script.fault = ""
    with clock.playing(at):
        _start(organisation, Indicator.objects.get(), at - timedelta(days=2))
    assert _read_at(at).begins_at == NEXT
    assert Sample.objects.filter(starts_at__gte=NEXT).count() == 4


def test_token__goes_out_from_the_environment_and_stands_nowhere_here(
    organisation: Organisation, server: MonitoringSource, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITORING_TOKEN_ONE", "canary-7f3a")
    text = SourceText(server.name, server.base_url, "MONITORING_TOKEN_ONE")
    change_source(source=server, text=text, revision=1, by=principal_of(organisation.people["hal"]))
    _start(organisation, _indicator(organisation))
    _read_at(NOW)
    assert {headers["Authorization"] for headers in script.headers} == {"Bearer canary-7f3a"}
    rows: list[Callable[[], Any]] = [
        MonitoringSource.objects.values, IndicatorRead.objects.values, SampleBatch.objects.values,
    ]  # fmt: skip
    assert "canary" not in str([list(row()) for row in rows])
    assert outbound.token_of("MONITORING_TOKEN_ONE") == "canary-7f3a"


def test_source__is_registered_by_administrators_and_only_where_requests_may_go(
    organisation: Organisation, server: MonitoringSource
) -> None:
    hal = principal_of(organisation.people["hal"])
    with pytest.raises(Forbidden):
        register_source(slug="b", text=SourceText("B", server.base_url), by=principal_of(organisation.people["ana"]))
    for text, pointer in (
        (SourceText("B", "https://elsewhere.example.org"), "/base_url"),
        (SourceText("B", f"{server.base_url}?x=1"), "/base_url"),
        (SourceText("B", server.base_url, "SECRET_KEY"), "/token_variable"),
    ):
        with pytest.raises(Invalid) as caught:
            register_source(slug="b", text=text, by=hal)
        assert caught.value.errors[0].pointer == pointer

"""Samples, checks from outside and business numbers out of files: located, summed, the same file twice unchanged."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest

from apps.core import clock
from apps.integrations import operations as integrations
from apps.integrations import queries
from apps.integrations.domain.csv_columns import CsvKind
from apps.integrations.models import ImportRun
from apps.objectives.models import BusinessFact, Sample, SampleBatch, SampleDay, Series
from apps.objectives.operations import evaluation_asking
from apps.objectives.queries import series
from tests.personas import Organisation, principal_of
from tests.sampling import NOON, make_indicator

pytestmark = [pytest.mark.django_db, pytest.mark.sql, pytest.mark.usefixtures("touched")]
HEADER = "service,indicator,slice_start,good,valid,total,tenant\n"
ROW = "checkout-api,checkout-availability,"


@pytest.fixture(autouse=True)
def _played() -> Iterator[None]:
    with clock.playing(NOON):
        yield


def _check(text: str, kind: CsvKind, organisation: Organisation) -> ImportRun:
    by = principal_of(organisation.people["dee"])
    return integrations.check_import(
        stream=BytesIO(text.encode()), kind=kind, file_name="f.csv", team=organisation.checkout, by=by
    )


def _bring(text: str, organisation: Organisation, kind: CsvKind = CsvKind.SLI_SAMPLES) -> ImportRun:
    run = _check(text, kind, organisation)
    by = principal_of(organisation.people["dee"])
    return integrations.apply_import(run=run, stream=BytesIO(text.encode()), by=by)


def _counts(run: ImportRun) -> tuple[int, int, int, int]:
    return run.created_count, run.updated_count, run.unchanged_count, run.error_count


def test_samples__of_recent_days_are_slices_and_of_older_days_sums(organisation: Organisation) -> None:
    make_indicator(organisation)
    old = [f"2026-04-0{day}T{hour:02}:{minute:02}:00Z" for day in (1, 2) for hour in range(24) for minute in (0, 5)]
    text = HEADER + "".join(f"{ROW}{at},9,10,,\n" for at in [*old, "2026-08-24T09:00:00Z", "2026-08-24T09:05:00Z"])
    run = _bring(text, organisation)
    assert _counts(run) == (98, 0, 0, 0)
    assert Sample.objects.count() == 2
    days = dict(SampleDay.objects.order_by("day").values_list("day", "valid"))
    assert days == {  # by the days of Berlin
        date(2026, 4, 1): 440, date(2026, 4, 2): 480, date(2026, 4, 3): 40, date(2026, 8, 24): 20,
    }  # fmt: skip
    assert _counts(_bring(text, organisation)) == (0, 0, 98, 0)
    corrected = text.replace("2026-04-02T12:00:00Z,9", "2026-04-02T12:00:00Z,8")
    assert _counts(_bring(corrected, organisation)) == (0, 48, 50, 0)
    assert SampleDay.objects.get(day=date(2026, 4, 2)).good == 431


def test_samples__of_one_old_day_stay_together_wherever_they_stand(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.integrations.sample_rows.CHUNK_ROWS", 2)
    make_indicator(organisation)
    hours = [f"2026-04-0{day}T{hour:02}:00:00Z" for hour in (8, 9, 10) for day in (1, 2)]
    _bring(HEADER + "".join(f"{ROW}{at},9,10,,\n" for at in hours), organisation)
    assert [row.valid for row in SampleDay.objects.order_by("day")] == [30, 30]
    assert SampleBatch.objects.count() == 2


def test_samples__each_bad_row_is_located_and_nothing_is_written_by_the_check(organisation: Organisation) -> None:
    make_indicator(organisation)
    make_indicator(organisation, "by-tenant", dimension="tenant")
    make_indicator(organisation, "web", service=organisation.checkout_web)
    rows = [
        f"{ROW}2026-08-24T09:00:00Z,9,10,,", f"{ROW}2026-08-24T09:01:00Z,9,10,,", f"{ROW}2026-08-24T12:00:00Z,9,10,,",
        f"{ROW}2026-08-24T09:05:00Z,-1,10,,", f"{ROW}2026-08-24T09:10:00Z,,10,,", f"{ROW}2026-08-24T09:15:00Z,1,10,9,",
        "checkout-api,web,2026-08-24T09:00:00Z,9,10,,", "checkout-api,nobody,2026-08-24T09:00:00Z,9,10,,",
        f"{ROW}2026-08-24T09:20:00Z,9,10,,north", "checkout-api,by-tenant,2026-08-24T09:00:00Z,9,10,,",
        "checkout-api,by-tenant,2026-08-24T09:00:00Z,9,10,,north",
    ]  # fmt: skip
    run = _check(HEADER + "\n".join(rows) + "\n", CsvKind.SLI_SAMPLES, organisation)
    assert [(error.line, error.column, error.code) for error in queries.list_errors(run)] == [
        (3, "slice_start", "not_aligned"), (4, "slice_start", "in_future"), (5, "good", "not_a_count"),
        (6, "good", "required"), (7, "total", "out_of_range"), (8, "indicator", "unknown_value"),
        (9, "indicator", "unknown_value"), (10, "tenant", "not_applicable"), (11, "tenant", "required"),
    ]  # fmt: skip
    assert not Sample.objects.exists()
    assert not Series.objects.exists()


def test_samples__keys_of_a_file_are_made_up_to_the_cap(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_indicator(organisation, dimension="segment")
    rows = "".join(f"{ROW}2026-08-24T09:00:00Z,9,10,,s{number}\n" for number in range(52))
    run = _bring(HEADER.replace("tenant", "segment") + rows, organisation)
    assert _counts(run) == (50, 0, 0, 2)
    assert {error.code for error in queries.list_errors(run)} == {"out_of_range"}
    assert Series.objects.count() == 50


@pytest.mark.parametrize("at_once", [1, 7, 500])
def test_samples__of_whole_days_beyond_the_cap_are_counted_as_other_and_every_key_adds_up(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """Whatever the parts in which the file is stored: an old day of `other` is replaced as a whole, and once."""
    monkeypatch.setattr("apps.integrations.sample_rows.CHUNK_ROWS", at_once)
    make_indicator(organisation, dimension="segment")
    brought = [
        (number, day, hour, 1 + number * day % 7 + hour)
        for day in (2, 3) for hour in (8, 9) for number in (*range(60), 55)
    ]  # fmt: skip
    rows = "".join(
        f"{ROW}2026-04-{day:02}T{hour:02}:{5 * place % 60:02}:00Z,{valid - 1},{valid},,s{number:02}\n"
        for place, (number, day, hour, valid) in enumerate(brought)
    )
    rows += f"{ROW}2026-04-02T11:00:00Z,5,9,,other\n{ROW}2026-04-02T12:00:00Z,11,9,,s59\n"
    text = HEADER.replace("tenant", "segment") + rows
    run = _bring(text, organisation)
    assert _counts(run) == (len(brought) + 1, 0, 0, 1)  # more good than valid is not added to others
    days = SampleDay.objects.values_list("day", "series__key", "valid", "good")
    assert len({key for _, key, _, _ in days}) == 51
    for day in (2, 3):
        of_day = [valid for _, on, _, valid in brought if on == day]
        extra = 9 if day == 2 else 0
        assert sum(valid for on, _, valid, _ in days if on.day == day) == sum(of_day) + extra
        assert sum(good for on, _, _, good in days if on.day == day) == sum(of_day) - len(of_day) + (5 if extra else 0)
    (said,) = queries.list_notices(run)
    assert said.endswith("are counted together as other: s50, s51, s52, s53, s54, s55, s56, s57, s58, s59.")
    assert _counts(_bring(text, organisation)) == (0, 0, len(brought) + 1, 1)


def test_probes__are_counted_into_slices_for_each_indicator_they_are_measured_by(organisation: Organisation) -> None:
    up = make_indicator(organisation, "checkout-up", measured_at="probe")
    quick = make_indicator(organisation, "checkout-quick", measured_at="probe", kind="latency", limit="800")
    make_indicator(organisation, "at-the-edge")
    text = (
        "service,checked_at,state,http_status,response_ms\n"
        "checkout-api,2026-08-24T09:00:07Z,up,200,120\n"
        "checkout-api,2026-08-24T09:04:59Z,degraded,200,900\n"
        "checkout-api,2026-08-24T09:02:30Z,down,503,\n"
        "checkout-api,2026-08-24T09:05:00Z,up,200,\n"
    )
    run = _bring(text, organisation, CsvKind.PROBES)
    assert run.error_count == 0
    found = {(s.series.indicator_id, f"{s.starts_at:%H:%M}"): (s.good, s.valid) for s in Sample.objects.all()}
    assert found == {(up.pk, "09:00"): (2, 3), (up.pk, "09:05"): (1, 1), (quick.pk, "09:00"): (1, 3)}
    assert _bring(text, organisation, CsvKind.PROBES).unchanged_count == 4
    assert _counts(_bring(text.replace("checkout-api", "checkout-web"), organisation, CsvKind.PROBES))[3] == 4


def test_business__numbers_are_facts_of_their_service(organisation: Organisation) -> None:
    text = (
        "service,series,at,amount,unit,flow\n"
        "checkout-api,sign_ups,2026-08-20T10:00:00Z,412.50,,\n"
        "checkout-api,sign_ups,2026-08-21T10:00:00Z,1e3,,\n"
        "checkout-api,revenue,2026-08-21T10:00:00Z,-3.2,EUR,checkout\n"
    )
    run = _bring(text, organisation, CsvKind.BUSINESS)
    assert _counts(run) == (2, 0, 0, 1)
    assert queries.list_errors(run)[0].column == "amount"
    assert set(BusinessFact.objects.values_list("series", "amount", "unit", "flow")) == {
        ("sign_ups", Decimal("412.5"), "", ""), ("revenue", Decimal("-3.2"), "EUR", "checkout"),
    }  # fmt: skip
    assert _counts(_bring(text, organisation, CsvKind.BUSINESS)) == (0, 0, 2, 1)


def test_samples__every_series_is_locked_once_before_anything_follows(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def noted(name: str, act: Callable[..., Any]) -> Callable[..., Any]:
        def first_noted(*said: Any) -> Any:
            done.append(name)
            return act(*said)

        return first_noted

    monkeypatch.setattr(series, "lock_series", noted("lock", series.lock_series))
    monkeypatch.setattr(evaluation_asking, "ask", noted("ask", evaluation_asking.ask))
    make_indicator(organisation)
    _bring(f"{HEADER}{ROW}2026-08-24T09:00:00Z,9,10,,\n{ROW}2026-04-01T09:00:00Z,9,10,,\n", organisation)
    assert done == ["lock", "ask"]

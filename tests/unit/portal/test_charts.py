"""Figures from cells: gaps, running periods, rings, ranges, breaks and marks."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from apps.core.periods import Grain, Period, parse_period, period_on
from apps.governance.domain.excluded import Excluded
from apps.measurements.domain.readings import Reason
from apps.measurements.domain.subjects import ORGANISATION
from apps.measurements.domain.verdicts import Direction, Kind, Reading, ReadingKind, Status
from apps.measurements.domain.wording import not_judged
from apps.measurements.queries import Cell, Chart, Former
from apps.metrics.domain.versions import Break
from apps.portal.charts import cells_figure, chart_figure, lanes_of, ordinal
from apps.portal.queries.marks import Lane, Mark

ZONE = ZoneInfo("Europe/Berlin")
FIRST = parse_period("2026-W10")


def cell(place: int, value: float | None = 3600.0, **more: Any) -> Cell:
    """A weekly median of the organisation, in seconds."""
    status = more.pop("status", Status.OK)
    version = more.pop("version", 1)
    kept: dict[str, Any] = {
        "subject": ORGANISATION, "slug": "change-lead-time", "name": "Change lead time", "version_id": version,
        "version_number": version, "unit": "seconds", "direction": Direction.LOWER_IS_BETTER,
        "reading_kind": ReadingKind.PROCESS, "kind": Kind.DURATIONS, "period": FIRST.previous(-place), "part": "whole",
    }  # fmt: skip
    return Cell(**(kept | more), reading=Reading(value=value, n=9, status=status, detail="W10"))


def chart(cells: list[Cell], **more: Any) -> Chart:
    """A chart of cells without ranges, unless given."""
    values: dict[str, Any] = {"limits": [None] * len(cells), "signals": frozenset(), "breaks": []}
    return Chart(cells=cells, verdict=not_judged(Reason.TOO_FEW), **(values | more))


def figure(found: Chart) -> dict[str, Any]:
    """The figure of a chart."""
    return chart_figure(
        found, id="c", title="Lead time", finding="No signal", size="row", url=lambda one: one.period.key
    )


@pytest.mark.parametrize("status", [Status.NOT_CONNECTED, Status.SOURCE_SILENT, Status.ZERO, Status.TOO_FEW])
def test_point__without_a_value_is_a_gap_with_its_reason(status: Status) -> None:
    (segment,) = figure(chart([cell(0, None, status=status)]))["segments"]
    (point,) = segment["points"]
    assert point["value"] is None
    assert point["status"].split(":")[0] in ("No data", "Not judged")


def test_point__a_silent_source_never_shows_its_value() -> None:
    (segment,) = figure(chart([cell(0, 1800.0, status=Status.SOURCE_SILENT)]))["segments"]
    assert segment["points"][0]["value"] is None


def test_point__a_running_period_is_hollow_and_says_so() -> None:
    (segment,) = figure(chart([cell(0, status=Status.PARTIAL)]))["segments"]
    assert segment["points"][0]["running"] is True
    assert segment["points"][0]["status"] == "Not judged: W10 is running"


def test_point__zero_is_a_number() -> None:
    found = figure(chart([cell(0, 0.0, unit="per_week", kind=Kind.COUNTS)]))
    assert found["kind"] == "bars"
    assert found["scale"] == "linear"
    assert found["segments"][0]["points"][0]["value"] == 0.0


@pytest.mark.parametrize(
    ("value", "direction", "tone"),
    [
        (9000.0, Direction.LOWER_IS_BETTER, "bad"),
        (600.0, Direction.LOWER_IS_BETTER, "good"),
        (9000.0, Direction.HIGHER_IS_BETTER, "good"),
        (9000.0, Direction.NEITHER, True),
    ],
)
def test_signal__rings_in_the_tone_of_its_side(value: float, direction: Direction, tone: str | bool) -> None:
    cells = [cell(0, value, direction=direction)]
    found = figure(chart(cells, limits=[(1000.0, 3000.0, 8000.0)], signals=frozenset({0})))
    assert found["segments"][0]["points"][0]["signal"] == tone


def test_range__is_one_band_for_each_lock() -> None:
    early, late = (1000.0, 3000.0, 8000.0), (900.0, 2000.0, 5000.0)
    found = figure(chart([cell(i) for i in range(4)], limits=[None, early, early, late]))
    assert found["segments"][0]["bands"] == [
        {"start": 1, "end": 3, "lower": 1000.0, "centre": 3000.0, "upper": 8000.0},
        {"start": 3, "end": 4, "lower": 900.0, "centre": 2000.0, "upper": 5000.0},
    ]


def test_break__cuts_segments_and_names_both_versions() -> None:
    cells = [cell(i, version=1 if i < 2 else 2) for i in range(4)]
    found = figure(chart(cells, breaks=[Break(cells[2].period.first_on, 1, 2, ("mean instead of median",))]))
    assert [len(segment["points"]) for segment in found["segments"]] == [2, 2]
    assert found["breaks"] == [{"x": 2, "label": "v1 → v2 · 16 Mar · mean instead of median"}]


def test_break__what_had_to_hold_at_once_says_so_before_what_it_changed() -> None:
    cells = [cell(i, version=1 if i < 2 else 2) for i in range(4)]
    broken = Break(cells[2].period.first_on, 1, 2, ("mean instead of median", "another unit", "other stages"))
    (mark,) = figure(chart(cells, breaks=[broken], at_once=frozenset({2})))["breaks"]
    assert mark["label"] == "v1 → v2 · 16 Mar · at once · mean instead of median · another unit · 1 more"


def test_restated__by_a_version_what_it_was_is_a_line_of_its_own() -> None:
    cells = [cell(i, version=1 if i < 2 else 3) for i in range(4)]
    formers = {i: Former(7200.0 * i, 8, "seconds", date(2026, 3, 30), 2) for i in (2, 3)}
    found = figure(chart(cells, breaks=[Break(cells[2].period.first_on, 1, 3)], formers=formers))
    *standing, former = found["segments"]
    assert [segment["label"] for segment in found["segments"]] == ["In force", "In force", "As published before"]
    assert (former["series"], [point["value"] for point in former["points"]]) == (2, [14400.0, 21600.0])
    assert former["points"][0] | {"key": "", "label": "", "x": 2} == {
        "key": "", "label": "", "x": 2, "value": 14400.0, "n": 8, "former": True, "version": "v2",
        "status": "By v2 until 30 Mar", "note": "by v2 until 30 Mar",
    }  # fmt: skip
    assert standing[1]["points"][0]["status"] == "Restated, 4\u00a0h by v2 until 30 Mar"
    assert standing[0]["points"][0]["status"] == ""


def test_restated__by_late_facts_names_no_version_and_one_without_a_value_has_no_mark() -> None:
    formers = {0: Former(7200.0, 8, "seconds", date(2026, 3, 30)), 1: Former(None, 2, "seconds", date(2026, 3, 30), 1)}
    cells = [cell(0, status=Status.PARTIAL), cell(1)]
    standing, former = figure(chart(cells, formers=formers))["segments"]
    assert [point["version"] for point in former["points"]] == ["v1"]
    assert [point["status"] for point in standing["points"]] == [
        "Not judged: W10 is running; restated, 2\u00a0h until 30 Mar", "Restated, no value by v1 until 30 Mar",
    ]  # fmt: skip


def test_restated__in_another_unit_is_said_and_not_drawn() -> None:
    (standing,) = figure(chart([cell(0)], formers={0: Former(0.5, 8, "share", date(2026, 3, 30), 1)}))["segments"]
    assert standing["points"][0]["note"] == "restated, 50\u00a0% by v1 until 30 Mar"


def test_break__inside_a_period_counts_from_the_next_one() -> None:
    cells = [cell(i, period=period_on(date(2026, 1 + i, 1), Grain.MONTH)) for i in range(4)]
    found = figure(chart(cells, breaks=[Break(date(2026, 2, 9), 1, 2)]))
    assert found["breaks"][0]["x"] == 2


def test_days__in_a_chart_of_more_than_a_year_are_named_with_the_year() -> None:
    months = [period_on(date(2025 + i // 12, 1 + i % 12, 1), Grain.MONTH) for i in range(20)]
    found = figure(
        chart([cell(i, period=month) for i, month in enumerate(months)], breaks=[Break(date(2026, 2, 9), 1, 2)],
              exempted=[Excluded("E-3", date(2025, 3, 4), date(2025, 3, 15), "outage")])
    )  # fmt: skip
    assert found["breaks"][0]["label"] == "v1 → v2 · 9 Feb 2026"
    assert found["regions"][0]["label"] == "E-3 leaves facts out, 4 Mar 2025 to 14 Mar 2025"
    mark = Mark(Lane.EVENTS, "Gift cards", datetime(2026, 1, 11, tzinfo=UTC), None, "")
    assert lanes_of([mark], months, ZONE)["events"][0]["label"] == "Gift cards (11 Jan 2026)"


def test_break__outside_the_chart_is_not_drawn() -> None:
    assert figure(chart([cell(0), cell(1)], breaks=[Break(date(2025, 1, 6), 1, 2)]))["breaks"] == []


def test_cells_figure__breaks_where_the_version_changes() -> None:
    cells = [cell(i, version=1 if i < 2 else 2) for i in range(4)]
    found = cells_figure(cells, id="s", title="Checkout", finding="No signal", url=lambda one: one.slug)
    assert [len(segment["points"]) for segment in found["segments"]] == [2, 2]
    assert found["breaks"] == [{"x": 2, "label": ""}]


@pytest.mark.parametrize(
    ("at", "place"),
    [
        (datetime(2026, 3, 1, 23, tzinfo=UTC), 0.0),
        (datetime(2026, 3, 5, 11, tzinfo=UTC), 0.5),
        (datetime(2026, 3, 8, 23, tzinfo=UTC), 1.0),
        (datetime(2020, 1, 1, tzinfo=UTC), 0.0),
        (datetime(2030, 1, 1, tzinfo=UTC), 2.0),
    ],
)
def test_ordinal__places_an_instant_among_periods(at: datetime, place: float) -> None:
    periods: list[Period] = [FIRST, FIRST.previous(-1)]
    assert ordinal(at, periods, ZONE) == pytest.approx(place)


def test_lanes__outages_are_stretches_launches_points_and_what_goes_on_reaches_the_end() -> None:
    marks = [
        Mark(Lane.PAUSES, "Registry down", datetime(2026, 3, 3, tzinfo=UTC), datetime(2026, 3, 10, tzinfo=UTC), ""),
        Mark(Lane.EVENTS, "Gift cards", datetime(2026, 3, 11, tzinfo=UTC), None, "https://x.example"),
        Mark(Lane.INCIDENTS, "I-7 Payments", datetime(2026, 3, 4, tzinfo=UTC), None, "/incidents/7/", goes_on=True),
    ]
    found = lanes_of(marks, [FIRST, FIRST.previous(-1)], ZONE)
    assert [mark["label"] for mark in found["pauses"]] == ["Registry down (3 Mar to 10 Mar)"]
    assert found["pauses"][0]["x"] < found["pauses"][0]["until"]
    assert [(mark["label"], mark["url"]) for mark in found["events"]] == [("Gift cards (11 Mar)", "https://x.example")]
    (incident,) = found["incidents"]
    assert (incident["label"], incident["until"]) == ("I-7 Payments (since 4 Mar)", 2.0)

"""Charts as text: golden drawings for each circumstance, the worked scales, and rules that hold for any values."""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core import gallery_samples as samples
from apps.core.figures import happened_near, interactive_data, legend, table_rows
from apps.core.svg import draw
from apps.core.svg_scales import linear_ticks, log_ticks, scale_for

GOLDEN = Path(__file__).parents[2] / "golden" / "svg"
HOUR = 3600
SVG = "{http://www.w3.org/2000/svg}"
NO_SIGNAL = "No signal: inside normal range 8–39 h"


def hours(values: list[float | None], **changes: Any) -> dict[str, Any]:
    """A weekly line of durations given in hours, with a normal range of 9 to 44 h."""
    points = samples.weeks([None if v is None else v * HOUR for v in values])
    segment = {"points": points, "limits": (9 * HOUR, 44 * HOUR), "centre": 21.5 * HOUR}
    return samples.plain_line(
        [], title="Lead time, weekly median", finding=NO_SIGNAL, unit="seconds", scale="log", segments=[segment]
    ) | changes  # fmt: skip


TWELVE = [19, 23, 16, 27, 21, 18, 25, 30, 17, 22, 24, 20]
FIGURES = {
    "everything": samples.lead_time(),
    "gap": hours([19, 23, None, 27, 21]),
    "running": hours([*TWELVE], segments=[{"points": [
        *samples.weeks([19 * HOUR, 23 * HOUR]), samples.week(2, 4 * HOUR, running=True)]}]),
    "signal": hours([], segments=[{"points": [samples.week(0, 19 * HOUR),
        samples.week(1, 58 * HOUR, signal="bad"), samples.week(2, 5 * HOUR, signal=True)]}]),
    "eleven-points": hours(TWELVE[:11]),
    "twelve-points": hours(TWELVE),
    "break": samples.lead_time(lanes=None, target=None),
    "log-with-zero": hours([19, 0, 23]),
    "all-zero-counts": samples.deployments(segments=[{"points": samples.weeks([0, 0, 0, 0])}]),
    "counts": samples.deployments(),
    "one-point": hours([21]),
    "none": hours([], segments=[]),
    "all-missing": hours([None, None, None]),
    "paused": hours([], segments=[{"points": [
        samples.week(0, 19 * HOUR), samples.week(1, None, paused=True, status="Not judged: paused by freeze")]}]),
    "dots": samples.pain(),
    "burn-down": samples.burn_down(),
    "old-and-new": samples.old_and_new(),
    "forest": samples.shifts(),
    "restated": samples.restated(),
    "sparkline": samples.sparkline(),
    "small": samples.lead_time(size="small", lanes=None),
    "wide": samples.lead_time(size="wide"),
}  # fmt: skip


def parse(figure: dict[str, Any]) -> ET.Element:
    return ET.fromstring(draw(figure, standalone=True))  # noqa: S314  our own text


def with_class(root: ET.Element, name: str) -> list[ET.Element]:
    return [e for e in root.iter() if name in e.get("class", "").split()]


def lines_of(figure: dict[str, Any]) -> list[list[str]]:
    return [e.get("points", "").split() for e in parse(figure).iter(f"{SVG}polyline")]


@pytest.mark.parametrize("name", FIGURES)
def test_draw__equals_the_golden_file(name: str) -> None:
    assert draw(FIGURES[name], standalone=True) + "\n" == (GOLDEN / f"{name}.svg").read_text()


def test_draw__no_golden_file_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.svg")} == set(FIGURES)


@pytest.mark.parametrize("name", FIGURES)
def test_draw__description_is_the_verdict_and_nothing_is_styled_inline(name: str) -> None:
    root = parse(FIGURES[name])
    assert root.findtext(f"{SVG}desc") == FIGURES[name]["finding"]
    assert root.findtext(f"{SVG}title") == FIGURES[name]["title"]
    assert root.get("role") == "img"
    assert "style=" not in draw(FIGURES[name])
    assert "<style" not in draw(FIGURES[name])


@pytest.mark.parametrize(
    ("name", "box"),
    [("everything", "0 0 560 176"), ("small", "0 0 280 120"), ("sparkline", "0 0 120 28"), ("wide", "0 0 960 320")],
)
def test_draw__sizes(name: str, box: str) -> None:
    assert parse(FIGURES[name]).get("viewBox") == box


def test_draw__user_text_is_escaped() -> None:
    text = '<script>alert("x")</script> & more'
    figure = samples.lead_time(title=text, finding=text, target={"value": HOUR, "label": text})
    root = parse(figure)
    assert "<script" not in draw(figure)
    assert root.findtext(f"{SVG}title") == text


def test_line__a_missing_period_is_a_gap() -> None:
    assert [len(run) for run in lines_of(hours([19, 23, None, 27, 21, 20]))] == [2, 3]
    assert len(with_class(parse(hours([19, 23, None, 27])), "pt")) == 3


def test_line__none_crosses_a_break_within_one_segment() -> None:
    figure = hours([19, 23, 27, 21, 20], breaks=[{"x": 2, "label": "v3 → v4"}])
    assert [len(run) for run in lines_of(figure)] == [2, 3]


def test_point__running_is_hollow_and_not_joined() -> None:
    root = parse(FIGURES["running"])
    assert len(with_class(root, "is-running")) == 1
    assert [len(run) for run in lines_of(FIGURES["running"])] == [2]


def test_point__signal_has_a_ring_of_six_pixels() -> None:
    rings = with_class(parse(FIGURES["signal"]), "ring")
    assert [(r.get("r"), r.get("class")) for r in rings] == [("6", "ring is-bad"), ("6", "ring is-quiet")]


def test_band__from_twelve_finished_points_on() -> None:
    assert with_class(parse(FIGURES["eleven-points"]), "band") == []
    assert len(with_class(parse(FIGURES["twelve-points"]), "band")) == 1
    last_runs = [*samples.weeks([h * HOUR for h in TWELVE[:11]]), samples.week(11, HOUR, running=True)]
    segments = [{"points": last_runs, "limits": (9 * HOUR, 44 * HOUR)}]
    assert with_class(parse(hours([], segments=segments)), "band") == []


def test_band__ends_at_the_break() -> None:
    root = parse(samples.lead_time())
    rule = float(with_class(root, "plumb")[0].get("x1", ""))
    band = with_class(root, "band")[0]
    assert float(band.get("x", "")) + float(band.get("width", "")) == pytest.approx(rule, abs=0.2)


def test_band__is_clipped_to_values_that_can_occur() -> None:
    points = samples.weeks([0.05] * 12)
    root = parse(samples.plain_line([], segments=[{"points": points, "limits": (-0.4, 1.7)}]))
    labels = [e.text for e in with_class(root, "tick")]
    assert "100 %" in labels
    assert "120 %" not in labels
    assert float(with_class(root, "band")[0].get("height", "")) == 144


def test_break__is_a_plumb_line_with_words_over_the_full_height() -> None:
    root = parse(samples.lead_time())
    rule = with_class(root, "plumb")[0]
    assert (float(rule.get("y1", "")), float(rule.get("y2", ""))) == (2, 164)
    assert "v3 → v4 · 29 Jun · counts from merge" in ["".join(e.itertext()) for e in with_class(root, "note")]


def test_break__gives_up_its_date_before_what_it_says() -> None:
    words = [{"x": 13, "label": "v2 → v3 · 29 Jun · merge instead of first commit"}]
    (mark,) = with_class(parse(samples.lead_time(breaks=words, target=None)), "note")
    assert "".join(mark.itertext()) == "v2 → v3 · merge instead of first commit"


def test_break__keeps_its_versions_on_a_narrow_box_where_they_have_room() -> None:
    words = [{"x": x, "label": f"v{x} → v{x + 1} · 27 Apr · a long reason"} for x in (2, 7)]
    marks = with_class(parse(samples.lead_time(breaks=words, target=None)), "note")
    assert [(mark.text, mark.get("class")) for mark in marks] == [("v2 → v3", "note"), ("v7 → v8", "note alt")]
    assert [rest.get("class") for mark in marks for rest in mark] == ["rest"]


def test_break__words_are_shortened_before_they_meet() -> None:
    words = [{"x": 8, "label": "v2 → v3 · 27 Apr · why"}, {"x": 10, "label": "v3 → v4 · 11 May · why"}]
    root = parse(samples.lead_time(breaks=words, target=None))
    texts = ["".join(e.itertext()) for e in with_class(root, "note")]
    assert texts == ["v2 → v3 · 27 Apr · why", "v3 → v4 · 11 May · why"]
    close = [{"x": x, "label": f"v{x} → v{x + 1} · 27 Apr · a long reason"} for x in (2, 4, 6)]
    root = parse(samples.lead_time(breaks=close, target=None))
    shown = ["".join(e.itertext()) for e in with_class(root, "note")]
    assert len(shown) < 3 or any("reason" not in text for text in shown)


def test_bars__zero_is_drawn_and_a_gap_is_not() -> None:
    assert len(with_class(parse(samples.deployments()), "bar")) == 14
    flat = with_class(parse(FIGURES["all-zero-counts"]), "bar")
    assert [bar.get("height") for bar in flat] == ["1.5"] * 4


def test_log_axis__zero_lies_on_the_floor() -> None:
    root = parse(FIGURES["log-with-zero"])
    assert len(with_class(root, "is-floor")) == 1
    assert lines_of(FIGURES["log-with-zero"]) == []


def test_none__says_so_and_shows_no_numbers() -> None:
    for name in ("none", "all-missing"):
        root = parse(FIGURES[name])
        assert [e.text for e in with_class(root, "note")] == ["No values in this window"]
        assert with_class(root, "grid") == []


def test_lanes__three_in_order() -> None:
    root = parse(samples.lead_time())
    assert [e.text for e in with_class(root, "lane-name")] == ["Incidents", "Freezes", "Launches"]
    assert [len(with_class(root, f"mark-{kind}")) for kind in ("incident", "pause", "event")] == [3, 1, 1]


def test_series__at_most_four_shapes() -> None:
    segments = [{"label": f"s{i}", "series": i, "points": samples.weeks([0.1, 0.2])} for i in (1, 2, 3, 4, 5)]
    root = parse(samples.plain_line([], segments=segments))
    assert {e.get("class") for e in root.iter(f"{SVG}polyline")} == {"ln s1", "ln s2", "ln s3", "ln s4"}


# --- scales -----------------------------------------------------------------------------------------------------------


def test_log_ticks__worked_example() -> None:
    assert [t.label for t in log_ticks([2.1 * HOUR, 58 * HOUR])] == ["1 h", "4 h", "12 h", "1 d", "3 d"]


def test_scale__worked_example_of_twelve_hours() -> None:
    scale = scale_for("log", [2.1 * HOUR, 58 * HOUR], unit="seconds", top=8, height=96)
    assert round(scale.y(12 * HOUR), 1) == 48.2


@pytest.mark.parametrize(
    ("largest", "unit", "labels"),
    [
        (17, "count", ["0", "5", "10", "15", "20"]),
        (0.22, "share", ["0 %", "5 %", "10 %", "15 %", "20 %", "25 %"]),
        (0, "count", ["0", "1"]),
        (1, "count", ["0", "1"]),
        (0.97, "share", ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]),
        (5400, "seconds", ["0.0 h", "0.5 h", "1.0 h", "1.5 h"]),
        (12345, "money:EUR", ["0", "2,500", "5,000", "7,500", "10,000", "12,500"]),
    ],
)
def test_linear_ticks__worked_examples(largest: float, unit: str, labels: list[str]) -> None:
    assert [t.label for t in linear_ticks([largest], unit=unit)] == labels


@given(st.floats(min_value=1e-6, max_value=1e9))
def test_linear_ticks__cover_any_value_in_at_most_five_intervals(largest: float) -> None:
    ticks = linear_ticks([largest])
    assert ticks[0].value == 0
    assert ticks[-1].value >= largest
    assert len(ticks) <= 6
    step = ticks[1].value
    mantissa = float(f"{step:e}".split("e")[0])
    assert any(mantissa == pytest.approx(m) for m in (1, 2, 2.5, 5))


@given(st.floats(min_value=0, max_value=1))
def test_linear_ticks__shares_end_at_one(largest: float) -> None:
    assert linear_ticks([largest], unit="share")[-1].value <= 1


@given(st.lists(st.floats(min_value=1, max_value=1e8), min_size=1, max_size=30))
def test_log_ticks__hold_every_positive_value(values: list[float]) -> None:
    ticks = log_ticks(values)
    assert ticks[0].value <= min(values)
    assert ticks[-1].value >= max(values)
    assert len(ticks) >= 2


@given(
    st.lists(st.one_of(st.none(), st.floats(min_value=0, max_value=1e7)), max_size=30),
    st.sampled_from(["line", "bars", "dots", "spark"]),
    st.sampled_from(["log", "linear"]),
)
def test_draw__any_values_stay_inside_the_box(values: list[float | None], kind: str, scale: str) -> None:
    root = parse(samples.plain_line(values, kind=kind, unit="seconds", scale=scale))
    height = float(root.get("height", ""))
    marks = [*with_class(root, "pt"), *with_class(root, "bubble")]
    places = [float(e.get("cy", "")) for e in marks if e.get("cy")]
    assert all(0 <= place <= height for place in places)
    assert not re.search(r'="(nan|inf)', draw(samples.plain_line(values, kind=kind, unit="seconds", scale=scale)))


# --- what stands beside the drawing -----------------------------------------------------------------------------------


def test_table_rows__newest_first_with_every_column() -> None:
    rows = table_rows(samples.lead_time())
    assert [row["label"] for row in rows[:2]] == ["W35", "W34"]
    assert rows[0]["status"] == "Running"
    assert rows[1] | {"url": ""} == {
        "key": "2026-W34", "label": "W34", "value": "14\u00a0h", "lower": "11\u00a0h", "upper": "18\u00a0h", "n": "48",
        "status": "", "version": "v4", "series": "", "url": "", "x": 25.0,
    }  # fmt: skip
    assert {row["label"]: row["status"] for row in rows}["W15"] == "No data: stale"


def test_table_rows__say_what_began_where_a_series_begins_anew() -> None:
    versions = {row["label"]: row["version"] for row in table_rows(samples.lead_time())}
    assert versions["W26"] == "v3 → v4 · 29 Jun · counts from merge"
    assert (versions["W25"], versions["W27"]) == ("v3", "v4")


def test_table_rows__a_restated_period_stands_beside_what_it_was() -> None:
    rows = [(row["label"], row["series"], row["value"], row["status"]) for row in table_rows(samples.restated())]
    assert rows[:2] == [
        ("W14", "In force", "27\u00a0h", "Restated, 33 h by v2 until 7 Sep"),
        ("W14", "As published before", "33\u00a0h", "By v2 until 7 Sep"),
    ]


def test_restated__an_open_square_for_each_period_as_it_was_and_its_words_when_pointed_at() -> None:
    root = parse(samples.restated())
    marks = with_class(root, "is-former")
    assert len(marks) == 3
    assert [mark.findtext(f"{SVG}title") for mark in marks][2] == "W14: 33\u00a0h, n\u00a0=\u00a044, by v2 until 7 Sep"
    assert "W14: 27\u00a0h, n\u00a0=\u00a040, restated, 33 h by v2 until 7 Sep" in [
        e.text for e in root.iter(f"{SVG}title")
    ]
    assert [len(run) for run in lines_of(samples.restated())] == [3, 3, 3]


def test_restated__counts_stay_bars_and_what_they_were_is_a_line() -> None:
    former = samples.weeks([11, 12], start=2, former=True)
    segments = [{"points": samples.weeks([12, 14, 9, 16])}, {"points": former, "series": 2}]
    root = parse(samples.deployments(segments=segments))
    assert (len(with_class(root, "bar")), len(with_class(root, "is-former"))) == (4, 2)
    assert interactive_data(samples.deployments(segments=segments))["segments"][1]["former"] == [True, True]


def test_interactive_data__hatches_what_the_drawing_hatches() -> None:
    points = [samples.week(0, 19 * HOUR), samples.week(1, 20 * HOUR, paused=True)]
    regions = [
        {"x": 0.25, "until": 0.75, "kind": "exempt", "label": "E-3"},
        {"x": 0, "until": 1, "kind": "incident", "label": "I-1"},
    ]
    figure = hours([], segments=[{"points": points}]) | {"regions": regions}
    assert interactive_data(figure)["hatched"] == [[1, 2], [0.25, 0.75]]
    assert draw(figure).count('class="hatched"') == 2


def test_interactive_data__holds_the_values_of_the_drawing() -> None:
    data = interactive_data(samples.lead_time())
    values = [v for segment in data["segments"] for v in segment["y"]]
    assert values == [p["value"] for s in samples.lead_time()["segments"] for p in s["points"]]
    assert data["ticks"][0] == [4 * HOUR, "4 h"]
    assert [len(lane["marks"]) for lane in data["lanes"]] == [3, 1, 1]


def test_legend__only_for_several_series() -> None:
    assert legend(samples.lead_time()) == []
    assert [item["label"] for item in legend(samples.old_and_new())] == ["v4", "v5"]


def test_happened_near__lists_marks_with_their_links() -> None:
    near = happened_near(samples.lead_time())
    assert [mark["glyph"] for mark in near] == ["▪", "▪", "▪", "▬", "◆"]
    assert near[0]["url"] == "#inc-12"

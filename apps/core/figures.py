"""What stands beside a drawn chart: the rows of its table and the data of its interactive form. Plain values only."""

from collections.abc import Mapping
from typing import Any

from apps.core.numbers import format_count, number_style
from apps.core.svg import Figure, value_axis
from apps.core.svg_context import LANES, bands_of
from apps.core.svg_marks import Point, has_value, point_text, signal_tone
from apps.core.svg_scales import readable_ticks

SERIES_GLYPHS = {1: "●", 2: "■", 3: "▲", 4: "◆"}
TICK_PITCH = 0.07  # of the axis: labels of the interactive chart stand at least so far apart
LANE_GLYPHS = {"incidents": "▪", "pauses": "▬", "events": "◆"}
MOST_NEAR = 5  # in a line; more are a list that opens


def table_rows(figure: Figure) -> list[dict[str, Any]]:
    """One row for each period and series, newest first, with what stands beside the value and its evidence link."""
    segments = figure.get("segments", ())
    begun = _begun(figure)
    rows = [_row(figure["unit"], segment, point, begun) for segment in segments for point in segment["points"]]
    if figure["kind"] == "forest":
        return rows
    return sorted(rows, key=lambda row: -row["x"])


def _begun(figure: Figure) -> dict[float, str]:
    """The words of each break by the period that is the first behind it."""
    return {float(mark["x"]): str(mark["label"]) for mark in figure.get("breaks", ()) if mark["label"]}


def _row(unit: str, segment: Mapping[str, Any], point: Point, begun: Mapping[float, str]) -> dict[str, Any]:
    values = [point.get(key) for key in ("value", "lower", "upper")]
    style = number_style(values, unit)
    value, lower, upper = (style.text(v) if v is not None else "" for v in values)
    return {
        "key": point["key"],
        "x": float(point.get("x", 0)),
        "label": point.get("label", point["key"]),
        "value": point.get("text") or value,
        "lower": lower,
        "upper": upper,
        "n": format_count(point["n"]) if point.get("n") is not None else "",
        "status": status_words(point),
        "version": _version(segment, point, begun),
        "series": segment.get("label", ""),
        "url": point.get("url", ""),
    }


def _version(segment: Mapping[str, Any], point: Point, begun: Mapping[float, str]) -> str:
    """The version of a period; where a series begins anew, what its break says."""
    version = str(point.get("version", segment.get("version", "")))
    return begun.get(float(point.get("x", -1)), version) if segment.get("series", 1) == 1 else version


def status_words(point: Point) -> str:
    """The status the caller states, else what the point itself says."""
    if point.get("status"):
        return str(point["status"])
    if point.get("running"):
        return "Running"
    if point.get("signal"):
        return "Signal"
    return "" if has_value(point) else "No data"


def legend(figure: Figure) -> list[dict[str, Any]]:
    """Shape and name of each series, when there is more than one."""
    names = {int(s.get("series", 1)): str(s.get("label", "")) for s in figure.get("segments", ())}
    if len(names) < 2:
        return []
    return [{"series": series, "glyph": SERIES_GLYPHS[series], "label": name} for series, name in sorted(names.items())]


def happened_near(figure: Figure) -> list[dict[str, str]]:
    """The marks of the event lanes as words with their links, in lane order."""
    lanes = figure.get("lanes") or {}
    return [
        {"glyph": LANE_GLYPHS[key], "label": mark.get("label", ""), "url": mark.get("url", "")}
        for key, _ in LANES
        for mark in lanes.get(key, ())
    ]


def interactive_data(figure: Figure) -> dict[str, Any]:
    """What `chart.js` draws from: the same axis, points, ranges, target and breaks as the drawing, as plain numbers."""
    axis = value_axis(figure)
    goal = figure.get("target")
    return {
        "kind": figure["kind"],
        "log": figure["scale"] == "log",
        "ticks": [[tick.value, tick.label] for tick in readable_ticks(axis, TICK_PITCH)],
        "segments": [_segment(figure["unit"], segment) for segment in figure["segments"]],
        "hatched": _hatched(figure),
        "lanes": _lanes(figure),
        "breaks": [[float(mark["x"]), mark["label"]] for mark in figure.get("breaks", ())],
        "target": None if goal is None else float(goal["value"]),
    }


def _hatched(figure: Figure) -> list[list[float]]:
    """Where the drawing is hatched, in periods: what is paused hatches its own slot, what is left out its days."""
    points = [point for segment in figure["segments"] for point in segment["points"] if point.get("paused")]
    slots = [[float(point["x"]), float(point["x"]) + 1] for point in points]
    spans = [span for span in figure.get("regions", ()) if span.get("kind") != "incident"]
    return [*slots, *([float(span["x"]), float(span["until"])] for span in spans)]


def _lanes(figure: Figure) -> list[dict[str, Any]]:
    """The event lanes as glyphs at their middles, in periods."""
    lanes = figure.get("lanes")
    if lanes is None:
        return []
    return [{"key": key, "label": name, "marks": [_glyph(key, m) for m in lanes.get(key, ())]} for key, name in LANES]


def _glyph(key: str, mark: Mapping[str, Any]) -> list[Any]:
    return [(float(mark["x"]) + float(mark.get("until", mark["x"]))) / 2, LANE_GLYPHS[key], mark.get("label", "")]


def _segment(unit: str, segment: Mapping[str, Any]) -> dict[str, Any]:
    points = segment["points"]
    return {
        "label": segment.get("label", ""),
        "series": segment.get("series", 1),
        "x": [float(p["x"]) + 0.5 for p in points],
        "names": [p.get("label", p["key"]) for p in points],
        "y": [float(p["value"]) if has_value(p) else None for p in points],
        "text": [point_text(p, unit) for p in points],
        "running": [bool(p.get("running")) for p in points],
        "former": [bool(p.get("former")) for p in points],
        "signal": [signal_tone(p) for p in points],
        "bands": [[b.start, b.end, b.lower, b.upper, b.centre] for b in bands_of(segment, unit)],
    }

"""Charts as SVG text from a plain figure. Pure: no clock, no database, no Django; colours come from CSS classes.

A figure is a dict:
  kind      "line", "bars" (counts), "dots" (area = `area` of a point), "spark", "forest"
  size      "row" 560x176, "small" 280x120, "wide" 960x320; "spark" 120x28 and "forest" follow from the kind
  id        unique on the page · title · finding (the verdict's sentence) · unit · scale "log" or "linear"
  segments  [{label, series 1-4, points, centre, limits (lower, upper), bands, baseline_n}]; a segment ends at a break
  points    {key, label, x, value, text, lower, upper, n, status, note, signal, running, former, area, version, url}
            x is the period's ordinal; value None is a gap; signal "good", "bad" or True draws a ring; `former`
            is what a restated period was (an open square), `note` what is said of a point when pointed at
  target    {value, label} · thresholds [{value, label}] · guides [{x1, y1, x2, y2, label, kind "even" or "pace"}]
  breaks    [{x, label}]: x is the ordinal of the first period after the break
  lanes     {incidents, pauses, events: [{x, until, label, url}]}: x in periods, 17.5 is the middle of period 17
  extent    values the axis must hold besides its own: charts side by side share one scale
  regions   [{x, until, label, kind "incident" or "exempt"}] · data_up_to · links {csv, explore, svg}
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from apps.core import svg_context as around
from apps.core import svg_marks as marks
from apps.core.svg_forest import forest_body, forest_height
from apps.core.svg_marks import Frame, Point
from apps.core.svg_scales import Scale, scale_for

Figure = Mapping[str, Any]

TOP = 8


@dataclass(frozen=True)
class Size:
    """Outer box and inner margins in pixels; the plot is lower where lanes or the words of a break need room."""

    width: float
    height: float
    left: float
    right: float
    font: float
    with_lanes: float
    with_breaks: float
    alone: float


SIZES = {
    "row": Size(560, 176, 66, 12, 12.5, with_lanes=96, with_breaks=128, alone=144),
    "small": Size(280, 120, 48, 10, 12, with_lanes=76, with_breaks=76, alone=90),
    "wide": Size(960, 320, 72, 16, 13, with_lanes=232, with_breaks=270, alone=288),
}
SPARK_WIDTH, SPARK_HEIGHT, SPARK_PAD = 120, 28, 4
MOST_SERIES = 4
EMPTY = "No values in this window"

# A downloaded file carries its own light colours, since no stylesheet of the portal reaches it.
STANDALONE_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#4A5552}.grid,.lane{stroke:#D5D8D2}.axis{stroke:#7A8480}"
    "polyline{fill:none;stroke-width:1.5}.s1{fill:#0F5C5C;stroke:#0F5C5C}.s2{fill:#8A3FA0;stroke:#8A3FA0}"
    ".s3{fill:#7A5C00;stroke:#7A5C00}.s4{fill:#4A5552;stroke:#4A5552}polyline.s1,polyline.s2,polyline.s3,polyline.s4"
    "{fill:none}polyline.s2{stroke-dasharray:8 4}polyline.s3{stroke-dasharray:2 3}polyline.s4{stroke-dasharray:8 3 2 3}"
    ".pt{stroke-width:1.5}.pt.is-running,.bar.is-running,.bubble.is-running{fill:#FFF}"
    ".pt.is-former{fill:none}.pt.is-floor{fill:none;stroke:#4F5A57}.bubble{fill-opacity:.35}.ring{fill:none;stroke-width:1.5;stroke:#4F5A57}"
    ".ring.is-good{stroke:#1B5E9B}.ring.is-bad{stroke:#A34A00}.band{fill:#DCE6E3}.limit{stroke:#7A8480;"
    "stroke-dasharray:4 3}.centre{stroke:#7A8480}.target{stroke:#1C2321;stroke-width:1.5;stroke-dasharray:1.5 3.5}"
    ".guide{stroke:#4A5552;stroke-dasharray:6 4}.plumb{stroke:#5B4A9C}.bob{fill:#5B4A9C}.region{fill:#FCEBDD}"
    ".mark-incident{fill:#A34A00}.mark-pause{fill:#4F5A57}.mark-event{fill:#5B4A9C}.hatch{stroke:#7A8480}"
    ".whisker{stroke:#0F5C5C;stroke-width:2}"
)


def draw(figure: Figure, *, standalone: bool = False) -> str:
    """The chart of a figure as one <svg>; `standalone` adds what a file of its own needs."""
    if figure["kind"] == "spark":
        return _spark(figure, standalone=standalone)
    if figure["kind"] == "forest":
        return _root(figure, 560, forest_height(figure), forest_body(figure), "forest", standalone=standalone)
    size = figure.get("size", "row")
    box = SIZES[size]
    points = points_of(figure)
    body = _plot(figure, points) if points else _empty(figure, box)
    return _root(figure, box.width, box.height, body, size, standalone=standalone)


def points_of(figure: Figure) -> list[Point]:
    """All points of all segments, in the order drawn."""
    return [point for segment in figure.get("segments", ()) for point in segment["points"]]


def value_axis(figure: Figure, *, top: float = 0, height: float = 1) -> Scale:
    """The value axis of a figure, the same for the drawing and the interactive chart."""
    extent = _extent(figure, points_of(figure))
    return scale_for(figure["scale"], extent, unit=figure["unit"], top=top, height=height)


def _root(figure: Figure, width: float, height: float, body: str, size: str, *, standalone: bool) -> str:
    name = figure.get("id", "chart")
    attributes: dict[str, str | float] = {"xmlns": "http://www.w3.org/2000/svg"} if standalone else {}
    style = marks.element("style", STANDALONE_STYLE) if standalone else ""
    return marks.element(
        "svg",
        style,
        marks.element("title", escape(str(figure["title"])), id=f"{name}-title"),
        marks.element("desc", escape(str(figure["finding"])), id=f"{name}-desc"),
        body,
        **attributes,
        class_=f"c-chart c-chart--{size}",
        viewBox=f"0 0 {marks.number(width)} {marks.number(height)}",
        width=width,
        height=height,
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
    )


def _empty(figure: Figure, box: Size) -> str:
    floor = TOP + box.alone
    words = marks.label(figure.get("empty", EMPTY), box.width / 2, (TOP + floor) / 2, "note", "middle")
    return marks.line(0, floor, box.width, floor, "axis") + words


def _frame(figure: Figure, points: Sequence[Point]) -> Frame:
    box = SIZES[figure.get("size", "row")]
    plot = box.with_lanes if _has_lanes(figure) else box.with_breaks if figure.get("breaks") else box.alone
    ordinals = [float(p["x"]) for p in points]
    foot = TOP + plot
    return Frame(
        width=box.width, height=box.height, left=box.left, right=box.right, font=box.font,
        ticks_at=foot + box.font + 3, lanes_at=foot + box.font + 7, strip_at=box.height - 16,
        first=min(ordinals), last=max(ordinals) + 1, scale=value_axis(figure, top=TOP, height=plot),
    )  # fmt: skip


def _has_lanes(figure: Figure) -> bool:
    return figure.get("lanes") is not None and figure.get("size", "row") != "small"


def _extent(figure: Figure, points: Sequence[Point]) -> list[float]:
    """Every value the axis must hold: points, ranges, target, thresholds, helper lines, a shared scale's ends."""
    values = [float(p["value"]) for p in points if marks.has_value(p)]
    values += [float(value) for value in figure.get("extent", ())]
    for segment in figure["segments"]:
        for limits in around.bands_of(segment, figure["unit"]):
            values += [limits.lower, limits.upper]
    values += [float(goal["value"]) for goal in _goals(figure)]
    values += [float(g[end]) for g in figure.get("guides", ()) for end in ("y1", "y2")]
    return values


def _plot(figure: Figure, points: Sequence[Point]) -> str:
    frame = _frame(figure, points)
    unit = figure["unit"]
    breaks = list(figure.get("breaks", ()))
    hatch = f"{figure.get('id', 'chart')}-hatch"
    layers = [
        _regions(figure, frame, points, hatch),
        *(around.band(frame, limits) for s in figure["segments"] for limits in around.bands_of(s, unit)),
        _axis(figure, frame, points),
        marks.x_axis(frame, points),
        around.lanes(frame, figure["lanes"]) if _has_lanes(figure) else "",
        *(around.plumb_line(frame.x(b["x"]), 2, frame.strip_at + 4) for b in breaks),
        around.break_labels(frame, breaks),
        *(around.threshold(frame, goal) for goal in figure.get("thresholds", ())),
        around.target(frame, figure["target"], unit) if figure.get("target") else "",
        *(around.guide(frame, mark) for mark in figure.get("guides", ())),
        *(_series(figure, frame, i, [b["x"] for b in breaks]) for i in range(len(figure["segments"]))),
    ]
    return "".join(layers)


def _axis(figure: Figure, frame: Frame, points: Sequence[Point]) -> str:
    """The value axis; without any value only its floor and a sentence, since a made-up axis would promise numbers."""
    if any(marks.has_value(p) for p in points):
        return marks.y_axis(frame)
    end = frame.width - frame.right
    words = marks.label(figure.get("empty", EMPTY), (frame.left + end) / 2, frame.floor / 2, "note", "middle")
    return marks.line(frame.left, frame.floor, end, frame.floor, "axis") + words


def _goals(figure: Figure) -> list[Mapping[str, Any]]:
    return [*filter(None, [figure.get("target")]), *figure.get("thresholds", ())]


def _regions(figure: Figure, frame: Frame, points: Sequence[Point], hatch: str) -> str:
    """Shaded incidents and hatched pauses; a paused period hatches its own slot."""
    paused = [
        {"x": p["x"], "until": p["x"] + 1, "label": marks.point_text(p, figure["unit"])}
        for p in points
        if p.get("paused")
    ]
    spans = [*figure.get("regions", ()), *paused]
    drawn = "".join(around.region(frame, span, hatch) for span in spans)
    return (_hatch_pattern(hatch) if any(s.get("kind") != "incident" for s in spans) else "") + drawn


def _hatch_pattern(name: str) -> str:
    stroke = marks.element("path", d="M0 6L6 0", class_="hatch")
    pattern = marks.element("pattern", stroke, id=name, width=6, height=6, patternUnits="userSpaceOnUse")
    return marks.element("defs", pattern)


def _series(figure: Figure, frame: Frame, index: int, breaks: Sequence[float]) -> str:
    segment, unit = figure["segments"][index], figure["unit"]
    series = min(int(segment.get("series", 1)), MOST_SERIES)
    valued = [p for p in segment["points"] if marks.has_value(p)]
    if figure["kind"] == "bars" and series == 1:
        return "".join(marks.bar(frame, p, series, unit) for p in valued)
    if figure["kind"] == "dots":
        largest = max((float(p.get("area") or 0) for p in points_of(figure)), default=0.0)
        return "".join(marks.bubble(frame, p, series, unit, largest) for p in valued)
    placed = [p if not marks.has_value(p) or frame.scale.holds(float(p["value"])) else {**p, "value": None}
              for p in segment["points"]]  # fmt: skip
    lines = "".join(marks.joined_line(frame, run, f"ln s{series}") for run in marks.runs(placed, breaks))
    return lines + "".join(marks.point_mark(frame, p, series, unit) for p in valued)


def _spark(figure: Figure, *, standalone: bool) -> str:
    """A small line without axes; it stands only beside a number with its n."""
    points = points_of(figure)
    if not any(marks.has_value(p) for p in points):
        body = marks.line(SPARK_PAD, SPARK_HEIGHT / 2, SPARK_WIDTH - SPARK_PAD, SPARK_HEIGHT / 2, "limit")
        return _root(figure, SPARK_WIDTH, SPARK_HEIGHT, body, "spark", standalone=standalone)
    ordinals = [float(p["x"]) for p in points]
    scale = value_axis(figure, top=SPARK_PAD, height=SPARK_HEIGHT - 2 * SPARK_PAD)
    frame = Frame(
        width=SPARK_WIDTH, height=SPARK_HEIGHT, left=SPARK_PAD, right=SPARK_PAD, font=0, ticks_at=0, lanes_at=0,
        strip_at=0, first=min(ordinals), last=max(ordinals) + 1, scale=scale,
    )  # fmt: skip
    breaks = [b["x"] for b in figure.get("breaks", ())]
    lines = [
        marks.joined_line(frame, run, "ln s1") for s in figure["segments"] for run in marks.runs(s["points"], breaks)
    ]
    rules = [marks.line(frame.x(x), 2, frame.x(x), SPARK_HEIGHT - 2, "plumb") for x in breaks]
    newest = [p for p in points if marks.has_value(p)][-1]
    body = "".join([*rules, *lines, marks.point_mark(frame, newest, 1, figure["unit"])])
    return _root(figure, SPARK_WIDTH, SPARK_HEIGHT, body, "spark", standalone=standalone)

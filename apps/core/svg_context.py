"""What surrounds the series: normal ranges, targets, helper lines, plumb lines and event lanes, as SVG text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from apps.core.numbers import number_style
from apps.core.svg_marks import Frame, element, has_value, label, line, number, text_width

BAND_POINTS = 12  # fewer finished points carry no normal range
LANES = (("incidents", "Incidents"), ("pauses", "Freezes"), ("events", "Launches"))


@dataclass(frozen=True)
class Band:
    """A normal range over the periods [start, end)."""

    start: float
    end: float
    lower: float
    upper: float
    centre: float | None


# --- ranges, targets, guides ------------------------------------------------------------------------------------------


def bands_of(segment: Mapping[str, Any], unit: str) -> list[Band]:
    """Normal ranges of a segment: its `bands`, else one over its whole width from `limits` and `centre`."""
    finished = [p for p in segment["points"] if has_value(p) and not p.get("running")]
    if segment.get("baseline_n", len(finished)) < BAND_POINTS:
        return []
    if segment.get("bands"):
        return [_band(b["start"], b["end"], (b["lower"], b["upper"]), b.get("centre"), unit) for b in segment["bands"]]
    if not segment.get("limits"):
        return []
    start, end = float(segment["points"][0]["x"]), float(segment["points"][-1]["x"]) + 1
    return [_band(start, end, segment["limits"], segment.get("centre"), unit)]


def _band(start: float, end: float, limits: Sequence[float], centre: float | None, unit: str) -> Band:
    """A range clipped to values that can occur: nothing below zero, no share above one."""
    most = 1.0 if unit == "share" else float("inf")
    lower, upper = (min(max(float(v), 0.0), most) for v in limits)
    return Band(float(start), float(end), lower, upper, None if centre is None else float(centre))


def band(frame: Frame, limits: Band) -> str:
    """Fill, dashed edges and centre line of a normal range."""
    x1, x2, y1, y2 = frame.x(limits.start), frame.x(limits.end), frame.y(limits.upper), frame.y(limits.lower)
    fill = element("rect", x=x1, y=y1, width=x2 - x1, height=y2 - y1, class_="band")
    edges = line(x1, y1, x2, y1, "limit") + line(x1, y2, x2, y2, "limit")
    if limits.centre is None:
        return fill + edges
    return fill + edges + line(x1, frame.y(limits.centre), x2, frame.y(limits.centre), "centre")


def target(frame: Frame, goal: Mapping[str, Any], unit: str) -> str:
    """A dotted line, labelled at the right end, above it where there is room."""
    y = frame.y(goal["value"])
    text = goal.get("label") or f"Target {number_style([goal['value']], unit).exact(goal['value'])}"
    above = y - 4 if y - 4 - frame.font > frame.scale.top - 6 else y + frame.font
    end = frame.width - frame.right
    return line(frame.left, y, end, y, "target") + label(text, end, above, "note halo", "end")


def threshold(frame: Frame, goal: Mapping[str, Any]) -> str:
    """A dotted line of a policy, labelled at the left end, where a falling budget has not yet arrived."""
    y = frame.y(goal["value"])
    below = y + frame.font if y + frame.font + 2 < frame.floor else y - 4
    rule = line(frame.left, y, frame.width - frame.right, y, "target")
    return rule + label(goal["label"], frame.left + 4, below, "note halo")


def guide(frame: Frame, mark: Mapping[str, Any]) -> str:
    """A straight helper line (even spend, "if this pace holds") with its words at the end."""
    x1, y1, x2, y2 = frame.x(mark["x1"]), frame.y(mark["y1"]), frame.x(mark["x2"]), frame.y(mark["y2"])
    kind = "pace" if mark.get("kind") == "pace" else "even"
    text = label(mark["label"], x2 - 4, y2 - 6, "note halo", "end") if mark.get("label") else ""
    return line(x1, y1, x2, y2, f"guide {kind}") + text


def region(frame: Frame, mark: Mapping[str, Any], hatch: str) -> str:
    """A span of the whole plot: an incident is shaded; what is exempted or paused is hatched."""
    x = frame.x(max(mark["x"], frame.first))
    width = max(2.0, frame.x(min(mark["until"], frame.last)) - x)
    title = element("title", escape(mark.get("label", "")))
    box = {"x": x, "y": frame.scale.top, "width": width, "height": frame.scale.height}
    if mark.get("kind") == "incident":
        return element("rect", title, **box, class_="region")
    return element("rect", title, **box, class_="hatched", fill=f"url(#{hatch})")


# --- breaks and lanes -------------------------------------------------------------------------------------------------


def plumb_line(x: float, top: float, foot: float) -> str:
    """The sign of a changed definition: a thin line ending in a weight."""
    bob = f"M{number(x - 3.5)} {number(foot)}h7l-3.5 9z"
    return line(x, top, x, foot, "plumb") + element("path", d=bob, class_="bob")


def break_labels(frame: Frame, breaks: Sequence[Mapping[str, Any]]) -> str:
    """Words beside the weights: the whole label where it fits right or left of its line, else its first parts.

    Narrow boxes write twice as large: there only the first part stays, and none where it would touch the one before.
    """
    named = [mark for mark in breaks if mark["label"]]
    ends = [*(frame.x(mark["x"]) - 6 for mark in named[1:]), frame.width]
    rows, free_from, wide_from = [], 0.0, 0.0
    for mark, end in zip(named, ends, strict=False):  # without any break the frame's edge alone remains
        x = frame.x(mark["x"])
        text, anchor = _fitting(str(mark["label"]), frame.font, room_right=end - x - 8, room_left=x - 8 - free_from)
        first, _, rest = text.partition(" · ")
        width = text_width(first, frame.font * 2)
        begins = x + 8 if anchor == "start" else x - 8 - width
        class_ = "note alt" if begins < wide_from or begins + width > frame.width else "note"
        rows.append(
            _break_label(first, rest, x + 8 if anchor == "start" else x - 8, frame.strip_at + 13, class_, anchor)
        )
        free_from = x + 8 + (text_width(text, frame.font) if anchor == "start" else 0)
        wide_from = wide_from if class_ == "note alt" else begins + width
    return "".join(rows)


def _break_label(first: str, rest: str, x: float, y: float, class_: str, anchor: str) -> str:
    more = (element("tspan", escape(f" · {rest}"), class_="rest"),) if rest else ()
    return element("text", escape(first), *more, x=x, y=y, class_=class_, text_anchor=anchor)


def _fitting(words: str, font: float, *, room_right: float, room_left: float) -> tuple[str, str]:
    """The most of "a · b · c" that fits on one side, with its anchor; nothing where nothing fits.

    The second part (the date, which the axis tells) goes before what follows it.
    """
    parts = words.split(" · ")
    shorter = [kept for count in range(len(parts), 0, -1) for kept in (parts[:count], [*parts[:1], *parts[2:count]])]
    for text in map(" · ".join, shorter):
        width = text_width(text, font)
        if width <= room_right:
            return text, "start"
        if width <= room_left:
            return text, "end"
    return "", "start"


def lanes(frame: Frame, marks: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """Three lines of 12 px: incidents ▪, freezes and outages ▬, launches and other events ◆."""
    rows = []
    for i, (key, words) in enumerate(LANES):
        y = frame.lanes_at + 12 * i + 6
        rows.append(line(frame.left, y, frame.width - frame.right, y, "lane"))
        rows.append(label(words, frame.left - 8, y + frame.font * 0.34, "lane-name", "end"))
        rows.extend(_lane_mark(frame, key, mark, y) for mark in marks.get(key, ()))
    return "".join(rows)


def _lane_mark(frame: Frame, lane: str, mark: Mapping[str, Any], y: float) -> str:
    title = element("title", escape(mark.get("label", "")))
    x = frame.x(max(mark["x"], frame.first))
    if lane == "pauses":
        until = frame.x(min(mark.get("until", mark["x"] + 1), frame.last))
        return element("rect", title, x=x, y=y - 2.5, width=max(3.0, until - x), height=5, class_="mark-pause")
    if lane == "incidents":
        return element("rect", title, x=x - 3, y=y - 3, width=6, height=6, class_="mark-incident")
    return element("path", title, d=f"M{number(x)} {number(y - 4.5)}l4.5 4.5l-4.5 4.5l-4.5-4.5z", class_="mark-event")

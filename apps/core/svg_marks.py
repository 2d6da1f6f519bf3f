"""The marks of a chart as SVG text: axes, points, lines, bars and dots. Classes carry all colours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from apps.core.numbers import format_n, format_value
from apps.core.svg_scales import Scale, readable_ticks

Point = Mapping[str, Any]

LABEL_PITCH = 1.25  # of the font size; labels of the value axis stand at least so far apart
FORMER_SIZE = 4.5
GLYPH_WIDTH = 0.56  # of the font size; an estimate that keeps labels apart


@dataclass(frozen=True)
class Frame:
    """Where things stand, in pixels; x runs over periods, period i covering [i, i + 1)."""

    width: float
    height: float
    left: float
    right: float
    font: float
    ticks_at: float
    lanes_at: float
    strip_at: float
    first: float
    last: float
    scale: Scale

    @property
    def slot(self) -> float:
        """Width of one period."""
        return (self.width - self.left - self.right) / (self.last - self.first)

    def x(self, at: float) -> float:
        """Pixel of a moment, in periods."""
        return self.left + (at - self.first) * self.slot

    def centre(self, point: Point) -> float:
        """Pixel of a period's middle."""
        return self.x(float(point["x"]) + 0.5)

    def y(self, value: Any) -> float:
        """Pixel of a value."""
        return self.scale.y(float(value))

    @property
    def floor(self) -> float:
        """Pixel of the axis."""
        return self.scale.floor


def number(value: float) -> str:
    """A coordinate with at most one decimal."""
    return f"{round(float(value), 1) + 0.0:g}" if abs(value) < 1e5 else str(round(value))


def element(name: str, *children: str, **attributes: str | float) -> str:
    """An SVG element; `class_` becomes class, underscores become hyphens, children are markup."""
    pairs = (
        f' {key.rstrip("_").replace("_", "-")}="{escape(v if isinstance(v, str) else number(v))}"'
        for key, v in attributes.items()
    )
    head = f"<{name}{''.join(pairs)}"
    return f"{head}>{''.join(children)}</{name}>" if children else f"{head}/>"


def label(text: str, x: float, y: float, class_: str, anchor: str = "start") -> str:
    """A text at a baseline."""
    return element("text", escape(text), x=x, y=y, class_=class_, text_anchor=anchor)


def text_width(text: str, font: float) -> float:
    """Estimated width of a text in pixels."""
    return len(text) * font * GLYPH_WIDTH


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> str:
    """A straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def has_value(point: Point) -> bool:
    """A period without a value is a gap, never zero."""
    return point.get("value") is not None


def point_text(point: Point, unit: str) -> str:
    """What a point says when pointed at: period, value, interval, n."""
    if not has_value(point):
        return f"{point.get('label', point['key'])}: {point.get('status', 'no value')}"
    value = point.get("text") or format_value(point["value"], unit)
    n = f", {format_n(point['n'])}" if point.get("n") is not None else ""
    note = f", {point['note']}" if point.get("note") else ""
    return f"{point.get('label', point['key'])}: {value}{n}{note}"


# --- axes -------------------------------------------------------------------------------------------------------------


def y_axis(frame: Frame) -> str:
    """Hairlines with labels at the left; the lowest is the floor. Rungs too close to be read apart are left out.

    Narrow boxes write twice as large: what would then be too close may hide there.
    """
    pitch = frame.font * LABEL_PITCH
    apart = readable_ticks(frame.scale, pitch * 2)
    rows = []
    for i, tick in enumerate(readable_ticks(frame.scale, pitch)):
        y, class_ = frame.y(tick.value), "tick" if tick in apart else "tick alt"
        rows.append(line(frame.left, y, frame.width - frame.right, y, "grid" if i else "axis"))
        rows.append(label(tick.label, frame.left - 8, y + frame.font * 0.36, class_, "end"))
    return "".join(rows)


def x_axis(frame: Frame, points: Sequence[Point]) -> str:
    """Period labels, counted back from the newest so that it is always named; every second may hide on narrow boxes."""
    named = sorted({float(p["x"]): str(p.get("label", p["key"])) for p in points}.items(), reverse=True)
    if not named:
        return ""
    widest = max(text_width(text, frame.font) for _, text in named) * 2
    every = max(1, -(-len(named) // max(1, int((frame.width - frame.left) // widest))))
    return "".join(_x_tick(frame, x, text, second=i % 2 == 1) for i, (x, text) in enumerate(named[::every]))


def _x_tick(frame: Frame, x: float, text: str, *, second: bool) -> str:
    at = frame.x(x + 0.5)
    half = text_width(text, frame.font) / 2
    inside = min(at, frame.width - half)
    mark = line(at, frame.floor, at, frame.floor + 3, "axis")
    return mark + label(text, inside, frame.ticks_at, "tick below alt" if second else "tick below", "middle")


# --- series -----------------------------------------------------------------------------------------------------------


def runs(points: Sequence[Point], breaks: Sequence[float]) -> list[list[Point]]:
    """Neighbouring points with data; a missing period, a break or the running period ends a run."""
    found: list[list[Point]] = []
    previous: Point | None = None
    for point in points:
        if not has_value(point):
            previous = None
            continue
        if previous is not None and _joined(previous, point, breaks):
            found[-1].append(point)
        else:
            found.append([point])
        previous = None if point.get("running") else point
    return found


def _joined(a: Point, b: Point, breaks: Sequence[float]) -> bool:
    if b.get("running") or float(b["x"]) - float(a["x"]) > 1:
        return False
    return not any(float(a["x"]) < at <= float(b["x"]) for at in breaks)


def joined_line(frame: Frame, run: Sequence[Point], class_: str) -> str:
    """One line through neighbours; a single point needs none."""
    if len(run) < 2:
        return ""
    pairs = " ".join(f"{number(frame.centre(p))},{number(frame.y(p['value']))}" for p in run)
    return element("polyline", points=pairs, class_=class_)


def marker(x: float, y: float, series: int, class_: str, size: float, hint: str = "") -> str:
    """The shape of a series: circle, square, triangle, diamond."""
    children = (element("title", escape(hint)),) if hint else ()
    if series == 1:
        return element("circle", *children, cx=x, cy=y, r=size, class_=class_)
    s = size
    corners = {
        2: ((-s, -s), (s, -s), (s, s), (-s, s)),
        3: ((0, -s * 1.2), (s * 1.2, s), (-s * 1.2, s)),
        4: ((0, -s * 1.4), (s * 1.4, 0), (0, s * 1.4), (-s * 1.4, 0)),
    }[series]
    path = "M" + "L".join(f"{number(x + dx)} {number(y + dy)}" for dx, dy in corners) + "z"
    return element("path", *children, d=path, class_=class_)


def point_mark(frame: Frame, point: Point, series: int, unit: str) -> str:
    """A dot: hollow while its period runs, ringed when it signals, ▽ on the floor where a log axis has no place.

    What a restated period was is a larger open shape, so that an equal value stands inside it.
    """
    x, hint = frame.centre(point), point_text(point, unit)
    if not frame.scale.holds(float(point["value"])):
        return _floor_mark(x, frame.floor, hint)
    y = frame.y(point["value"])
    if point.get("former"):
        return marker(x, y, series, f"pt s{series} is-former", FORMER_SIZE, hint)
    state = " is-running" if point.get("running") else ""
    dot = marker(x, y, series, f"pt s{series}{state}", 3 if series < 3 else 3.2, hint)
    return dot + ring(x, y, point)


def ring(x: float, y: float, point: Point) -> str:
    """The ring of a signal, in its tone when one is declared ("good", "bad")."""
    tone = signal_tone(point)
    return element("circle", cx=x, cy=y, r=6, class_=f"ring is-{tone}") if tone else ""


def signal_tone(point: Point) -> str:
    """ "good", "bad" or "quiet" for a point that signals, "" for the rest."""
    if not point.get("signal"):
        return ""
    return str(point["signal"]) if point["signal"] in ("good", "bad") else "quiet"


def _floor_mark(x: float, floor: float, hint: str) -> str:
    path = f"M{number(x - 4)} {number(floor - 8)}h8l-4 7z"
    return element("path", element("title", escape(hint)), d=path, class_="pt is-floor")


def bar(frame: Frame, point: Point, series: int, unit: str) -> str:
    """A column from the floor; zero is a flat line on the floor, so that it differs from a gap."""
    width = max(2.0, frame.slot * 0.6)
    top = min(frame.y(point["value"]), frame.floor - 1.5)
    state = " is-running" if point.get("running") else ""
    column = element(
        "rect",
        element("title", escape(point_text(point, unit))),
        x=frame.centre(point) - width / 2, y=top, width=width, height=frame.floor - top,
        class_=f"bar s{series}{state}",
    )  # fmt: skip
    return column + ring(frame.centre(point), top, point)


def bubble(frame: Frame, point: Point, series: int, unit: str, largest: float) -> str:
    """A dot whose area shows `area`, at most 10 px in radius; without an area an ordinary dot."""
    area = float(point.get("area") or 0)
    radius = max(3.0, 10 * (area / largest) ** 0.5) if largest else 3.0
    state = " is-running" if point.get("running") else ""
    y = frame.y(point["value"])
    dot = marker(frame.centre(point), y, 1, f"bubble s{series}{state}", radius, point_text(point, unit))
    return dot + ring(frame.centre(point), y, point)

"""Forest charts: one row per item with its value and interval, beside a reference line."""

from collections.abc import Mapping
from typing import Any

from apps.core import svg_marks as marks
from apps.core.numbers import format_n, format_value
from apps.core.svg_scales import Scale, scale_for

WIDTH, LABELS, VALUES = 560, 150, 130
ROW, TOP, FOOT = 24, 6, 24


def forest_height(figure: Mapping[str, Any]) -> float:
    """Pixels needed: 24 for each row, and the axis."""
    return TOP + ROW * len(_rows(figure)) + FOOT


def _rows(figure: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [point for segment in figure.get("segments", ()) for point in segment["points"]]


def forest_body(figure: Mapping[str, Any]) -> str:
    """Rows in the order given (by name), the axis below, a line at the reference value."""
    rows = _rows(figure)
    ends = [float(r[key]) for r in rows for key in ("value", "lower", "upper") if r.get(key) is not None]
    reference = figure.get("reference")
    ends += [float(reference["value"])] if reference else []
    scale = scale_for(figure["scale"], ends, unit=figure["unit"], top=0, height=WIDTH - LABELS - VALUES)
    body = [_axis(scale, TOP + ROW * len(rows))]
    if reference:
        x = _x(scale, float(reference["value"]))
        body.append(marks.line(x, TOP, x, TOP + ROW * len(rows), "target"))
    body += [_row(figure, scale, row, TOP + ROW * i + ROW / 2) for i, row in enumerate(rows)]
    return "".join(body)


def _x(scale: Scale, value: float) -> float:
    """The vertical scale turned on its side."""
    return LABELS + scale.height - scale.y(value)


def _axis(scale: Scale, y: float) -> str:
    ticks = [
        marks.line(_x(scale, t.value), TOP, _x(scale, t.value), y + 3, "grid")
        + marks.label(t.label, _x(scale, t.value), y + 16, "tick", "middle")
        for t in scale.ticks
    ]
    return "".join(ticks) + marks.line(LABELS, y, WIDTH - VALUES, y, "axis")


def _row(figure: Mapping[str, Any], scale: Scale, row: Mapping[str, Any], y: float) -> str:
    name = marks.label(str(row.get("label", row["key"])), LABELS - 12, y + 4, "tick", "end")
    if not marks.has_value(row):
        return name + marks.label(str(row.get("status", "No data")), LABELS + 6, y + 4, "note")
    parts = [name]
    if row.get("lower") is not None and row.get("upper") is not None:
        parts.append(marks.line(_x(scale, float(row["lower"])), y, _x(scale, float(row["upper"])), y, "whisker"))
    x = _x(scale, float(row["value"]))
    parts.append(marks.marker(x, y, 1, "pt s1", 4) + marks.ring(x, y, row))
    n = f", {format_n(row['n'])}" if row.get("n") is not None else ""
    value = row.get("text") or format_value(row["value"], figure["unit"])
    parts.append(marks.label(f"{value}{n}", WIDTH - VALUES + 12, y + 4, "note"))
    return "".join(parts)

"""Sample figures of the gallery and of the drawing tests: one for each circumstance a chart must show."""

from collections.abc import Sequence
from typing import Any

HOUR = 3600
WEEKS_FROM = 9  # the first week of the samples

LEAD_TIMES_H = (
    19, 23, 16, 27, 21, 18, 25, 30, 17, 22, 24, 20, 26, 19, 28, 22, 18,
    14, 12, 15, 11, 13, 16, 12, 10, 14,
)  # fmt: skip


def week(x: int, value: float | None, **more: Any) -> dict[str, Any]:
    """A weekly point at ordinal `x`; `value` in the figure's unit."""
    number = WEEKS_FROM + x
    return {"key": f"2026-W{number:02}", "label": f"W{number}", "x": x, "value": value, **more}


def weeks(values: Sequence[float | None], *, start: int = 0, **more: Any) -> list[dict[str, Any]]:
    """Weekly points from ordinal `start` on."""
    return [week(start + i, value, **more) for i, value in enumerate(values)]


def lead_time(**changes: Any) -> dict[str, Any]:
    """Weekly medians over a change of definition, with a gap, a signal, three lanes and the running week."""
    before = weeks([h * HOUR for h in LEAD_TIMES_H[:17]], n=44, version="v3")
    before[6] = week(6, None, status="No data: stale", version="v3")
    before[11] = week(11, 58 * HOUR, n=31, version="v3", signal="bad")
    after = weeks([h * HOUR for h in LEAD_TIMES_H[17:]], start=17, n=48, version="v4")
    after.append(week(26, 9 * HOUR, n=12, version="v4", running=True))
    for point in (*before, *after):
        if point["value"]:
            point |= {"lower": point["value"] * 0.76, "upper": point["value"] * 1.29, "url": "#evidence"}
    return {
        "kind": "line", "size": "row", "id": "lead-time", "title": "Lead time, weekly median",
        "finding": "No signal: inside normal range 8–39 h", "unit": "seconds", "scale": "log",
        "segments": [
            {"points": before, "limits": (9 * HOUR, 44 * HOUR), "centre": 21.5 * HOUR, "version": "v3"},
            {"points": after, "limits": (7 * HOUR, 26 * HOUR), "centre": 13 * HOUR, "version": "v4"},
        ],
        "target": {"value": 24 * HOUR},
        "breaks": [{"x": 17, "label": "v3 → v4 · 29 Jun · counts from merge"}],
        "lanes": {
            "incidents": [
                {"x": 4.3, "label": "Checkout errors, 2 Apr", "url": "#inc-12"},
                {"x": 11.6, "label": "Search slow, 22 May", "url": "#inc-15"},
                {"x": 21.2, "label": "Queue full, 29 Jul", "url": "#inc-19"},
            ],
            "pauses": [{"x": 8, "until": 10, "label": "Freeze, 27 Apr to 10 May"}],
            "events": [{"x": 19.5, "label": "Launch of gift cards, 16 Jul", "url": "#launch"}],
        },
        "data_up_to": "24 Aug, 09:40", "links": {"explore": "#explore", "csv": "#csv"},
    } | changes  # fmt: skip


def plain_line(values: Sequence[float | None], **changes: Any) -> dict[str, Any]:
    """Weekly shares without anything around them."""
    return {
        "kind": "line", "size": "row", "id": "plain", "title": "Change failure rate", "unit": "share",
        "finding": "No signal: inside normal range", "scale": "linear", "segments": [{"points": weeks(values)}],
    } | changes  # fmt: skip


def deployments(**changes: Any) -> dict[str, Any]:
    """Counts as bars: a zero week, a missing week and the running week."""
    points = weeks([12, 14, 9, 16, 11, 0, 13, 17, None, 12, 15, 10, 14, 12])
    points.append(week(14, 4, running=True))
    return {
        "kind": "bars", "size": "row", "id": "deployments", "title": "Deployments a week",
        "finding": "No signal: inside normal range 6–18", "unit": "count", "scale": "linear",
        "segments": [{"points": points, "limits": (6, 18), "centre": 12}],
    } | changes  # fmt: skip


def pain(**changes: Any) -> dict[str, Any]:
    """Incidents as dots whose area shows customer minutes."""
    rows = ((0, 1, 12), (3, 2, 90), (6, 1, 30), (7, 0, 0), (11, 3, 240), (14, 1, 45), (20, 1, 10), (25, 2, 60))
    counts = {x: (count, area) for x, count, area in rows}
    points = [week(x, counts.get(x, (0, 0))[0], area=counts.get(x, (0, 0))[1]) for x in range(26)]
    return {
        "kind": "dots", "size": "row", "id": "pain", "title": "Customer-affecting incidents, area = minutes",
        "finding": "No signal: 4 in 13 weeks, 7 in the 13 before", "unit": "count", "scale": "linear",
        "segments": [{"points": points}], "lanes": {"incidents": [], "pauses": [], "events": []},
    } | changes  # fmt: skip


def burn_down(**changes: Any) -> dict[str, Any]:
    """Budget left over a calendar month with even spend, policy thresholds, an incident, an exemption and the pace."""
    left = (1, 0.97, 0.95, 0.93, 0.9, 0.7, 0.61, 0.6, 0.58, 0.55, 0.53, 0.5, 0.46, 0.43, 0.4, 0.36)
    points = [{"key": f"2026-08-{d + 1:02}", "label": f"{d + 1} Aug", "x": d, "value": v} for d, v in enumerate(left)]
    empty = [{"key": f"2026-08-{d:02}", "label": f"{d} Aug", "x": d - 1, "value": None} for d in range(17, 32)]
    return {
        "kind": "line", "size": "small", "id": "burn-down", "title": "Checkout, budget left", "unit": "share",
        "finding": "At risk: 36 % left, about 9 days at this pace", "scale": "linear",
        "segments": [{"points": points + empty}],
        "guides": [
            {"x1": 0, "y1": 1, "x2": 31, "y2": 0, "kind": "even"},
            {"x1": 15.5, "y1": 0.36, "x2": 24.5, "y2": 0, "kind": "pace"},
        ],
        "thresholds": [{"value": 0.25, "label": "25 %: slow down"}],
        "regions": [
            {"x": 5, "until": 6.5, "kind": "incident", "label": "Checkout errors, 6 Aug"},
            {"x": 9, "until": 11, "kind": "exempt", "label": "Exempted: provider outage, 10 to 11 Aug"},
        ],
    } | changes  # fmt: skip


def old_and_new(**changes: Any) -> dict[str, Any]:
    """The same weeks under two versions: the restated series is long-dashed."""
    old = weeks([v * HOUR for v in (31, 27, 40, 36, 29, 33)])
    new = weeks([v * HOUR for v in (28, 25, 35, 32, 27, 30)])
    return {
        "kind": "line", "size": "row", "id": "old-new", "title": "Lead time under v4 and v5", "unit": "seconds",
        "finding": "Typical difference −3 h over 6 weeks with both", "scale": "log",
        "segments": [{"label": "v4", "points": old}, {"label": "v5", "points": new, "series": 2}],
    } | changes  # fmt: skip


def restated(**changes: Any) -> dict[str, Any]:
    """Weeks that a version read anew: what they were published as stands on a second line."""
    before = weeks([v * HOUR for v in (31, 27, 40)], n=44, version="v2")
    after = [
        week(
            3 + i,
            v * HOUR,
            n=40,
            version="v3",
            note=f"restated, {old} h by v2 until 7 Sep",
            status=f"Restated, {old} h by v2 until 7 Sep",
        )
        for i, (v, old) in enumerate(((30, 36), (29, 29), (27, 33)))
    ]
    former = weeks(
        [v * HOUR for v in (36, 29, 33)],
        start=3,
        n=44,
        version="v2",
        former=True,
        note="by v2 until 7 Sep",
        status="By v2 until 7 Sep",
    )
    return {
        "kind": "line", "size": "row", "id": "restated", "title": "Lead time, weekly median", "unit": "seconds",
        "finding": "Not judged: too few, 3 of 12 since the new definition", "scale": "log",
        "segments": [
            {"label": "In force", "points": before}, {"label": "In force", "points": after},
            {"label": "As published before", "points": former, "series": 2},
        ],
        "breaks": [{"x": 3, "label": "v2 → v3 · 29 Jun · merge instead of first commit"}],
    } | changes  # fmt: skip


def shifts(**changes: Any) -> dict[str, Any]:
    """Teams by name with value and interval beside the target."""
    rows = (("Checkout", 21, 16, 27, 48), ("Harbour", 35.5, 26, 44, 52), ("Lantern", 13, 9, 15, 31))
    points: list[dict[str, Any]] = [
        {"key": name, "label": name, "x": i, "value": v * HOUR, "lower": lo * HOUR, "upper": hi * HOUR, "n": n}
        for i, (name, v, lo, hi, n) in enumerate(rows)
    ]
    points.append({"key": "Meadow", "label": "Meadow", "x": 3, "value": None, "status": "No data: not connected"})
    return {
        "kind": "forest", "id": "shifts", "title": "Lead time by team, last 4 complete weeks", "unit": "seconds",
        "finding": "3 of 4 teams have values; intervals overlap the target", "scale": "log",
        "segments": [{"points": points}], "reference": {"value": 24 * HOUR},
    } | changes  # fmt: skip


def sparkline(**changes: Any) -> dict[str, Any]:
    """Twelve weeks beside a number."""
    values = [h * HOUR for h in LEAD_TIMES_H[5:17]]
    return plain_line(
        values, kind="spark", id="spark", title="Lead time, 12 weeks", unit="seconds", scale="log",
        finding="No signal: inside normal range 8–39 h",
    ) | changes  # fmt: skip

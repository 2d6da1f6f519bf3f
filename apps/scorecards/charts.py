"""The small line of a cell as a plain figure."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from apps.scorecards.models import ScorecardCell


def sparkline(cell: ScorecardCell) -> dict[str, Any] | None:
    """Weekly values of a cell, cut where the definition changed; None when no week has a value."""
    weeks = cell.weeks
    if not any(week["value"] is not None for week in weeks):
        return None
    return {
        "kind": "spark",
        "id": f"spark-{cell.rank}",
        "title": f"{cell.label}, {len(weeks)} weeks",
        "finding": cell.trend_sentence or f"{cell.label}: weekly values",
        "unit": cell.unit,
        "scale": "log" if cell.unit == "seconds" else "linear",
        "segments": [{"points": [_point(x, week) for x, week in enumerate(weeks)]}],
        "breaks": _breaks(weeks),
    }


def _point(x: int, week: Mapping[str, Any]) -> dict[str, Any]:
    return {"key": week["period"], "label": week["period"][-3:], "x": x, "value": week["value"], "n": week["n"]}


def _breaks(weeks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Ordinals at which the version changes; weeks before the first version are no change."""
    pairs = list(enumerate(pairwise(weeks), start=1))
    return [
        {"x": x, "label": f"v{old['version']} → v{new['version']}"}
        for x, (old, new) in pairs
        if old["version"] and new["version"] and old["version"] != new["version"]
    ]

"""The stages of a span: each with its own n and median, drawn as shares of the summed time."""

from typing import Any

from apps.core.numbers import format_value
from apps.portal.context.readings import n_words
from apps.portal.queries.trend import Stage, Trend

BAR_WIDTH = 400


def stage_rows(found: Trend) -> list[dict[str, Any]]:
    """Name, median, n and share of each stage; a stage without facts says that it is not recorded."""
    return [_row(stage) for stage in found.stages]


def _row(stage: Stage) -> dict[str, Any]:
    if stage.share is None:
        return {"name": stage.name.capitalize(), "missing": "not recorded"}
    return {
        "name": stage.name.capitalize(),
        "share": format_value(stage.share, "share"),
        "width": round(stage.share * BAR_WIDTH, 1),
        "full": BAR_WIDTH,
        "median": format_value(stage.cell.reading.value, stage.cell.unit),
        "n": n_words(stage.cell.reading),
    }

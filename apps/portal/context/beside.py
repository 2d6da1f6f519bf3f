"""Two versions of a definition side by side, as a page shows them."""

from typing import Any

from apps.core.numbers import NO_NUMBER, NumberStyle, number_style
from apps.measurements.domain.shifts import shift_of, value_of, why_of
from apps.measurements.queries import Cell
from apps.metrics import queries as metrics
from apps.portal.queries.beside import Beside
from apps.portal.tables import Cell as TableCell
from apps.portal.tables import header, plain

NEVER_SCORED = (
    "Each period is judged by the version that governed it. These values are for reading only: they stand on no card, "
    "no target is read against them, and nothing is ever scored by them."
)


def beside_panel(found: Beside | None) -> dict[str, Any] | None:
    """The panel "by today's definition": a finding, the weeks as a table, and what it is not for."""
    if found is None:
        return None
    units = [metrics.spec_of(version).unit for version in (found.older, found.newer)]
    shift = shift_of(found.pairs, units[1], is_comparable=units[0] == units[1])
    return {
        "finding": why_of(shift, units[1], "weekly"),
        "table": _table(found, units),
        "foot": NEVER_SCORED,
    }


def _table(found: Beside, units: list[str]) -> dict[str, Any]:
    labels = (f"v{found.older.number}", f"v{found.newer.number}")
    return {
        "caption": f"The organisation's weeks by {labels[0]} and by {labels[1]}",
        "caption_hidden": True,
        "columns": [{"label": "Week"}, *({"label": label, "numeric": True} for label in labels)],
        "rows": _rows(found, units),
    }


def _rows(found: Beside, units: list[str]) -> list[list[TableCell]]:
    """Newest first; numbers of one unit share it."""
    sides = ([older for _, older, _ in found.weeks], [newer for _, _, newer in found.weeks])
    values = [[cell.reading.value for cell in side] for side in sides]
    together = units[0] == units[1]
    older, newer = (
        number_style(values[0] + values[1] if together else side, unit)
        for side, unit in zip(values, units, strict=True)
    )
    return [
        [header(period.key), plain(_words(a, older), numeric=True), plain(_words(b, newer), numeric=True)]
        for period, a, b in reversed(found.weeks)
    ]


def _words(cell: Cell, style: NumberStyle) -> str:
    value = value_of(cell.reading).value
    return NO_NUMBER if value is None else f"{style.text(value)} (n = {cell.reading.n})"

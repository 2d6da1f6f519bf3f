"""What stood for a period before it was restated: by an earlier version, or before late facts came."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from apps.core import clock
from apps.measurements.cells import Cell
from apps.measurements.domain.shifts import value_of
from apps.measurements.models import Restatement


@dataclass(frozen=True)
class Former:
    """A value as it was read until a day; None where nothing could be read. `version_number` None: by the same one."""

    value: float | None
    n: int
    unit: str
    until: date
    version_number: int | None = None


def former_by_version(cell: Cell, until: date) -> Former:
    """The reading of an earlier version that a later one restated on a day."""
    said = value_of(cell.reading)
    return Former(said.value if said.is_read else None, cell.reading.n, cell.unit, until, cell.version_number)


def formers_by_late_facts(cells: Iterable[Cell]) -> Mapping[int, Former]:
    """By their places: final values that facts changed which came later, as they were published first; one query."""
    places = {cell.cell_id: (place, cell) for place, cell in enumerate(cells) if cell.cell_id is not None}
    found: dict[int, Former] = {}
    for row in Restatement.objects.filter(cell_id__in=places).order_by("at", "pk"):
        place, cell = places[row.cell_id]
        found.setdefault(place, Former(row.old["value"], row.old["n"], cell.unit, clock.local_day(row.at)))
    return found

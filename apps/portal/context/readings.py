"""One way to print a measurement: value, interval, n, version, and the words that stand in its place."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from apps.core.numbers import format_count, format_n, number_style
from apps.measurements.domain.readings import Reading, Status
from apps.measurements.domain.verdicts import Verdict
from apps.measurements.domain.wording import stand_in
from apps.measurements.queries import Cell

# Definitions whose left out facts are named beside every number: a waived retro is neither in time nor late.
BESIDE = {"retros-within-72h": "waived or exempt"}
WITHOUT_VALUE = frozenset({Status.NOT_CONNECTED, Status.SOURCE_SILENT, Status.TOO_FEW, Status.NOT_ESTIMABLE})


def reading_of(
    cell: Cell, address: str, *, label: str = "", note: str = "", state: Verdict | None = None
) -> dict[str, Any]:
    """The component `reading`; `address` is the subject's (`team:checkout`), `note` is added to the interval."""
    instead = stand_in(cell.reading)
    shown = value_words(cell)
    return {
        "label": label or cell.name,
        "text": shown["text"],
        "detail": ", ".join(filter(None, (shown["range"], shown["n"], note))) if shown["text"] else "",
        "url": evidence_url(cell, address),
        "version": f"v{cell.version_number}",
        "version_url": reverse("portal:metric-version", args=[cell.slug, cell.version_number]),
        "state": verdict_of(instead) if instead else verdict_of(state) if state else None,
    }


def value_words(cell: Cell) -> dict[str, str]:
    """Value, interval and n as words; nothing where the status allows no number."""
    reading = cell.reading
    if reading.value is None or reading.status in WITHOUT_VALUE:
        return {"text": "", "range": "", "n": _n_of(cell)}
    style = number_style([reading.value, reading.lower, reading.upper], cell.unit)
    ranged = reading.lower is not None or reading.upper is not None
    return {
        "text": ("at least " if reading.at_least else "") + style.text(reading.value),
        "range": style.range(reading.lower, reading.upper) if ranged else "",
        "n": _n_of(cell),
    }


def _n_of(cell: Cell) -> str:
    """How many there are; `n = 11, 3 waived or exempt` where what is left out is named beside the number."""
    words = n_words(cell.reading)
    beside = BESIDE.get(cell.slug, "")
    return f"{words}, {format_count(cell.left_out)} {beside}" if beside and cell.left_out else words


def n_words(reading: Reading) -> str:
    """`n = 390 in 34 releases` where facts come in clusters, else `n = 48`."""
    n = format_n(reading.n)
    return n if reading.clusters is None else f"{n} in {count_words(reading.clusters, 'deployment')}"


def count_words(count: int, noun: str) -> str:
    """`1 deployment`, `34 deployments`."""
    return f"{format_count(count)} {noun}" if count == 1 else f"{format_count(count)} {noun}s"


def verdict_of(verdict: Verdict, *, mark: str | None = None) -> dict[str, Any]:
    """The component `verdict`: its sentence, unchanged."""
    return {"code": str(verdict.code), "sentence": verdict.sentence, "mark": mark}


def evidence_url(cell: Cell, address: str) -> str:
    """Where a number opens into its facts."""
    return reverse("portal:metric-evidence", args=[cell.slug, address, cell.period.key])


def is_missing(reading: Reading) -> bool:
    """Nothing can be known: not connected, or silent."""
    return reading.status in (Status.NOT_CONNECTED, Status.SOURCE_SILENT)


def newest_data(cells: Sequence[Cell]) -> Any:
    """Up to when the data of these cells reaches: the oldest of their ends."""
    return min((cell.data_up_to for cell in cells if cell.data_up_to), default=None)

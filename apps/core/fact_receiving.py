"""Who reads items of a batch whose source is no row per item: each app that sums them up registers here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.core.problems import FieldProblem


@dataclass(frozen=True)
class Taken:
    """What became of one item: an outcome, its faults located below the item, and what is said of it besides."""

    outcome: str
    problems: list[FieldProblem] = field(default_factory=list)
    detail: str = ""


Items = Sequence[Mapping[str, Any]]
# Called with the items and the principal who sent them, inside the batch's transaction; one answer per item, in order.
Reader = Callable[[Items, Any], list[Taken]]
_readers: dict[str, Reader] = {}


def read_with(source: str, reader: Reader) -> None:
    """Register who reads the items of a source."""
    _readers[source] = reader


def reader_of(source: str) -> Reader | None:
    """Who reads the items of a source; None: they are rows as they are."""
    return _readers.get(source)

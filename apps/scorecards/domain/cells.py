"""What the words of a cell ask for: does it need a decision, and which cell of a lens is most pressing? Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from apps.core.calendar_words import day_words
from apps.measurements.domain.wording import Code

NO_DEFINITION = "no_definition"
NO_DEFINITION_SENTENCE = "No data: no definition in force"
NOT_READ_SENTENCE = "No data: its definition is not read over such a period"
RETIRED_SENTENCE = "No data: retired since {day}"
NO_TARGET_SENTENCE = "No target agreed"
MISSING = frozenset({"not_connected", "source_silent"})


def retired_sentence(since: date) -> str:
    """What a slot says whose definition has left."""
    return RETIRED_SENTENCE.format(day=day_words(since))


@dataclass(frozen=True, slots=True)
class CellState:
    """What decides about a cell: the codes of its words, the status of its value now and on the card before."""

    trend: str
    target: str = ""
    status: str = "ok"
    status_before: str = ""

    @property
    def is_missing(self) -> bool:
        """Its source is silent or was never connected."""
        return self.status in MISSING

    @property
    def is_missing_again(self) -> bool:
        """Data is missing twice running."""
        return self.is_missing and self.status_before in MISSING


def needs_decision(cell: CellState) -> bool:
    """True when somebody has to decide; a slot that nobody has defined alarms nobody."""
    if cell.status == NO_DEFINITION:
        return False
    return cell.target == Code.TARGET_NOT_MET or cell.trend == Code.WORSENED or cell.is_missing_again


# Most pressing first; the rest follows, and what nobody has defined comes last.
PRESSING: tuple[tuple[str, Callable[[CellState], bool]], ...] = (
    ("Not met and Worsened", lambda c: c.target == Code.TARGET_NOT_MET and c.trend == Code.WORSENED),
    ("Not met", lambda c: c.target == Code.TARGET_NOT_MET),
    ("Worsened", lambda c: c.trend == Code.WORSENED),
    ("No data twice running", lambda c: c.is_missing_again),
    ("No data", lambda c: Code.NO_DATA in (c.trend, c.target)),
    ("Not judged", lambda c: Code.NOT_JUDGED in (c.trend, c.target)),
    ("Cannot tell yet", lambda c: c.target == Code.TARGET_UNCLEAR),
)


def pressing_rank(cell: CellState) -> int:
    """Place in the order of the most pressing: 0 is Not met and Worsened, later is calmer."""
    if cell.status == NO_DEFINITION:
        return len(PRESSING) + 1
    return next((place for place, (_, holds) in enumerate(PRESSING) if holds(cell)), len(PRESSING))


Cell = TypeVar("Cell")


def most_pressing(cells: Iterable[tuple[CellState, Cell]]) -> Cell | None:
    """The most pressing cell of a lens, the first in slot order among equals; None for an empty lens."""
    ordered = sorted(cells, key=lambda pair: pressing_rank(pair[0]))
    return ordered[0][1] if ordered else None

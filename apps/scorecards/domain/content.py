"""A card as plain values, and the hash that stands for it. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from apps.scorecards.domain.cells import CellState


@dataclass(frozen=True, slots=True)
class CellContent:
    """One slot: value with interval and n (seconds, shares 0-1, counts), the two words, and 13 weekly values.

    `judged` is what the words are read from where that is not the value itself: {per, value, lower, upper, n, run_id}.
    `run_id`, there and in each week, is the pass that computed a number: at its watermark it can be computed again.
    """

    rank: int
    lens: str
    label: str
    definition: str
    version_number: int | None
    period: str
    unit: str
    status: str
    n: int | None
    clusters: int | None
    value: float | None
    lower: float | None
    upper: float | None
    judged: dict[str, Any] | None
    run_id: int | None
    trend_code: str
    trend_sentence: str
    target_code: str
    target_sentence: str
    target_comparison: str
    target_value: Decimal | None
    weeks: list[dict[str, Any]]
    needs_decision: bool

    @property
    def state(self) -> CellState:
        """What decides how pressing the cell is, apart from the card before."""
        return CellState(trend=self.trend_code, target=self.target_code, status=self.status)


@dataclass(frozen=True, slots=True)
class CardContent:
    """A whole card as it reads now: its period, what it was read from, and its cells by rank."""

    team_name: str
    team_type: str
    grain: str
    period: str
    end_on: date
    template_number: int
    data_up_to: datetime | None
    watermark: Mapping[str, int]
    cells: tuple[CellContent, ...]

    @property
    def sha256(self) -> str:
        """Hash of everything the card says."""
        return sha256_of(asdict(self))


def canonical_text(document: Any) -> str:
    """One text for equal documents: keys sorted, no spaces, decimals and dates as text."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def sha256_of(document: Any) -> str:
    """SHA-256 in hex of a document's canonical text."""
    return hashlib.sha256(canonical_text(document).encode()).hexdigest()


def _plain(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    raise TypeError(f"{value!r} has no canonical text")

"""What an import run may become, and when it may be applied. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

CHUNK_ROWS: Final = 1_000
KEPT_ERRORS: Final = 1_000
SAMPLE_ROWS: Final = 50
# A checked file waits for its storing in parts of this size, so long, and so many of one person at once.
PART_BYTES: Final = 1 << 20
WAITS: Final = timedelta(days=1)
MOST_WAITING: Final = 10


class ImportState(StrEnum):
    """A run begins when its file is checked as a whole; it ends stored, or given up."""

    CHECKED = "checked"
    APPLIED = "applied"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class Reach:
    """What an import says about time: since when its channel reports, and up to when nothing is missing."""

    connected_from: datetime | None = None
    complete_until: datetime | None = None


def apply_problem(state: str, *, checked_sha256: str, sha256: str) -> str | None:
    """Why a run cannot be applied to a file of this hash, or None."""
    if state != ImportState.CHECKED:
        return f"This import is {state}. Only a checked one can be applied."
    if checked_sha256 != sha256:
        return "This is not the file that was checked. Check it first."
    return None


def abandon_problem(state: str) -> str | None:
    """Why a run cannot be abandoned, or None."""
    if state == ImportState.CHECKED:
        return None
    return f"This import is {state} already."

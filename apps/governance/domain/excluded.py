"""Days on which something is left out or not judged, as charts and verdicts read them. Pure."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Excluded:
    """Whole days `[start, end)` that are not judged, or whose facts are left out: of a team, a service or everything.

    `definitions` names those it is about; None: all that a freeze pauses.
    """

    key: str
    start: date
    end: date
    name: str
    team_id: int | None = None
    service_id: int | None = None
    definitions: frozenset[str] | None = None
    leaves_out: bool = False

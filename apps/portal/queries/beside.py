"""A definition by two of its versions over the same closed weeks, from what is stored; read, never scored."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.core.periods import Grain, Period
from apps.measurements.domain.shifts import Pair, value_of
from apps.measurements.domain.subjects import Subject
from apps.measurements.queries import Board, Cell
from apps.metrics import queries as metrics
from apps.metrics.models import DefinitionVersion

WEEKS = 26


@dataclass(frozen=True)
class Beside:
    """One subject's weeks by an older and a newer version, each week as (period, older, newer)."""

    older: DefinitionVersion
    newer: DefinitionVersion
    weeks: Sequence[tuple[Period, Cell, Cell]]

    @property
    def pairs(self) -> list[Pair]:
        """The weeks as a preview compares them."""
        return [Pair(value_of(older.reading), value_of(newer.reading)) for _, older, newer in self.weeks]


def find_beside(board: Board, subject: Subject, slug: str, week: Period) -> Beside | None:
    """The weeks up to `week` by the version in force and the one before it, or else the next one.

    None where nothing differs, or where the two share no stored week.
    """
    pair = _two_versions(board.versions.get(slug, ()), week.previous(-1))
    if pair is None:
        return None
    weeks = [week.previous(steps) for steps in range(WEEKS - 1, -1, -1)]
    older, newer = ([board.cell(subject, slug, p, version=version) for p in weeks] for version in pair)
    rows = zip(weeks, older, newer, strict=True)
    stored = [(p, a, b) for p, a, b in rows if a and b and a.cell_id is not None and b.cell_id is not None]
    return Beside(*pair, stored) if stored else None


def _two_versions(
    versions: Sequence[DefinitionVersion], running: Period
) -> tuple[DefinitionVersion, DefinitionVersion] | None:
    """The newest two meanings of which one is in force, the older first."""
    current = metrics.governing_version(versions, running)
    if current is None or running.grain is not Grain.WEEK:
        return None
    others = [v for v in versions if v.meaning_number != current.meaning_number]
    before = [v for v in others if v.number < current.number]
    if before:
        return before[-1], current
    return (current, others[0]) if others else None

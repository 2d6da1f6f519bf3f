"""Rows of samples are summed where samples are stored: checks into slices, and what is old into whole days."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.facts import Outcome
from apps.integrations.domain.csv_reading import CsvRow
from apps.integrations.domain.imports import CHUNK_ROWS
from apps.integrations.sample_reading import CountedRow
from apps.objectives.domain.counts import Counts
from apps.objectives.domain.indicator_words import OTHER_KEY
from apps.objectives.domain.samples import Outcome as SampleOutcome
from apps.objectives.operations.sample_importing import Key, import_counts

Group = tuple[int, str, date]
OUTCOMES = {
    SampleOutcome.UPDATED: Outcome.UPDATED, SampleOutcome.UNCHANGED: Outcome.UNCHANGED,
}  # fmt: skip


def whole_days(rows: Iterable[CsvRow]) -> Iterator[list[CsvRow]]:
    """Rows in chunks that hold whole days of a service's key, wherever they stand in the file.

    Checks of one slice are added up and old days are replaced as a whole: neither may be cut in two.
    """
    groups: dict[Group, list[CsvRow]] = {}
    for row in rows:
        groups.setdefault(_group_of(row), []).append(row)
    chunk: list[CsvRow] = []
    for place in sorted(groups):
        chunk += groups.pop(place)
        if len(chunk) >= CHUNK_ROWS:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _group_of(row: CsvRow) -> Group:
    """What is counted together as `other` is one day of it, whatever its keys are called."""
    fact: Mapping[str, Any] = row.fact or {}
    is_rest = any(one.key == OTHER_KEY for one in _of(fact))
    key = OTHER_KEY if is_rest else fact["tenant"] or fact["segment"]
    return fact["service"], key, clock.local_day(fact["slice_start"])


def record_sample_rows(
    channel: str, rows: Sequence[Mapping[str, Any]], team_id: int | None, by: Principal
) -> list[Outcome]:
    """Store what rows count; a row becomes what its slice, or its old day, becomes."""
    counted: dict[Key, dict[datetime, Counts]] = {}
    for row in rows:
        for one in _of(row):
            slices = counted.setdefault((one.indicator_id, one.key), {})
            slices[one.starts_at] = slices.get(one.starts_at, Counts(0, 0, 0)) + one.counts
    became = import_counts(counted=counted, channel=channel, team_id=team_id, by=by) if counted else {}
    return [_outcome_of([became[one.indicator_id, one.key][one.starts_at] for one in _of(row)]) for row in rows]


def _of(row: Mapping[str, Any]) -> Sequence[CountedRow]:
    found: Sequence[CountedRow] = row["counted"]
    return found


def _outcome_of(became: Sequence[SampleOutcome]) -> Outcome:
    """A check may count for several indicators, or for none; the first says what became of it."""
    return OUTCOMES.get(became[0], Outcome.CREATED) if became else Outcome.UNCHANGED

"""The one writer of slices: a slice, the sum of its day and the duty to evaluate change in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from apps.core import clock
from apps.core.bulk import insert_rows, upsert_rows
from apps.objectives.domain.counts import Counts, DaySum, Slice, change_of, day_of
from apps.objectives.domain.samples import Outcome, Place, fold_batch
from apps.objectives.models import Sample, SampleBatch, Series
from apps.objectives.operations.day_summing import add_to_days, follow, move_newest
from apps.objectives.queries import series as series_queries
from apps.objectives.queries import stored_samples as queries
from apps.objectives.queries.stored_samples import DayPlace, StoredSlice

COLUMNS = ("series_id", "starts_at", "good", "valid", "total", "first_batch_id", "last_batch_id")


@dataclass
class Written:
    """What was written under the locks of the series; `follow` takes it on, once for a transaction."""

    changed: set[DayPlace] = field(default_factory=set)
    ended: set[DayPlace] = field(default_factory=set)


@transaction.atomic
def store(*, batch: SampleBatch, items: Sequence[tuple[int, Slice]], at: datetime) -> list[Outcome]:
    """Store slices, each under the primary key of its series; one outcome per item, in order.

    The last received wins. What changes nothing writes nothing; what changes makes the objectives of the indicator
    due.
    """
    locked = series_queries.lock_series(pk for pk, _ in items)
    written = Written()
    outcomes = write_slices(batch, items, locked, written)
    if written.changed:
        follow(locked, written.changed, written.ended, at)
    return outcomes


def write_slices(
    batch: SampleBatch, items: Sequence[tuple[int, Slice]], locked: Mapping[int, Series], written: Written
) -> list[Outcome]:
    """Write slices and the sums of their days; the series are locked, and what follows is for the caller."""
    standing = queries.stored_slices({(pk, one.starts_at) for pk, one in items})
    before = {place: one.counts for place, one in standing.items()}
    changed, outcomes = fold_batch(before, (((pk, one.starts_at), one.counts) for pk, one in items))
    if changed:
        _write(batch, standing, changed)
        changes = _changes(before, changed)
        add_to_days(changes)
        written.changed.update(changes)
        written.ended |= move_newest(locked, _newest(changed))
    return outcomes


def _write(batch: SampleBatch, standing: Mapping[Place, StoredSlice], changed: Mapping[Place, Counts]) -> None:
    """Add new slices; replace the counts of known ones, which keep their first batch."""
    new = [place for place in changed if place not in standing]
    insert_rows(Sample, COLUMNS, [_values(place, changed[place], batch.pk, batch.pk) for place in new])
    known = [(place, one.first_batch_id) for place, one in standing.items() if place in changed]
    values = [_values(place, changed[place], first, batch.pk) for place, first in known]
    upsert_rows(Sample, COLUMNS, values, unique=("series_id", "starts_at"))


def _values(place: Place, counts: Counts, first: int, last: int) -> tuple[int | datetime, ...]:
    return (*place, counts.good, counts.valid, counts.total, first, last)


def _changes(before: Mapping[Place, Counts], changed: Mapping[Place, Counts]) -> dict[DayPlace, DaySum]:
    """What the changed slices change of their days."""
    zone, found = clock.reporting_zone(), dict[DayPlace, DaySum]()
    for (series_id, starts_at), counts in changed.items():
        place = (series_id, day_of(starts_at, zone))
        found[place] = found.get(place, DaySum()) + change_of(before.get((series_id, starts_at)), counts)
    return found


def _newest(changed: Mapping[Place, Counts]) -> dict[int, datetime]:
    """The newest usable slice of each series among those that changed."""
    found: dict[int, datetime] = {}
    for (series_id, starts_at), counts in changed.items():
        if counts.is_usable and (series_id not in found or found[series_id] < starts_at):
            found[series_id] = starts_at
    return found

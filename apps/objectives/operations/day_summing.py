"""The sums of days, the end of each series, and what follows when they change; under the locks of the series."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from apps.core import clock
from apps.core.bulk import batched, upsert_rows
from apps.objectives.domain.counts import DaySum, day_of
from apps.objectives.models import SampleDay, Series
from apps.objectives.operations import evaluation_asking
from apps.objectives.operations.day_publishing import publish_days
from apps.objectives.queries import stored_samples as queries
from apps.objectives.queries.stored_samples import DayPlace

SUMS = ("good", "valid", "total", "seen", "idle", "unusable")


def sum_of_row(row: SampleDay) -> DaySum:
    """What a stored day sums up to."""
    return DaySum(*(getattr(row, name) for name in SUMS))


def add_to_days(changes: Mapping[DayPlace, DaySum]) -> None:
    """Add changes to the sums that are stored; each writer holds the series, so none reads what another writes."""
    standing = queries.stored_days(changes)
    rows = []
    for place, change in sorted(changes.items(), key=lambda item: item[0]):
        row = standing.get(place)
        rows.append((place, sum_of_row(row) + change if row else change, row.imported_by_batch_id if row else None))
    write_days(rows)


def write_days(rows: Iterable[tuple[DayPlace, DaySum, int | None]]) -> None:
    """Write days, those that stand already included; each with the batch that brought it as a whole, if one did."""
    values = [(*place, *(getattr(total, name) for name in SUMS), batch_id) for place, total, batch_id in rows]
    upsert_rows(SampleDay, ("series_id", "day", *SUMS, "imported_by_batch_id"), values, unique=("series_id", "day"))


def move_newest(locked: Mapping[int, Series], newest: Mapping[int, datetime]) -> set[DayPlace]:
    """Move on where series end, never back; answers the days that ended with it.

    Only usable slices move it: unusable ones are missing, and bad days would roll out of windows unmeasured.
    """
    zone = clock.reporting_zone()
    moved: dict[datetime, list[int]] = {}
    ended: set[DayPlace] = set()
    for pk, starts_at in newest.items():
        row, was = locked[pk], locked[pk].newest_start
        if was is not None and was >= starts_at:
            continue
        if was is not None and day_of(was, zone) < day_of(starts_at, zone):
            ended.add((pk, day_of(was, zone)))
        row.newest_start = starts_at
        moved.setdefault(starts_at, []).append(pk)
    for starts_at, pks in moved.items():  # keys of one push end together
        for some in batched(pks):
            Series.objects.filter(pk__in=some).update(newest_start=starts_at)
    return ended


def follow(locked: Mapping[int, Series], changed: Iterable[DayPlace], ended: Iterable[DayPlace], at: datetime) -> None:
    """Publish those days that are over, and ask for the objectives of every indicator whose counts changed."""
    today, listed = clock.local_day(at), set(changed)
    publish_days({place for place in listed | set(ended) if place[1] < today})
    earliest: dict[int, date] = {}
    for pk, day in listed:
        indicator_id = locked[pk].indicator_id
        earliest[indicator_id] = min(day, earliest.get(indicator_id, day))
    evaluation_asking.ask(earliest, at)

"""The sums of days, the end of each series, and what follows when they change; under the locks of the series."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from apps.core import clock
from apps.core.bulk import batched
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
    for (series_id, day), change in sorted(changes.items(), key=lambda item: item[0]):
        row = standing.get((series_id, day)) or SampleDay(series_id=series_id, day=day)
        rows.append(_summed(row, sum_of_row(row) + change))
    write_days(rows)


def _summed(row: SampleDay, total: DaySum) -> SampleDay:
    for name in SUMS:
        setattr(row, name, getattr(total, name))
    return row


def day_row(place: DayPlace, total: DaySum, batch_id: int) -> SampleDay:
    """A day that an import brought as a whole."""
    return _summed(SampleDay(series_id=place[0], day=place[1], imported_by_batch_id=batch_id), total)


def write_days(rows: Iterable[SampleDay]) -> None:
    """Write days, those that stand already included."""
    made = [_summed(_place_of(row), sum_of_row(row)) for row in rows]
    if made:
        SampleDay.objects.bulk_create(
            made, update_conflicts=True, unique_fields=["series", "day"], update_fields=[*SUMS, "imported_by_batch"],
            batch_size=500,
        )  # fmt: skip


def _place_of(row: SampleDay) -> SampleDay:
    return SampleDay(series_id=row.series_id, day=row.day, imported_by_batch_id=row.imported_by_batch_id)


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

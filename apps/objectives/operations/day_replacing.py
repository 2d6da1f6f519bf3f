"""Days older than slices are kept: brought as a whole by an import, and left as sums when their slices go."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from apps.core import clock
from apps.core.periods import local_midnight
from apps.objectives.domain.counts import Counts, DaySum, sum_of
from apps.objectives.domain.samples import Outcome, first_kept_day
from apps.objectives.models import Sample, SampleBatch, Series
from apps.objectives.operations.day_summing import move_newest, sum_of_row, write_days
from apps.objectives.operations.sample_storing import Written
from apps.objectives.queries import series as series_queries
from apps.objectives.queries import stored_samples as queries
from apps.objectives.queries.stored_samples import DayPlace

SERIES_AT_ONCE = 200


def replace_days(
    batch: SampleBatch, days: Mapping[DayPlace, Mapping[datetime, Counts]], locked: Mapping[int, Series],
    written: Written,
) -> dict[DayPlace, Outcome]:  # fmt: skip
    """Put whole days in the place of what was stored of them; days that sum up alike write nothing.

    The series are locked, and what follows is for the caller.
    """
    standing = queries.stored_days(days)
    sums = {place: sum(map(sum_of, found.values()), DaySum()) for place, found in days.items()}
    changed = [place for place, new in sums.items() if place not in standing or sum_of_row(standing[place]) != new]
    if changed:
        write_days((place, sums[place], batch.pk) for place in sorted(changed))
        for series_id, day in changed:
            _remove([series_id], day, day + timedelta(days=1))
        written.changed.update(changed)
        written.ended |= move_newest(locked, _newest({place: days[place] for place in changed}))
    return {place: _outcome(place in standing, place in set(changed)) for place in days}


def _outcome(is_standing: bool, is_changed: bool) -> Outcome:
    if not is_changed:
        return Outcome.UNCHANGED
    return Outcome.UPDATED if is_standing else Outcome.CREATED


def _newest(days: Mapping[DayPlace, Mapping[datetime, Counts]]) -> dict[int, datetime]:
    """The newest usable slice of each series."""
    found: dict[int, datetime] = {}
    for (series_id, _), slices in days.items():
        for starts_at, counts in slices.items():
            if counts.is_usable and (series_id not in found or found[series_id] < starts_at):
                found[series_id] = starts_at
    return found


def _remove(series_ids: Sequence[int], first_on: date | None, end_on: date) -> int:
    """Delete the slices of whole local days; their sums stay."""
    zone = clock.reporting_zone()
    slices = Sample.objects.filter(series_id__in=series_ids, starts_at__lt=local_midnight(end_on, zone))
    if first_on is not None:
        slices = slices.filter(starts_at__gte=local_midnight(first_on, zone))
    return slices.delete()[0]


def remove_old_slices(*, at: datetime) -> int:
    """Delete the slices of days older than a hundred days, some series at a time; answers how many there were.

    Whole local days go, so that a window never finds half a day without its sum. Of an SLI that fell silent a hundred
    days up to its newest slice stay: its windows end there.
    """
    zone, removed = clock.reporting_zone(), 0
    newest = queries.newest_of_indicators()
    by_day: dict[date, list[int]] = {}
    for indicator_id, last in newest.items():
        by_day.setdefault(first_kept_day(at, zone, last), []).append(indicator_id)
    for end_on, indicator_ids in sorted(by_day.items()):
        cutoff = local_midnight(end_on, zone)
        while some := queries.series_with_slices_before(cutoff, indicator_ids, SERIES_AT_ONCE):
            with transaction.atomic():
                series_queries.lock_series(some)
                removed += _remove(some, None, end_on)
    return removed

"""Counts out of files: slices of the last hundred days one by one, older ones as whole days."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from apps.accounts.domain import Principal
from apps.core import clock
from apps.objectives.domain.counts import Counts, Slice, day_of
from apps.objectives.domain.samples import Outcome, first_kept_day
from apps.objectives.models import SampleBatch
from apps.objectives.operations.day_replacing import replace_days
from apps.objectives.operations.day_summing import follow
from apps.objectives.operations.sample_receiving import ensure_series
from apps.objectives.operations.sample_storing import Written, write_slices
from apps.objectives.queries import series as series_queries

Key = tuple[int, str]  # indicator and key
Counted = Mapping[Key, Mapping[datetime, Counts]]


@transaction.atomic
def import_counts(
    *, counted: Counted, channel: str, team_id: int | None, by: Principal
) -> dict[Key, dict[datetime, Outcome]]:
    """Store what a part of a file counts; of days older than slices are kept it holds every slice the file has.

    Keys met for the first time are made: whoever brings a file was asked for it and saw its rows.
    """
    batch = SampleBatch.objects.create(channel=channel, sender=by.sender, team_id=team_id, received_at=clock.now())
    known = ensure_series(series_queries.ids_by_key({indicator for indicator, _ in counted}), list(counted))
    at, zone = clock.as_of(), clock.reporting_zone()
    kept_from = first_kept_day(at, zone)
    slices: list[tuple[Key, datetime, Counts]] = []
    days: dict[tuple[int, date], dict[datetime, Counts]] = {}
    for key, found in counted.items():
        for starts_at, counts in found.items():
            day = day_of(starts_at, zone)
            if day < kept_from:
                days.setdefault((known[key], day), {})[starts_at] = counts
            else:
                slices.append((key, starts_at, counts))
    # All series before anything else: a push that waits for one of them holds none that is wanted later.
    locked, written = series_queries.lock_series(known[key] for key in counted), Written()
    items = [(known[key], Slice(start, counts)) for key, start, counts in slices]
    outcomes = write_slices(batch, items, locked, written)
    of_day = replace_days(batch, days, locked, written) if days else {}
    if written.changed:
        follow(locked, written.changed, written.ended, at)
    became = {
        key: {start: of_day.get((known[key], day_of(start, zone)), Outcome.UNCHANGED) for start in found}
        for key, found in counted.items()
    }
    for (key, starts_at, _), outcome in zip(slices, outcomes, strict=True):
        became[key][starts_at] = outcome
    _close(batch, became)
    return became


def _close(batch: SampleBatch, became: Mapping[Key, Mapping[datetime, Outcome]]) -> None:
    every = [outcome for found in became.values() for outcome in found.values()]
    for outcome in Outcome:
        setattr(batch, f"{outcome}_count", every.count(outcome))
    batch.save()

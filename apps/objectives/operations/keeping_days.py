"""Keep the days of budgets: what a change reached is counted anew, and what a window needs for the first time.

Days whose slices are gone stand as they were judged, under this version or an earlier one that counts the same units.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from django.db import transaction

from apps.core.bulk import batched, insert_rows
from apps.objectives.domain.reading import Units
from apps.objectives.domain.windows import DAY
from apps.objectives.models import BudgetDay
from apps.objectives.queries.counting import Counted, count
from apps.objectives.queries.judged_days import as_judged, is_same, is_untold
from apps.objectives.queries.kept_days import first_kept
from apps.objectives.queries.measuring import Framed

COLUMNS = ("version_id", "series_id", "day", "bad", "counted", "raw_bad", "raw_counted", "seen", "unusable")


@transaction.atomic
def keep_days(framed: Sequence[Framed], changed: Mapping[int, date | None]) -> None:
    """Write the days of promises that changed since the day that `changed` names for their version, or are missing."""
    kept = first_kept([one.question.version_id for one in framed if one.question.version_id is not None])
    asked: dict[tuple[int, date], Framed] = {}
    first: dict[int, date] = {}
    for one in framed:
        version_id = one.question.version_id
        if version_id is not None:
            asked |= {(version_id, day): one for day in _days(one, kept.get(version_id), changed.get(version_id))}
            first[version_id] = min(first.get(version_id, _needed(one)), _needed(one))
    gone = {place: one for place, one in asked.items() if place[1] < one.kept_from}
    judged = as_judged(gone) if gone else {}
    # Slices of time that are gone and were judged under none of them are told by nothing.
    asked = {place: one for place, one in asked.items() if place in judged or not is_untold(place, one)}
    counted = dict(zip(asked, count([one.day(day) for (_, day), one in asked.items()]), strict=True))
    counted |= {place: units for place, units in judged.items() if is_same(asked[place], counted[place], units)}
    _remove(asked)
    rows: list[tuple[int | date | None, ...]] = []
    for (version_id, day), units in counted.items():
        rows += _rows(version_id, day, units, is_first=day == first[version_id])
    insert_rows(BudgetDay, COLUMNS, rows)


def _needed(one: Framed) -> date:
    return one.plan.first_on or one.newest_on


def _days(one: Framed, first: date | None, changed: date | None) -> list[date]:
    """The days that are missing before the first that is kept, and those from the first change on."""
    needed = _needed(one)
    days = set(_between(needed, first if first is not None else one.newest_on + DAY))
    if changed is not None:
        days |= set(_between(max(changed, min(needed, first or needed)), one.newest_on + DAY))
    return sorted(days)


def _between(first: date, end: date) -> Iterator[date]:
    for offset in range((end - first).days):
        yield first + offset * DAY


def _remove(asked: Mapping[tuple[int, date], Framed]) -> None:
    """Make room: sums by version and day, keys by their series too, as their index wants it."""
    by_day: dict[date, list[tuple[int, Framed]]] = {}
    for (version_id, day), one in asked.items():
        by_day.setdefault(day, []).append((version_id, one))
    by_versions: dict[tuple[int, ...], list[date]] = {}
    series: dict[tuple[int, ...], set[int]] = {}
    for day, those in by_day.items():
        versions = tuple(sorted({version_id for version_id, _ in those}))
        by_versions.setdefault(versions, []).append(day)
        series.setdefault(versions, set()).update(
            pk for _, one in those if one.source.has_keys for pk in one.source.keys
        )
    for versions, days in by_versions.items():
        for some in batched(versions):
            rows = BudgetDay.objects.filter(version__in=some, day__gte=min(days), day__lte=max(days), day__in=days)
            rows.filter(series=None).delete()
            for pks in batched(sorted(series[versions])):
                rows.filter(series__in=pks).delete()


def _rows(version_id: int, day: date, counted: Counted, *, is_first: bool) -> list[tuple[int | date | None, ...]]:
    """Days on which something came; the first one of a window always, as it says from when on days are kept."""
    found = dict(counted)
    if is_first:
        found.setdefault(None, Units())
    return [
        (version_id, series_id, day, u.kept.bad, u.kept.counted, u.raw.bad, u.raw.counted, u.seen, u.unusable)
        for series_id, u in sorted(found.items(), key=lambda item: item[0] or 0)
        if is_first or u.seen or u.unusable
    ]

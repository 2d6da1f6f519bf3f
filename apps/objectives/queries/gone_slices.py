"""What days still say whose slices are kept no more: where a window cannot be counted, and when a source last came."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from apps.objectives.domain.windows import DAY
from apps.objectives.models import BudgetDay, SampleDay
from apps.objectives.queries.bound_rows import bound_rows, fetch, probing

_TABLE = SampleDay._meta.db_table
RANGES = {"number": "bigint", "series": "bigint", "first_on": "date", "end_on": "date"}
_INSIDE = "s.series_id = p.series AND s.day >= p.first_on AND s.day < p.end_on AND s.seen > 0"
_NEWEST = f"""
    SELECT p.number, (
        SELECT s.day FROM {_TABLE} AS s
        WHERE s.series_id = p.series AND s.day < p.before AND s.seen > 0 ORDER BY s.day DESC LIMIT 1
    ) FROM {{asked}}
"""  # noqa: S608  our own names


@dataclass(frozen=True)
class Wanted:
    """Days of a window that only their slices, or what was kept of them under its version, can tell."""

    version_id: int | None
    series: Collection[int]
    whole: Sequence[date] = ()
    edges: Sequence[date] = ()


def find_untold(wanted: Mapping[int, Wanted]) -> set[int]:
    """The numbers of those of which something came on a day that nothing tells any more; at most two queries."""
    if not wanted:
        return set()
    kept = _kept(wanted.values())
    asked = {
        number: sorted({*one.edges, *(day for day in one.whole if (one.version_id, day) not in kept)})
        for number, one in wanted.items()
    }
    rows = [
        (number, series_id, first, end)
        for number, days in asked.items() for first, end in _runs(days) for series_id in wanted[number].series
    ]  # fmt: skip
    if not rows:
        return set()
    table, values = bound_rows("p", RANGES, rows)
    return {int(row[0]) for row in fetch(f"SELECT DISTINCT p.number {probing(table, _TABLE, _INSIDE)}", values)}


def _kept(wanted: Collection[Wanted]) -> set[tuple[int | None, date]]:
    """Days that are kept of sums, by version."""
    days = [day for one in wanted if one.version_id is not None for day in one.whole]
    if not days:
        return set()
    rows = BudgetDay.objects.filter(version__in={one.version_id for one in wanted} - {None}, series=None)
    return set(rows.filter(day__gte=min(days), day__lte=max(days)).values_list("version_id", "day"))


def _runs(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """Days in order as ranges without gaps: first, and the one after the last."""
    first = before = None
    for day in days:
        if first is None or before is None or day != before + DAY:
            if first is not None and before is not None:
                yield first, before + DAY
            first = day
        before = day
    if first is not None and before is not None:
        yield first, before + DAY


def newest_days_before(asked: Sequence[tuple[int, date]]) -> dict[tuple[int, date], date]:
    """The newest day before a day on which something usable came, of series; one query for any number of them."""
    if not asked:
        return {}
    columns = {"number": "bigint", "series": "bigint", "before": "date"}
    table, values = bound_rows("p", columns, [(number, *one) for number, one in enumerate(asked)])
    rows = fetch(_NEWEST.replace("{asked}", table), values)
    return {asked[number]: _date(found) for number, found in rows if found is not None}


def _date(value: str | date) -> date:
    """A day of a statement's row: SQLite answers it as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value

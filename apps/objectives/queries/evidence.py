"""What stands behind a budget's numbers: its days, and the slices of one day, counted and left out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Sum

from apps.core import clock
from apps.core.periods import Period, local_midnight
from apps.core.problems import Absent
from apps.objectives.domain.counts import Counts, seen_beside
from apps.objectives.domain.exempting import ExemptSpan
from apps.objectives.domain.windows import DAY, Span, slices_in
from apps.objectives.models import BudgetDay, BudgetEvaluation, Objective, Sample, SampleBatch, SampleDay, Series
from apps.objectives.queries.agreements import Agreed, exempt_spans
from apps.objectives.queries.owning import results_with_team


@dataclass(frozen=True)
class DayEvidence:
    """One day: units as they count and as they came, and how many of its slices did what."""

    day: date
    bad: int
    counted: int
    raw_bad: int
    raw_counted: int
    total: int
    valid: int
    seen: int
    idle: int | None  # None: of the sum of several keys the sums of days do not tell it
    unusable: int
    expected: int
    is_kept: bool

    @property
    def missing(self) -> int:
        """Slices that did not come."""
        return max(0, self.expected - self.seen - self.unusable)


@dataclass(frozen=True)
class SliceEvidence:
    """One slice of a day; `counts` is None where it did not come. Batches are named for a single key."""

    starts_at: datetime
    counts: Counts | None
    exempt: ExemptSpan | None = None
    first: SampleBatch | None = None
    last: SampleBatch | None = None


def series_of(agreed: Agreed, key: str, on: date | None = None) -> list[Series]:
    """The series of an indicator, or the one of a key; of a day those that came on it, if any did. One query.

    What an earlier dimension told apart stays stored, and came on none of the days since.
    """
    rows = Series.objects.filter(indicator=agreed.indicator).order_by("key")
    rows = rows.filter(key=key) if key else rows
    if on is None:
        return list(rows)
    came = Exists(SampleDay.objects.filter(series=OuterRef("pk"), day=on))
    listed: list[Series] = [*rows.annotate(has_come=came)]
    return [one for one in listed if getattr(one, "has_come", False)] or listed


def days_of(series: Sequence[Series], month: Period | None = None) -> QuerySet[SampleDay, date]:
    """Every day on which something came, or those of a month, newest first, to be paged."""
    rows = SampleDay.objects.filter(series__in=series)
    if month is not None:
        rows = rows.filter(day__gte=month.first_on, day__lt=month.end_on)
    return rows.order_by("-day").values_list("day", flat=True).distinct()


def list_days(
    agreed: Agreed, version_id: int, series: Sequence[Series], key: str, days: Sequence[date]
) -> list[DayEvidence]:
    """Days of a key or of the sum, newest first; two queries.

    The slices of the sum are those in which any key came; a key that is silent in one of them is idle, not missing.
    """
    is_key = bool(key and series)
    statuses = BudgetDay.objects.filter(version=version_id, day__in=days)
    listed = statuses.filter(Q(series=None) | Q(series=series[0])) if is_key else statuses.filter(series=None)
    kept = {(row.series_id, row.day): row for row in listed}
    mine = Q(series=series[0]) if is_key else None
    came = (
        SampleDay.objects.filter(series__indicator=agreed.indicator, day__in=days)
        .values("day")
        .annotate(
            bad=Sum(F("valid") - F("good"), filter=mine), of_valid=Sum("valid", filter=mine),
            of_total=Sum("total", filter=mine), of_idle=Sum("idle", filter=mine), of_seen=Max("seen", filter=mine),
            of_unusable=Min("unusable", filter=mine), any_seen=Max("seen"),
            of_keys=Count("pk", filter=mine),
        )
        .order_by("-day")
    )  # fmt: skip
    of = series[0].pk if is_key else None
    return [_day(agreed, row, kept.get((of, row["day"])), kept.get((None, row["day"]))) for row in came]


def _day(agreed: Agreed, row: Mapping[str, Any], kept: BudgetDay | None, of_sum: BudgetDay | None) -> DayEvidence:
    day: date = row["day"]
    names = ("bad", "of_valid", "of_total", "of_seen", "of_idle", "of_unusable", "any_seen", "of_keys")
    bad, valid, total, seen, idle, unusable, most, keys = (int(row[name]) for name in names)
    zone = clock.reporting_zone()
    span = Span(local_midnight(day, zone), local_midnight(day + DAY, zone))
    expected = slices_in(span, agreed.spec.slice_seconds)
    # Where the day was not kept, the key with most slices tells at least how many of the sum came.
    together = of_sum.seen if of_sum is not None else most
    if keys == 1:
        beside = seen_beside(seen, unusable, together)
        seen, idle = beside, idle + beside - seen
    elif of_sum is not None:
        seen, unusable = of_sum.seen, of_sum.unusable
    units = (kept.bad, kept.counted, kept.raw_bad, kept.raw_counted) if kept is not None else (bad, valid, bad, valid)
    return DayEvidence(
        day, *units, total, valid, seen, idle if keys == 1 else None, unusable, expected, is_kept=kept is not None
    )


def list_slices(
    agreed: Agreed, objective: Objective, day: date, series: Sequence[Series], key: str
) -> list[SliceEvidence]:
    """The slices of a local day in order, of all keys together, those that did not come among them.

    Two queries, and one more where a slice is unusable.
    """
    zone, seconds = clock.reporting_zone(), agreed.spec.slice_seconds
    span = Span(local_midnight(day, zone), local_midnight(day + DAY, zone))
    exempt = exempt_spans([objective], span).get(objective.pk, [])
    found = _sum_slices(series, span)
    name = series[0].key if len(series) == 1 else key
    return [
        SliceEvidence(at, found.get(at), next((one for one in exempt if one.takes_out(at, name)), None))
        for at in _starts(span, seconds, found)
    ]


def _sum_slices(series: Sequence[Series], span: Span) -> dict[datetime, Counts]:
    """The usable keys of each slice together, summed by the database; where none is usable, the first that came."""
    is_usable = Q(good__gte=0, good__lte=F("valid"))
    rows = Sample.objects.filter(series__in=series, starts_at__gte=span.start, starts_at__lt=span.end)
    sums = rows.order_by().values_list("starts_at").annotate(
        **{f"of_{name}": Sum(name, filter=is_usable) for name in ("good", "valid", "total")}, first=Min("pk")
    )  # fmt: skip
    found, unusable = {}, []
    for starts_at, good, valid, total, first in sums:
        if good is None:
            unusable.append(first)
        else:
            found[starts_at] = Counts(int(good), int(valid), int(total))
    broken = Sample.objects.filter(pk__in=unusable) if unusable else ()
    return found | {row.starts_at: row.counts for row in broken}


def with_batches(slices: Sequence[SliceEvidence], series: Series) -> list[SliceEvidence]:
    """Slices of one key with who delivered them first and last; one query."""
    came = [one.starts_at for one in slices if one.counts is not None]
    rows = Sample.objects.filter(series=series, starts_at__in=came).select_related("first_batch", "last_batch")
    found = {row.starts_at: row for row in rows}
    return [
        replace(one, first=row.first_batch, last=row.last_batch) if (row := found.get(one.starts_at)) else one
        for one in slices
    ]


def _starts(span: Span, seconds: int, found: Iterable[datetime]) -> list[datetime]:
    """Every start that the day should hold by now, and those that came beside them."""
    length = timedelta(seconds=seconds)
    offset = -(int(span.start.timestamp()) % seconds) % seconds
    start, end = span.start + timedelta(seconds=offset), min(span.end, clock.as_of())
    expected = []
    while start < end:
        expected.append(start)
        start += length
    return sorted({*expected, *found})


def get_result(slug: str, pk: int) -> BudgetEvaluation:
    """A result of an objective as it was kept; raises `Absent`."""
    rows = results_with_team(BudgetEvaluation.objects.select_related("version"))
    found: BudgetEvaluation | None = rows.filter(pk=pk, objective__slug=slug).first()
    if found is None:
        raise Absent("not_found", "Nothing is here for you.")
    return found

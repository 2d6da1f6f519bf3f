"""What stands behind a budget's numbers: its days, and the slices of one day, counted and left out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Sum

from apps.core import clock
from apps.core.periods import local_midnight
from apps.objectives.domain.counts import Counts
from apps.objectives.domain.exempting import ExemptSpan
from apps.objectives.domain.windows import DAY, Span, slices_in
from apps.objectives.models import BudgetDay, Objective, Sample, SampleBatch, SampleDay, Series
from apps.objectives.queries.agreements import Agreed, exempt_spans


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
    idle: int
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


def series_of(agreed: Agreed, key: str) -> list[Series]:
    """The series of an indicator, or the one of a key; one query."""
    rows = Series.objects.filter(indicator=agreed.indicator)
    return list((rows.filter(key=key) if key else rows).order_by("key"))


def list_days(agreed: Agreed, version_id: int, series: Sequence[Series], key: str) -> list[DayEvidence]:
    """Every day that came, newest first, of a key or of the sum; two queries."""
    of = {"series": series[0]} if key and series else {"series": None}
    kept = {row.day: row for row in BudgetDay.objects.filter(version=version_id, **of)}
    came = (
        SampleDay.objects.filter(series__in=series)
        .values("day")
        .annotate(
            bad=Sum(F("valid") - F("good")), of_valid=Sum("valid"), of_total=Sum("total"), of_seen=Sum("seen"),
            of_idle=Sum("idle"), of_unusable=Sum("unusable"),
        )
        .order_by("-day")
    )  # fmt: skip
    return [_day(agreed, row, kept.get(row["day"]), len(series)) for row in came]


def _day(agreed: Agreed, row: Mapping[str, Any], kept: BudgetDay | None, keys: int) -> DayEvidence:
    day: date = row["day"]
    names = ("bad", "of_valid", "of_total", "of_seen", "of_idle", "of_unusable")
    bad, valid, total, seen, idle, unusable = (int(row[name]) for name in names)
    zone = clock.reporting_zone()
    span = Span(local_midnight(day, zone), local_midnight(day + DAY, zone))
    expected = slices_in(span, agreed.spec.slice_seconds) * keys
    if kept is None:
        return DayEvidence(day, bad, valid, bad, valid, total, valid, seen, idle, unusable, expected, is_kept=False)
    return DayEvidence(
        day, kept.bad, kept.counted, kept.raw_bad, kept.raw_counted, total, valid, seen, idle, unusable, expected,
        is_kept=True,
    )  # fmt: skip


def list_slices(
    agreed: Agreed, objective: Objective, day: date, series: Sequence[Series], key: str
) -> list[SliceEvidence]:
    """The slices of a local day in order, those that did not come among them; two queries, three for a single key."""
    zone, seconds = clock.reporting_zone(), agreed.spec.slice_seconds
    span = Span(local_midnight(day, zone), local_midnight(day + DAY, zone))
    rows = Sample.objects.filter(series__in=series, starts_at__gte=span.start, starts_at__lt=span.end)
    exempt = exempt_spans([objective], span).get(objective.pk, [])
    is_single = len(series) == 1
    rows = rows.select_related("first_batch", "last_batch") if is_single else rows
    found: dict[datetime, list[Sample]] = {}
    for row in rows.order_by("starts_at"):
        found.setdefault(row.starts_at, []).append(row)
    name = series[0].key if is_single else key
    return [
        _slice(starts_at, found.get(starts_at, []), exempt, name, is_single=is_single)
        for starts_at in _starts(span, seconds, found)
    ]


def _starts(span: Span, seconds: int, found: Iterable[datetime]) -> list[datetime]:
    """Every start that the day should hold by now, and those that came beside them."""
    length = timedelta(seconds=seconds)
    offset = -(int(span.start.timestamp()) % seconds) % seconds
    start, end = span.start + timedelta(seconds=offset), min(span.end, clock.as_of())
    expected = []
    while start < end and start + length <= end + length:
        expected.append(start)
        start += length
    return sorted({*expected, *found})


def _slice(
    starts_at: datetime, rows: Sequence[Sample], exempt: Sequence[ExemptSpan], key: str, *, is_single: bool
) -> SliceEvidence:  # fmt: skip
    out = next((one for one in exempt if one.takes_out(starts_at, key)), None)
    if not rows:
        return SliceEvidence(starts_at, None, out)
    usable = [row.counts for row in rows if row.counts.is_usable]
    counts = sum(usable, Counts(0, 0, 0)) if usable else rows[0].counts
    batches = (rows[0].first_batch, rows[0].last_batch) if is_single else (None, None)
    return SliceEvidence(starts_at, counts, out, *batches)

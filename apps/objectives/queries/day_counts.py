"""Days of one budget: as they are kept, as they came before that, and results kept at the ends of months; one query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import CharField, DateField, F, IntegerField, Max, Min, QuerySet, Sum, Value
from django.db.models.functions import Concat, TruncDate

from apps.core import clock
from apps.core.periods import Grain, Period, period_on
from apps.objectives.domain.counts import Tally
from apps.objectives.domain.months import DayCount
from apps.objectives.domain.objective_words import BudgetState, EvaluationCause, Method
from apps.objectives.models import BudgetDay, BudgetEvaluation, SampleDay
from apps.objectives.queries.agreements import Agreed

COLUMNS = ("what", "on", "bad", "counted", "raw_bad", "raw_counted", "seen", "unusable", "number")
KEPT, CAME, RESULT = "kept", "came", "result:"


@dataclass(frozen=True)
class MonthEnd:
    """The result that was kept when a month ended."""

    evaluation_id: int
    state: BudgetState


@dataclass
class Days:
    """Units by day, oldest first, and the results kept at the ends of months, by month."""

    rows: list[DayCount] = field(default_factory=list)
    ends: dict[str, MonthEnd] = field(default_factory=dict)

    def between(self, first: date, end: date) -> list[DayCount]:
        """Days of `[first, end)` on which something came."""
        return [one for one in self.rows if first <= one.day < end]


def find_days(agreed: Agreed, versions: Sequence[int], since: date, months: Sequence[Period]) -> Days:
    """The days of a promise since a day; `versions` are those that count units alike, its own the last.

    What its own version did not keep is taken from earlier ones, so that a month keeps what exemptions left out of it.
    Days before the first that any kept are read from the sums of their slices, where one event is one unit.
    """
    rows = _kept(versions, since).union(_came(agreed, since), _results(agreed, months), all=True)
    by_version: dict[int, dict[date, DayCount]] = {pk: {} for pk in versions}
    came: dict[date, DayCount] = {}
    found = Days()
    for what, on, *numbers in rows:
        if what.startswith(RESULT):
            month = period_on(on, Grain.MONTH).previous().key
            found.ends[month] = MonthEnd(int(numbers[-1]), BudgetState(what.removeprefix(RESULT)))
        else:
            of = by_version[int(numbers[-1])] if what == KEPT else came
            of[on] = _day(on, *(int(number) for number in numbers[:-1]))
    found.rows = _together(agreed, by_version, came)
    return found


def _together(
    agreed: Agreed, by_version: Mapping[int, Mapping[date, DayCount]], came: Mapping[date, DayCount]
) -> list[DayCount]:
    """Each day by the newest version that kept it; what none kept by its sums, where those are units."""
    readable = clock.local_day(agreed.readable_from) if agreed.readable_from else date.min
    own = list(by_version.values())[-1]
    first = min(own, default=date.max)
    earlier = {on: one for kept in by_version.values() for on, one in kept.items() if readable <= on < first}
    is_unit = agreed.promise.method is Method.OCCURRENCES
    sums = {on: one for on, one in came.items() if readable <= on < first} if is_unit else {}
    days = {**sums, **earlier, **own}
    return [days[on] for on in sorted(days)]


def _day(on: date, bad: int, counted: int, raw_bad: int, raw_counted: int, seen: int, unusable: int) -> DayCount:
    return DayCount(on, Tally(bad, counted), Tally(raw_bad, raw_counted), seen, unusable)


def _kept(versions: Sequence[int], since: date) -> QuerySet[Any, Any]:
    rows = BudgetDay.objects.filter(version__in=versions, series=None, day__gte=since)
    found: QuerySet[Any, Any] = rows.annotate(
        what=Value(KEPT, CharField()), on=F("day"), number=F("version_id")
    ).values_list(*COLUMNS)  # fmt: skip
    return found


def _came(agreed: Agreed, since: date) -> QuerySet[Any, Any]:
    """Sums of all keys; as many slices as the key with most of them, unusable only where every key that came is."""
    bad = Sum(F("valid") - F("good"))
    rows = SampleDay.objects.filter(series__indicator=agreed.indicator, day__gte=since).annotate(on=F("day"))
    found: QuerySet[Any, Any] = (
        rows.values("on")
        .annotate(
            what=Value(CAME, CharField()), bad=bad, counted=Sum("valid"), raw_bad=bad, raw_counted=Sum("valid"),
            seen=Max("seen"), unusable=Min("unusable"), number=Value(0, IntegerField()),
        )
        .values_list(*COLUMNS)
    )  # fmt: skip
    return found


def _results(agreed: Agreed, months: Sequence[Period]) -> QuerySet[Any, Any]:
    zone = clock.reporting_zone()
    ends: list[datetime] = [month.ends_at(zone) for month in months]
    rows = BudgetEvaluation.objects.filter(
        objective=agreed.objective, cause=EvaluationCause.MIDNIGHT.value, as_of__in=ends
    )
    zero = Value(0, IntegerField())
    found: QuerySet[Any, Any] = rows.annotate(
        what=Concat(Value(RESULT), "state", output_field=CharField()),
        on=TruncDate("as_of", tzinfo=zone, output_field=DateField()), seen=zero, unusable=zero, number=F("pk"),
    ).values_list(*COLUMNS)  # fmt: skip
    return found

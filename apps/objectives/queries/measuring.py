"""What many promises measure: days that are kept plus the edges of their windows, in a constant number of queries."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from apps.core import clock
from apps.core.periods import local_midnight
from apps.objectives.domain.counts import seen_beside
from apps.objectives.domain.evaluating import Frame, frame_of, frame_on_days
from apps.objectives.domain.exempting import ExemptSpan
from apps.objectives.domain.indicator_words import KINDS, Dimension
from apps.objectives.domain.objective_words import Method
from apps.objectives.domain.promises import Promise
from apps.objectives.domain.reading import MAIN, Plan, Read, Units, plan_of
from apps.objectives.domain.samples import aligned_before, first_kept_day
from apps.objectives.domain.windows import DAY, Span
from apps.objectives.models import Series
from apps.objectives.queries.agreements import Agreed
from apps.objectives.queries.counting import Counted, Source, Stretch, count
from apps.objectives.queries.gone_slices import Wanted, find_untold, newest_days_before
from apps.objectives.queries.kept_days import sum_kept_days
from apps.objectives.queries.slice_sums import newest_before


@dataclass(frozen=True)
class Question:
    """One promise put to the counts of an indicator; without a version nothing of it is kept, and all is counted.

    `before`: only slices that start before it; what is asked about the past.
    """

    promise: Promise
    indicator_id: int
    slice_seconds: int
    dimension: Dimension
    is_cause: bool = False
    readable_from: datetime | None = None
    exempt: tuple[ExemptSpan, ...] = ()
    version_id: int | None = None
    before: datetime | None = None
    # Whole local days alone, which stay when their slices are gone; what is asked about windows that are over.
    on_days: bool = False


@dataclass(frozen=True)
class Framed:
    """A question with its times: the newest slice, the spans to read, the series to read them of."""

    question: Question
    newest_start: datetime
    frame: Frame
    plan: Plan
    source: Source
    # The first local day whose slices are kept.
    kept_from: date = date.min

    @property
    def wanted(self) -> Wanted | None:
        """Days of the window, without slices by now, that day sums do not tell; None where there are none."""
        cut = self.plan.cuts[MAIN]
        edges = sorted({day for edge in cut.edges for day in _days_of(edge) if day < self.kept_from})
        is_time = self.question.promise.method is Method.TIME_SLICES
        whole = [day for day in cut.days if day < self.kept_from] if is_time else []
        return Wanted(self.question.version_id, self.source.keys, whole, edges) if edges or whole else None

    @property
    def newest_end(self) -> datetime:
        """The end of the newest slice of any key."""
        return self.newest_start + timedelta(seconds=self.question.slice_seconds)

    @property
    def newest_on(self) -> date:
        """The local day of the newest slice."""
        return clock.local_day(self.newest_start)

    def day(self, day: date) -> Stretch:
        """One whole local day of it."""
        zone = clock.reporting_zone()
        return Stretch(self.source, Span(local_midnight(day, zone), local_midnight(day + DAY, zone)), day)


@dataclass(frozen=True)
class Answer:
    """What a promise measures: the sum and, where there is a dimension, each key."""

    framed: Framed
    total: Read
    keys: Mapping[str, Read]

    @property
    def series_ids(self) -> dict[str, int]:
        """The series of each key."""
        return {key: pk for pk, key in self.framed.source.keys.items()}


def _days_of(edge: Span) -> Iterator[date]:
    """The local days that an edge meets."""
    day, last = clock.local_day(edge.start), clock.local_day(edge.end - timedelta(microseconds=1))
    while day <= last:
        yield day
        day += DAY


def question_of(
    agreed: Agreed, *, exempt: Sequence[ExemptSpan] = (), promise: Promise | None = None,
    version_id: int | None = None, before: datetime | None = None, on_days: bool = False,
) -> Question:  # fmt: skip
    """The question of what was agreed; with another promise, that one put to the same counts.

    Days are kept under `version_id`: that of the version in force, or of the one whose promise it is.
    """
    spec = agreed.spec
    return Question(
        promise or agreed.promise, agreed.indicator.pk, spec.slice_seconds, spec.dimension,
        KINDS[spec.kind].is_cause, agreed.readable_from, tuple(exempt), version_id, before,
        on_days,
    )  # fmt: skip


def frame(questions: Sequence[Question]) -> list[Framed | None]:
    """The times of each question; None where not one usable slice has come. At most three queries."""
    series = _series_of({one.indicator_id for one in questions})
    earlier = _newest_before(questions, series)
    return [_framed(one, series.get(one.indicator_id, []), earlier) for one in questions]


SeriesRow = tuple[int, str, datetime | None]


def _series_of(indicator_ids: Iterable[int]) -> dict[int, list[SeriesRow]]:
    rows = Series.objects.filter(indicator__in=set(indicator_ids)).order_by("indicator_id", "key")
    found: dict[int, list[SeriesRow]] = {}
    for indicator_id, *row in rows.values_list("indicator_id", "pk", "key", "newest_start"):
        found.setdefault(indicator_id, []).append(cast("SeriesRow", tuple(row)))
    return found


Earlier = Mapping[tuple[int, datetime], datetime | None]


def _newest_before(questions: Sequence[Question], series: Mapping[int, list[SeriesRow]]) -> Earlier:
    """For questions about the past, the newest usable slice of each series that has gone on since."""
    asked = {
        (pk, one.before)
        for one in questions if one.before is not None
        for pk, _, newest in series.get(one.indicator_id, []) if newest is not None and newest >= one.before
    }  # fmt: skip
    found = newest_before(sorted(asked))
    return {**found, **_from_days(questions, series, [place for place, newest in found.items() if newest is None])}


def _from_days(
    questions: Sequence[Question], series: Mapping[int, list[SeriesRow]], asked: Sequence[tuple[int, datetime]]
) -> Earlier:
    """Where the slices are gone, the last slice of the newest day on which something came."""
    seconds = {pk: one.slice_seconds for one in questions for pk, _, _ in series.get(one.indicator_id, [])}
    days = newest_days_before(sorted({(pk, clock.local_day(before)) for pk, before in asked}))
    found = {place: days.get((place[0], clock.local_day(place[1]))) for place in asked}
    return {(pk, at): _last_of(day, seconds[pk]) for (pk, at), day in found.items() if day is not None}


def _last_of(day: date, slice_seconds: int) -> datetime:
    midnight = local_midnight(day + DAY, clock.reporting_zone())
    return aligned_before(midnight - timedelta(microseconds=1), slice_seconds)


def _framed(question: Question, series: Sequence[SeriesRow], earlier: Earlier) -> Framed | None:
    newest = max((at for row in series if (at := _newest(question, row, earlier)) is not None), default=None)
    if newest is None:
        return None
    zone = clock.reporting_zone()
    framed = _times(question, newest, zone)
    plan = plan_of(question.promise, framed, zone, is_cause=question.is_cause)
    keys = {pk: key for pk, key, last in series if _fits(question, key, last)}
    source = Source(question.promise, question.dimension, keys, question.exempt)
    last = max(at for _, _, at in series if at is not None)
    return Framed(question, newest, framed, plan, source, first_kept_day(clock.as_of(), zone, last))


def _times(question: Question, newest: datetime, zone: ZoneInfo) -> Frame:
    promise, seconds, readable = question.promise, question.slice_seconds, question.readable_from
    if question.on_days:
        return frame_on_days(promise, clock.local_day(newest), seconds, zone, readable)
    return frame_of(promise, newest, seconds, zone, readable)


def _fits(question: Question, key: str, newest: datetime | None) -> bool:
    """A series of the present measurement: its key is of the dimension, and it was heard since that began.

    What an earlier dimension counted stays stored, and is no key of this one.
    """
    if bool(key) is (question.dimension is Dimension.NONE):
        return False
    return question.readable_from is None or (newest is not None and newest >= question.readable_from)


def _newest(question: Question, row: SeriesRow, earlier: Earlier) -> datetime | None:
    pk, _, newest = row
    if question.before is None or newest is None or newest < question.before:
        return newest
    return earlier.get((pk, question.before))


def read(framed: Sequence[Framed]) -> list[Answer]:
    """What each question measures, from days kept under its version (else counted now) and from slices; in order."""
    wanted = {number: days for number, one in enumerate(framed) if (days := one.wanted) is not None}
    gone = find_untold(wanted)
    whole = sum_kept_days([(one.question.version_id, one.source, one.plan) for one in framed])
    stretches, places = [], []
    for number, one in enumerate(framed):
        for edge in one.plan.edges:
            stretches.append(Stretch(one.source, edge.span, is_covered=MAIN in edge.parts))
            places.append((number, edge.parts))
        if one.question.version_id is None:
            for day, parts in _days(one.plan).items():
                stretches.append(one.day(day))
                places.append((number, parts))
    sums = [[dict(part) for part in parts] for parts in whole]
    for (number, parts), counted in zip(places, count(stretches), strict=True):
        for part in parts:
            _add(sums[number][part], counted)
    told: list[list[Counted]] = [[{} for _ in parts] if number in gone else parts for number, parts in enumerate(sums)]
    return [_answer(one, parts, number in gone) for number, (one, parts) in enumerate(zip(framed, told, strict=True))]


def _days(plan: Plan) -> dict[date, frozenset[int]]:
    """Every whole day that is read, with the spans it is a part of."""
    found: dict[date, set[int]] = {}
    for number, first, end in plan.ranges:
        for offset in range((end - first).days):
            found.setdefault(first + offset * DAY, set()).add(number)
    return {day: frozenset(parts) for day, parts in found.items()}


def _add(sums: Counted, more: Counted) -> None:
    for series_id, units in more.items():
        standing = sums.get(series_id)
        sums[series_id] = units if standing is None else standing + units


def _answer(framed: Framed, parts: Sequence[Counted], is_gone: bool) -> Answer:
    lengths = framed.plan.lengths
    total = Read(tuple(part.get(None, Units()) for part in parts), lengths, is_gone)
    keys = {}
    for series_id, key in framed.source.keys.items() if framed.source.has_keys else ():
        units = tuple(_of_key(part.get(series_id, Units()), part.get(None, Units())) for part in parts)
        keys[key] = Read(units, lengths, is_gone)
    return Answer(framed, total, keys)


def _of_key(units: Units, total: Units) -> Units:
    seen = seen_beside(units.seen, units.unusable, total.seen)
    return Units(units.raw, units.kept, seen, units.unusable)


def measure(questions: Sequence[Question]) -> list[Answer | None]:
    """What each question measures; None where not one usable slice has come."""
    framed = frame(questions)
    answers = iter(read([one for one in framed if one is not None]))
    return [None if one is None else next(answers) for one in framed]

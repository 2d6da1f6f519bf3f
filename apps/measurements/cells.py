"""A cell as everything above reads it: the stored row, its period, and its status by the clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from apps.core.calendar_words import named_period
from apps.core.periods import Period
from apps.measurements.domain.engine.windows import is_read
from apps.measurements.domain.intervals import least_estimable
from apps.measurements.domain.statuses import Heard, StatusInputs, status_of
from apps.measurements.domain.subjects import Subject
from apps.measurements.domain.verdicts import (
    Direction,
    Kind,
    PeriodReading,
    Reading,
    ReadingKind,
    Status,
    kind_of,
)
from apps.measurements.models import MetricValue
from apps.metrics.domain.spec import FieldAmount, Measure, Spec


@dataclass(frozen=True)
class Cell:
    """One value with everything that must stand beside it; `row` is None where nothing is stored."""

    subject: Subject
    slug: str
    name: str
    version_number: int
    version_id: int
    unit: str
    direction: Direction
    reading_kind: ReadingKind
    kind: Kind
    period: Period
    part: str
    reading: Reading
    services_connected: int = 0
    services_owned: int = 0
    left_out: int = 0
    unattributed: int = 0
    data_up_to: datetime | None = None
    final_at: datetime | None = None
    cell_id: int | None = None
    run_id: int | None = None

    @property
    def as_period_reading(self) -> PeriodReading:
        """The reading with its days, as verdicts take it."""
        return PeriodReading(self.period.first_on, self.period.end_on, self.reading)


def kind_of_spec(spec: Spec) -> Kind:
    """Which family of judgement a spec belongs to.

    Rules for counts and shares speak of facts, those for medians of lengths: amounts of either are shown as points.
    """
    if any(population.amount for population in spec.of + spec.numerator_of):
        return Kind.MEANS
    if spec.is_stock:  # one end stands on the one before: no rule for independent counts holds
        return Kind.MEANS
    if spec.measure is Measure.QUANTILE and isinstance(spec.value, FieldAmount):
        return Kind.UPPER_QUANTILES
    return kind_of(spec.measure.value, q=str(float(spec.q)), is_subset=spec.is_share)


@dataclass(frozen=True)
class Sight:
    """What statuses are read with: the business instant, the period's instants, and when the subject began."""

    as_of: datetime
    starts_at: datetime
    ends_at: datetime
    began_at: datetime


def reading_of(row: MetricValue | None, spec: Spec, heard: Iterable[Heard], period: Period, sight: Sight) -> Reading:
    """The reading of a stored row (or of none) with its status by the clock."""
    n, left_out = (row.n, row.left_out) if row else (0, 0)
    needed = spec.needed_of(n + left_out)
    found = status_of(_status_inputs(spec, heard, period, sight, n, needed))
    value = row.value if row else None
    if value is None and not n and _is_zero(spec, period):
        value = 0.0
    if row is None:
        return Reading(value=value, numerator=0, status=found.status, detail=found.detail)
    return Reading(
        value=value,
        lower=row.lower,
        upper=row.upper,
        n=n,
        clusters=row.clusters,
        numerator=row.numerator,
        denominator=row.denominator,
        spread=row.spread,
        status=found.status,
        at_least=row.at_least,
        needed=_needed(spec, found.status, needed),
        detail=found.detail,
    )


def _is_zero(spec: Spec, period: Period) -> bool:
    """Nothing counted is 0 where a spec says so, and only in periods that it is computed for."""
    return spec.is_zero_when_empty and is_read(spec, period)


def _needed(spec: Spec, status: Status, needed: int) -> int:
    """The n below which a value is not judged."""
    return max(needed, least_estimable(float(spec.q))) if status is Status.NOT_ESTIMABLE else needed


def _status_inputs(
    spec: Spec, heard: Iterable[Heard], period: Period, sight: Sight, n: int, needed: int
) -> StatusInputs:
    """What decides the status of n facts counted in a period, of which so many are needed."""
    return StatusInputs(
        ends_at=sight.ends_at,
        as_of=sight.as_of,
        heard=tuple(heard),
        began_inside=sight.starts_at < sight.began_at < sight.ends_at,
        n=n,
        min_n=needed,
        q=float(spec.q) if spec.measure == "quantile" else 0.5,
        empty_is_zero=_is_zero(spec, period),
        period_words=named_period(period),
    )

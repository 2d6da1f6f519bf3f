"""The typed spec: what a definition version states, once it has been read and its defaults are filled in. Pure."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from math import ceil


class Measure(StrEnum):
    """What is computed from the counted facts."""

    COUNT = "count"
    RATE = "rate"
    RATIO = "ratio"
    QUANTILE = "quantile"
    MEAN = "mean"
    ATTAINMENT = "attainment"
    LATEST = "latest"


class Op(StrEnum):
    """How a condition compares."""

    IN = "in"
    NOT_IN = "not_in"
    IS = "is"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    HAS = "has"
    HAS_NOT = "has_not"


class Direction(StrEnum):
    """Which way is better; `neither` declares no wish."""

    HIGHER_IS_BETTER = "higher_is_better"
    LOWER_IS_BETTER = "lower_is_better"
    NEITHER = "neither"


class Reading(StrEnum):
    """A sample is judged by its interval; a commitment covers everything promised and is judged exactly."""

    PROCESS = "process"
    COMMITMENT = "commitment"


@dataclass(frozen=True)
class TimeAt:
    """An instant of a fact: one path, or several of which the first set, the earliest or the latest counts.

    `plus` moves it: a case counts when its deadline passes.
    """

    paths: tuple[str, ...]
    pick: str = "only"  # only | first_of | earliest | latest
    plus: timedelta = timedelta(0)


@dataclass(frozen=True)
class Span:
    """A length of time from one instant to another; `missing` and `negative` say what happens without one."""

    start: TimeAt
    end: TimeAt
    missing: str = "drop"  # drop | at_least
    negative: str = "drop"
    stages: tuple[tuple[str, TimeAt, TimeAt], ...] = ()


@dataclass(frozen=True)
class FieldAmount:
    """The number in a field, instead of a length of time."""

    path: str


@dataclass(frozen=True)
class Condition:
    """`[field, op, value]`: `path` names a field (through at most two references)."""

    path: str
    op: Op
    value: tuple[str, ...] | str | int


@dataclass(frozen=True)
class SpanCondition:
    """A length of time that is at least or at most so long."""

    span: Span
    op: Op  # at_least | at_most
    limit: timedelta


@dataclass(frozen=True)
class AnyOf:
    """One of several conditions holds."""

    options: tuple["Condition | SpanCondition", ...]


Clause = Condition | SpanCondition | AnyOf


@dataclass(frozen=True)
class Population:
    """Facts whose clock lies in the period and which meet all conditions; `amount` is added up (else 1).

    With `until` those count that stand at the period's end: begun by then, at their clock, and not ended.
    """

    facts: str
    clock: TimeAt
    where: tuple[Clause, ...] = ()
    amount: str = ""
    until: TimeAt | None = None


@dataclass(frozen=True)
class Link:
    """The one rule that ties `source` facts to `target` facts, read as `linked.…`."""

    source: str
    at: str
    target: str
    target_clock: str
    where: tuple[Clause, ...] = ()
    target_where: tuple[Clause, ...] = ()
    explicit: tuple[str, ...] = ()
    infer: str = "none"  # last_before | first_after | none
    scope: str = "service"  # service | team
    max_gap: timedelta | None = None
    keep: tuple[Clause, ...] = ()


@dataclass(frozen=True)
class Exclusion:
    """Facts that meet all of `where` are taken out and listed with the reason."""

    where: tuple[Clause, ...]
    reason: str


@dataclass(frozen=True)
class Window:
    """Which periods a value is computed for."""

    grains: tuple[str, ...] = ("week", "month", "quarter")
    rolling: int = 1


@dataclass(frozen=True)
class Spec:
    """Everything a value depends on. Exact numbers: `q` is a fraction of its decimal text."""

    measure: Measure
    of: tuple[Population, ...]
    direction: Direction
    unit: str
    numerator_where: tuple[Clause, ...] = ()
    numerator_of: tuple[Population, ...] = ()
    link: Link | None = None
    value: Span | FieldAmount | None = None
    q: Fraction = Fraction(1, 2)
    per: str = "week"  # day | working_day | week
    window: Window = field(default_factory=Window)
    exclude: tuple[Exclusion, ...] = ()
    min_n: int = 5
    # The least share of the facts looked at that must be counted: the others were excluded, or left out on the way.
    min_coverage: Fraction = Fraction(0)
    empty: str = "none"  # none | zero
    settle: timedelta = timedelta(days=7)
    reading: Reading = Reading.PROCESS
    # Periods that a freeze of deliveries covers are shown and not judged; it moves no value.
    paused_by_freeze: bool = False

    @property
    def sources(self) -> tuple[str, ...]:
        """Keys of the sources named by populations and link, each once (references add their own)."""
        named = [p.facts for p in self.of + self.numerator_of]
        named += [self.link.source, self.link.target] if self.link else []
        return tuple(dict.fromkeys(named))

    @property
    def is_share(self) -> bool:
        """A ratio whose numerator is a subset of its population."""
        return self.measure is Measure.RATIO and not self.numerator_of

    @property
    def is_stock(self) -> bool:
        """What stands at the end of a period is counted, not what happened in it."""
        return any(population.until for population in self.of)

    @property
    def is_zero_when_empty(self) -> bool:
        """Nothing to count reads as 0, not as missing."""
        return self.empty == "zero" or self.measure in (Measure.COUNT, Measure.RATE)

    def needed_of(self, looked_at: int) -> int:
        """How many of so many facts must be counted before the value says anything."""
        return max(self.min_n, ceil(self.min_coverage * looked_at))

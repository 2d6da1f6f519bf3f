"""Scales of charts: a log ladder for durations, round steps from zero for everything else. Plain values in and out."""

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

MINUTE, HOUR, DAY, WEEK = 60, 3600, 86400, 604800

# Spans in seconds with their words. The rungs below a minute and above four weeks keep extreme values on the chart.
LADDER: tuple[tuple[int, str], ...] = (
    (1, "1 s"), (5, "5 s"), (15, "15 s"),
    (MINUTE, "1 min"), (5 * MINUTE, "5 min"), (15 * MINUTE, "15 min"),
    (HOUR, "1 h"), (4 * HOUR, "4 h"), (12 * HOUR, "12 h"),
    (DAY, "1 d"), (3 * DAY, "3 d"),
    (WEEK, "1 w"), (2 * WEEK, "2 w"), (4 * WEEK, "4 w"), (12 * WEEK, "12 w"),
    (52 * WEEK, "52 w"), (260 * WEEK, "260 w"),
)  # fmt: skip

MOST_INTERVALS = 5
STEPS = (Fraction(1), Fraction(2), Fraction(5, 2), Fraction(5))


@dataclass(frozen=True)
class Tick:
    """One labelled value of an axis."""

    value: float
    label: str


@dataclass(frozen=True)
class Scale:
    """A vertical axis: `ticks` from the lowest to the highest, `top` and `height` in pixels."""

    kind: str
    ticks: tuple[Tick, ...]
    top: float
    height: float

    @property
    def low(self) -> float:
        """Value at the floor."""
        return self.ticks[0].value

    @property
    def high(self) -> float:
        """Value at the top."""
        return self.ticks[-1].value

    @property
    def floor(self) -> float:
        """Pixel of the floor."""
        return self.top + self.height

    def holds(self, value: float) -> bool:
        """Whether the value has a place of its own; a log axis has none for zero and below."""
        return self.kind != "log" or value > 0

    def y(self, value: float) -> float:
        """Pixel of a value, clipped to the axis: top + h·(max − v)/(max − min), with ln of each on a log axis."""
        inside = min(max(value, self.low), self.high)
        high, low, v = self.high, self.low, inside
        if self.kind == "log":
            high, low, v = math.log(high), math.log(low), math.log(v)
        return self.top + self.height * (high - v) / (high - low)


def readable_ticks(scale: Scale, pitch: float) -> list[Tick]:
    """The floor, the top, and the rungs between them whose labels stand at least `pitch` (of the axis' unit) apart."""
    floor, *between, top = scale.ticks
    kept = [floor]
    for tick in between:
        y = scale.y(tick.value)
        if scale.y(kept[-1].value) - y >= pitch and y - scale.y(top.value) >= pitch:
            kept.append(tick)
    return [*kept, top]


def log_ticks(values: Iterable[float]) -> tuple[Tick, ...]:
    """Rungs from the one at or below the least positive value (s) to the one at or above the largest; at least two."""
    positive = [v for v in values if v > 0] or [HOUR, DAY]
    first = max((i for i, (rung, _) in enumerate(LADDER) if rung <= min(positive)), default=0)
    last = min((i for i, (rung, _) in enumerate(LADDER) if rung >= max(positive)), default=len(LADDER) - 1)
    if last == first:
        first, last = (first, last + 1) if last + 1 < len(LADDER) else (first - 1, last)
    return tuple(Tick(float(rung), label) for rung, label in LADDER[first : last + 1])


def linear_step(span: Fraction, *, whole: bool = False) -> Fraction:
    """Smallest of 1, 2, 2.5, 5 × 10ᵏ that covers a positive span in at most five intervals; whole if asked."""
    smallest = math.floor(math.log10(span.numerator) - math.log10(span.denominator)) - 2  # a quotient could underflow
    candidates = (step * Fraction(10) ** power for power in itertools.count(smallest) for step in STEPS)
    return next(c for c in candidates if span / c <= MOST_INTERVALS and not (whole and c.denominator > 1))


def linear_ticks(values: Iterable[float], *, unit: str = "") -> tuple[Tick, ...]:
    """Round values from zero (or below, if a value is) to the first step at or above the largest; all zero: 0 and 1."""
    exact = [Fraction(0), *(Fraction(str(v)) for v in values)]
    base, word = _linear_base(max(exact), unit)
    least, largest = min(exact) / base, max(exact) / base
    if least == largest:
        return tuple(Tick(float(v * base), _label(Fraction(v), Fraction(1), unit, word)) for v in (0, 1))
    step = linear_step(largest - least, whole=unit == "count")
    marks = [i * step for i in range(math.floor(least / step), math.ceil(largest / step) + 1)]
    return tuple(Tick(float(v * base), _label(v, step, unit, word)) for v in marks)


def _linear_base(largest: Fraction, unit: str) -> tuple[int, str]:
    """Seconds per printed unit and its word, by the same borders as durations in text."""
    if unit != "seconds":
        return 1, ""
    borders = ((90, 1, "s"), (90 * MINUTE, MINUTE, "min"), (72 * HOUR, HOUR, "h"))
    return next(((base, word) for border, base, word in borders if largest < border), (DAY, "d"))


def _label(value: Fraction, step: Fraction, unit: str, word: str) -> str:
    """An exact label with as many decimals as the step has."""
    factor = 100 if unit == "share" else 1
    decimals = next(d for d in range(9) if (step * factor * 10**d).denominator == 1 or d == 8)
    text = f"{float(value * factor):,.{decimals}f}"
    suffix = "%" if unit == "share" else word
    return f"{text} {suffix}".strip()


def scale_for(kind: str, values: Iterable[float], *, unit: str, top: float, height: float) -> Scale:
    """The scale that shows all these values: `kind` is "log" (durations in seconds) or "linear"."""
    ticks = log_ticks(values) if kind == "log" else linear_ticks(values, unit=unit)
    return Scale(kind=kind, ticks=ticks, top=top, height=height)

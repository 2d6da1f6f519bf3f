"""What an evaluation reads: the spans it needs, cut into whole local days and edges that share no slice. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from apps.objectives.domain.burning import recent_hours, window_lengths
from apps.objectives.domain.counts import Tally
from apps.objectives.domain.evaluating import Frame, Measured, tiers_for
from apps.objectives.domain.promises import Promise
from apps.objectives.domain.windows import Cut, Span, cut_into_days

MAIN, RECENT = 0, 1
NOTHING = Tally()


@dataclass(frozen=True, slots=True)
class Units:
    """Units of one stretch of time: as they came, without what exemptions take out, and how many slices came."""

    raw: Tally = NOTHING
    kept: Tally = NOTHING
    seen: int = 0
    unusable: int = 0

    def __add__(self, other: "Units") -> "Units":
        raw = self.raw + other.raw
        # Where nothing was taken out both are one object: a thousand keys are added up often.
        is_whole = self.kept is self.raw and other.kept is other.raw
        kept = raw if is_whole else self.kept + other.kept
        return Units(raw, kept, self.seen + other.seen, self.unusable + other.unusable)


@dataclass(frozen=True)
class Edge:
    """A stretch that is read from slices, and the spans of its plan that it is a part of."""

    span: Span
    parts: frozenset[int]


@dataclass(frozen=True)
class Plan:
    """The spans of one evaluation: the window, the recent hours, then one for each length of its burn alerts."""

    spans: tuple[Span, ...]
    lengths: tuple[timedelta, ...]
    cuts: tuple[Cut, ...]

    @property
    def ranges(self) -> Iterator[tuple[int, date, date]]:
        """The whole days of each span that holds some: number, first, and the one after the last."""
        for number, cut in enumerate(self.cuts):
            if cut.first_on is not None and cut.end_on is not None and cut.first_on < cut.end_on:
                yield number, cut.first_on, cut.end_on

    @property
    def first_on(self) -> date | None:
        """The earliest whole day that is read; None where none is."""
        return min((first for _, first, _ in self.ranges), default=None)

    @cached_property
    def edges(self) -> list[Edge]:
        """What is left of all spans, cut wherever one of them begins or ends, so that each slice is read once."""
        edges = [(number, edge) for number, cut in enumerate(self.cuts) for edge in cut.edges]
        bounds = sorted({instant for _, edge in edges for instant in (edge.start, edge.end)})
        found = []
        for start, end in pairwise(bounds):
            parts = frozenset(number for number, edge in edges if edge.start <= start and end <= edge.end)
            if parts:
                found.append(Edge(Span(start, end), parts))
        return found


def plan_of(promise: Promise, frame: Frame, zone: ZoneInfo, *, is_cause: bool = False) -> Plan:
    """The spans that a promise needs at a frame; none reaches behind the present measurement."""
    lengths = tuple(window_lengths(tiers_for(promise, frame, is_cause=is_cause)))
    spans = (
        frame.readable,
        _last(frame, _length(recent_hours(frame.full.hours))),
        *(_last(frame, length) for length in lengths),
    )
    return _planned(spans, lengths, zone)


@lru_cache(maxsize=64)  # promises that are measured by the same clock share their spans
def _planned(spans: tuple[Span, ...], lengths: tuple[timedelta, ...], zone: ZoneInfo) -> Plan:
    return Plan(spans, lengths, tuple(cut_into_days(span, zone) for span in spans))


def _length(hours: Fraction) -> timedelta:
    return timedelta(seconds=int(hours * 3600))


def _last(frame: Frame, length: timedelta) -> Span:
    end = frame.span.end
    start = end - length
    return Span(start if frame.readable_from is None else min(max(start, frame.readable_from), end), end)


@dataclass(frozen=True)
class Read:
    """What one series, or the sum, holds in each span of its plan."""

    units: tuple[Units, ...]
    lengths: tuple[timedelta, ...]
    # Slices that the window needs are kept no more: nothing of it is counted.
    is_gone: bool = False

    @property
    def main(self) -> Units:
        """The units of the window."""
        return self.units[MAIN]

    @property
    def measured(self) -> Measured:
        """As the rules of evaluation take it."""
        return Measured(self.main.kept, self.main.seen, self.main.unusable, self.units[RECENT].kept, self.is_gone)

    @property
    def windows(self) -> dict[timedelta, Tally]:
        """Units by the length of a burn alert's window, as they came: exemptions silence no alert."""
        found = zip(self.lengths, self.units[RECENT + 1 :], strict=True)
        return {length: units.raw for length, units in found}


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same time as spans that do not meet, in order."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda one: one.start):
        if span.start >= span.end:
            continue
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def without(span: Span, removed: Sequence[Span]) -> list[Span]:
    """What of a span is left when others, joined and in order, are taken out."""
    found, start = [], span.start
    for out in removed:
        if out.start > start:
            found.append(Span(start, min(out.start, span.end)))
        start = max(start, out.end)
    if start < span.end:
        found.append(Span(start, span.end))
    return [one for one in found if one.start < one.end]

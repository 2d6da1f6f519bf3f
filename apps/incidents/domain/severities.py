"""Severity over time: which level held when, the worst and the last one, how long each lasted. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.incidents.domain.folding import Flag, Folded
from apps.incidents.domain.incident_words import MilestoneKind, StatementOrigin


@dataclass(frozen=True)
class Rated:
    """One statement of a level from a time on; None: a source said something that is no level."""

    level: int | None
    at: datetime
    origin: StatementOrigin
    number: int = 0


@dataclass(frozen=True)
class Severity:
    """The levels in order of time; the first holds from the start."""

    steps: tuple[tuple[datetime, int], ...]
    flags: tuple[Flag, ...] = ()

    @property
    def worst(self) -> int | None:
        """The worst level it ever had; 1 is the worst."""
        return min((level for _, level in self.steps), default=None)

    @property
    def final(self) -> int | None:
        """The level that held last."""
        return self.steps[-1][1] if self.steps else None

    def seconds_by_level(self, folded: Folded, until: datetime) -> Mapping[int, int]:
        """How long each level lasted between impact and resolution; what still goes on counts up to `until`."""
        found: dict[int, int] = {}
        for interval in folded.intervals:
            start, end = interval.at(MilestoneKind.IMPACT_STARTED), interval.at(MilestoneKind.RESOLVED)
            if not self.steps or start is None or (end is None and interval.is_resolved):
                continue
            for level, seconds in self._within(start, end or until):
                found[level] = found.get(level, 0) + seconds
        return found

    def _within(self, start: datetime, end: datetime) -> Iterable[tuple[int, int]]:
        bounds = [*(at for at, _ in self.steps[1:]), end]
        begun = start
        for (_, level), bound in zip(self.steps, bounds, strict=True):
            until = max(min(bound, end), begun)
            if until > begun:
                yield level, int((until - begun).total_seconds())
            begun = until


def rate(rows: Iterable[Rated]) -> Severity:
    """The levels that hold: once a person has spoken, a source that says otherwise later is shown, not followed."""
    rated = list(rows)
    people = sorted((r for r in rated if r.origin is StatementOrigin.HUMAN), key=lambda r: (r.at, r.number))
    spoken_at = people[0].at if people else None
    heard = [r for r in rated if r.origin is not StatementOrigin.HUMAN]
    followed = [r for r in heard if r.level is not None and (spoken_at is None or r.at < spoken_at)]
    steps = dict(_worst_of_each(followed))
    steps |= {r.at: r.level for r in people if r.level is not None}
    ordered = sorted(steps.items())
    return Severity(tuple(_changes(ordered)), tuple(_flags(heard, followed, ordered)))


def _worst_of_each(rows: Sequence[Rated]) -> Iterable[tuple[datetime, int]]:
    """Of what sources say of one instant the worst holds, in whatever order it came."""
    worst: dict[datetime, int] = {}
    for row in rows:
        if row.level is not None:
            worst[row.at] = min(row.level, worst.get(row.at, row.level))
    return worst.items()


def _changes(steps: Sequence[tuple[datetime, int]]) -> Iterable[tuple[datetime, int]]:
    """Steps at which the level becomes another one."""
    before = None
    for at, level in steps:
        if level != before:
            yield at, level
        before = level


def _flags(heard: Sequence[Rated], followed: Sequence[Rated], steps: Sequence[tuple[datetime, int]]) -> Iterable[Flag]:
    if any(row.level is None for row in heard):
        yield Flag.UNKNOWN_SEVERITY
    aside = (row for row in heard if row.level is not None and row not in followed)
    if any(row.level != _level_at(steps, row.at) for row in aside):
        yield Flag.SEVERITY_DISAGREES


def _level_at(steps: Sequence[tuple[datetime, int]], at: datetime) -> int | None:
    held = [level for since, level in steps if since <= at]
    return held[-1] if held else None

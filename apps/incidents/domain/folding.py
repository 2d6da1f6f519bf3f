"""The fold: everything that was said about an incident's moments gives intervals, times, status and flags. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from apps.incidents.domain.incident_words import IncidentStatus, MilestoneKind, StatementOrigin

K = MilestoneKind
# What ends an interval: said of the very instant at which the next one begins, it still belongs to the one before.
ENDS = (K.MITIGATED, K.RESOLVED)
ORDER = ((K.IMPACT_STARTED, K.MITIGATED), (K.IMPACT_STARTED, K.RESOLVED), (K.MITIGATED, K.RESOLVED),
         (K.DETECTED, K.ACKNOWLEDGED))  # fmt: skip


class Flag(StrEnum):
    """What does not fit together; stored with the incident and said on its page."""

    ORDER = "times_out_of_order"
    SOURCE_DISAGREES = "source_disagrees"
    UNKNOWN_SEVERITY = "unknown_severity"
    SEVERITY_DISAGREES = "severity_disagrees"
    KEY_ELSEWHERE = "key_elsewhere"


@dataclass(frozen=True)
class Said:
    """One statement: when a moment was (None: this cannot be known), who says so, and the how-many-eth it is.

    `interval` 0: it follows from the time. A person's statement is about one interval (from 1), whatever comes later.
    """

    kind: MilestoneKind
    at: datetime | None
    origin: StatementOrigin
    number: int = 0
    interval: int = 0

    @property
    def is_human(self) -> bool:
        """Said by a person."""
        return self.origin is StatementOrigin.HUMAN


@dataclass(frozen=True)
class Moment:
    """What holds of a moment, what people and sources said of it before, and what a source said otherwise later."""

    said: Said
    disagreeing_at: datetime | None = None
    before: tuple[Said, ...] = ()

    @property
    def at(self) -> datetime | None:
        """The time that holds; None where it cannot be known."""
        return self.said.at

    @property
    def is_assumed(self) -> bool:
        """Nobody said it: an importer took it from another moment."""
        return self.said.origin is StatementOrigin.ASSUMED


@dataclass(frozen=True)
class Disorder:
    """Two moments in the wrong order."""

    first: MilestoneKind
    first_at: datetime
    then: MilestoneKind
    then_at: datetime


@dataclass(frozen=True)
class Interval:
    """One stretch from impact to resolution; a reopening begins the next."""

    number: int
    moments: dict[MilestoneKind, Moment] = field(default_factory=dict)

    def moment(self, kind: MilestoneKind) -> Moment | None:
        """What holds of a moment, or None where nobody said anything."""
        return self.moments.get(kind)

    def at(self, kind: MilestoneKind) -> datetime | None:
        """The time of a moment; None where nobody said it, or it cannot be known."""
        moment = self.moments.get(kind)
        return moment.at if moment else None

    @property
    def is_resolved(self) -> bool:
        """Somebody said that nothing is left to do, whether or not it is known when that was."""
        return K.RESOLVED in self.moments

    @property
    def hurt_until(self) -> datetime | None:
        """When users were no longer hurt: mitigated, or resolved where that is unknown."""
        return self.at(K.MITIGATED) or self.at(K.RESOLVED)

    def disorders(self) -> Iterator[Disorder]:
        """Moments of this interval in the wrong order."""
        for first, then in ORDER:
            first_at, then_at = self.at(first), self.at(then)
            if first_at and then_at and then_at < first_at:
                yield Disorder(first, first_at, then, then_at)


@dataclass(frozen=True)
class Folded:
    """An incident's moments as they hold."""

    intervals: tuple[Interval, ...]

    @property
    def first(self) -> Interval:
        """The interval it began with."""
        return self.intervals[0]

    @property
    def last(self) -> Interval:
        """The interval it is in, or ended with."""
        return self.intervals[-1]

    @property
    def started_at(self) -> datetime | None:
        """When users began to feel it."""
        return self.first.at(K.IMPACT_STARTED)

    @property
    def start_assumed(self) -> bool:
        """Nobody said when the impact began."""
        moment = self.first.moment(K.IMPACT_STARTED)
        return moment is not None and moment.is_assumed

    @property
    def resolved_at(self) -> datetime | None:
        """The end of the last interval; None while it is reopened, or cannot be known."""
        return self.last.at(K.RESOLVED)

    @property
    def is_over(self) -> bool:
        """The last interval is resolved, whether or not it is known when."""
        return self.last.is_resolved

    @property
    def status(self) -> IncidentStatus:
        """How far it has come, from the last interval."""
        reached = (
            (K.RESOLVED, IncidentStatus.RESOLVED), (K.MITIGATED, IncidentStatus.MITIGATED),
            (K.ACKNOWLEDGED, IncidentStatus.ACKNOWLEDGED),
        )  # fmt: skip
        return next((status for kind, status in reached if self.last.moment(kind)), IncidentStatus.OPEN)

    @property
    def hurt_seconds(self) -> int | None:
        """From impact to mitigation, summed; None while an end is not known or where one lies before its start."""
        total = 0
        for interval in self.intervals:
            start, end = interval.at(K.IMPACT_STARTED), interval.hurt_until
            if start is None or end is None or end < start:
                return None
            total += int((end - start).total_seconds())
        return total

    def disorders(self) -> Iterator[Disorder]:
        """Moments in the wrong order, within intervals and between them."""
        for interval in self.intervals:
            yield from interval.disorders()
        for before, after in zip(self.intervals, self.intervals[1:], strict=False):
            ended, began = before.at(K.RESOLVED), after.at(K.IMPACT_STARTED)
            if ended and began and began < ended:
                yield Disorder(K.RESOLVED, ended, K.REOPENED, began)

    def flags(self) -> list[Flag]:
        """What does not fit together, each once."""
        moments = [moment for interval in self.intervals for moment in interval.moments.values()]
        found = [Flag.ORDER] if any(True for _ in self.disorders()) else []
        return found + ([Flag.SOURCE_DISAGREES] if any(m.disagreeing_at for m in moments) else [])


def fold(rows: Iterable[Said]) -> Folded:
    """Intervals in event-time order, with what holds in each; the order in which rows came cannot matter."""
    said = list(rows)
    starts = _starts(said)
    placed: list[dict[MilestoneKind, list[Said]]] = [{} for _ in range(len(starts) + 1)]
    for one in said:
        place = _place(one, starts)
        kind = K.IMPACT_STARTED if one.kind is K.REOPENED else one.kind
        if one.kind is not K.REOPENED or place > 0:
            placed[min(place, len(starts))].setdefault(kind, []).append(one)
    return Folded(
        tuple(
            Interval(number, {kind: _holding(found) for kind, found in by_kind.items()})
            for number, by_kind in enumerate(placed, start=1)
        )
    )


def _starts(said: Sequence[Said]) -> list[datetime]:
    """When the second and each further interval began: the first reopening after each resolution."""
    turns = [s for s in said if s.at is not None and s.kind in (K.RESOLVED, K.REOPENED)]
    turns.sort(key=lambda s: (s.at, s.kind is K.REOPENED))
    ends_unknown = {s.interval for s in said if s.kind is K.RESOLVED and s.at is None}
    starts: list[datetime] = []
    is_over = False
    for turn in turns:
        if turn.kind is K.RESOLVED:
            is_over = True
        elif turn.at is not None and (is_over or len(starts) + 1 in ends_unknown):
            starts.append(turn.at)
            is_over = False
    return starts


def _place(said: Said, starts: Sequence[datetime]) -> int:
    """The interval (from 0) that a statement is about."""
    if said.interval or said.at is None:
        return max(said.interval, 1) - 1
    return bisect_left(starts, said.at) if said.kind in ENDS else bisect_right(starts, said.at)


def _holding(found: Sequence[Said]) -> Moment:
    """The newest word of a person, else the earliest of a source, else the earliest assumption."""
    people = [s for s in found if s.is_human]
    sources = [s for s in found if s.origin is StatementOrigin.SOURCE]
    if people:
        holds = max(people, key=lambda s: s.number)
        later = [s.at for s in sources if s.number > holds.number and s.at is not None and s.at != holds.at]
        before = sorted((s for s in (*people, *sources) if s.number < holds.number), key=lambda s: s.number)
        return Moment(holds, min(later, default=None), tuple(before))
    return Moment(min(sources or found, key=_by_time))


def _by_time(said: Said) -> tuple[bool, float]:
    return (said.at is None, said.at.timestamp() if said.at else 0.0)

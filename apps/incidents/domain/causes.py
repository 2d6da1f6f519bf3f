"""Known causes: which incident may be one's own again, what counts as a repeat, and in which state it came. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from apps.incidents.domain.action_words import CauseStatus, RepeatState

LOOKS_BACK = timedelta(days=90)


CAUSE_WORDS: Mapping[CauseStatus, str] = MappingProxyType(
    {
        CauseStatus.OPEN: "Open",
        CauseStatus.FIXING: "Being fixed",
        CauseStatus.FIXED: "Fixed",
        CauseStatus.ACCEPTED: "Accepted",
    }
)
REPEAT_WORDS: Mapping[RepeatState, str] = MappingProxyType(
    {
        RepeatState.AFTER_DONE: "After an action was done",
        RepeatState.WHILE_OPEN: "While an action was open",
        RepeatState.ACCEPTED: "While the cause was accepted",
        RepeatState.NO_ACTION: "Without an action",
    }
)


@dataclass(frozen=True)
class Traits:
    """What suggestions compare of an incident: when it hurt, its services, factor kinds and broken boundaries."""

    at: datetime
    services: frozenset[int] = frozenset()
    kinds: frozenset[str] = frozenset()
    boundaries: frozenset[frozenset[int]] = frozenset()

    def resembles(self, other: "Traits") -> bool:
        """The same service and the same kind of factor, or the same boundary."""
        shares_both = bool(self.services & other.services) and bool(self.kinds & other.kinds)
        return shares_both or bool(self.boundaries & other.boundaries)


def suggested_causes(incident: Traits, known: Mapping[int, Iterable[Traits]]) -> list[int]:
    """Causes (by primary key, in order) with an incident of the 90 days before that resembles this one."""

    def is_near(other: Traits) -> bool:
        return timedelta(0) <= incident.at - other.at <= LOOKS_BACK and incident.resembles(other)

    return [cause for cause in sorted(known) if any(is_near(other) for other in known[cause])]


@dataclass(frozen=True)
class ActionLife:
    """When an action on a cause was opened and what became of it."""

    opened_at: datetime
    done_at: datetime | None = None
    dropped_at: datetime | None = None

    def was_done(self, at: datetime) -> bool:
        """Done at an instant."""
        return self.done_at is not None and self.done_at <= at

    def was_open(self, at: datetime) -> bool:
        """Opened, and neither done nor dropped, at an instant."""
        ends = [end for end in (self.done_at, self.dropped_at) if end is not None]
        return self.opened_at <= at and all(end > at for end in ends)


@dataclass(frozen=True)
class CauseLife:
    """What is known of a cause over time: since when, its actions, and the stretches in which it was accepted."""

    known_since: datetime | None
    actions: Collection[ActionLife] = ()
    accepted: Collection[tuple[datetime, datetime | None]] = field(default=())

    def was_accepted(self, at: datetime) -> bool:
        """Accepted at an instant."""
        return any(start <= at and (end is None or at < end) for start, end in self.accepted)


def is_repeat(impact_at: datetime | None, known_since: datetime | None) -> bool:
    """It hurt after the cause was known; the incident by whose retro it became known is none."""
    return impact_at is not None and known_since is not None and impact_at > known_since


def repeat_state(impact_at: datetime, cause: CauseLife) -> RepeatState | None:
    """The state in which a confirmed cause came again, None where it was not known yet."""
    if not is_repeat(impact_at, cause.known_since):
        return None
    if any(action.was_done(impact_at) for action in cause.actions):
        return RepeatState.AFTER_DONE
    if any(action.was_open(impact_at) for action in cause.actions):
        return RepeatState.WHILE_OPEN
    return RepeatState.ACCEPTED if cause.was_accepted(impact_at) else RepeatState.NO_ACTION


def gravest(states: Iterable[RepeatState | None]) -> RepeatState | None:
    """Of several causes the first state in the order of the table; an incident counts once."""
    found = {state for state in states if state is not None}
    return next((state for state in RepeatState if state in found), None)

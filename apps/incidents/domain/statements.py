"""Statements about moments before they are written: what is new, refused to a person, assumed. Pure.

What a tool says out of order is stored and flagged; a person is told what does not fit, with both times.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.incidents.domain.folding import Disorder, Folded, Said, fold
from apps.incidents.domain.incident_words import MilestoneKind, StatementOrigin

K = MilestoneKind
SKEW = timedelta(minutes=5)
MILESTONE_WORDS = {
    K.IMPACT_STARTED: "Impact started",
    K.DETECTED: "Detected",
    K.ACKNOWLEDGED: "Acknowledged",
    K.MITIGATED: "Mitigated",
    K.RESOLVED: "Resolved",
    K.REOPENED: "Reopened",
}
Show = Callable[[datetime], str]


@dataclass(frozen=True)
class Moment:
    """What is said of a moment: when it was, or (no `at`) that this cannot be known.

    `interval` 0: it follows from the time. `origin` is given where it does not follow from who says it.
    """

    kind: MilestoneKind
    at: datetime | None
    reason: str = ""
    interval: int = 0
    origin: StatementOrigin | None = None


def with_assumed(moments: Sequence[Moment]) -> list[Moment]:
    """The same, and the detection for an impact that nobody dated: pagers know the one, not the other."""
    known = {moment.kind: moment for moment in moments}
    detected = known.get(K.DETECTED)
    if detected is None or detected.at is None or K.IMPACT_STARTED in known:
        return list(moments)
    return [Moment(K.IMPACT_STARTED, detected.at, origin=StatementOrigin.ASSUMED), *moments]


def is_repeat(said: Iterable[Said], moment: Moment, origin: StatementOrigin) -> bool:
    """Whether the same was said before by the same kind of witness: a message that came twice."""
    return any(
        (one.kind, one.at, one.origin) == (moment.kind, moment.at, origin) and moment.interval in (0, one.interval)
        for one in said
    )


def needs_reason(said: Iterable[Said], moment: Moment) -> bool:
    """Whether a person corrects: something was said of this moment of this interval already, or it cannot be known."""
    if moment.at is None:
        return True
    folded = fold([*said])
    number = moment.interval or interval_of(folded, moment)
    inside = next((i for i in folded.intervals if i.number == number), None)
    stated = inside.moment(moment.kind) if inside else None
    return stated is not None and not stated.is_assumed and stated.at != moment.at


def interval_of(folded: Folded, moment: Moment) -> int:
    """The interval a statement without one is about: the last that had begun by then."""
    begun = [i.number for i in folded.intervals if moment.at is None or not i.at(K.IMPACT_STARTED)]
    begun += [
        i.number for i in folded.intervals
        if moment.at is not None and (start := i.at(K.IMPACT_STARTED)) and start <= moment.at
    ]  # fmt: skip
    return max(begun, default=1)


def new_disorders(said: Sequence[Said], more: Sequence[Said]) -> list[Disorder]:
    """What would stand in the wrong order with `more` and did not before."""
    before = {(d.first, d.first_at, d.then, d.then_at) for d in fold(said).disorders()}
    after = fold([*said, *more]).disorders()
    return [d for d in after if (d.first, d.first_at, d.then, d.then_at) not in before]


def sentence_of(disorder: Disorder, show: Show) -> str:
    """A disorder with both times quoted."""
    first, then = MILESTONE_WORDS[disorder.first], MILESTONE_WORDS[disorder.then]
    later, earlier = show(disorder.then_at), show(disorder.first_at)
    return f"{then} at {later} lies before {first.lower()} at {earlier}. Correct one of them."


def time_problem(moment: Moment, now: datetime) -> str:
    """Why a time cannot be, as a sentence; empty when it can."""
    if moment.at is not None and moment.at > now + SKEW:
        return f"The time lies ahead of the clock here, {now:%Y-%m-%d %H:%M} UTC."
    return ""

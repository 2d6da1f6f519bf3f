"""What is known about a cell: one ordered table, read with the clock and never stored. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.measurements.domain.intervals import is_estimable
from apps.measurements.domain.readings import Status


@dataclass(frozen=True)
class Heard:
    """One source as a subject sees it: since when it is connected, when it was last heard, how long silence is normal.

    `since` is None when no service of the subject is connected.
    """

    source: str
    since: datetime | None
    heard_at: datetime | None
    silent_after: timedelta


@dataclass(frozen=True)
class StatusInputs:
    """Everything that decides a status."""

    ends_at: datetime
    as_of: datetime
    heard: tuple[Heard, ...]
    began_inside: bool
    n: int
    min_n: int
    q: float
    empty_is_zero: bool
    period_words: str


@dataclass(frozen=True)
class Found:
    """A status with the words that explain it."""

    status: Status
    detail: str = ""


def status_of(known: StatusInputs) -> Found:
    """The first row of the table that applies; of several sources the worst decides."""
    if any(h.since is None or h.since >= known.ends_at for h in known.heard):
        return Found(Status.NOT_CONNECTED)
    silent = [h for h in known.heard if _is_silent(h, known)]
    if silent:
        days = max((known.as_of - h.heard_at).days for h in silent if h.heard_at)
        return Found(Status.SOURCE_SILENT, f"last event {days} days ago")
    if known.as_of < known.ends_at or known.began_inside:
        return Found(Status.PARTIAL, known.period_words)
    return _by_count(known)


def _is_silent(heard: Heard, known: StatusInputs) -> bool:
    heard_at = heard.heard_at
    return heard_at is not None and known.ends_at > heard_at and known.as_of - heard_at > heard.silent_after


def _by_count(known: StatusInputs) -> Found:
    if known.n == 0:
        return Found(Status.OK if known.empty_is_zero else Status.ZERO)
    if known.n < known.min_n:
        return Found(Status.TOO_FEW, f"{known.n} of {known.min_n}")
    if known.q > 0.5 and not bool(is_estimable(known.n, known.q)):
        return Found(Status.NOT_ESTIMABLE, f"{known.n}")
    return Found(Status.OK)

"""Documented exceptions: which facts an exemption takes out or which periods it pauses, and its limits. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from apps.core.problems import FieldProblem

LONGEST = timedelta(days=90)
LONGEST_BACK = timedelta(days=28)
MOST_DEFINITIONS = 10
MOST_OBJECTIVES = 10
MOST_FACTS = 50
MOST_RENEWALS = 1


class ExemptionKind(StrEnum):
    """What an exemption does."""

    EXCLUDE_DATA = "exclude_data"
    PAUSE_JUDGING = "pause_judging"
    EXCLUDE_SLICES = "exclude_slices"

    @property
    def label(self) -> str:
        """The words on pages."""
        return KIND_WORDS[self]


KIND_WORDS = {
    ExemptionKind.EXCLUDE_DATA: "Leave facts out",
    ExemptionKind.PAUSE_JUDGING: "Pause judging",
    ExemptionKind.EXCLUDE_SLICES: "Leave slices of a budget out",
}


@dataclass(frozen=True)
class Validity:
    """From when to when an exemption was agreed on, and when it was ended early. No expiry: it was never agreed on."""

    starts_at: datetime
    expires_at: datetime | None
    ended_at: datetime | None = None
    is_approved: bool = True

    @property
    def bounds(self) -> tuple[datetime, datetime] | None:
        """`[start, end)` in which a fact's own time must lie; None: nowhere."""
        if not self.is_approved or self.expires_at is None:
            return None
        return self.starts_at, self.expires_at if self.ended_at is None else min(self.expires_at, self.ended_at)


def is_exempt(validity: Validity, at: datetime) -> bool:
    """The one predicate: approved, and start <= t < the earlier of expiry and end, t the fact's own time.

    What has expired still takes out the facts inside its span, and never a later one.
    """
    bounds = validity.bounds
    return bounds is not None and bounds[0] <= at < bounds[1]


def find_limit_problems(
    *, starts_at: datetime, expires_at: datetime | None, definitions: Sequence[str], facts: int, renewals: int
) -> list[FieldProblem]:
    """Every limit that an exemption as asked for breaks."""
    return [
        *_span_problems(starts_at, expires_at),
        *_definition_problems(definitions),
        *_one(facts > MOST_FACTS, "/facts", "too_many", f"At most {MOST_FACTS} single facts."),
        *_one(
            renewals > MOST_RENEWALS, "/starts_at", "renewed_already",
            "This would renew the same exemption a second time. One renewal is possible; after it the rule itself "
            "needs another look.",
        ),
    ]  # fmt: skip


def _one(applies: bool, pointer: str, code: str, words: str) -> list[FieldProblem]:
    return [FieldProblem(pointer, code, words)] if applies else []


def _span_problems(starts_at: datetime, expires_at: datetime | None) -> list[FieldProblem]:
    if expires_at is None:
        return [FieldProblem("/expires_at", "required", "An exemption names the day on which it expires.")]
    if expires_at <= starts_at:
        return [FieldProblem("/expires_at", "out_of_order", "It expires after it starts.")]
    words = f"An exemption lasts at most {LONGEST.days} days; this one would last {(expires_at - starts_at).days}."
    return _one(expires_at - starts_at > LONGEST, "/expires_at", "too_long", words)


def _definition_problems(definitions: Sequence[str]) -> list[FieldProblem]:
    if not definitions:
        words = "Name the definitions it is about, 1 to 10. There is no exemption from everything."
        return [FieldProblem("/definitions", "required", words)]
    words = f"An exemption names at most {MOST_DEFINITIONS} definitions."
    return [
        *_one(len(definitions) > MOST_DEFINITIONS, "/definitions", "too_many", words),
        *_one(len(set(definitions)) < len(definitions), "/definitions", "repeated", "A definition is named twice."),
    ]


def late_problems(starts_at: datetime, asked_at: datetime) -> list[FieldProblem]:
    """Why it is asked for too late: an exemption reaches back 28 days from the day on which it is asked for."""
    words = f"An exemption reaches back at most {LONGEST_BACK.days} days from the day on which it is asked for."
    return _one(starts_at < asked_at - LONGEST_BACK, "/starts_at", "too_far_back", words)


@dataclass(frozen=True)
class Scope:
    """What an exemption speaks of, without its time: equal scopes that follow each other are renewals."""

    kind: str
    team_id: int | None
    service_id: int | None
    definitions: frozenset[str]
    what: str  # canonical text of single facts or slice; empty: all facts

    def renews(self, other: "Scope") -> bool:
        """True when this continues the other: same place and facts, and a definition in common."""
        same = (self.kind, self.team_id, self.service_id, self.what)
        return same == (other.kind, other.team_id, other.service_id, other.what) and bool(
            self.definitions & other.definitions
        )


@dataclass(frozen=True)
class Standing:
    """An exemption in the books, as far as renewals look at it."""

    number: int
    scope: Scope
    validity: Validity
    renewals: int


def find_renewed(scope: Scope, starts_at: datetime, standing: Iterable[Standing]) -> Standing | None:
    """The exemption that one of this scope would renew: its end lies less than 28 days before, or after, the start."""
    near = [
        one
        for one in standing
        if scope.renews(one.scope) and one.validity.bounds and one.validity.bounds[1] > starts_at - LONGEST_BACK
    ]
    return max(near, key=lambda one: (one.renewals, one.number), default=None)


def title_of(number: int) -> str:
    """How an exemption is called: `E-3`."""
    return f"E-{number}"


def number_of(key: str, letter: str = "E") -> int | None:
    """The number in `E-3`; None for anything else."""
    head, _, digits = key.partition("-")
    return int(digits) if head == letter and digits.isdecimal() and len(digits) < 10 else None

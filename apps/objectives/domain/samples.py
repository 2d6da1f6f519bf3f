"""What is stored of a sample as it arrives, and why not: counts, alignment, clock, repeats. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from apps.core.fact_parsing import Fault
from apps.core.faults import said
from apps.objectives.domain.counts import Counts

LARGEST_COUNT = 10**12
CLOCK_SKEW = timedelta(minutes=5)
KEPT = timedelta(days=100)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COUNT_KEYS = ("good", "bad", "valid", "total")


class Outcome(StrEnum):
    """What became of a sample."""

    CREATED = "created"
    UNCHANGED = "unchanged"
    UPDATED = "updated"
    UNUSABLE = "unusable"
    HELD = "held"
    REJECTED = "rejected"

    @property
    def is_stored(self) -> bool:
        """It left a row, here or among what waits for a person."""
        return self is not Outcome.REJECTED


class HeldReason(StrEnum):
    """Why a sample waits for a person."""

    UNKNOWN_INDICATOR = "unknown_indicator"
    UNKNOWN_KEY = "unknown_key"
    NO_ROOM = "no_room"
    NOT_YOURS = "not_yours"
    NOT_PUSHED = "not_pushed"

    @property
    def as_told(self) -> "HeldReason":
        """The reason as senders may know it: another team's indicator is like one that does not exist."""
        return HeldReason.UNKNOWN_INDICATOR if self is HeldReason.NOT_YOURS else self


HELD_WORDS: Mapping[HeldReason, str] = {
    HeldReason.UNKNOWN_INDICATOR: "No indicator of this name takes samples. It is kept until somebody assigns it.",
    HeldReason.UNKNOWN_KEY: "This key is not known for the indicator. It is kept until somebody takes the key in.",
    HeldReason.NO_ROOM: "The indicator tells no more keys apart. It is kept; send what the rest adds up to as other.",
    # The same words as for one that does not exist: nothing of other teams leaks.
    HeldReason.NOT_YOURS: "No indicator of this name takes samples. It is kept until somebody assigns it.",
    HeldReason.NOT_PUSHED: "This indicator is pulled or read from tickets, so pushed samples are kept aside.",
}


@dataclass(frozen=True)
class CountFault(Exception):
    """Why counts cannot be read: the field, a code of the registry, a sentence."""

    field: str
    code: str
    sentence: str


def read_counts(item: Mapping[str, Any]) -> Counts:
    """Counts of a sample from `good` or `bad`, `valid` and (default: valid) `total`; raises `CountFault`.

    More good than valid events are answered as they are: they are stored as unusable, so that somebody finds them.
    """
    given = {name: _count(item[name], name) for name in COUNT_KEYS if item.get(name) not in (None, "")}
    if "valid" not in given:
        raise CountFault("valid", "required", "Say how many valid events there were.")
    if ("good" in given) == ("bad" in given):
        words = "Send good or bad, not both." if "good" in given else "Say how many of them were good, or bad."
        raise CountFault("good", "required" if "good" not in given else "repeated", words)
    valid = given["valid"]
    good = given["good"] if "good" in given else valid - given["bad"]
    total = given.get("total", valid)
    if total < valid:
        raise CountFault("total", "out_of_range", f"The total of {total:,} is less than the {valid:,} valid events.")
    return Counts(good, valid, total)


def _count(value: Any, name: str) -> int:
    number = int(value) if isinstance(value, str) and _is_digits(value) else value
    if isinstance(number, bool) or not isinstance(number, int):
        raise CountFault(name, "wrong_type", f"{said(value)} is not a whole number of events.")
    if not 0 <= number <= LARGEST_COUNT:
        words = f"{said(value)} lies outside 0 to {LARGEST_COUNT:,}."
        raise CountFault(name, "out_of_range", words)
    return number


def _is_digits(text: str) -> bool:
    digits = text.strip().removeprefix("-")
    return digits.isascii() and digits.isdigit() and len(digits) <= 18


def is_aligned(starts_at: datetime, slice_seconds: int) -> bool:
    """The slice starts on a whole multiple of its length since the epoch in UTC."""
    return (starts_at - EPOCH) % timedelta(seconds=slice_seconds) == timedelta(0)


def aligned_before(instant: datetime, slice_seconds: int) -> datetime:
    """The newest start of a slice at or before an instant."""
    return instant - (instant - EPOCH) % timedelta(seconds=slice_seconds)


def aligned_after(instant: datetime, slice_seconds: int) -> datetime:
    """The first start of a slice at or after an instant."""
    before = aligned_before(instant, slice_seconds)
    return before if before == instant else before + timedelta(seconds=slice_seconds)


def check_start(starts_at: datetime, slice_seconds: int, now: datetime) -> Fault | None:
    """Why a slice of that start is refused in a push, or None."""
    length = timedelta(seconds=slice_seconds)
    if not is_aligned(starts_at, slice_seconds):
        near = aligned_before(starts_at, slice_seconds)
        words = f"Slices of {slice_seconds} s start on whole multiples of it in UTC, such as {near:%Y-%m-%dT%H:%M:%SZ}."
        return Fault("not_aligned", words)
    ahead = starts_at + length - now
    if ahead > CLOCK_SKEW:
        minutes = int(ahead.total_seconds() // 60)
        words = f"The slice ends {minutes} min from now. Check the clock and the time zone of the sender."
        return Fault("in_future", words)
    if starts_at < now - KEPT:
        words = f"Slices are kept for {KEPT.days} days; import older ones as CSV, where whole days are summed."
        return Fault("too_old", words)
    return None


def first_kept_day(now: datetime, zone: ZoneInfo, newest: datetime | None = None) -> date:
    """The first local day whose slices are kept; older days are sums alone.

    Of a source that fell silent as many days are kept up to its newest slice, so that its number stands still.
    """
    return ((now if newest is None else min(now, newest)) - KEPT).astimezone(zone).date()


def outcome_of(stored: Counts | None, new: Counts) -> Outcome:
    """What a sample does to what is stored: the last received wins, as monitoring corrects itself."""
    if stored == new:
        return Outcome.UNCHANGED
    if not new.is_usable:
        return Outcome.UNUSABLE
    return Outcome.CREATED if stored is None else Outcome.UPDATED


Place = tuple[int, datetime]  # series and start


def fold_batch(
    stored: Mapping[Place, Counts], items: Iterable[tuple[Place, Counts]]
) -> tuple[dict[Place, Counts], list[Outcome]]:
    """What a batch leaves to be written, and the outcome of each of its items in their order.

    One slice twice in a batch is as if it had come in two: the later item wins and says so.
    """
    standing, changed, outcomes = dict(stored), {}, []
    for place, counts in items:
        outcome = outcome_of(standing.get(place), counts)
        if outcome is not Outcome.UNCHANGED:
            standing[place] = changed[place] = counts
        outcomes.append(outcome)
    return {place: counts for place, counts in changed.items() if stored.get(place) != counts}, outcomes

"""What a page was worth: repeats, labels, coverage, acknowledgement, and the load of a stretch of days. Pure."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

from apps.incidents.domain.oncall import nights_between
from apps.incidents.domain.page_words import Bucket, EndReason, Label

REPEATS_WITHIN = timedelta(days=7)
LEAST_COVERAGE = Fraction(60, 100)
LEAST_LABELS = 10
NOISY_PAGES = 5
NOISY_ACTED = Fraction(30, 100)
NOISY_BY_ITSELF = Fraction(50, 100)
P90 = Fraction(9, 10)


@dataclass(frozen=True)
class Paged:
    """One urgent page as the arithmetic reads it."""

    fired_at: datetime
    bucket: Bucket
    night: date | None = None
    repeat: bool = False
    label: str = ""
    acknowledged_at: datetime | None = None
    end_reason: str = EndReason.UNKNOWN

    @property
    def ended_unseen(self) -> bool:
        """It ended by itself before a person acknowledged it."""
        return self.end_reason == EndReason.BY_ITSELF and self.acknowledged_at is None


def is_actionable(label: str) -> bool | None:
    """True when somebody acted on it, False for every other label, None without one."""
    return label == Label.ACTED if label else None


Fired = tuple[Hashable, datetime]


def repeats_of(fired: Sequence[Fired], among: Iterable[Fired] | None = None) -> list[bool]:
    """For each page whether its rule paged in the 7 days before it; in any order.

    `among` are the urgent pages that count as having paged; without it they are the pages themselves.
    """
    times: dict[Hashable, list[datetime]] = defaultdict(list)
    for rule, at in fired if among is None else among:
        times[rule].append(at)
    for instants in times.values():
        instants.sort()
    return [_paged_before(times.get(rule, ()), at) for rule, at in fired]


def _paged_before(instants: Sequence[datetime], at: datetime) -> bool:
    place = bisect_left(instants, at)
    return place > 0 and instants[place - 1] >= at - REPEATS_WITHIN


def first_of_nights(nights: Sequence[tuple[Hashable, date | None, datetime]]) -> list[bool]:
    """For each page whether it is the first of its team's night; of two at one instant the earlier in the list."""
    first: dict[tuple[Hashable, date], int] = {}
    for index, (team, night, at) in enumerate(nights):
        if night is not None:
            known = first.get((team, night))
            if known is None or at < nights[known][2]:
                first[team, night] = index
    woken = set(first.values())
    return [index in woken for index in range(len(nights))]


@dataclass(frozen=True)
class Load:
    """Being on call during some days: counts over urgent pages, and the shares that follow from them."""

    pages: int
    business: int
    evening: int
    night: int
    repeats: int
    labelled: int
    acted: int
    waits: tuple[timedelta, ...]
    by_itself: int
    nights_woken: int
    nights: int

    @property
    def out_of_hours(self) -> Fraction | None:
        """Evening and night pages of all pages."""
        return share(self.evening + self.night, self.pages)

    @property
    def repeat_rate(self) -> Fraction | None:
        """Pages whose rule paged in the 7 days before, of all pages."""
        return share(self.repeats, self.pages)

    @property
    def coverage(self) -> Fraction | None:
        """Labelled pages of all pages."""
        return share(self.labelled, self.pages)

    @property
    def is_judged(self) -> bool:
        """Enough labels to say how many pages were worth acting on."""
        return is_judged(labelled=self.labelled, pages=self.pages)

    @property
    def actionable(self) -> Fraction | None:
        """Pages somebody acted on, of the labelled ones; None while there are too few labels."""
        return share(self.acted, self.labelled) if self.is_judged else None

    @property
    def acknowledged_p90(self) -> timedelta | None:
        """Nine in ten acknowledged pages were acknowledged by a person within this time."""
        return quantile(self.waits, P90)

    @property
    def ended_by_itself(self) -> Fraction | None:
        """Pages that ended before a person acknowledged them, of all pages."""
        return share(self.by_itself, self.pages)

    @property
    def woken(self) -> Fraction | None:
        """Nights with a night page of all nights."""
        return share(self.nights_woken, self.nights)


def is_judged(*, labelled: int, pages: int) -> bool:
    """Whether labels cover enough pages: at least 60 % of them, and at least ten."""
    coverage = share(labelled, pages)
    return labelled >= LEAST_LABELS and coverage is not None and coverage >= LEAST_COVERAGE


def load_of(pages: Iterable[Paged], *, nights: Iterable[date | None], first_on: date, end_on: date) -> Load:
    """The load of the days `[first_on, end_on)`.

    `nights` are those of all night pages up to the morning after the last day: a night belongs to its first day.
    """
    rows = list(pages)
    buckets = [page.bucket for page in rows]
    return Load(
        pages=len(rows),
        business=buckets.count(Bucket.BUSINESS),
        evening=buckets.count(Bucket.EVENING),
        night=buckets.count(Bucket.NIGHT),
        repeats=sum(page.repeat for page in rows),
        labelled=sum(bool(page.label) for page in rows),
        acted=sum(page.label == Label.ACTED for page in rows),
        waits=tuple(sorted(waits_of(rows))),
        by_itself=sum(page.ended_unseen for page in rows),
        nights_woken=len(nights_between(nights, first_on, end_on)),
        nights=(end_on - first_on).days,
    )


def waits_of(pages: Iterable[Paged]) -> list[timedelta]:
    """Fired to acknowledged by a person; an acknowledgement before the page is a fault of a clock and left out."""
    seen = ((page.fired_at, page.acknowledged_at) for page in pages)
    return [at - fired for fired, at in seen if at is not None and at >= fired]


def share(part: int, whole: int) -> Fraction | None:
    """A part of a whole; None of nothing."""
    return Fraction(part, whole) if whole else None


def quantile(waits: Sequence[timedelta], q: Fraction) -> timedelta | None:
    """The linear quantile at position q·(n − 1), as the engine takes it; `waits` are sorted."""
    if not waits:
        return None
    position = q * (len(waits) - 1)
    low = int(position)
    rest = position - low
    if not rest:
        return waits[low]
    step = waits[low + 1] - waits[low]
    return waits[low] + step * rest.numerator / rest.denominator


@dataclass(frozen=True)
class RuleTally:
    """One alert rule's pages of a month."""

    pages: int
    labelled: int
    acted: int
    ended_unseen: int


def tally_of(pages: Iterable[Paged]) -> RuleTally:
    """Count one rule's pages."""
    rows = list(pages)
    return RuleTally(
        pages=len(rows),
        labelled=sum(bool(page.label) for page in rows),
        acted=sum(page.label == Label.ACTED for page in rows),
        ended_unseen=sum(page.ended_unseen for page in rows),
    )


class Noise(StrEnum):
    """Why a rule counts as noisy."""

    SELDOM_ACTED = "seldom_acted"
    ENDS_BY_ITSELF = "ends_by_itself"


NOISE_WORDS = MappingProxyType(
    {
        Noise.SELDOM_ACTED: "Noisy: nobody acts on most of them",
        Noise.ENDS_BY_ITSELF: "Noisy: most end by themselves",
    }
)


def noise_of(rule: RuleTally) -> Noise | None:
    """Why a rule is noisy in a month; None when it is not, or has too few pages to tell."""
    if rule.pages < NOISY_PAGES:
        return None
    covered = Fraction(rule.labelled, rule.pages) >= LEAST_COVERAGE
    if covered and Fraction(rule.acted, rule.labelled) <= NOISY_ACTED:
        return Noise.SELDOM_ACTED
    return Noise.ENDS_BY_ITSELF if Fraction(rule.ended_unseen, rule.pages) >= NOISY_BY_ITSELF else None

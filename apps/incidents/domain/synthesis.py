"""What a month's incidents have in common: what recurs, what breaks between services, what was followed through. Pure.

The synthesis reads plain rows, so that every line can name the incidents that carry it.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

from apps.incidents.domain.action_dates import UNVERIFIED_AFTER

LOOK_BACK = timedelta(days=90)
LEAST_INCIDENTS = 2
ALWAYS_SHOWN = ("config_drift", "dependency", "deployment_process")
FAILED_SAFEGUARDS = ("absent", "present_failed")
QUIET_PAGES = 20
MOST_IMPROVEMENTS = 5


@dataclass(frozen=True)
class Factored:
    """One contributing factor of one incident: where, what kind, across which boundary."""

    incident: int
    started_on: date
    service: str
    kind: str
    boundary: tuple[str, str] | None = None


@dataclass(frozen=True)
class Guarded:
    """One safeguard of one incident."""

    incident: int
    function: str
    state: str


@dataclass(frozen=True)
class Window:
    """The 90 days that end with a month, and the 90 before them; all half-open."""

    before_on: date
    first_on: date
    end_on: date

    def holds(self, day: date) -> bool:
        """Inside the 90 days."""
        return self.first_on <= day < self.end_on

    def held_before(self, day: date) -> bool:
        """Inside the 90 days before."""
        return self.before_on <= day < self.first_on


def window_of(end_on: date) -> Window:
    """The window of a month that ends on a day (not included)."""
    return Window(end_on - 2 * LOOK_BACK, end_on - LOOK_BACK, end_on)


Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Recurring(Generic[Key]):
    """What returned: its incidents in the window, oldest first, and how many there were before."""

    what: Key
    incidents: tuple[int, ...]
    before: int


Mode = tuple[str, str]


def failure_modes(factors: Iterable[Factored], window: Window) -> list[Recurring[Mode]]:
    """(service, factor kind) in two incidents or more; three kinds are shown even when they happened once."""
    found = _recurring(factors, window, lambda factor: (factor.service, factor.kind))
    return [mode for mode in found if len(mode.incidents) >= LEAST_INCIDENTS or mode.what[1] in ALWAYS_SHOWN]


def silent_kinds(kinds: Iterable[str]) -> list[str]:
    """Kinds that are always looked at and are not among those of the window."""
    seen = set(kinds)
    return [kind for kind in ALWAYS_SHOWN if kind not in seen]


def most_of(modes: Sequence[Mode], most: int) -> list[int]:
    """Places of the modes that a page has room for: the first ones, and the first of each kind that always stands."""
    kept = set(range(min(most, len(modes))))
    for kind in ALWAYS_SHOWN:
        kept.update([place for place, (_, of) in enumerate(modes) if of == kind][:1])
    return sorted(kept)


def breaking_boundaries(factors: Iterable[Factored], window: Window) -> list[Recurring[Mode]]:
    """Pairs of services whose boundary took part in two incidents or more, in whichever direction."""
    found = _recurring(factors, window, _pair)
    return [pair for pair in found if len(pair.incidents) >= LEAST_INCIDENTS]


def _pair(factor: Factored) -> Mode | None:
    if factor.boundary is None:
        return None
    near, far = sorted(factor.boundary)
    return near, far


def _recurring(
    factors: Iterable[Factored], window: Window, key_of: Callable[[Factored], Mode | None]
) -> list[Recurring[Mode]]:
    """What each key collects, most incidents first; several factors of one incident count once."""
    now: dict[Mode, dict[int, date]] = defaultdict(dict)
    before: dict[Mode, set[int]] = defaultdict(set)
    for factor in factors:
        key = key_of(factor)
        if key is None:
            continue
        if window.holds(factor.started_on):
            now[key][factor.incident] = factor.started_on
        elif window.held_before(factor.started_on):
            before[key].add(factor.incident)
    rows = [
        Recurring(key, tuple(sorted(days, key=lambda pk: (days[pk], pk))), len(before[key]))
        for key, days in now.items()
    ]
    return sorted(rows, key=lambda row: (-len(row.incidents), row.what))


def failed_safeguards(safeguards: Iterable[Guarded]) -> list[tuple[str, str, tuple[int, ...]]]:
    """(function, state, incidents) of safeguards that were missing or did not work, most incidents first."""
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    for guard in safeguards:
        if guard.state in FAILED_SAFEGUARDS:
            found[guard.function, guard.state].add(guard.incident)
    rows = [(function, state, tuple(sorted(pks))) for (function, state), pks in found.items()]
    return sorted(rows, key=lambda row: (-len(row[2]), row[0], row[1]))


@dataclass(frozen=True)
class Promised:
    """One action as its follow-through is read: days in its team's zone."""

    action: int
    first_due_on: date
    done_on: date | None = None
    verified_on: date | None = None
    dropped_on: date | None = None


@dataclass(frozen=True)
class FollowThrough:
    """Actions that ask for a look, each listed once under the first that holds, and waived retros."""

    late: tuple[int, ...]
    dropped: tuple[int, ...]
    unverified: tuple[int, ...]
    waived: tuple[int, ...]


def follow_through(
    actions: Iterable[Promised], waived: Iterable[int], *, first_on: date, end_on: date, today: date
) -> FollowThrough:
    """What of a month `[first_on, end_on)` was dropped, came late or still waits for a second person.

    Dropped: in the month. Late: first due in the month, on a day that is over, not done by it nor dropped by it.
    Unverified: done and without a check for 14 days at the month's end, or today while the month runs.
    """
    late, dropped, unverified = [], [], []
    until = min(end_on, today)
    for promised in actions:
        if promised.dropped_on is not None and first_on <= promised.dropped_on < end_on:
            dropped.append(promised.action)
        elif first_on <= promised.first_due_on < until and is_late(promised):
            late.append(promised.action)
        elif _waits_for_a_check(promised, until):
            unverified.append(promised.action)
    return FollowThrough(tuple(late), tuple(dropped), tuple(unverified), tuple(waived))


def is_late(promised: Promised) -> bool:
    """Not done by its first due day; a drop by then is no promise broken."""
    due = promised.first_due_on
    if promised.dropped_on is not None and promised.dropped_on <= due:
        return False
    return promised.done_on is None or promised.done_on > due


def _waits_for_a_check(promised: Promised, end_on: date) -> bool:
    done = promised.done_on is not None and promised.done_on + UNVERIFIED_AFTER < end_on
    checked = promised.verified_on is not None and promised.verified_on < end_on
    return done and not checked and promised.dropped_on is None


def quiet_teams(pages: Mapping[str, int], incidents: Mapping[str, int]) -> list[str]:
    """Teams with many pages and no incident: either the pages say nothing, or nobody writes incidents down."""
    return sorted(team for team, count in pages.items() if count >= QUIET_PAGES and not incidents.get(team))


def within_five(chosen: Sequence[object]) -> bool:
    """Whether a meeting picked few enough improvements to finish them."""
    return len(chosen) <= MOST_IMPROVEMENTS

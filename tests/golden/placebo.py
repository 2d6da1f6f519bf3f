"""The placebo: releases shuffled over their dates, so that whatever still rings is chance.

Each release keeps the lead times of its own changes; only the dates change places, within one team. The number of
releases in each week stays what it was, and no quarter can differ from another but by luck.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

import numpy as np

from apps.measurements.domain.comparisons import MedianSample, ratio_of_medians
from tests.golden import pack_reference as reference
from tests.plain_statistics import log_spread

FIRST_MONDAY = date(2023, 1, 2)
CURRENT_WEEKS, BASELINE_WEEKS = 13, 26


@dataclass(frozen=True)
class DatedRelease:
    """One release: the number of its ISO week (0 starts on 2 January 2023), its changes' lead times in seconds."""

    week: int
    lead_times: tuple[int, ...]

    @property
    def median_seconds(self) -> float:
        """The one value that a release says about its lead time."""
        median = reference.linear_median(self.lead_times)
        return float(median or 0)


@dataclass(frozen=True)
class Tally:
    """How many quarter comparisons were made, and how many of them rang."""

    rung: int = 0
    compared: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.rung + other.rung, self.compared + other.compared)

    @property
    def share(self) -> float:
        """Rung of compared, 0 to 1; 0 if nothing could be compared."""
        return self.rung / self.compared if self.compared else 0.0


Reading = Callable[[DatedRelease], Sequence[float]]


def per_release(release: DatedRelease) -> Sequence[float]:
    """One value for each release, its median."""
    return (release.median_seconds,)


def per_change(release: DatedRelease) -> Sequence[float]:
    """One value for each change, as if the changes of a release were independent."""
    return release.lead_times


def releases_of_team(facts: reference.Facts, team: str) -> list[DatedRelease]:
    """The releases of one team that carried changes, dated by the week in which they finished."""
    lead_times = reference.release_lead_times(facts.changes)
    return [
        DatedRelease(week_number(release.finished_at), tuple(values))
        for release in facts.releases
        if reference.by_team(release.service, release.finished_at) == team
        and (values := lead_times.get((release.service, release.key)))
    ]


def shuffled(releases: Sequence[DatedRelease], seed: int) -> list[DatedRelease]:
    """The same releases with their dates permuted."""
    weeks = [release.week for release in releases]
    random.Random(seed).shuffle(weeks)
    return [DatedRelease(week, release.lead_times) for week, release in zip(weeks, releases, strict=True)]


def count_rings(releases: Iterable[DatedRelease], reading: Reading) -> Tally:
    """Compare each quarter's 13 last weeks with the 26 before, and count what rings."""
    weekly: dict[int, list[float]] = defaultdict(list)
    for release in releases:
        weekly[release.week] += reading(release)
    total = Tally()
    for last in last_weeks():
        start = last + 1 - CURRENT_WEEKS
        total += compare(values_in(weekly, start, last + 1), values_in(weekly, start - BASELINE_WEEKS, start))
    return total


def compare(now: Sequence[float], before: Sequence[float]) -> Tally:
    """One quarter comparison of two lists of seconds at 99 %: none with fewer than ten on either side."""
    if not now or not before:
        return Tally()
    comparison = ratio_of_medians(sample(now), sample(before))
    return Tally() if comparison is None else Tally(int(comparison.movement != 0), 1)


def sample(seconds: Sequence[float]) -> MedianSample:
    """What a comparison needs to know of a list of seconds."""
    ordered = np.sort(np.asarray(seconds, dtype=np.float64))
    return MedianSample(float(np.median(ordered)), log_spread(ordered), len(ordered))


def values_in(weekly: dict[int, list[float]], start: int, end: int) -> list[float]:
    """All values of the weeks from start up to, not including, end."""
    return [value for week in range(start, end) for value in weekly.get(week, ())]


def week_number(at: datetime) -> int:
    """The number of the local ISO week that holds an instant."""
    return (at.astimezone(reference.ZONE).date() - FIRST_MONDAY).days // 7


@cache
def last_weeks() -> tuple[int, ...]:
    """The last complete week of each complete quarter that has 39 weeks of history."""
    complete = [quarter for quarter in reference.all_quarters() if quarter <= reference.LAST_COMPLETE_QUARTER]
    weeks = (week_of_key(reference.last_week_of(quarter)) for quarter in complete)
    return tuple(week for week in weeks if week + 1 >= CURRENT_WEEKS + BASELINE_WEEKS)


def week_of_key(key: str) -> int:
    """The number of the ISO week with a key such as 2026-W34."""
    year, week = key.split("-W")
    return (date.fromisocalendar(int(year), int(week), 1) - FIRST_MONDAY).days // 7


def run_placebo(releases: Sequence[DatedRelease], reading: Reading, seeds: Iterable[int]) -> Tally:
    """The rings of one team over many shuffles, one for each seed."""
    return sum((count_rings(shuffled(releases, seed), reading) for seed in seeds), Tally())

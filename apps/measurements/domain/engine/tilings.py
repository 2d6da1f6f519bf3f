"""Windows that do not overlap, taken together: a row lies in at most one of them, so one pass serves them all."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from apps.measurements.domain.engine.catalogue import NOBODY, Ints
from apps.measurements.domain.engine.windows import Window

EPOCH_DAY = date(1970, 1, 1).toordinal()
ROWS_TOGETHER = 300_000


def day_number(day: date) -> int:
    """A local day as days since 1970."""
    return day.toordinal() - EPOCH_DAY


@dataclass(frozen=True)
class Tiling:
    """Some windows of a pass that share no day, with the place of each among all windows of the pass."""

    windows: tuple[Window, ...]
    places: Ints

    @cached_property
    def _by_day(self) -> tuple[int, np.ndarray]:
        """A first day and, from the one after it on, which window holds each; one day on either side is outside."""
        first = min(day_number(w.from_on) for w in self.windows) - 1
        end = max(day_number(w.period.end_on) for w in self.windows)
        by_day = np.full(end - first + 1, NOBODY, dtype=np.int32)
        for number, window in enumerate(self.windows):
            by_day[day_number(window.from_on) - first : day_number(window.period.end_on) - first] = number
        return first, by_day

    def numbers(self, days: np.ndarray) -> np.ndarray:
        """For each day which window holds it, counted from 0; -1 where none does."""
        first, by_day = self._by_day
        return by_day.take(days - first, mode="clip")


def tilings_of(windows: Sequence[Window]) -> list[Tiling]:
    """The fewest tilings for each grain: calendar periods make one, runs of n weeks make n."""
    chosen: list[tuple[str, list[int]]] = []
    for place in sorted(range(len(windows)), key=lambda i: (windows[i].period.grain, windows[i].from_on)):
        window = windows[place]
        fitting = (
            found for grain, found in chosen if grain == window.period.grain and _after(windows[found[-1]], window)
        )
        target = next(fitting, None)
        if target is None:
            target = []
            chosen.append((window.period.grain, target))
        target.append(place)
    return [Tiling(tuple(windows[i] for i in found), np.array(found, dtype=np.int64)) for _, found in chosen]


def _after(earlier: Window, later: Window) -> bool:
    return earlier.period.end_on <= later.from_on


def batches(tilings: Sequence[Tiling], rows: int) -> Iterator[Sequence[Tiling]]:
    """Tilings to be computed together: many where rows are few, as each computation has a price of its own."""
    together = max(1, ROWS_TOGETHER // max(rows, 1))
    for start in range(0, len(tilings), together):
        yield tilings[start : start + together]


@dataclass(frozen=True)
class Groups:
    """Where rows stand: `number` is window number × `size` + code, for the rows `inside` any; `count` numbers exist.

    A row stands once in each window that holds it. `places` says where each window stands in its pass.
    """

    number: Ints
    inside: Ints | slice
    windows: tuple[Window, ...]
    places: Ints
    size: int

    @property
    def count(self) -> int:
        """How many (window, subject) pairs there are."""
        return len(self.windows) * self.size

    def of(self, rows: Ints | slice) -> "Groups":
        """The same groups, where the rows they were made of are only some `rows` of the columns."""
        if isinstance(self.inside, slice):
            return replace(self, inside=rows)
        return self if isinstance(rows, slice) else replace(self, inside=rows[self.inside])

    def without(self, aside: np.ndarray, rows: int) -> "Groups":
        """The same groups without some of the rows inside them; `rows` is how long the columns are."""
        return replace(self, number=self.number[~aside], inside=np.arange(rows)[self.inside][~aside])

    def sums(self, values: Ints) -> Ints:
        """Exact sums of whole numbers of all rows by group."""
        return exact_sums(self.number, values[self.inside], self.count)

    def each(self, values: Iterable[float]) -> np.ndarray:
        """One value by window, repeated for every subject."""
        return np.repeat(np.array(list(values)), self.size)


def standing(codes: Ints) -> Ints | slice:
    """The rows that stand anywhere; all of them without a list where all do."""
    return slice(None) if (codes >= 0).all() else np.flatnonzero(codes >= 0)


def groups_of(tilings: Sequence[Tiling], days: np.ndarray, codes: Ints, size: int) -> Groups:
    """Groups of rows with local days and subject codes, for the windows of one tiling or of several."""
    found = [_placed_in(tiling, days, codes, size) for tiling in tilings]
    windows = tuple(window for tiling in tilings for window in tiling.windows)
    places = np.concatenate([tiling.places for tiling in tilings])
    if len(found) == 1:
        return Groups(*found[0], windows, places, size)
    bases = np.cumsum([0, *(len(tiling.windows) * size for tiling in tilings)])
    number = np.concatenate([number + base for (number, _), base in zip(found, bases[:-1], strict=True)])
    everyone = np.arange(len(days))
    inside = np.concatenate([everyone[rows] for _, rows in found])
    return Groups(number, inside, windows, places, size)


def _placed_in(tiling: Tiling, days: np.ndarray, codes: Ints, size: int) -> tuple[Ints, Ints | slice]:
    numbers = tiling.numbers(days)
    inside = standing(numbers)
    return numbers[inside].astype(np.int64) * size + codes[inside], inside


def exact_sums(groups: Ints, values: Ints, count: int) -> Ints:
    """Sums of whole numbers by group. Floats carry 53 bits, so large values are added in two exact halves."""
    if len(values) == 0 or max(int(values.max()), -int(values.min())) < 2**20:
        return np.bincount(groups, weights=values, minlength=count).astype(np.int64)
    high, low = values >> 24, values & (2**24 - 1)
    return (np.bincount(groups, weights=high, minlength=count).astype(np.int64) << 24) + np.bincount(
        groups, weights=low, minlength=count
    ).astype(np.int64)

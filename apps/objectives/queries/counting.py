"""Units of many stretches of time at once: of each key and of the sum, as they came and without exemptions.

A stretch is a whole local day or an edge of a window. Events of whole days are read from their sums; all else from
slices. Three queries for any number of objectives, keys and stretches.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from apps.objectives.domain.exempting import ExemptSpan
from apps.objectives.domain.indicator_words import Dimension
from apps.objectives.domain.objective_words import Method
from apps.objectives.domain.promises import Promise
from apps.objectives.domain.reading import Units, joined, without
from apps.objectives.domain.windows import Span
from apps.objectives.models import SampleDay
from apps.objectives.queries.bound_rows import bound_rows, fetch, probing
from apps.objectives.queries.slice_sums import Piece, SliceSums, sum_pieces, sum_together

DAYS = {"number": "bigint", "series": "bigint", "day": "date"}


@dataclass(frozen=True)
class Source:
    """What a promise is counted from: the keys of its indicator, by series, and what is left out of them."""

    promise: Promise
    dimension: Dimension
    keys: Mapping[int, str]
    exempt: Sequence[ExemptSpan] = ()

    @property
    def has_keys(self) -> bool:
        """Each key is judged beside the sum."""
        return self.dimension is not Dimension.NONE

    @property
    def slice_target(self) -> Fraction:
        """The share below which a slice is bad; any where events are counted."""
        return Fraction(self.promise.slice_target or 1)

    def removed(self, span: Span, key: str) -> list[Span]:
        """What exemptions take out of a span for a key."""
        meant = (one for one in self.exempt if (not one.keys or key in one.keys) and one.span.meets(span))
        return joined(one.span.within(span) for one in meant)


@dataclass(frozen=True)
class Stretch:
    """A stretch of time to be counted for a source; the day where it is a whole local one."""

    source: Source
    span: Span
    day: date | None = None
    # Coverage is asked of the window alone; elsewhere nobody asks how many slices of a sum came.
    is_covered: bool = True


# By series; the sum under None.
Counted = dict[int | None, Units]


@dataclass
class _Asked:
    """The pieces of a reading, numbered; `places` says what each number is of."""

    pieces: list[Piece] = field(default_factory=list)
    places: list[tuple[int, int | None, bool]] = field(default_factory=list)

    def number(self, stretch: int, series_id: int | None, *, is_removed: bool) -> int:
        """A new number for a place: a stretch, a series or the sum, and whether it is what exemptions change."""
        self.places.append((stretch, series_id, is_removed))
        return len(self.places) - 1

    def add(self, number: int, series_id: int, spans: Sequence[Span], slice_target: Fraction) -> None:
        """Pieces of a series under a number."""
        self.pieces += [Piece(number, series_id, span, slice_target) for span in spans]

    def found(self, sums: Mapping[int, SliceSums]) -> dict[tuple[int, int | None, bool], SliceSums]:
        """Sums by place."""
        return {self.places[number]: one for number, one in sums.items()}


Sums = Mapping[tuple[int, int | None, bool], SliceSums]


def count(stretches: Sequence[Stretch]) -> list[Counted]:
    """The units of every stretch, in order; series without any stand nowhere."""
    alone, together = _Asked(), _Asked()
    for number, stretch in enumerate(stretches):
        _ask_keys(alone, number, stretch)
        if stretch.source.has_keys and _reads_sums(stretch):
            _ask_sum(together, number, stretch)
    in_slices = any(one.source.promise.method is Method.TIME_SLICES for one in stretches)
    of_keys = alone.found(sum_pieces(alone.pieces, in_slices=in_slices))
    of_sums = together.found(sum_together(together.pieces))
    of_days = _read_days(stretches)
    return [_counted(number, one, of_keys, of_sums, of_days) for number, one in enumerate(stretches)]


def _reads_days(stretch: Stretch) -> bool:
    return stretch.day is not None and stretch.source.promise.method is Method.OCCURRENCES


def _reads_sums(stretch: Stretch) -> bool:
    """Slices of time do not add up over keys, and neither does how many of them came."""
    return stretch.is_covered or stretch.source.promise.method is Method.TIME_SLICES


def _ask_keys(asked: _Asked, number: int, stretch: Stretch) -> None:
    source, target = stretch.source, stretch.source.slice_target
    for series_id, key in source.keys.items():
        if not _reads_days(stretch):
            asked.add(asked.number(number, series_id, is_removed=False), series_id, [stretch.span], target)
        removed = source.removed(stretch.span, key) if source.exempt else []
        if removed:
            asked.add(asked.number(number, series_id, is_removed=True), series_id, removed, target)


def _ask_sum(asked: _Asked, number: int, stretch: Stretch) -> None:
    """All keys together, and again as far as exemptions leave them where they take something out."""
    source, target = stretch.source, stretch.source.slice_target
    whole = asked.number(number, None, is_removed=False)
    for series_id in source.keys:
        asked.add(whole, series_id, [stretch.span], target)
    if any(one.span.meets(stretch.span) for one in source.exempt):
        kept = asked.number(number, None, is_removed=True)
        for series_id, key in source.keys.items():
            asked.add(kept, series_id, without(stretch.span, source.removed(stretch.span, key)), target)


DaySums = Mapping[tuple[int, int], SliceSums]


def _read_days(stretches: Sequence[Stretch]) -> DaySums:
    rows = [
        (number, series_id, stretch.day)
        for number, stretch in enumerate(stretches) if _reads_days(stretch) for series_id in stretch.source.keys
    ]  # fmt: skip
    if not rows:
        return {}
    table, values = bound_rows("p", DAYS, rows)
    days = probing(table, SampleDay._meta.db_table, "s.series_id = p.series AND s.day = p.day")
    statement = f"SELECT p.number, s.series_id, s.good, s.valid, s.seen, s.unusable {days}"
    return {
        (number, series_id): SliceSums(valid - good, valid, seen=seen, unusable=unusable)
        for number, series_id, good, valid, seen, unusable in fetch(statement, values)
    }


def _counted(number: int, stretch: Stretch, keys: Sums, sums: Sums, days: DaySums) -> Counted:
    found = dict(_units_of_keys(number, stretch, keys, days))
    if not stretch.source.has_keys:
        return {None: next(iter(found.values()))} if found else {}
    return found | {None: _units_of_sum(number, stretch, found, sums)} if found else {}


def _units_of_keys(number: int, stretch: Stretch, keys: Sums, days: DaySums) -> Iterator[tuple[int, Units]]:
    method = stretch.source.promise.method
    for series_id, key in stretch.source.keys.items():
        raw = days.get((number, series_id)) if _reads_days(stretch) else keys.get((number, series_id, False))
        if raw is None:
            continue
        units = raw.tally(method)
        if not stretch.source.exempt:
            yield series_id, Units(units, units, raw.seen, raw.unusable)
            continue
        removed = keys.get((number, series_id, True))
        if _reads_days(stretch) and stretch.source.removed(stretch.span, key) == [stretch.span]:
            removed = raw  # the whole day: its sums say it, also where an import brought no slices
        out = removed or SliceSums()
        yield series_id, Units(units, units - out.tally(method), raw.seen, raw.unusable - out.unusable)


def _units_of_sum(number: int, stretch: Stretch, found: Mapping[int, Units], sums: Sums) -> Units:
    """Events add up over keys; slices of time, and how many of them came, do not."""
    method = stretch.source.promise.method
    whole, kept = sums.get((number, None, False)), sums.get((number, None, True))
    added = sum(found.values(), Units())
    if whole is None:
        # Days that came as sums: as many slices as the key with most of them.
        seen = max(units.seen for units in found.values())
        return Units(added.raw, added.kept, seen, min(units.unusable for units in found.values()))
    is_exempt = any(one.span.meets(stretch.span) for one in stretch.source.exempt)
    kept = (kept or SliceSums()) if is_exempt else whole
    if method is Method.OCCURRENCES:
        return Units(added.raw, added.kept, whole.seen, kept.unusable)
    return Units(whole.tally(method), kept.tally(method), whole.seen, kept.unusable)

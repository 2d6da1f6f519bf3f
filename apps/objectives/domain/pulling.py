"""What a pull asks for and when it tries again: from the watermark, an hour back, in calls of bounded size. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.objectives.domain.counts import Counts, Slice
from apps.objectives.domain.indicator_specs import IndicatorSpec, query_for, window_text
from apps.objectives.domain.indicator_words import OTHER_KEY, Dimension
from apps.objectives.domain.samples import KEPT, aligned_after, aligned_before

BACK = timedelta(hours=1)
SETTLED = timedelta(minutes=2)
MOST_POINTS = 2016
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True)
class Asked:
    """One range: the ends of its first and last slice, and its step."""

    first_end: datetime
    last_end: datetime
    step_seconds: int

    @property
    def points(self) -> int:
        """How many points each series of the answer may have."""
        return (self.last_end - self.first_end) // timedelta(seconds=self.step_seconds) + 1

    def parameters(self, query: str) -> dict[str, str]:
        """The form fields of `POST /api/v1/query_range`."""
        return {
            "query": query, "start": str(int(self.first_end.timestamp())), "end": str(int(self.last_end.timestamp())),
            "step": str(self.step_seconds), "partial_response": "false",
        }  # fmt: skip


def next_range(
    watermark: datetime | None, now: datetime, slice_seconds: int, *, begins_at: datetime, until: datetime | None = None
) -> Asked | None:
    """What to ask for next, or None where nothing new has settled.

    `watermark` is the end of the newest slice that an earlier pull covered. It reaches back one hour, as monitoring
    corrects itself; after a downtime the next call goes on where this one ends. `until`: slices that start there or
    later are not asked for, as another statement measures them.
    """
    length = timedelta(seconds=slice_seconds)
    newest = aligned_before(now - SETTLED, slice_seconds)
    if until is not None:
        newest = min(newest, aligned_after(until, slice_seconds))
    if watermark is not None and newest <= watermark:
        return None
    earliest = max(begins_at, now - KEPT)
    start = earliest if watermark is None else max(watermark - BACK, earliest)
    first_end = aligned_before(start, slice_seconds) + length
    if first_end > newest:
        return None
    return Asked(first_end, min(newest, first_end + (MOST_POINTS - 1) * length), slice_seconds)


def queries_of(spec: IndicatorSpec) -> tuple[str, str]:
    """The query of valid events, and that of good or bad ones, with the slice length in their place."""
    length = window_text(spec.slice_seconds)
    return query_for(spec.valid_query, length), query_for(spec.good_query or spec.bad_query, length)


def wait_after(failures: int) -> timedelta:
    """How long until the next try after so many failures in a row: a minute, two, four, at most an hour."""
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << min(max(failures - 1, 0), 10)))


def fold_keys(slices: Sequence[Slice], known: Sequence[str], dimension: Dimension) -> tuple[list[Slice], list[str]]:
    """Slices under the keys that are kept: known ones first, new ones up to the cap, the rest added up as `other`.

    Returns them with the keys that went into `other`, which the indicator's page names.
    """
    if dimension is Dimension.NONE:
        return list(slices), []
    new = sorted({one.key for one in slices} - {*known, OTHER_KEY})
    room = max(0, dimension.most_keys - len([key for key in known if key != OTHER_KEY]))
    rest = set(new[room:])
    kept = [one for one in slices if one.key not in rest and one.key != OTHER_KEY]
    added: dict[datetime, Counts] = {}
    for one in slices:
        if (one.key in rest or one.key == OTHER_KEY) and one.counts.is_usable:
            added[one.starts_at] = added.get(one.starts_at, Counts(0, 0, 0)) + one.counts
    return [*kept, *(Slice(at, counts, OTHER_KEY) for at, counts in sorted(added.items()))], sorted(rest)

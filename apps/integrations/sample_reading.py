"""Rows of samples and probes: each finds its indicator, which says whether it can be counted, and as what."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.core.problems import FieldProblem
from apps.integrations.domain.csv_reading import CsvKind, CsvRow, RowError, shown_value
from apps.objectives.domain.counts import Counts
from apps.objectives.domain.indicator_words import OTHER_KEY, Dimension
from apps.objectives.domain.probes import ProbeState, count_probe, takes_probes
from apps.objectives.domain.sample_items import (
    SampleItem,
    Taker,
    check_item,
    check_time,
    has_room,
    held_reason,
    takes_key,
)
from apps.objectives.domain.samples import CountFault, aligned_before, first_kept_day, read_counts
from apps.objectives.queries.takers import Takers, find_takers

SHOWN_KEYS = 10
TOO_OLD = "too_old"  # whole days come by files
NOBODY = "No indicator of this name takes samples of the service."
NOT_PROBED = "No indicator of the service counts checks from outside; name one in the column indicator."


@dataclass(frozen=True, slots=True)
class CountedRow:
    """What one row counts: of which indicator and key, in which slice."""

    indicator_id: int
    key: str
    starts_at: datetime
    counts: Counts


class SampleResolver:
    """Resolves the rows of one file; keys that the file brings first are remembered, so that their number has a cap.

    What lies beyond it is counted together as `other` where days are replaced as a whole, and named in a notice.
    """

    def __init__(self, kind: CsvKind) -> None:
        self._kind = kind
        self._takers: Takers = find_takers(None, by=SYSTEM, at=clock.as_of())
        self._now = clock.as_of()
        self._kept_from = first_kept_day(self._now, clock.reporting_zone())
        self._rest: dict[str, set[str]] = {}
        self.notices: list[str] = []

    def resolve(self, rows: Iterable[CsvRow]) -> Iterator[CsvRow]:
        """Each row with what it counts under `counted`, or with what keeps it from being counted; then the notices."""
        for row in rows:
            yield self._resolved(row)
        self.notices += [_rest_words(slug, sorted(keys)) for slug, keys in sorted(self._rest.items())]

    def _resolved(self, row: CsvRow) -> CsvRow:
        if row.fact is None:
            return row
        counted, problem = self._probe(row.fact) if self._kind is CsvKind.PROBES else self._sample(row.fact)
        if problem is not None:
            column = problem.pointer.removeprefix("/")
            column = "checked_at" if self._kind is CsvKind.PROBES and column == "slice_start" else column
            error = RowError(row.line, column, shown_value(_text(row.fact, problem)), problem.code, problem.detail)
            return replace(row, fact=None, errors=(error,))
        return replace(row, fact={**row.fact, "counted": counted})

    def _sample(self, fact: Mapping[str, Any]) -> tuple[list[CountedRow], FieldProblem | None]:
        try:
            counts = read_counts(fact)
        except CountFault as fault:
            return [], FieldProblem(f"/{fault.field}", fault.code, fault.sentence)
        taker, problem = self._taker(fact, fact["indicator"])
        if taker is None:
            return [], problem
        return self._counted(fact, fact["indicator"], taker, fact["slice_start"], counts)

    def _probe(self, fact: Mapping[str, Any]) -> tuple[list[CountedRow], FieldProblem | None]:
        """One check counts for every indicator of its service that is measured so, or for the one it names."""
        day = clock.local_day(fact["slice_start"])
        named = fact["indicator"]
        slugs = [named] if named else self._takers.of_service(fact["service"], day)
        found: list[CountedRow] = []
        takers = [(slug, *self._taker(fact, slug)) for slug in slugs]
        if named and takers[0][1] is None:
            return [], takers[0][2]
        probed = [(slug, taker) for slug, taker, _ in takers if taker is not None and takes_probes(taker.spec)]
        if not probed:
            return [], FieldProblem("/indicator", "unknown_value", NOT_PROBED)
        for slug, taker in probed:
            counts = count_probe(taker.spec, ProbeState(fact["state"]), fact["response_ms"])
            if counts is None:
                continue
            start = aligned_before(fact["slice_start"], taker.spec.slice_seconds)
            counted, problem = self._counted(fact, slug, taker, start, counts)
            if problem is not None:
                return [], problem
            found += counted
        return found, None

    def _taker(self, fact: Mapping[str, Any], slug: str) -> tuple[Taker | None, FieldProblem | None]:
        day = clock.local_day(fact["slice_start"])
        taker, indicator = self._takers.on(slug, day), self._takers.by_slug.get(slug.lower())
        reason = held_reason(taker, day)
        if indicator is None or reason is not None or indicator.service_id != fact["service"]:
            return None, FieldProblem("/indicator", "unknown_value", NOBODY)
        return taker, None

    def _counted(
        self, fact: Mapping[str, Any], slug: str, taker: Taker, start: datetime, counts: Counts
    ) -> tuple[list[CountedRow], FieldProblem | None]:
        item = SampleItem(slug, start, counts, tenant=fact["tenant"], segment=fact["segment"], flow=fact["flow"])
        problem = check_item(item, taker) or check_time(item, taker, self._now)
        if problem is not None and problem.code != TOO_OLD:
            return [], problem
        indicator = self._takers.by_slug[slug.lower()]
        dimension = taker.spec.dimension
        key = "" if dimension is Dimension.NONE else item.key
        known = self._takers.keys_of(indicator.pk)
        if not takes_key(key, known, (), dimension) and not has_room(known, dimension):
            if clock.local_day(start) >= self._kept_from or not counts.is_usable:
                words = f"The indicator has {dimension.most_keys:,} keys already; count the rest as other."
                return [], FieldProblem(f"/{dimension}", "out_of_range", words)
            self._rest.setdefault(slug, set()).add(key)
            key = OTHER_KEY
        known.add(key)
        return [CountedRow(indicator.pk, key, start, counts)], None


def _rest_words(slug: str, keys: Sequence[str]) -> str:
    """Which keys of a file have no room of their own."""
    named = ", ".join(keys[:SHOWN_KEYS]) + (f" and {len(keys) - SHOWN_KEYS} more" if len(keys) > SHOWN_KEYS else "")
    return f"{slug} tells no more keys apart. Whole days of these are counted together as {OTHER_KEY}: {named}."


def _text(fact: Mapping[str, Any], problem: FieldProblem) -> str:
    value = fact.get(problem.pointer.removeprefix("/"), "")
    return value.isoformat() if isinstance(value, datetime) else str("" if value is None else value)

"""Samples as tools push them: each stands alone, is stored, waits for a person, or is refused at its field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.fact_receiving import Taken
from apps.core.problems import FieldProblem
from apps.objectives.domain.counts import Slice
from apps.objectives.domain.indicator_words import Dimension
from apps.objectives.domain.sample_items import (
    SampleItem,
    check_item,
    check_time,
    held_reason,
    read_item,
    why_key_waits,
)
from apps.objectives.domain.samples import HELD_WORDS, HeldReason, Outcome, check_start
from apps.objectives.models import SampleBatch, Series
from apps.objectives.operations.sample_holding import Held, hold
from apps.objectives.operations.sample_storing import store
from apps.objectives.queries import series as series_queries
from apps.objectives.queries.takers import Takers, find_takers

CHANNEL = "api"
SHORTEST_SLICE = 60
KEPT_PROBLEMS = 50
UNUSABLE_WORDS = "It is kept, counted nowhere, and listed; check the wiring."


@dataclass
class Arrival:
    """One item on its way: what it says, where it goes, what became of it."""

    item: SampleItem | None
    problems: list[FieldProblem] = field(default_factory=list)
    reason: HeldReason | None = None
    place: tuple[int, str] = (0, "")  # indicator and key
    outcome: Outcome = Outcome.REJECTED

    @property
    def is_storable(self) -> bool:
        """Nothing speaks against it."""
        return not self.problems and self.reason is None

    def as_taken(self) -> Taken:
        """The answer in the words of every batch."""
        if self.problems:
            return Taken(Outcome.REJECTED.value, self.problems)
        return Taken(self.outcome.value, detail=self._said())

    def _said(self) -> str:
        if self.outcome is Outcome.UNUSABLE and self.item is not None:
            # What is pushed is never below zero itself, so that good below zero came of what failed.
            more = "bad" if self.item.counts.good < 0 else "good"
            return f"More events are {more} than valid. {UNUSABLE_WORDS}"
        return HELD_WORDS[self.reason] if self.reason else ""


@transaction.atomic
def receive_samples(items: Sequence[Mapping[str, Any]], by: Principal) -> list[Taken]:
    """Take what can be read of some samples; what nobody knows waits for a person."""
    batch = SampleBatch.objects.create(
        channel=CHANNEL, sender=by.sender, team_id=by.token_team_id, received_at=clock.now()
    )
    arrivals = [Arrival(*read_item(item)) for item in items]
    named = [one.item.indicator for one in arrivals if one.item is not None]
    takers = find_takers(named, by=by, at=clock.as_of())
    for one in arrivals:
        if one.item is not None:
            _settle(one, one.item, takers)
    _store(batch, [one for one in arrivals if one.is_storable], takers)
    _hold(batch, [one for one in arrivals if not one.problems and one.reason is not None])
    close_batch(batch, arrivals)
    return [one.as_taken() for one in arrivals]


def _settle(one: Arrival, item: SampleItem, takers: Takers) -> None:
    """Whether an item is stored, waits or is refused."""
    day = clock.local_day(item.starts_at)
    taker = takers.on(item.indicator, day)
    one.reason = held_reason(taker, day)
    if one.reason is not None or taker is None:
        # Whatever indicator it is for: slices are whole minutes, near the clock, and of the last hundred days.
        fault = check_start(item.starts_at, SHORTEST_SLICE, clock.as_of())
        one.problems = [FieldProblem("/slice_start", fault.code, fault.sentence)] if fault else []
        return
    problem = check_item(item, taker) or check_time(item, taker, clock.as_of())
    if problem is not None:
        one.problems = [problem]
        return
    indicator_id, dimension = takers.by_slug[item.indicator.lower()].pk, taker.spec.dimension
    key = "" if dimension is Dimension.NONE else item.key
    one.place = (indicator_id, key)
    known = takers.keys_of(indicator_id)
    one.reason = why_key_waits(key, known, takers.tenants, dimension)
    if one.reason is None:
        known.add(key)  # the next item of the batch finds the room that this one leaves


def _store(batch: SampleBatch, arrivals: Sequence[Arrival], takers: Takers) -> None:
    known = ensure_series(takers.series, [one.place for one in arrivals])
    items = [(known[one.place], Slice(one.item.starts_at, one.item.counts)) for one in arrivals if one.item is not None]
    if items:
        outcomes = store(batch=batch, items=items, at=clock.as_of())
        for one, outcome in zip(arrivals, outcomes, strict=True):
            one.outcome = outcome


def ensure_series(
    known: Mapping[tuple[int, str], int], places: Sequence[tuple[int, str]]
) -> Mapping[tuple[int, str], int]:
    """Primary keys of series by indicator and key; those met for the first time are made."""
    new = sorted(set(places) - known.keys())
    if not new:
        return known
    Series.objects.bulk_create([Series(indicator_id=pk, key=key) for pk, key in new], ignore_conflicts=True)
    return {**known, **series_queries.ids_by_key({pk for pk, _ in new})}


def _hold(batch: SampleBatch, arrivals: Sequence[Arrival]) -> None:
    waiting = [Held(one.item, one.reason) for one in arrivals if one.item is not None and one.reason is not None]
    hold(batch=batch, waiting=waiting)
    for one in arrivals:
        one.outcome = Outcome.HELD


def close_batch(batch: SampleBatch, arrivals: Sequence[Arrival]) -> None:
    """Write down what became of the items, with the first faults."""
    for outcome in Outcome:
        setattr(batch, f"{outcome}_count", sum(one.outcome is outcome for one in arrivals))
    faults = [
        {**problem.as_dict(), "pointer": f"/{index}{problem.pointer}"}
        for index, one in enumerate(arrivals) for problem in one.problems
    ]  # fmt: skip
    batch.problems = faults[:KEPT_PROBLEMS]
    batch.save()

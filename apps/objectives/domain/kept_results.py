"""A result put together again from the counts that an evaluation kept, so that pages say it as the rules do. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from apps.objectives.domain.budgets import Budget, burn_rate, hours_left
from apps.objectives.domain.burning import recent_hours
from apps.objectives.domain.counts import Tally
from apps.objectives.domain.evaluating import Evaluation, Figures, frame_of
from apps.objectives.domain.keys import KeyResult, KeysWithin, count_within, hidden_by_total
from apps.objectives.domain.objective_words import BudgetState, StateReason
from apps.objectives.domain.promises import Promise
from apps.objectives.domain.states import Judged


@dataclass(frozen=True)
class Kept:
    """What was kept of a sum or a key: its state and the counts that decided it; no end where nothing ever came."""

    judged: Judged
    newest_end: datetime | None = None
    tally: Tally = field(default_factory=Tally)
    basis: int = 0
    raw: Tally = field(default_factory=Tally)
    raw_basis: int = 0
    recent: Tally = field(default_factory=Tally)
    seen: int = 0
    unusable: int = 0
    key: str = ""
    # The last judged state, which silence does not change.
    was: BudgetState | None = None
    # How many keys kept the promise, of those judged; what a reading without its keys says of them.
    keys_within: int = 0
    keys_judged: int = 0


@dataclass(frozen=True)
class Measuring:
    """How counts come: the length of a slice, and from when on the present measurement can be read."""

    slice_seconds: int
    readable_from: datetime | None = None


def still(kept: Kept, promise: Promise, as_of: datetime) -> Judged:
    """The state as of now: silence since the evaluation is silence, whether or not anybody evaluated it."""
    if kept.newest_end is None or kept.judged.state is BudgetState.NO_DATA:
        return kept.judged
    is_stale = as_of - kept.newest_end > promise.stale_after
    return Judged(BudgetState.STALE, StateReason.SILENT) if is_stale else kept.judged


def budget_in(kept: Kept, promise: Promise) -> Budget:
    """The budget that decides."""
    return Budget(promise.target, kept.tally.bad, kept.tally.counted, kept.basis)


def raw_budget_in(kept: Kept, promise: Promise) -> Budget:
    """The budget before exemptions, which always stands beside."""
    return Budget(promise.target, kept.raw.bad, kept.raw.counted, kept.raw_basis)


def _within(total: Kept) -> KeysWithin | None:
    """How many keys keep the promise, where they were not read one by one."""
    return KeysWithin(total.keys_within, total.keys_judged, (), ()) if total.keys_judged else None


def evaluation_of(
    promise: Promise, measuring: Measuring, total: Kept, keys: Sequence[Kept], zone: ZoneInfo, as_of: datetime
) -> Evaluation | None:
    """The evaluation as it was kept, with its words; None where nothing ever came."""
    if total.newest_end is None:
        return None
    seconds = measuring.slice_seconds
    newest_start = total.newest_end - timedelta(seconds=seconds)
    frame = frame_of(promise, newest_start, seconds, zone, measuring.readable_from)
    judged, budget = still(total, promise, as_of), budget_in(total, promise)
    left = hours_left(budget, total.recent.bad, recent_hours(frame.full.hours))
    figures = Figures(budget, burn_rate(total.recent, promise.target), left, judged)
    results = tuple(KeyResult(one.key, budget_in(one, promise), still(one, promise, as_of)) for one in keys)
    within = count_within(results) if results else _within(total)
    return Evaluation(frame, figures, judged, results, within, hidden_by_total(judged, results))

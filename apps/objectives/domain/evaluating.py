"""One evaluation put together: window, budget, pace, alerts, keys, state; from counts alone. Pure.

Pages, tasks, previews and the calculator call this; what differs between them is where the counts come from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from apps.objectives.domain.budgets import Budget, budget_of, burn_rate, hours_left
from apps.objectives.domain.burning import (
    AlertStep,
    Burning,
    TierKey,
    Tiers,
    alert_step,
    horizon_hours,
    recent_hours,
    tiers_of,
)
from apps.objectives.domain.counts import Tally
from apps.objectives.domain.keys import KeyResult, KeysWithin, count_within, hidden_by_total, judge_keys
from apps.objectives.domain.objective_words import WindowKind
from apps.objectives.domain.promises import Promise
from apps.objectives.domain.states import Judged, Limits, Pace, Wiring, judge_total
from apps.objectives.domain.windows import Span, slices_in, slices_to_come


@dataclass(frozen=True)
class Frame:
    """The times of one evaluation: the whole window, what of it is judged, and the slices that fit in."""

    full: Span
    span: Span
    slice_seconds: int
    # From when on the measurement in force can be read; windows do not reach behind it.
    readable_from: datetime | None = None

    @property
    def readable(self) -> Span:
        """What of the span can be read."""
        if self.readable_from is None:
            return self.span
        return Span(min(max(self.span.start, self.readable_from), self.span.end), self.span.end)

    @property
    def is_cut(self) -> bool:
        """The span reaches behind the present measurement."""
        return self.readable.start > self.span.start

    @property
    def elapsed(self) -> int:
        """Slices the window should hold by now."""
        return slices_in(self.span, self.slice_seconds)

    @property
    def to_come(self) -> int:
        """Slices of the window that start after what is judged."""
        return slices_to_come(self.span, self.full, self.slice_seconds)


def frame_of(
    promise: Promise, newest_start: datetime, slice_seconds: int, zone: ZoneInfo, readable_from: datetime | None = None
) -> Frame:
    """The times of an evaluation whose newest slice, of any key, starts then."""
    window = promise.window
    return Frame(
        window.full_span(newest_start, slice_seconds, zone), window.span(newest_start, slice_seconds, zone),
        slice_seconds, readable_from,
    )  # fmt: skip


def frame_on_days(
    promise: Promise, day: date, slice_seconds: int, zone: ZoneInfo, readable_from: datetime | None = None
) -> Frame:
    """The times of a window of whole local days that ends with a day: what can be told once slices are gone."""
    full, span = promise.window.on_days(day, zone)
    return Frame(full, span, slice_seconds, readable_from)


@dataclass(frozen=True)
class Measured:
    """The counts of one series, or of the sum, inside a frame; exempted slices are out of them."""

    tally: Tally
    seen: int
    unusable: int = 0
    recent: Tally = field(default_factory=Tally)  # of the last 24·k hours
    is_gone: bool = False  # slices that it needs are kept no more


@dataclass(frozen=True)
class Figures:
    """A budget with its pace, unrounded."""

    budget: Budget
    burn: Fraction | None
    hours_left: Fraction | None
    judged: Judged


@dataclass(frozen=True)
class Evaluation:
    """The result for an objective, with everything that its page says in numbers."""

    frame: Frame
    figures: Figures
    judged: Judged  # of the objective: over its keys where each is judged
    keys: tuple[KeyResult, ...] = ()
    within: KeysWithin | None = None
    hidden: tuple[str, ...] = ()


def limits_of(promise: Promise) -> Limits:
    """What of a promise decides its state."""
    return Limits(promise.minimum_events, promise.minimum_coverage, promise.stale_after, promise.at_risk_below)


def tiers_for(promise: Promise, frame: Frame, *, is_cause: bool) -> Tiers:
    """The burn alerts of a promise; a calendar window has its real length of this period."""
    return tiers_of(
        window_hours=frame.full.hours, target=promise.target, slice_seconds=frame.slice_seconds,
        may_alert=promise.window.may_alert, is_cause=is_cause,
    )  # fmt: skip


def figures_of(
    promise: Promise, frame: Frame, measured: Measured, *, newest_end: datetime | None, as_of: datetime,
    is_alert_open: bool = False,
) -> Figures:  # fmt: skip
    """The figures and the state of one sum."""
    window_hours = frame.full.hours
    budget = budget_of(promise.target, measured.tally, promise.method, promise.window.kind, frame.to_come)
    left = hours_left(budget, measured.recent.bad, recent_hours(window_hours))
    wiring = Wiring(newest_end, measured.seen, measured.unusable, frame.elapsed, frame.is_cut, measured.is_gone)
    pace = Pace(left, _horizon(promise, frame), is_alert_open)
    judged = judge_total(budget, wiring, limits_of(promise), pace, as_of)
    return Figures(budget, burn_rate(measured.recent, promise.target), left, judged)


def _horizon(promise: Promise, frame: Frame) -> Fraction:
    """Hours within which an end of the budget is a risk; of a calendar window those to its end."""
    if promise.window.kind is WindowKind.CALENDAR:
        return Span(frame.span.end, max(frame.span.end, frame.full.end)).hours
    return horizon_hours(frame.full.hours)


def evaluate(
    promise: Promise, frame: Frame, total: Measured, keys: Mapping[str, Measured], *, newest_end: datetime | None,
    as_of: datetime, open_keys: frozenset[str] = frozenset(),
) -> Evaluation:  # fmt: skip
    """The whole result; `open_keys` are those with an open burn alert, the empty key is the sum."""
    times = {"newest_end": newest_end, "as_of": as_of}
    figures = figures_of(promise, frame, total, is_alert_open="" in open_keys, **times)  # type: ignore[arg-type]
    results = tuple(
        _key_result(key, figures_of(promise, frame, one, is_alert_open=key in open_keys, **times))  # type: ignore[arg-type]
        for key, one in sorted(keys.items())
    )
    judged = judge_keys(figures.judged, results, promise.judge, promise.share_target) if results else figures.judged
    within = count_within(results) if results else None
    return Evaluation(frame, figures, judged, results, within, hidden_by_total(judged, results))


def _key_result(key: str, figures: Figures) -> KeyResult:
    return KeyResult(key, figures.budget, figures.judged)


def alert_steps(
    promise: Promise, tiers: Tiers, windows: Mapping[timedelta, Tally], open_tiers: Sequence[TierKey]
) -> dict[TierKey, AlertStep]:
    """What each tier does now; `windows` holds raw counts by length, as exemptions silence no alert."""
    return {
        tier.key: alert_step(
            tier, Burning(windows.get(tier.long, Tally()), windows.get(tier.short, Tally())), promise.target,
            minimum_bad=promise.alert_minimum_bad, is_open=tier.key in open_tiers,
        )
        for tier in tiers.present
    }  # fmt: skip

"""States and budgets in words, as pages, mails and the API say them. Pure."""

from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from apps.core.calendar_words import short_day
from apps.objectives.domain.counts import Counts
from apps.objectives.domain.evaluating import Evaluation
from apps.objectives.domain.indicator_specs import IndicatorSpec
from apps.objectives.domain.objective_words import BudgetState, StateReason
from apps.objectives.domain.printing import (
    hours_text,
    left_share_text,
    over_text,
    sli_text,
    spent_share_text,
    target_text,
    units_text,
)
from apps.objectives.domain.promises import Promise

S, R = BudgetState, StateReason
UNUSABLE_WORDS = "more than 5 % of the slices are unusable; check the wiring"
# The sorts of unusable slices together, where nobody says which they are.
UNUSABLE_SORTS = "more good or more failed than valid, or below zero"


def moment_text(instant: datetime, zone: ZoneInfo) -> str:
    """`24 Aug, 09:40` in the reporting zone."""
    local = instant.astimezone(zone)
    return f"{short_day(local.date())}, {local:%H:%M}"


def state_text(promise: Promise, evaluation: Evaluation, zone: ZoneInfo, *, was: BudgetState | None = None) -> str:
    """The state in a phrase: `At risk: 24.4 % left, about 54 h at this pace`; `was` is the last judged state."""
    state, reason = evaluation.judged.state, evaluation.judged.reason
    if state is S.STALE:
        before = f"; was {was.label}" if was else ""
        return f"No data: stale since {moment_text(evaluation.frame.span.end, zone)}{before}"
    if state is S.NO_DATA:
        return "No data: not connected" if reason is R.NOT_CONNECTED else "No data: no events"
    if state is S.INSUFFICIENT:
        return f"Not judged: {_too_little(promise, evaluation)}"
    return f"{state.label}: {_judged(evaluation)}"


def _too_little(promise: Promise, evaluation: Evaluation) -> str:
    reason, budget = evaluation.judged.reason, evaluation.figures.budget
    noun = "events" if promise.method.value == "occurrences" else "slices"
    return {
        R.TOO_FEW_EVENTS: f"too few ({budget.counted:,} of {promise.minimum_events:,} {noun})",
        R.LOW_COVERAGE: "too few slices of the window were measured",
        R.UNUSABLE: UNUSABLE_WORDS,
        R.NEW_DEFINITION: "new definition",
        R.SLICES_GONE: "the window reaches behind the slices that are kept",
        R.NO_KEY_JUDGED: "no key can be judged yet",
    }[reason]


def _judged(evaluation: Evaluation) -> str:
    budget, within = evaluation.figures.budget, evaluation.within
    reason = evaluation.judged.reason
    if reason in (R.KEYS_MISSED, R.KEY_AT_RISK) and within is not None:
        return f"{within.within} of {within.judged} keep the promise"
    if reason is R.MISSED:
        return f"{over_text(budget.left)} more failures than agreed"
    if budget.remaining is None:
        return "nothing failed, and nothing may"
    left = f"{left_share_text(budget.remaining)} left"
    hours = evaluation.figures.hours_left
    is_paced = evaluation.judged.state is S.AT_RISK and hours is not None
    return f"{left}, about {hours_text(hours)} at this pace" if is_paced else left


def budget_sentence(name: str, spec: IndicatorSpec, promise: Promise, evaluation: Evaluation, zone: ZoneInfo) -> str:
    """The first sentence of the page: what came of the promise, what is left, and for how long at this pace."""
    budget = evaluation.figures.budget
    if budget.sli is None:
        return f"{name} was measured by no {_noun(spec, promise)} in {_window(promise)}."
    result = (
        f"{name} succeeded for {sli_text(budget.sli, promise.target)} of {budget.counted:,} {_noun(spec, promise)} "
        f"in {_window(promise)} (promise {target_text(promise.target)})."
    )
    return f"{result} {_rest(promise, evaluation, zone)}"


def _window(promise: Promise) -> str:
    return promise.window.words if promise.window.grain is None else f"this {promise.window.words}"


def _noun(spec: IndicatorSpec, promise: Promise) -> str:
    """What is counted, in the words of the indicator."""
    return "slices" if promise.method.value == "time_slices" else spec.valid[:1].lower() + spec.valid[1:]


def unusable_words(counts: Counts, spec: IndicatorSpec) -> str:
    """What cannot be about unusable counts; a server may answer less than nothing, which is never pushed."""
    if counts.valid < 0:
        return "fewer valid than none"
    if counts.good < 0:
        return "fewer good than none" if spec.good_query else "more failed than valid"
    return "fewer failed than none" if spec.bad_query else "more good than valid"


def says_budget(promise: Promise, evaluation: Evaluation) -> bool:
    """A share of the budget is said: of what is judged, and of a source that fell silent as its number stands still.

    Of all else neither what is left nor what is over, as it would read green or red.
    """
    state = evaluation.judged.state
    is_enough = evaluation.figures.budget.counted >= promise.minimum_events
    return state.is_judged or (state is S.STALE and is_enough)


def _rest(promise: Promise, evaluation: Evaluation, zone: ZoneInfo) -> str:
    if not says_budget(promise, evaluation):
        return "No budget is read from that."
    if evaluation.judged.state is S.STALE:
        return f"As of {moment_text(evaluation.frame.span.end, zone)}, when counts stopped: {_left(evaluation, None)}"
    left = _left(evaluation, evaluation.figures.hours_left)
    return left[:1].upper() + left[1:]


def _left(evaluation: Evaluation, hours: Fraction | None) -> str:
    budget = evaluation.figures.budget
    if budget.remaining is None:
        return f"no failure was agreed to; there were {budget.bad:,}."
    if not budget.is_met:
        return f"{over_text(budget.left)} more failures than agreed."
    pace = f", about {hours_text(hours)} at this pace" if hours is not None else ""
    return f"{units_text(budget.left)} failures left{pace}."


def one_costs_text(evaluation: Evaluation) -> str:
    """What one failure costs: `1 bad event = 17.9 % of the budget`; empty where it costs less than one percent."""
    cost = evaluation.figures.budget.one_costs
    if cost is None or cost * 100 < 1:
        return ""
    return f"1 bad event = {spent_share_text(cost)} of the budget"

"""A whole result as a document: exact counts, ratios to nine places, the printed words; for REST and for keeping. Pure.

The calculator answers with it, `budget` shows it, and an evaluation keeps its canonical text for good.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from apps.objectives.domain.budgets import Budget, outage_hours_left
from apps.objectives.domain.documents import decimal_text
from apps.objectives.domain.evaluating import Evaluation
from apps.objectives.domain.exempting import ExemptSpan
from apps.objectives.domain.keys import KeyResult
from apps.objectives.domain.objective_words import BudgetState
from apps.objectives.domain.printing import (
    Ratio,
    burn_text,
    exact_text,
    hours_text,
    left_share_text,
    minutes_text,
    ratio_down,
    ratio_up,
    sli_text,
    spent_share_text,
    target_text,
)
from apps.objectives.domain.promises import Promise, window_document
from apps.objectives.domain.sentences import state_text

Document = dict[str, Any]


def ratio(found: Ratio) -> Document:
    """A ratio with its printed text."""
    return {"value": found.value, "text": found.text}


def budget_document(budget: Budget) -> Document:
    """A budget: B, N, M and A exactly, the ratios rounded against us."""
    return {
        "bad": budget.bad, "counted": budget.counted, "basis": budget.basis, "allowed": exact_text(budget.allowed),
        "left": exact_text(budget.left), "is_met": budget.is_met,
        "sli": ratio(ratio_down(budget.sli, sli_text(budget.sli, budget.target))),
        "consumed": ratio(ratio_up(budget.consumed, spent_share_text(budget.consumed))),
        "remaining": ratio(ratio_down(budget.remaining, left_share_text(budget.remaining))),
    }  # fmt: skip


def key_document(one: KeyResult) -> Document:
    """One tenant or segment."""
    state = one.judged
    return {
        "key": one.key,
        "state": str(state.state),
        "reason": str(state.reason),
        "budget": budget_document(one.budget),
    }


def window_times(evaluation: Evaluation, newest_end: datetime) -> Document:
    """The stretch that is judged, and what of it came."""
    frame = evaluation.frame
    return {
        "start": moment(frame.span.start), "end": moment(frame.span.end), "ends_at": moment(frame.full.end),
        "readable_from": moment(frame.readable.start) if frame.is_cut else None, "data_up_to": moment(newest_end),
        "slice_seconds": frame.slice_seconds, "slices_elapsed": frame.elapsed, "slices_to_come": frame.to_come,
    }  # fmt: skip


def moment(instant: datetime) -> str:
    """An instant in UTC."""
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"


def result_document(
    promise: Promise, evaluation: Evaluation, raw: Budget, zone: ZoneInfo, *, newest_end: datetime,
    exempt: Sequence[ExemptSpan] = (), was: BudgetState | None = None,
) -> Document:  # fmt: skip
    """The whole result of one promise; `raw` is the budget before exemptions, which always stands beside."""
    figures, within = evaluation.figures, evaluation.within
    outage = outage_hours_left(figures.budget, evaluation.frame.full.hours)
    return {
        "target": decimal_text(promise.target), "target_text": target_text(promise.target),
        "method": str(promise.method), "judge": str(promise.judge), "window": window_document(promise.window),
        "times": window_times(evaluation, newest_end),
        "state": str(evaluation.judged.state), "reason": str(evaluation.judged.reason),
        "text": state_text(promise, evaluation, zone, was=was),
        "budget": budget_document(figures.budget), "raw": budget_document(raw),
        "burn": ratio(ratio_up(figures.burn, burn_text(figures.burn))),
        "hours_left": ratio(ratio_down(figures.hours_left, hours_text(figures.hours_left))),
        "outage_left": ratio(ratio_down(outage, minutes_text(outage))),
        "keys_within": within.within if within else None, "keys_judged": within.judged if within else None,
        "keys_outside": list(within.outside) if within else [],
        "keys_unjudged": list(within.unjudged) if within else [],
        "hidden_by_total": list(evaluation.hidden), "keys": [key_document(one) for one in evaluation.keys],
        "exemptions": [_exemption(one) for one in exempt],
    }  # fmt: skip


def _exemption(one: ExemptSpan) -> Document:
    return {
        "number": one.number, "start": moment(one.span.start), "end": moment(one.span.end),
        "category": str(one.category), "keys": sorted(one.keys),
    }  # fmt: skip

"""What the calculator answers: the same rules over counts that somebody typed."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from apps.core import clock
from apps.core.numbers import NO_NUMBER
from apps.objectives.domain.budgets import outage_hours_left
from apps.objectives.domain.counts import Tally
from apps.objectives.domain.evaluating import Evaluation, Measured, evaluate, frame_of, tiers_for
from apps.objectives.domain.page_words import STATE_CODES
from apps.objectives.domain.printing import (
    burn_text,
    exact_text,
    hours_text,
    left_share_text,
    minutes_text,
    sli_text,
    spent_share_text,
    target_text,
    units_text,
)
from apps.objectives.domain.promises import Promise, warnings_of
from apps.objectives.domain.sentences import one_costs_text, says_budget, state_text
from apps.objectives.domain.suggesting import rungs_around
from apps.objectives.domain.what_if import put_to
from apps.objectives.presenting_alerts import tier_rows
from apps.objectives.presenting_cells import head, plain, state, table


def present_result(promise: Promise, counts: Mapping[str, Any], slice_seconds: int) -> dict[str, Any]:
    """The result, the burn alerts it would have, and the rungs around the target."""
    now = clock.as_of().replace(minute=0, second=0, microsecond=0)
    frame = frame_of(promise, now - timedelta(seconds=slice_seconds), slice_seconds, clock.reporting_zone())
    measured = Measured(
        Tally(counts["bad"], counts["counted"]), frame.elapsed,
        recent=Tally(counts["recent_bad"] or 0, counts["recent_counted"] or 0),
    )  # fmt: skip

    def put(asked: Promise) -> Evaluation:
        return evaluate(asked, frame, measured, {}, newest_end=now, as_of=now)

    found = put(promise)
    return {
        "state": {"code": STATE_CODES[found.judged.state], "sentence": _words(promise, found)},
        "facts": _facts(promise, found),
        "warnings": warnings_of(promise),
        "tiers": tier_rows(tiers_for(promise, frame, is_cause=False)),
        "rungs": _rungs(promise, put),
    }


def _words(promise: Promise, found: Evaluation) -> str:
    return state_text(promise, found, clock.reporting_zone())


def _facts(promise: Promise, found: Evaluation) -> list[dict[str, str]]:
    budget, figures = found.figures.budget, found.figures
    facts = [
        {"label": "Target", "text": target_text(promise.target)},
        {"label": "SLI", "text": sli_text(budget.sli, promise.target)},
        {"label": "Agreed to fail", "text": exact_text(budget.allowed)},
    ]
    if says_budget(promise, found):
        outage = outage_hours_left(budget, found.frame.full.hours)
        facts += [
            {"label": "Left, in events", "text": units_text(budget.left)},
            {"label": "Budget spent", "text": spent_share_text(budget.consumed)},
            {"label": "Budget left", "text": left_share_text(budget.remaining)},
            {"label": "As a total outage at average traffic", "text": minutes_text(outage)},
            {"label": "Burn rate of the recent hours", "text": burn_text(figures.burn)},
            {"label": "Hours left at this pace", "text": hours_text(figures.hours_left)},
        ]
    else:
        # What is not judged is neither red nor green, so nothing left or over is said of it.
        facts.append({"label": "Budget left", "text": "not judged"})
    costs = one_costs_text(found)
    return facts + ([{"label": "Low traffic", "text": costs}] if costs else [])


def _rungs(promise: Promise, put: Any) -> dict[str, Any]:
    rows = []
    for rung in rungs_around(promise.target):
        asked = put_to(promise, rung)
        found = put(asked)
        own = ", as asked" if rung == promise.target else ""
        left = left_share_text(found.figures.budget.remaining) if says_budget(asked, found) else NO_NUMBER
        words = state(STATE_CODES[found.judged.state], _words(asked, found))
        rows.append([head(f"{target_text(rung)}{own}"), words, plain(left, numeric=True)])
    return table("Targets around it", ("Target", "Would stand", ("Budget left", True)), rows)

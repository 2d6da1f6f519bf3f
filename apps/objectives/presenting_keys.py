"""Who felt it: tenants or segments, each with its own budget, beside the sum that may hide them."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from apps.core import clock
from apps.core.numbers import NO_NUMBER
from apps.objectives.domain.evaluating import Evaluation
from apps.objectives.domain.indicator_words import OTHER_KEY, Dimension
from apps.objectives.domain.keys import KeyResult, in_order
from apps.objectives.domain.objective_words import BudgetState, Judge, StateReason
from apps.objectives.domain.page_words import STATE_CODES
from apps.objectives.domain.printing import left_share_text, over_text, sli_text, target_text
from apps.objectives.domain.promises import Promise
from apps.objectives.domain.sentences import moment_text
from apps.objectives.presenting_cells import Cell, counted, days_url, head, link, plain, state, table
from apps.objectives.queries.budget_page import BudgetPage

SHOWN = 15
NOUNS = {Dimension.TENANT: "tenant", Dimension.SEGMENT: "segment"}
COLUMNS = ("Budget", ("Failed of counted", True), ("SLI", True), ("Budget left", True))


def noun_of(page: BudgetPage) -> str:
    """What the keys of an objective are."""
    return NOUNS.get(page.agreed.spec.dimension, "key") if page.agreed else "key"


def present_keys(page: BudgetPage) -> dict[str, Any] | None:
    """Part 4: how many keep the promise, who does not, who is not judged; the first of them as a table."""
    evaluation, promise = page.evaluation, page.promise
    if page.agreed is None or page.agreed.spec.dimension is Dimension.NONE or evaluation is None or promise is None:
        return None
    listed = ordered(page, evaluation)
    noun = noun_of(page)
    return {
        "sentence": within_words(evaluation, promise, noun),
        "table": (
            keys_table(page.objective.slug, listed[:SHOWN], promise, f"{noun.capitalize()}s by state", noun)
            if listed
            else None
        ),
        "rest": max(0, len(listed) - SHOWN),
        "count": len(listed),
        "url": reverse("objectives:objective-keys", args=[page.objective.slug]),
        "others": any(one.key == OTHER_KEY for one in listed),
    }


def ordered(page: BudgetPage, evaluation: Evaluation) -> list[KeyResult]:
    """Keys by state; within it the worst first, but consuming teams by name."""
    return in_order(evaluation.keys, keys_are_teams=bool(getattr(page.objective, "keys_are_teams", False)))


def within_words(evaluation: Evaluation, promise: Promise, noun: str) -> str:
    """`3 of 4 tenants keep the promise; outside: cobalt. Not judged: elm.`"""
    within = evaluation.within
    if within is None or not (within.judged or within.unjudged):
        return f"No {noun} has sent anything yet."
    parts = [f"{within.within} of {counted(within.judged, f'judged {noun}')} keep the promise"]
    if promise.judge is Judge.EACH and promise.share_target is not None:
        parts[0] += f" ({target_text(promise.share_target)} should)"
    if within.outside:
        parts.append(f"outside: {_named(within.outside)}")
    if within.unjudged:
        parts.append(f"not judged: {_named(within.unjudged)}")
    return f"{'; '.join(parts)}."


def _named(keys: Sequence[str]) -> str:
    return ", ".join(keys[:5]) + (f" and {len(keys) - 5} more" if len(keys) > 5 else "")


def keys_table(slug: str, results: Sequence[KeyResult], promise: Promise, caption: str, noun: str) -> dict[str, Any]:
    """One row for each key, whose numbers open its days."""
    rows = [_row(slug, one, promise) for one in results]
    return table(caption, (noun.capitalize(), *COLUMNS), rows)


def _row(slug: str, one: KeyResult, promise: Promise) -> list[Cell]:
    budget, days = one.budget, days_url(slug, key=one.key)
    return [
        head(one.key or "(no key)", days),
        state(STATE_CODES[one.judged.state], key_words(one, promise)),
        link(f"{budget.bad:,} of {budget.counted:,}", days, numeric=True),
        link(sli_text(budget.sli, promise.target), days, numeric=True),
        # What is not judged is neither red nor green, so no share of a budget is said of it.
        link(left_share_text(budget.remaining), days, numeric=True)
        if one.judged.state.is_judged
        else plain(NO_NUMBER, numeric=True),
    ]


def key_words(one: KeyResult, promise: Promise) -> str:
    """The state of a key with its reason."""
    found, reason, budget = one.judged.state, one.judged.reason, one.budget
    if found is BudgetState.INSUFFICIENT:
        few = f"too few ({budget.counted:,} of {promise.minimum_events:,})"
        why = {StateReason.TOO_FEW_EVENTS: few, StateReason.UNUSABLE: "check the wiring",
               StateReason.NEW_DEFINITION: "new definition",
               StateReason.SLICES_GONE: "its slices are gone"}  # fmt: skip
        return f"{found.label}: {why.get(reason, 'too few slices came')}"
    if found is BudgetState.EXHAUSTED:
        return f"{found.label}: {over_text(budget.left)} more failures than agreed"
    if found in (BudgetState.NO_DATA, BudgetState.STALE):
        return f"{found.label}: {'no events' if reason is StateReason.NO_EVENTS else 'stale'}"
    return found.label


def data_up_to(evaluation: Evaluation) -> str:
    """Up to when counts came."""
    return f"data up to {moment_text(evaluation.frame.span.end, clock.reporting_zone())}"

"""The third question of a team, "Are we within our SLOs?": the budget that asks first, how many stand where, charts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from apps.core import clock
from apps.core.calendar_words import age_words, short_day
from apps.core.periods import local_midnight
from apps.objectives.domain.budget_notices import page_of
from apps.objectives.domain.evaluating import Evaluation
from apps.objectives.domain.objective_words import BudgetState
from apps.objectives.domain.pace import burn_down
from apps.objectives.domain.page_words import NOT_CONNECTED, STATE_CODES, fired_words
from apps.objectives.domain.printing import left_share_text, target_text
from apps.objectives.domain.sentences import moment_text, says_budget, state_text
from apps.objectives.domain.windows import DAY
from apps.objectives.queries.fired_rules import Fired, press_of
from apps.objectives.queries.team_budgets import TeamBudget
from apps.portal.queries.home import TeamHome
from apps.portal.tables import header, plain, state

MOST_CHARTS, MOST_NEWEST = 6, 4
# First that applies leads the row, as everywhere on the page.
ORDER = (
    BudgetState.EXHAUSTED, BudgetState.STALE, BudgetState.NO_DATA, BudgetState.AT_RISK, BudgetState.INSUFFICIENT,
    BudgetState.OK,
)  # fmt: skip
FILTERS = (
    ("exhausted", "Exhausted", (BudgetState.EXHAUSTED,)),
    ("at_risk", "At risk", (BudgetState.AT_RISK,)),
    ("within", "Within", (BudgetState.OK,)),
    ("not_judged", "Not judged", (BudgetState.INSUFFICIENT,)),
    ("no_data", "No data", (BudgetState.STALE, BudgetState.NO_DATA)),
)
WAITS_FOR = "Promises to users answer this: an SLI that counts good events, and an SLO with its target."


def budgets_row(home: TeamHome, at: datetime) -> dict[str, Any]:
    """The row of the page; without a promise it says what would answer it."""
    found = home.budgets
    row: dict[str, Any] = {
        "number": 3, "id": "slo", "title": "Are we within our SLOs?", "owner": home.team.name,
        "next": _next(home), "readings": [],
    }  # fmt: skip
    if not found:
        nothing = {"code": "no_data", "sentence": NOT_CONNECTED, "mark": ""}
        return row | {"verdicts": [nothing], "note": WAITS_FOR}
    first = pressing(found)
    return row | {
        "meta": _meta(found),
        "verdicts": [{"code": _code(first), "sentence": words_of(first), "mark": f"{first.promise.name}, budget"}],
        "readings": [*_least_left(found), *_keys_within(found), *_by_state(home, found)],
        "figures": [_chart(one, one.evaluation) for one in _charted(found) if one.evaluation],
        "newest": [newest_of(one, at) for one in _fired(found)[:MOST_NEWEST]],
    }


def state_of(budget: TeamBudget) -> BudgetState:
    """Where a budget stands."""
    return budget.evaluation.judged.state if budget.evaluation else BudgetState.NO_DATA


def words_of(budget: TeamBudget) -> str:
    """The state in the words of the budget's own page."""
    if budget.evaluation is None:
        return NOT_CONNECTED
    return state_text(budget.promise, budget.evaluation, clock.reporting_zone(), was=budget.was)


def _code(budget: TeamBudget) -> str:
    return STATE_CODES[state_of(budget)]


def pressing(budgets: Sequence[TeamBudget]) -> TeamBudget:
    """The budget that asks first; the first by name among those that stand alike."""
    return min(budgets, key=lambda one: ORDER.index(state_of(one)))


def undecided(home: TeamHome, at: datetime) -> list[tuple[TeamBudget, Fired]]:
    """Triggers on which somebody decides, signs or looks again, the strictest rule first."""
    today = clock.local_day(at)
    found = [(one, fired) for one in home.budgets for fired in one.fired if fired.needs_decision(today)]
    return sorted(found, key=lambda pair: press_of(pair[1], today))


def _meta(budgets: Sequence[TeamBudget]) -> str:
    ends = [one.evaluation.frame.span.end for one in budgets if one.evaluation]
    return f"data up to {moment_text(max(ends), clock.reporting_zone())}" if ends else ""


def _least_left(budgets: Sequence[TeamBudget]) -> list[dict[str, Any]]:
    """The judged budget of which the smallest share is left."""
    judged = [
        (left, one)
        for one in budgets
        if one.evaluation and state_of(one).is_judged and (left := one.evaluation.figures.budget.remaining) is not None
    ]
    if not judged:
        return []
    left, one = min(judged, key=lambda pair: (pair[0], pair[1].slug))
    budget = one.evaluation.figures.budget if one.evaluation else None
    n = f", {budget.bad:,} failed of {budget.counted:,}" if budget else ""
    return [{
        "label": "Least budget left", "text": left_share_text(left), "detail": f"{one.promise.name}{n}",
        "url": page_of(one.slug),
    }]  # fmt: skip


def _keys_within(budgets: Sequence[TeamBudget]) -> list[dict[str, Any]]:
    """Tenants and segments that keep their promises, of those judged."""
    counted = [one.evaluation.within for one in budgets if one.evaluation and one.evaluation.within]
    judged = sum(within.judged for within in counted)
    text = f"{sum(within.within for within in counted)} of {judged}"
    return [{"label": "Tenants and segments within", "text": text}] if judged else []


def _by_state(home: TeamHome, budgets: Sequence[TeamBudget]) -> list[dict[str, Any]]:
    counts = [(key, label, sum(state_of(one) in states for one in budgets)) for key, label, states in FILTERS]
    listed = f"{reverse('objectives:objective-list')}?team={home.team.slug}&state="
    return [{"label": label, "text": str(count), "url": f"{listed}{key}"} for key, label, count in counts if count]


def _charted(budgets: Sequence[TeamBudget]) -> list[TeamBudget]:
    """Up to six budgets with days, those that ask first, shown by name; of what is not judged no line is drawn."""
    drawn = [
        one
        for one in budgets
        if one.evaluation
        and one.days
        and one.evaluation.figures.budget.allowed
        and says_budget(one.promise, one.evaluation)
    ]
    chosen = sorted(drawn, key=lambda one: ORDER.index(state_of(one)))[:MOST_CHARTS]
    return [one for one in drawn if one in chosen]


def _chart(budget: TeamBudget, evaluation: Evaluation) -> dict[str, Any]:
    """What is left after each day of the window."""
    zone = clock.reporting_zone()
    frame, of = evaluation.frame, evaluation.figures.budget
    last = clock.local_day(frame.span.end - timedelta(microseconds=1))
    first = min(clock.local_day(frame.readable.start), last)
    days = {one.day: one.tally.bad for one in budget.days if first <= one.day <= last}
    listed = [first + offset * DAY for offset in range((last - first).days + 1)]
    spent = [(local_midnight(day + DAY, zone), days.get(day, 0)) for day in listed]
    line = burn_down(frame.readable, spent, of.allowed, of.remaining)[1:]
    points: list[dict[str, Any]] = [
        {"key": day.isoformat(), "label": short_day(day), "x": place, "value": float(point.left)}
        for place, (day, point) in enumerate(zip(listed, line, strict=True))
    ]
    points[-1]["running"] = True
    whole = (clock.local_day(frame.full.end - timedelta(microseconds=1)) - first).days + 1
    return {
        "kind": "line", "size": "small", "id": f"budget-{budget.slug}", "title": f"{budget.promise.name}, budget left",
        "unit": "share", "scale": "linear", "finding": words_of(budget), "segments": [{"points": points}],
        "guides": [{"x1": 0, "y1": 1, "x2": min(whole, len(points)), "y2": 1 - min(whole, len(points)) / whole,
                    "kind": "even"}],
        "table": False, "links": {"explore": page_of(budget.slug)},
    }  # fmt: skip


def _fired(budgets: Sequence[TeamBudget]) -> list[tuple[TeamBudget, Fired]]:
    found = [(one, fired) for one in budgets for fired in one.fired]
    return sorted(found, key=lambda pair: pair[1].from_at, reverse=True)


def newest_of(pair: tuple[TeamBudget, Fired], at: datetime) -> dict[str, Any]:
    """A trigger as a line with its age; its own page names the incident to whoever may know of it."""
    budget, fired = pair
    text = f"{budget.promise.name}: {fired_words(fired.key, '')}"
    return {"text": text, "url": reverse("objectives:trigger", args=[fired.pk]), "age": age_words(fired.from_at, at)}


def decision_link(budget: TeamBudget, fired: Fired) -> dict[str, str]:
    """Where the decision is recorded."""
    return {"label": f"Decide about {budget.promise.name}", "url": reverse("objectives:trigger", args=[fired.pk])}


def _next(home: TeamHome) -> dict[str, str] | None:
    """First that applies: a policy step that waits, a promise to agree on, the budget that asks first."""
    waiting = undecided(home, clock.as_of())
    if waiting:
        return decision_link(*waiting[0])
    if not home.budgets:
        if not home.may_propose:
            return {"label": "Read what other teams promise", "url": reverse("objectives:objective-list")}
        return {"label": "Propose an SLI, then an SLO on it", "url": reverse("objectives:indicator-propose")}
    first = pressing(home.budgets)
    return {"label": f"Look at {first.promise.name}", "url": page_of(first.slug)}


def budgets_table(budgets: Sequence[TeamBudget]) -> dict[str, Any]:
    """The SLOs of a team or a service by name, each with its promise and where its budget stands."""
    rows = [
        [
            header(one.promise.name, page_of(one.slug)),
            plain(f"{target_text(one.promise.target)} over {one.promise.window.words}"),
            state(_code(one), words_of(one)),
        ]
        for one in budgets
    ]
    return {"caption": "SLOs", "columns": [{"label": label} for label in ("SLO", "Promise", "Budget")], "rows": rows}

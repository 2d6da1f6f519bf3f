"""Months as Met, Not met or Not judged, and what another target would have made of them."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from apps.core import clock
from apps.core.calendar_words import day_words, period_words
from apps.core.numbers import NO_NUMBER
from apps.objectives.domain.documents import decimal_text
from apps.objectives.domain.months import Month, MonthState, count_met, last_months, months_of
from apps.objectives.domain.objective_words import Judge
from apps.objectives.domain.page_words import STATE_CODES
from apps.objectives.domain.printing import left_share_text, sli_text, target_text
from apps.objectives.domain.samples import first_kept_day
from apps.objectives.domain.sentences import UNUSABLE_WORDS, says_budget, state_text
from apps.objectives.domain.suggesting import SuggestionKind, rungs_around
from apps.objectives.domain.what_if import put_to, what_if
from apps.objectives.presenting_cells import Cell, days_url, head, link, plain, state, table
from apps.objectives.queries.budget_page import BudgetPage
from apps.objectives.queries.kept_statuses import kept_of

MONTH_CODES = {
    MonthState.MET: ("target_met", "Met"),
    MonthState.NOT_MET: ("target_not_met", "Not met"),
    MonthState.NOT_JUDGED: ("not_judged", "Not judged"),
    MonthState.RUNNING: ("not_judged", "Not judged: it is running"),
}
OVER_KEYS = "Months are those of the sum; whether each key kept the promise is judged at the end of a month."


def months_in(page: BudgetPage) -> list[Month]:
    """The last twelve months, oldest first."""
    agreed, promise = page.agreed, page.promise
    if agreed is None or promise is None:
        return []
    by_keys = promise.judge is Judge.EACH
    ends = {key: end.state for key, end in page.days.ends.items()} if by_keys else None
    return months_of(
        promise, page.days.rows, last_months(clock.today()), agreed.spec.slice_seconds, clock.reporting_zone(),
        readable_from=agreed.readable_from, kept=ends,
    )  # fmt: skip


def months_table(page: BudgetPage) -> dict[str, Any] | None:
    """Part 5: each of the last twelve months under the promise of today, newest first."""
    promise = page.promise
    if promise is None or not page.days.rows:
        return None
    rows = [_month_row(page, month, promise.target) for month in reversed(months_in(page))]
    number = page.version.number if page.version else 0
    foot = f"Each month by itself, by {target_text(promise.target)} of v{number}."
    foot += f" {OVER_KEYS}" if promise.judge is Judge.EACH else ""
    foot += _as_judged(page)
    columns = ("Month", "Promise", ("Failed of counted", True), ("SLI", True), "Kept result")
    return table("The last twelve months", columns, rows, compact=True, foot=foot)


def _as_judged(page: BudgetPage) -> str:
    """Where slices are gone, what exemptions took out cannot be counted anew."""
    first = first_kept_day(clock.as_of(), clock.reporting_zone(), page.kept.newest_end)
    has_older = any(one.day < first and one.tally != one.raw for one in page.days.rows)
    return f" What exemptions took out before {day_words(first)} stays out, as it was judged." if has_older else ""


def _month_row(page: BudgetPage, month: Month, target: Decimal) -> list[Cell]:
    code, words = MONTH_CODES[month.state(target)]
    budget, end = month.budget(target), page.days.ends.get(month.period.key)
    if month.state(target) is MonthState.NOT_JUDGED:
        words = f"{words}: {_why_not(page, month)}"
    url = reverse("objectives:objective-result", args=[page.objective.slug, end.evaluation_id]) if end else ""
    days = days_url(page.objective.slug, month=month.period.key) if budget.counted else ""
    return [
        head(period_words(month.period)),
        state(code, words),
        link(f"{budget.bad:,} of {budget.counted:,}" if budget.counted else "–", days, numeric=True),
        link(sli_text(budget.sli, target), days, numeric=True),
        link("As it was kept", url) if url else plain(""),
    ]


def _why_not(page: BudgetPage, month: Month) -> str:
    """Why a month is not judged: windows do not reach behind a change of the measurement."""
    readable = page.agreed.readable_from if page.agreed else None
    if readable is not None and readable > month.period.starts_at(clock.reporting_zone()):
        return "new definition"
    if month.is_broken:
        return UNUSABLE_WORDS
    return "too few" if month.tally.counted else "no data"


def what_if_table(page: BudgetPage, *, may_propose: bool) -> dict[str, Any] | None:
    """Part 6: rungs around the target, how each would stand now, how many months would have met it."""
    evaluation, promise = page.evaluation, page.promise
    if evaluation is None or promise is None:
        return None
    months, zone = months_in(page), clock.reporting_zone()
    keys = [kept_of(row) for row in page.keys]
    rows = []
    for rung in rungs_around(promise.target):
        found = what_if(promise, evaluation, page.kept, keys, rung, clock.as_of())
        asked = put_to(promise, rung)
        words = state_text(asked, found, zone, was=page.kept.was)
        met, judged = count_met(months, rung)
        is_own = rung == promise.target
        propose = link("Propose it", _propose(page.objective.slug, rung)) if may_propose and not is_own else plain("")
        met_words = f"{met} of {judged}" if judged else "none judged"
        left = left_share_text(found.figures.budget.remaining) if says_budget(asked, found) else NO_NUMBER
        rows.append(
            [
                head(f"{target_text(rung)}{', as agreed' if is_own else ''}"),
                state(STATE_CODES[found.judged.state], words),
                link(left, days_url(page.objective.slug), numeric=True),
                link(met_words, "#months", numeric=True),
                *([propose] if may_propose else []),
            ]
        )
    columns = ("Target", "Would stand now", ("Budget left", True), ("Months met", True))
    foot = "The same counts under other targets, without the burn alerts that those would have."
    if promise.judge is Judge.EACH:
        foot += " Months are told only of the sum's own promise."
    return table(
        "What if", (*columns, *(["Start a proposal"] if may_propose else [])), rows, caption_hidden=True, foot=foot
    )


def _propose(slug: str, target: Decimal) -> str:
    query = urlencode({"key": slug, "target": decimal_text(target)})
    return f"{reverse('objectives:objective-propose')}?{query}"


def suggestion_words(page: BudgetPage) -> dict[str, str] | None:
    """What the last three windows suggest; only a person turns it into a proposal."""
    if page.suggested is None:
        return None
    kind, target = page.suggested
    said = {
        SuggestionKind.TIGHTEN: "Much was left in each of the last three windows, and no incident hurt anybody",
        SuggestionKind.LOOSEN: "Two or three of the last three windows were missed, and no incident hurt anybody",
        SuggestionKind.TOO_LITTLE_TRAFFIC: (
            "One failure costs more than a tenth of the budget. A longer window, pooled traffic, probes or a lower "
            "target would judge more calmly"
        ),
    }[kind]
    worth = f". Worth a talk: {target_text(target)}" if target is not None else ""
    url = _propose(page.objective.slug, target) if target is not None else ""
    older = (
        " What exemptions took out of its older days stays out, as it was judged."
        if page.is_suggested_as_judged
        else ""
    )
    return {"text": f"{said}{worth}.{older}", "url": url}

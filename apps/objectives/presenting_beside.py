"""The result of the version before beside that of the version in force, for one window after the change."""

from typing import Any

from django.urls import reverse

from apps.core import clock
from apps.core.numbers import NO_NUMBER
from apps.objectives.domain.evaluating import Evaluation
from apps.objectives.domain.objective_words import BudgetState
from apps.objectives.domain.page_words import STATE_CODES
from apps.objectives.domain.printing import left_share_text, sli_text, target_text
from apps.objectives.domain.promises import Promise
from apps.objectives.domain.sentences import moment_text, says_budget, state_text
from apps.objectives.models import ObjectiveVersion
from apps.objectives.presenting_cells import Cell, days_url, head, link, plain, state, table
from apps.objectives.queries.budget_page import BudgetPage

COLUMNS = ("Version", "Promise", "Budget", ("Failed of counted", True), ("SLI", True), ("Budget left", True))


def beside_table(page: BudgetPage) -> dict[str, Any] | None:
    """Both versions on the same counts; None where the promise did not change within one window."""
    former, version, promise, evaluation = page.former, page.version, page.promise, page.evaluation
    if former is None or version is None or promise is None or evaluation is None:
        return None
    before = former.former
    rows = [
        _row(page, version, promise, evaluation, page.kept.was),
        _row(page, before.version, before.promise, former.evaluation, None),
    ]
    until = moment_text(before.until_at, clock.reporting_zone())
    foot = f"The same counts under both. v{version.number} alone decides; v{before.version.number} stands here until "
    return table("The version in force, and the one before it", COLUMNS, rows, foot=f"{foot}{until}.")


def _row(
    page: BudgetPage, version: ObjectiveVersion, promise: Promise, evaluation: Evaluation, was: BudgetState | None
) -> list[Cell]:
    budget, judged = evaluation.figures.budget, evaluation.judged
    url = reverse("objectives:objective-versions", args=[page.objective.slug])
    days = days_url(page.objective.slug)
    return [
        head(f"v{version.number}", url),
        plain(f"{target_text(promise.target)} over {promise.window.words}"),
        state(STATE_CODES[judged.state], state_text(promise, evaluation, clock.reporting_zone(), was=was)),
        link(f"{budget.bad:,} of {budget.counted:,}", days, numeric=True),
        link(sli_text(budget.sli, promise.target), days, numeric=True),
        # What is not judged is neither red nor green, so no share of a budget is said of it.
        link(left_share_text(budget.remaining) if says_budget(promise, evaluation) else NO_NUMBER, days, numeric=True),
    ]

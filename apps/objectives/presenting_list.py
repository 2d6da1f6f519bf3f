"""The list of objectives in words: by team and name; nothing is ordered by a value."""

from collections.abc import Callable, Iterable
from typing import Any

from django.urls import reverse

from apps.core import clock
from apps.core.calendar_words import day_words
from apps.objectives.domain.page_words import NOT_CONNECTED, STATE_CODES
from apps.objectives.domain.printing import target_text
from apps.objectives.domain.sentences import state_text
from apps.objectives.presenting_cells import Cell, head, link, page_of, plain, state, table
from apps.objectives.presenting_triggers import standing_words, trigger_url
from apps.objectives.queries.fired_rules import pressing_first
from apps.objectives.queries.kept_statuses import evaluation_in, judged_by, kept_of
from apps.objectives.queries.pages import EVERY, TRIGGERED, ListRow, Named

STATE_CHOICES = (
    (EVERY, "All"), (TRIGGERED, "With an open trigger"), ("exhausted", "Exhausted"), ("at_risk", "At risk"),
    ("within", "Within"), ("not_judged", "Not judged"), ("no_data", "No data"),
)  # fmt: skip
EMPTY = "Promises to users will stand here by team: each with its budget, and what was agreed for when it runs low."
NO_MATCH = "No SLO matches what is chosen above."
UNREADABLE = "Not judged: what was agreed cannot be read"
COLUMNS = ("Team", "SLO", "Promise", "Budget", "What waits")


def list_table(rows: Iterable[ListRow]) -> dict[str, Any]:
    """One row for each objective."""
    return table("SLOs by team and name", COLUMNS, [_row(one) for one in rows], caption_hidden=True)


def _row(row: ListRow) -> list[Cell]:
    objective, agreed = row.objective, row.agreed
    team = objective.owner_team
    owner = link(team.name, reverse("portal:team", args=[team.slug]))
    if agreed is None:
        words = UNREADABLE if row.is_unreadable else f"Not judged: not in force{_begins(row)}"
        waits = _waits(row) if row.is_unreadable else plain("")
        return [owner, head(objective.slug, page_of(objective.slug)), plain(""), state("not_judged", words), waits]
    promise = f"{target_text(agreed.promise.target)} over {agreed.promise.window.words}"
    return [
        owner, head(agreed.promise.name, page_of(objective.slug)), plain(promise), standing_cell(row), _waits(row),
    ]  # fmt: skip


def _begins(row: ListRow) -> str:
    first = next(iter(row.objective.versions.all()), None)
    return f" before {day_words(first.effective_from)}" if first and first.effective_from else ""


def standing_cell(row: ListRow) -> Cell:
    """Where the budget stands, in the words of its page."""
    code, words = standing_of(row)
    return state(code, words, wide=True)


def standing_of(row: ListRow) -> tuple[str, str]:
    """The code and the words of where a budget stands."""
    evaluation = evaluation_in(row.agreed, row.status) if row.agreed else None
    if row.agreed is None or evaluation is None:
        return "no_data", NOT_CONNECTED
    _, promise = judged_by(row.status, row.agreed)
    words = state_text(promise, evaluation, clock.reporting_zone(), was=kept_of(row.status).was)
    return STATE_CODES[evaluation.judged.state], words


def _waits(row: ListRow) -> Cell:
    """What was agreed to follow, and whose turn it is; the trigger that asks first."""
    today = clock.today()
    fired = next(iter(pressing_first(row.fired, today)), None)
    if fired is None:
        return plain("")
    words = standing_words(fired, today)
    if fired.needs_decision(today):
        return state("needs_decision", words, url=trigger_url(fired.pk), wide=True)
    return link(words, trigger_url(fired.pk))


def named_lines(named: Named, address: Callable[[str], str] | None = None) -> dict[str, Any]:
    """What is named beside the list."""
    lines = [
        {"text": name, "team": team, "url": address(slug) if address else ""} for slug, name, team in named.rows
    ]  # fmt: skip
    return {"lines": lines, "count": named.count, "rest": named.count - len(lines)}

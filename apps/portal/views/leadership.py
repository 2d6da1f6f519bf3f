"""All teams by lens, in words; never a ranking."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, read_choice, read_page, reads
from apps.core.calendar_words import period_words
from apps.core.periods import Period
from apps.measurements.domain.verdicts import Code, line_of_expectation
from apps.metrics.domain.lenses import Lens
from apps.portal.context.decisions import decisions_table, most_pressing
from apps.portal.context.definitions import changed_notice
from apps.portal.context.reviews import review_rows
from apps.portal.context.trends import MOVED
from apps.portal.queries.decisions import list_waiting_cells, list_waiting_reviews
from apps.portal.queries.leadership import (
    LensWords,
    TeamLine,
    ids_needing_decision,
    list_changed_definitions,
    list_lines,
    list_visible_teams,
    newest_period,
)
from apps.portal.queries.reviews import list_open_reviews
from apps.portal.tables import header, plain
from apps.scorecards.domain.wording import decision_words

ORDERS = ("name", "needs_decision")
NO_CARD = {"code": "no_data", "sentence": "No data: no scorecard yet", "mark": ""}


@access(Access.SHARED_READ)
@reads("order", "page")
def leadership(request: PageRequest) -> HttpResponse:
    """What needs a decision, teams by lens in words, open quarterly reviews, changed definitions."""
    return render(request, "portal/leadership.html", leadership_context(request))


def leadership_context(request: PageRequest) -> dict[str, Any]:
    """The page, also shown as home to whoever belongs to no team."""
    order, period = read_choice(request, "order", ORDERS), newest_period()
    teams = list_visible_teams(request.principal)
    if order == "needs_decision":
        urgent = ids_needing_decision(period, request.principal)
        teams.sort(key=lambda team: team.pk not in urgent)
    page = read_page(request, teams)
    lines = list_lines(page.rows, period, request.principal)
    return {
        "heading": "Leadership",
        "period": period_words(period),
        "decisions": decisions_table(
            list_waiting_cells(period, request.principal), list_waiting_reviews(request.principal)
        ),
        "tables": _tables(lines, order, period),
        "pager": page.pager,
        "notes": [note for line in lines for note in _notes(line)],
        "reviews": review_rows(list_open_reviews(request.principal)),
        "changed": [changed_notice(version) for version in list_changed_definitions(clock.today())],
        "expectation": _expectation(lines),
    }


def _expectation(lines: list[TeamLine]) -> str:
    """What chance alone would bring among all trends of this page."""
    codes = [cell.trend_code for line in lines if line.card for cell in line.card.cells.all()]
    judged = [code for code in codes if code in (*MOVED, Code.NO_SIGNAL)]
    return line_of_expectation(len(judged), sum(code in MOVED for code in judged)) if judged else ""


def _tables(lines: list[TeamLine], order: str, period: Period) -> list[dict[str, Any]]:
    """One table by name, or two blocks, each by name: the number of decisions is never an order."""
    if order == "name":
        return [_table("Teams by lens", lines, order)] if lines else []
    urgent = [line for line in lines if any(words.decisions for words in line.lenses.values())]
    rest = [line for line in lines if line not in urgent]
    blocks = (("Needs a decision", urgent), ("No decision needed now", rest))
    return [_table(caption, rows, order) for caption, rows in blocks if rows]


def _table(caption: str, lines: list[TeamLine], order: str) -> dict[str, Any]:
    team = {"label": "Team", "sort_url": "?order=name", "sorted": "ascending" if order == "name" else ""}
    columns = [team, *({"label": lens.label} for lens in Lens)]
    return {"caption": caption, "columns": columns, "rows": [_row(line) for line in lines]}


def _row(line: TeamLine) -> list[dict[str, Any]]:
    name = header(line.team.name, reverse("portal:team", args=[line.team.slug]))
    if line.card is None:
        return [name, {"states": [NO_CARD]}, *(plain("") for _ in range(len(Lens) - 1))]
    return [name, *(_lens_cell(line.lenses[lens]) for lens in Lens)]


def _lens_cell(words: LensWords) -> dict[str, Any]:
    """The words of the most pressing cell: target and trend, then how many cells need a decision."""
    if words.cell is None:
        return plain("")
    states = [{"code": "needs_decision", "sentence": decision_words(words.decisions)}] if words.decisions else []
    return {"states": [most_pressing(words.cell), *states]}


def _notes(line: TeamLine) -> list[str]:
    return [f"{line.team.name}: {note}" for words in line.lenses.values() for note in words.notes]

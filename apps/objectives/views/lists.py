"""The list of objectives, one budget, its keys and its log."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse, reverse_lazy

from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, choice_links, read_choice, read_page, reads
from apps.governance import policies as consent
from apps.objectives.presenting_budget import present_budget
from apps.objectives.presenting_cells import page_of
from apps.objectives.presenting_keys import data_up_to, keys_table, noun_of, ordered, within_words
from apps.objectives.presenting_list import EMPTY, NO_MATCH, STATE_CHOICES, list_table, named_lines
from apps.objectives.presenting_log import log_lines
from apps.objectives.queries import pages
from apps.objectives.queries.budget_page import BudgetPage, get_budget_page
from apps.teams import queries as teams

KEYS_A_PAGE, LINES_A_PAGE = 100, 60
CLEAR = {"label": "Show all SLOs", "url": reverse_lazy("objectives:objective-list")}
ONE_SUM = "It is measured as one sum, or nothing has come yet: there is no key to tell apart."


@access(Access.SHARED_READ)
@reads("team", "state", "page")
def objective_list(request: PageRequest) -> HttpResponse:
    """All SLOs by team and name, with what waits; flows that promise nothing and promises past their date."""
    state = read_choice(request, "state", tuple(key for key, _ in STATE_CHOICES))
    team = request.GET.get("team", "")[:60].replace("\0", "")
    page = read_page(request, pages.list_objectives(team=team, state=state))
    rows = pages.list_rows(page.rows)
    is_chosen = bool(team) or state != STATE_CHOICES[0][0]
    context: dict[str, Any] = {
        "heading": "SLOs",
        "table": list_table(rows) if rows else None,
        "pager": page.pager,
        "empty": NO_MATCH if is_chosen else EMPTY,
        "clear": CLEAR if is_chosen else None,
        "choices": choice_links(request, "state", STATE_CHOICES),
        "teams": [(one.slug, one.name) for one in teams.list_teams()],
        "team": team,
        "state": state,
        "without": named_lines(pages.flows_without_objective()),
        "overdue": named_lines(pages.past_revisit(clock.today()), page_of),
        "may_propose": request.principal.is_person and consent.can_draft_somewhere(request.principal),
    }
    return render(request, "objectives/objective_list.html", context)


@access(Access.SHARED_READ)
@reads()
def objective(request: PageRequest, slug: str) -> HttpResponse:
    """A budget: the sentence, what was agreed, what spent it, who felt it, months, what if, the log."""
    page = get_budget_page(slug, request.principal)
    return render(request, "objectives/objective.html", present_budget(page, request.principal))


@access(Access.SHARED_READ)
@reads("page")
def objective_keys(request: PageRequest, slug: str) -> HttpResponse:
    """Every tenant or segment with its own budget."""
    page = get_budget_page(slug, request.principal)
    noun = noun_of(page)
    context: dict[str, Any] = {
        "heading": f"{noun.capitalize()}s of {page.promise.name if page.promise else slug}",
        "crumbs": crumbs(page, f"{noun.capitalize()}s"),
        "sentence": ONE_SUM,
    }
    if page.evaluation is not None and page.promise is not None and page.keys:
        shown = read_page(request, ordered(page, page.evaluation), KEYS_A_PAGE)
        context |= {
            "meta": [data_up_to(page.evaluation)],
            "sentence": within_words(page.evaluation, page.promise, noun),
            "table": keys_table(slug, shown.rows, page.promise, f"{noun.capitalize()}s by state", noun),
            "pager": shown.pager,
        }
    return render(request, "objectives/objective_keys.html", context)


@access(Access.SHARED_READ)
@reads("page")
def objective_log(request: PageRequest, slug: str) -> HttpResponse:
    """Decisions, triggers, alerts, exemptions and versions of a budget, newest first."""
    page = get_budget_page(slug, request.principal)
    name = page.promise.name if page.promise else page.objective.slug
    shown = read_page(request, log_lines(page), LINES_A_PAGE)
    context = {"heading": f"Log of {name}", "crumbs": crumbs(page, "Log"), "log": shown.rows, "pager": shown.pager}
    return render(request, "objectives/objective_log.html", context)


def crumbs(page: BudgetPage, last: str) -> list[dict[str, str]]:
    """The way to a page below a budget's."""
    slug = page.objective.slug
    return [
        {"label": "SLOs", "url": reverse("objectives:objective-list")},
        {"label": page.promise.name if page.promise else slug, "url": page_of(slug)},
        {"label": last, "url": ""},
    ]

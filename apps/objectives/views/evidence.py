"""What stands behind a budget's numbers: days, slices of a day, and results as they were kept."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, read_page, reads
from apps.core.calendar_words import day_words, period_words
from apps.core.periods import Grain, Period, UnknownPeriod, parse_period
from apps.core.problems import Absent
from apps.objectives.domain.promises import Promise
from apps.objectives.domain.samples import KEPT
from apps.objectives.models import Objective, ObjectiveVersion
from apps.objectives.presenting_cells import days_url, page_of
from apps.objectives.presenting_evidence import days_table, result_facts, slices_table, sums_words
from apps.objectives.queries import evidence
from apps.objectives.queries.agreed_around import find_versions
from apps.objectives.queries.agreements import Agreed
from apps.objectives.queries.budget_page import get_objective
from apps.objectives.queries.kept_statuses import judged_by, statuses_in_sum

DAYS_A_PAGE, SLICES_A_PAGE = 50, 96
CAUSE_WORDS = {
    "midnight": "at midnight", "state_change": "when the state changed", "trigger": "when a rule fired",
    "review": "for a review", "exemption": "when an exemption began to take slices out",
}  # fmt: skip
ABSENT = Absent("not_found", "Nothing is here for you.")


def _standing(slug: str) -> tuple[Objective, Agreed, ObjectiveVersion, Promise]:
    objective, today = get_objective(slug), clock.today()
    agreed = find_versions(objective, today).agreed(objective, today)
    if agreed is None:
        raise ABSENT
    version, promise = judged_by(statuses_in_sum([objective.pk]).get(objective.pk), agreed)
    return objective, agreed, version, promise


def _key(request: PageRequest, agreed: Agreed, on: date | None = None) -> tuple[str, list[Any]]:
    """The key that is asked for, with its series; raises `Absent` for one that is not known."""
    key = request.GET.get("key", "")[:200].replace("\0", "")
    series = evidence.series_of(agreed, key, on)
    if key and not series:
        raise ABSENT
    return key, series


@access(Access.SHARED_READ)
@reads("key", "month", "page")
def objective_days(request: PageRequest, slug: str) -> HttpResponse:
    """The days of a budget, counted and left out."""
    objective, agreed, version, promise = _standing(slug)
    key, series = _key(request, agreed)
    month = _read_month(request.GET.get("month", ""))
    page = read_page(request, evidence.days_of(series, month), DAYS_A_PAGE)
    rows = evidence.list_days(agreed, version.pk, series, key, page.rows)
    of = f" of {key}" if key else ""
    during = f" in {period_words(month)}" if month else ""
    context = {
        "heading": f"Days{of}{during}: {promise.name}",
        "crumbs": _crumbs(objective, promise, "Days"),
        "table": days_table(slug, rows, promise, key) if rows else None,
        "empty": "Nothing came in this month." if month else "Days will stand here once counts have come.",
        "pager": page.pager,
        "version": version.number,
        "several": len(series) > 1,
        "is_key": bool(key),
        "keys_url": reverse("objectives:objective-keys", args=[slug]) if len(series) > 1 else "",
        "all_url": days_url(slug, key=key) if month else "",
    }
    return render(request, "objectives/objective_days.html", context)


@access(Access.SHARED_READ)
@reads("key", "page")
def objective_slices(request: PageRequest, slug: str, day: str) -> HttpResponse:
    """The slices of one day: those that count, and those that do not, with the reason."""
    on = _read_day(day)
    objective, agreed, _, promise = _standing(slug)
    key, series = _key(request, agreed, on)
    if on > clock.today() or not series:
        raise ABSENT
    is_kept = on > clock.today() - KEPT
    slices = evidence.list_slices(agreed, objective, on, series, key) if is_kept else []
    page = read_page(request, slices, SLICES_A_PAGE)
    is_single = len(series) == 1
    rows = evidence.with_batches(page.rows, series[0]) if is_single else page.rows
    of = f" of {key}" if key else ""
    days = reverse("objectives:objective-days", args=[slug])
    context = {
        "heading": f"{day_words(on)}{of}: {promise.name}",
        "crumbs": [*_crumbs(objective, promise, "Days", days), {"label": day_words(on), "url": ""}],
        "is_kept": is_kept,
        "sums": sums_words(slices),
        "several": not is_single,
        "table": slices_table(rows, promise, agreed.spec, has_batches=is_single) if rows else None,
        "pager": page.pager,
        "days_url": days,
    }
    return render(request, "objectives/objective_slices.html", context)


def _read_month(text: str) -> Period | None:
    """A month such as 2026-07; raises `Absent` for what is none."""
    if not text:
        return None
    try:
        period = parse_period(text)
    except UnknownPeriod:
        raise ABSENT from None
    if period.grain is not Grain.MONTH:
        raise ABSENT
    return period


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ABSENT from None


@access(Access.SHARED_READ)
@reads()
def objective_result(request: PageRequest, slug: str, pk: int) -> HttpResponse:
    """A result as it was kept: the snapshot to cite."""
    row = evidence.get_result(slug, pk)
    context = {
        "heading": f"{row.version.name}, as it was kept",
        "crumbs": [*_crumb_list(slug, row.version.name), {"label": "Kept result", "url": ""}],
        "row": row,
        "cause": CAUSE_WORDS[row.cause],
        **result_facts(slug, row),
    }
    return render(request, "objectives/objective_result.html", context)


def _crumbs(objective: Objective, promise: Promise, last: str, url: str = "") -> list[dict[str, str]]:
    return [*_crumb_list(objective.slug, promise.name), {"label": last, "url": url}]


def _crumb_list(slug: str, name: str) -> list[dict[str, str]]:
    return [
        {"label": "SLOs", "url": reverse("objectives:objective-list")},
        {"label": name, "url": page_of(slug)},
    ]

"""What spent a budget, as charts: failures a day or the burn-down, incidents, exemptions, breaks, deployments below."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django.urls import reverse

from apps.core import clock
from apps.core.calendar_words import short_day
from apps.core.periods import local_midnight
from apps.objectives.domain.evaluating import Evaluation
from apps.objectives.domain.months import DayCount
from apps.objectives.domain.objective_words import Method, WindowKind
from apps.objectives.domain.pace import Point, burn_down, even_left, if_this_pace_holds
from apps.objectives.domain.printing import left_share_text, spent_share_text
from apps.objectives.domain.promises import Promise
from apps.objectives.domain.sentences import moment_text, says_budget
from apps.objectives.domain.windows import DAY
from apps.objectives.presenting_around import Days, breaks_of, exempt_regions, incident_regions
from apps.objectives.presenting_cells import counted
from apps.objectives.queries.budget_page import BudgetPage, in_window

Figure = dict[str, Any]


def spending_figures(page: BudgetPage) -> list[Figure]:
    """The chart of the budget and, on the same days, that of deployments; none where nothing was measured."""
    evaluation, promise = page.evaluation, page.promise
    if evaluation is None or promise is None or not page.days.rows:
        return []
    days = Days(evaluation.frame.full)
    counts = {one.day: one for one in in_window(page.days, evaluation.frame.full)}
    is_said = says_budget(promise, evaluation)
    is_calendar = promise.window.kind is WindowKind.CALENDAR and evaluation.figures.budget.allowed
    drawn = _burn_down if is_calendar and is_said else _per_day
    main = drawn(page, evaluation, days, counts)
    main |= {
        "regions": [*incident_regions(page, evaluation, days), *exempt_regions(page, days)],
        "breaks": breaks_of(page, days),
        "data_up_to": moment_text(evaluation.frame.span.end, days.zone),
    }
    return [main, *_deployments(page, evaluation, days)]


def _per_day(page: BudgetPage, evaluation: Evaluation, days: Days, counts: dict[date, DayCount]) -> Figure:
    noun = _noun(page.promise)
    points = [_point(page, place, day, counts.get(day)) for place, day in enumerate(days.all)]
    newest = clock.local_day(evaluation.frame.span.end - timedelta(microseconds=1))
    for point in points:
        if point["key"] == newest.isoformat():
            point["running"] = True
    return {
        "kind": "bars", "size": "row", "id": "spending", "title": f"Failed {noun} a day", "unit": "count",
        "scale": "linear", "finding": _most_spent(page.promise, evaluation, counts, noun),
        "segments": [{"points": points}], "note": _edge_note(evaluation, days),
    }  # fmt: skip


def _edge_note(evaluation: Evaluation, days: Days) -> str:
    """The first day of a rolling window is only partly in it."""
    begins = evaluation.frame.full.start
    if begins == local_midnight(days.first, days.zone):
        return ""
    return f"The window begins on {moment_text(begins, days.zone)}; days are shown whole."


def _noun(promise: Promise | None) -> str:
    return "slices" if promise is not None and promise.method is Method.TIME_SLICES else "events"


def _point(page: BudgetPage, place: int, day: date, found: DayCount | None) -> dict[str, Any]:
    point: dict[str, Any] = {"key": day.isoformat(), "label": short_day(day), "x": place, "value": None}
    if found is None or not found.raw.counted:
        return point | {"status": "No data" if found is None else "No traffic", **_shipped(page, day)}
    left_out = found.raw.bad - found.tally.bad
    notes = [f"{left_out:,} more left out by an exemption"] if left_out > 0 else []
    # A slice of the sum may be bad only without the keys that an exemption leaves out of it.
    notes += [f"{-left_out:,} of them by what an exemption leaves out"] if left_out < 0 else []
    url = reverse("objectives:objective-slices", args=[page.objective.slug, day.isoformat()])
    return point | {
        "value": found.tally.bad, "n": found.tally.counted, "url": url,
        "status": "; ".join([*notes, *_shipped(page, day).values()]), "note": ", ".join(notes),
        "version": f"v{page.version.number}" if page.version else "",
    }  # fmt: skip


def _shipped(page: BudgetPage, day: date) -> dict[str, str]:
    """How often the service was deployed on a day, beside its failures."""
    if not page.near.has_deployments:
        return {}
    number = page.near.deployments.get(day, 0)
    return {"status": counted(number, "deployment")} if number else {}


def _most_spent(promise: Promise | None, evaluation: Evaluation, counts: dict[date, DayCount], noun: str) -> str:
    worst = max(counts.values(), key=lambda one: one.tally.bad, default=None)
    if worst is None or not worst.tally.bad:
        return "Nothing failed on these days"
    allowed, is_said = evaluation.figures.budget.allowed, promise is not None and says_budget(promise, evaluation)
    share = f", {spent_share_text(worst.tally.bad / allowed)} of the budget" if allowed and is_said else ""
    return f"{short_day(worst.day)} took the most: {worst.tally.bad:,} failed {noun}{share}"


def _burn_down(page: BudgetPage, evaluation: Evaluation, days: Days, counts: dict[date, DayCount]) -> Figure:
    frame, budget = evaluation.frame, evaluation.figures.budget
    # Behind a new definition nothing is read: the line begins with it, as the budget does.
    ended = [day for day in days.all if local_midnight(day, days.zone) < frame.span.end]
    read = [day for day in ended if local_midnight(day + DAY, days.zone) > frame.readable.start]
    spent = [(local_midnight(day + DAY, days.zone), _bad(counts.get(day))) for day in read]
    line = burn_down(frame.readable, spent, budget.allowed, budget.remaining)[1:]
    points: list[dict[str, Any]] = [
        {"key": day.isoformat(), "label": short_day(day), "x": place, "value": None,
         "status": "Before the new definition" if day in ended else "To come"}
        for place, day in enumerate(days.all)
    ]  # fmt: skip
    for place, (day, point) in enumerate(zip(read, line, strict=True), len(ended) - len(read)):
        points[place] |= _burned(page, day, point, counts.get(day), is_running=place == len(ended) - 1)
    guides = [{"x1": 0, "y1": 1, "x2": len(days.all), "y2": 0, "kind": "even"}]
    guides += _pace(evaluation, line, days)
    below = float(page.promise.at_risk_below) if page.promise else 0.0
    return {
        "kind": "line", "size": "row", "id": "burn-down", "title": "Budget left, beside even spend", "unit": "share",
        "scale": "linear", "finding": _even_words(evaluation), "segments": [{"points": points}], "guides": guides,
        "thresholds": [{"value": below, "label": f"{below * 100:g} %: at risk"}] if below else [],
        "note": "The dotted diagonal is even spend; the dashed line is where this pace leads.",
    }  # fmt: skip


def _bad(found: DayCount | None) -> int:
    return found.tally.bad if found else 0


def _burned(
    page: BudgetPage, day: date, point: Point, found: DayCount | None, *, is_running: bool
) -> dict[str, Any]:  # fmt: skip
    url = reverse("objectives:objective-slices", args=[page.objective.slug, day.isoformat()])
    words = [f"{_bad(found):,} failed that day", *_shipped(page, day).values()] if found else ["No data that day"]
    return {
        "value": float(point.left), "text": left_share_text(point.left), "n": found.tally.counted if found else None,
        "status": "; ".join(words), "url": url if found else "", "running": is_running,
        "version": f"v{page.version.number}" if page.version else "",
    }  # fmt: skip


def _pace(evaluation: Evaluation, line: Sequence[Point], days: Days) -> list[dict[str, Any]]:
    if not line:
        return []
    now = Point(evaluation.frame.span.end, line[-1].left)
    found = if_this_pace_holds(now, evaluation.figures.hours_left, evaluation.frame.full)
    if found is None:
        return []
    start, end = found
    return [{
        "x1": days.x(start.at), "y1": float(start.left), "x2": days.x(end.at), "y2": float(end.left), "kind": "pace",
    }]  # fmt: skip


def _even_words(evaluation: Evaluation) -> str:
    budget, even = evaluation.figures.budget, even_left(evaluation.frame.full, evaluation.frame.span.end)
    left = budget.remaining if budget.remaining is not None else Fraction(0)
    where = "more is left than" if left > even else "less is left than" if left < even else "as much is left as"
    return f"{left_share_text(left)} left: {where} even spend would leave, {left_share_text(even)}"


def _deployments(page: BudgetPage, evaluation: Evaluation, days: Days) -> list[Figure]:
    if not page.near.deployments:
        return []
    end = clock.local_day(evaluation.frame.span.end - timedelta(microseconds=1))
    shown = [day for day in days.all if day <= end]
    counts = page.near.deployments
    points: list[dict[str, Any]] = [
        {
            "key": day.isoformat(),
            "label": short_day(day),
            "x": place,
            "value": counts.get(day, 0) if day <= end else None,
        }
        for place, day in enumerate(days.all)
    ]
    return [{
        "kind": "bars", "size": "row", "id": "deployments", "title": "Deployments a day", "unit": "count",
        "scale": "linear", "finding": _shipping_words(shown, counts), "segments": [{"points": points}], "table": False,
        "note": "Calm because it is quiet, or because nothing was shipped? Both stand on the same days.",
    }]  # fmt: skip


def calm_words(page: BudgetPage) -> str:
    """That nothing was shipped in the window, which may be why it is calm."""
    if page.evaluation is None or not page.near.has_deployments or page.near.deployments:
        return ""
    return "No deployment of the service in this window: it may be calm because nothing was shipped."


def _shipping_words(shown: Sequence[date], counts: dict[date, int]) -> str:
    total = sum(counts.get(day, 0) for day in shown)
    newest = max(day for day in shown if counts.get(day))
    return f"{counted(total, 'deployment')} in {len(shown)} days, the newest on {short_day(newest)}"

"""What stood around a budget on the days of its window: incidents, exemptions, breaks in what is agreed."""

from datetime import date, datetime, timedelta
from math import ceil, floor
from typing import Any

from apps.core import clock
from apps.core.calendar_words import short_day
from apps.core.periods import local_midnight
from apps.governance.models import Exemption
from apps.objectives.domain.evaluating import Evaluation
from apps.objectives.domain.objective_words import ExemptionCategory
from apps.objectives.domain.printing import spent_share_text
from apps.objectives.domain.windows import DAY, Span
from apps.objectives.presenting_cells import incident_url
from apps.objectives.queries.budget_page import BudgetPage


class Days:
    """The local days that a window meets, and where on a chart of them an instant stands."""

    def __init__(self, full: Span) -> None:
        self.zone = clock.reporting_zone()
        self.first = clock.local_day(full.start)
        self.last = clock.local_day(full.end - timedelta(microseconds=1))

    @property
    def all(self) -> list[date]:
        """Every day."""
        return [self.first + offset * DAY for offset in range((self.last - self.first).days + 1)]

    def x(self, at: datetime) -> float:
        """An instant in days of the chart: 2.5 is the middle of the third; clipped to what is shown."""
        day = clock.local_day(at)
        begins, ends = local_midnight(day, self.zone), local_midnight(day + DAY, self.zone)
        place = (day - self.first).days + (at - begins) / (ends - begins)
        return min(max(place, 0.0), float(len(self.all)))


def incident_regions(page: BudgetPage, evaluation: Evaluation, days: Days) -> list[dict[str, Any]]:
    """The days that each incident touched, with the share of the budget that it took."""
    end = evaluation.frame.span.end
    found = []
    for one in page.near.incidents:
        span = one.span(end)
        found.append(
            {
                "x": floor(days.x(span.start)), "until": max(ceil(days.x(span.end)), floor(days.x(span.start)) + 1),
                "kind": "incident", "label": f"{one.key}{share_words(page, one.key)}",
            }
        )  # fmt: skip
    return found


def share_words(page: BudgetPage, key: str) -> str:
    """What an incident took: `, 21.6 % of the budget`; nothing without a budget."""
    if page.promise is None or page.promise.target == 1:
        return ""
    share = page.spent.get(key)
    return ", its share is not known" if share is None else f", {spent_share_text(share)} of the budget"


def exempt_regions(page: BudgetPage, days: Days) -> list[dict[str, Any]]:
    """What exemptions take out, hatched."""
    found = []
    for one in page.exemptions:
        bounds = one.validity.bounds
        if bounds is not None and days.x(bounds[0]) < days.x(bounds[1]):
            words = exempt_words(one)
            found.append({"x": days.x(bounds[0]), "until": days.x(bounds[1]), "kind": "exempt", "label": words})
    return found


def exempt_words(one: Exemption) -> str:
    """An exemption with its reason's category: `E-3: measurement fault`."""
    return f"{one}: {ExemptionCategory(one.category).label.lower()}"


def breaks_of(page: BudgetPage, days: Days) -> list[dict[str, Any]]:
    """Where another promise or another measurement began."""
    found = []
    for noun, versions in (("", page.versions.of_objective), ("SLI ", page.versions.of_indicator)):
        before: Any = None
        for one in versions:
            on = one.effective_from
            is_shown = before is not None and on is not None and days.first < on <= days.last
            if is_shown and one.meaning_number != before.meaning_number and on is not None:
                label = f"{noun}v{before.number} → v{one.number} · {short_day(on)}"
                found.append({"x": (on - days.first).days, "label": label})
            before = one
    return sorted(found, key=lambda mark: mark["x"])


def incident_rows(page: BudgetPage) -> list[dict[str, Any]]:
    """Incidents of the window, newest first, with the share that each took."""
    return [
        {
            "label": one.key, "url": incident_url(one.key), "started_at": one.started_at,
            "resolved_at": one.resolved_at, "share": share_words(page, one.key).removeprefix(", "),
        }
        for one in reversed(page.near.incidents)
    ]  # fmt: skip

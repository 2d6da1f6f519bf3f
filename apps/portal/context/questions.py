"""The five questions of a team: fixed order, one headline each, exactly one link on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.urls import reverse

from apps.core import clock
from apps.core.calendar_words import age_words
from apps.core.templatetags.plumbline import instant_words
from apps.measurements.domain.readings import Status
from apps.measurements.domain.verdicts import Code, Verdict
from apps.measurements.queries import Cell
from apps.portal.charts import lanes_of
from apps.portal.context.budgets import budgets_row
from apps.portal.context.definitions import changed_notice
from apps.portal.context.next_steps import next_steps
from apps.portal.context.readings import is_missing, newest_data, verdict_of
from apps.portal.context.trends import chart_of, number_rows
from apps.portal.queries.home import TeamHome
from apps.portal.queries.last_weeks import Numbers

# First that applies leads the row: data that is missing hides everything but a real movement for the worse.
HEADLINE_ORDER = (Code.WORSENED, Code.NO_DATA, Code.CHANGED, Code.IMPROVED, Code.NOT_JUDGED, Code.NO_SIGNAL)
NO_EVENTS_RANK = HEADLINE_ORDER.index(Code.NOT_JUDGED)


@dataclass(frozen=True)
class Asked:
    """A question, and what answers it where nothing does yet."""

    number: int
    id: str
    title: str
    waits_for: str


PAIN = Asked(
    2,
    "pain",
    "Are customers feeling pain?",
    "Definitions of support answer this, such as the first response. Adopt them, and report tickets.",
)
INCIDENTS = Asked(
    4,
    "incidents",
    "Are incidents trending up or down?",
    "Definitions of incidents answer this, such as severe incidents. Adopt them, and report incidents.",
)
NOT_BEGUN = "Definitions are agreed, and their first whole week is not over yet."


def question_rows(home: TeamHome, at: datetime) -> list[dict[str, Any]]:
    """The five rows in their fixed order."""
    return [
        _shipping(home, at),
        _numbers(PAIN, home.pain, home, _next_of_numbers(home.pain, home)),
        budgets_row(home, at),
        _numbers(INCIDENTS, home.incidents, home, _next_of_incidents(home)),
        next_steps(home, at),
    ]


def _numbers(asked: Asked, numbers: Numbers, home: TeamHome, next_: dict[str, str] | None) -> dict[str, Any]:
    """A question that definitions answer; without one in force it says what would."""
    if not numbers.cells:
        waits_for = NOT_BEGUN if numbers.is_agreed else asked.waits_for
        return _unanswered(replace(asked, waits_for=waits_for), home.team.name) | {"next": next_}
    address, up_to = f"team:{home.team.slug}", newest_data(numbers.cells)
    chart = numbers.chart
    return {
        "number": asked.number,
        "id": asked.id,
        "title": asked.title,
        "meta": f"data up to {_local(up_to)}" if up_to else "",
        "verdicts": _headline(numbers.cells, numbers.trends),
        "readings": number_rows(numbers.cells, address),
        "figure": chart_of(chart, address, id=f"{asked.id}-chart") if chart is not None else None,
        "owner": home.team.name,
        "next": next_,
    }


def _next_of_numbers(numbers: Numbers, home: TeamHome) -> dict[str, str] | None:
    """The first number over time; nothing while there is none."""
    if not numbers.cells:
        return None
    cell = numbers.cells[0]
    url = f"{reverse('portal:metric-trend', args=[cell.slug])}?subject=team:{home.team.slug}"
    return {"label": f"Look at {cell.name.lower()} over time", "url": url}


def _next_of_incidents(home: TeamHome) -> dict[str, str]:
    return {"label": "Look at the incidents", "url": f"{reverse('incidents:incident-list')}?team={home.team.slug}"}


def _shipping(home: TeamHome, at: datetime) -> dict[str, Any]:
    shipping, address = home.shipping, f"team:{home.team.slug}"
    up_to = newest_data(shipping.cells)
    return {
        "number": 1,
        "id": "shipping",
        "title": "Are we shipping?",
        "meta": f"data up to {_local(up_to)}" if up_to else "",
        "notice": _notice(home),
        "verdicts": _headline(shipping.cells, shipping.trends),
        "readings": number_rows(shipping.cells, address),
        "figure": _figure(home, address),
        "newest": [
            {"text": f"{d.service.name} {d.key}", "url": reverse("portal:service", args=[d.service.slug]),
             "age": age_words(d.finished_at, at)}
            for d in shipping.deployments
        ],
        "owner": home.team.name,
        "next": _next_of_shipping(home, address),
    }  # fmt: skip


def _figure(home: TeamHome, address: str) -> dict[str, Any] | None:
    chart = home.shipping.chart
    if chart is None:
        return None
    lanes = lanes_of(home.shipping.marks, [cell.period for cell in chart.cells], clock.reporting_zone())
    return chart_of(chart, address, id="shipping-chart") | {"lanes": lanes}


def _headline(cells: Sequence[Cell], trends: Mapping[str, Verdict]) -> list[dict[str, Any]]:
    """One sentence of one named measurement: the most pressing one, the first in order among equals."""
    named = [(cell, trends[cell.slug]) for cell in cells if cell.slug in trends]
    if not named:
        return [{"code": "no_data", "sentence": "No data: no definition is in force", "mark": ""}]
    cell, verdict = min(named, key=lambda pair: _rank(pair[1]))
    return [verdict_of(verdict, mark=f"{cell.name}, trend")]


def _rank(verdict: Verdict) -> int:
    if verdict.code is Code.NO_DATA and verdict.reason == "no_events":
        return NO_EVENTS_RANK
    return HEADLINE_ORDER.index(verdict.code) if verdict.code in HEADLINE_ORDER else len(HEADLINE_ORDER)


def _notice(home: TeamHome) -> dict[str, str] | None:
    """For four weeks after a definition changed its meaning."""
    return changed_notice(home.shipping.changed[0]) if home.shipping.changed else None


def _next_of_shipping(home: TeamHome, address: str) -> dict[str, str] | None:
    """Exactly one link: connect, look into silence, look at what worsened, or at where lead time is spent."""
    cells, trends = home.shipping.cells, home.shipping.trends
    if not cells:
        return {"label": "Read which metrics are agreed", "url": reverse("portal:metric-list")}
    if any(cell.reading.status is Status.NOT_CONNECTED for cell in cells):
        return {"label": "Connect a source with a CSV file", "url": reverse("portal:import-create")}
    if any(is_missing(cell.reading) for cell in cells):
        return {"label": "See which source is silent", "url": reverse("portal:data-health")}
    trend = "?subject=" + address
    worse = next((cell for cell in cells if _code(trends, cell) is Code.WORSENED), None)
    if worse is not None:
        return {"label": "Look at what moved", "url": reverse("portal:metric-trend", args=[worse.slug]) + trend}
    label = "See where lead time is spent" if home.shipping.has_stages else f"Look at {cells[0].name.lower()} over time"
    anchor = "#stages" if home.shipping.has_stages else ""
    return {"label": label, "url": reverse("portal:metric-trend", args=[cells[0].slug]) + trend + anchor}


def _code(trends: Mapping[str, Verdict], cell: Cell) -> Code | None:
    return trends[cell.slug].code if cell.slug in trends else None


def _unanswered(row: Asked, owner: str) -> dict[str, Any]:
    return {
        "number": row.number,
        "id": row.id,
        "title": row.title,
        "verdicts": [{"code": "no_data", "sentence": "No data: not connected", "mark": ""}],
        "readings": [],
        "note": row.waits_for,
        "owner": owner,
        "next": None,
    }


def _local(at: datetime) -> str:
    return instant_words(at.astimezone(clock.reporting_zone()))

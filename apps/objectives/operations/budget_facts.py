"""Publish what budgets offer to be measured: how each stood at the end of a day, and openings of burn alerts."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from apps.core import clock
from apps.core.fact_sources import FactSource
from apps.core.periods import local_midnight
from apps.objectives.domain.printing import floor
from apps.objectives.facts import BUDGET_DAYS, BURN_ALERTS
from apps.objectives.models import BurnAlert
from apps.objectives.operations.judging import Judgement
from apps.objectives.queries.agreements import Agreed
from apps.services import operations as services

PLACES = 6
MOST = Decimal(10) ** 17


def publish_budget_days(ended: Mapping[date, Sequence[Judgement]]) -> None:
    """How objectives stood at the end of local days; those that were never measured are absent."""
    zone = clock.reporting_zone()
    rows = [
        _day(one, day, local_midnight(day, zone))
        for day, judgements in ended.items() for one in judgements if one.evaluation is not None
    ]  # fmt: skip
    _publish(BUDGET_DAYS, rows, "day")


def _day(one: Judgement, day: date, starts_at: datetime) -> dict[str, Any]:
    budget = one.evaluation.figures.budget if one.evaluation else None
    slug = one.agreed.objective.slug
    return {
        "key": f"{slug}/{day}", "service": one.agreed.indicator.service_id, "day": starts_at, "objective": slug,
        "bad": budget.bad if budget else 0, "counted": budget.counted if budget else 0,
        "allowed": min(floor(budget.allowed, PLACES), MOST) if budget else None, "state": one.state.value,
    }  # fmt: skip


def publish_alerts(alerts: Sequence[BurnAlert], agreed: Mapping[int, Agreed]) -> None:
    """Openings of burn alerts, each again when it closes."""
    _publish(BURN_ALERTS, [_alert(one, agreed[one.objective_id]) for one in alerts], "opened_at")


def _alert(one: BurnAlert, agreed: Agreed) -> dict[str, Any]:
    return {
        "key": f"{agreed.objective.slug}/{one.pk}", "service": agreed.indicator.service_id, "opened_at": one.from_at,
        "closed_at": one.until_at, "objective": agreed.objective.slug, "tier": one.tier, "kind": one.kind,
    }  # fmt: skip


def _publish(source: FactSource, rows: Sequence[dict[str, Any]], clock_field: str) -> None:
    """One call for all services; each is connected from its own first row."""
    begins: dict[int, datetime] = {}
    for row in rows:
        at: datetime = row[clock_field]
        begins[row["service"]] = min(at, begins.get(row["service"], at))
    if rows:
        services.record_facts(source=source, channel=source.own_channel, rows=rows, connected_from=begins)

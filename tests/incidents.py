"""Incidents that tests speak of, made by the operations themselves."""

from datetime import UTC, datetime
from typing import Any

from apps.accounts.domain import SYSTEM, Principal
from apps.incidents.domain.incident_words import MilestoneKind, ServiceRole
from apps.incidents.domain.statements import Moment
from apps.incidents.models import Incident
from apps.incidents.operations.reporting import Touched, report_incident

K = MilestoneKind
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


def at(text: str, day: int = 4) -> datetime:
    """A time of a day in May 2026, in UTC: "10:05"."""
    hours, minutes = text.split(":")
    return datetime(2026, 5, day, int(hours), int(minutes), tzinfo=UTC)


def moments(day: int = 4, **times: str) -> list[Moment]:
    """Moments of one day by kind: `moments(detected="10:17")`."""
    return [Moment(K(kind), at(time, day)) for kind, time in times.items()]


def make_incident(by: Principal = SYSTEM, services: tuple[str, ...] = ("checkout-api",), **more: Any) -> Incident:
    """An incident that began in the first of some services on 4 May 2026 at 10:05 and was detected at 10:17."""
    roles = [ServiceRole.ORIGIN, *[ServiceRole.AFFECTED] * len(services)]
    touched = [Touched(slug, role) for slug, role in zip(services, roles, strict=False)]
    given = {
        "title": "Payments were refused", "services": touched, "now": NOW,
        "milestones": moments(impact_started="10:05", detected="10:17"), **more,
    }  # fmt: skip
    return report_incident(by=by, **given).incident

"""Support asked of teams: tickets are facts and nothing else, so that recording them is storing them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from apps.accounts.domain import Principal
from apps.core.facts import Outcome
from apps.incidents.facts import TICKETS
from apps.incidents.policies import oncall as policies
from apps.services import operations as services


def record_tickets(
    *, channel: str, rows: Sequence[Mapping[str, Any]], connected_from: datetime | None = None,
    complete_until: datetime | None = None, by: Principal,
) -> list[Outcome]:  # fmt: skip
    """Store parsed tickets, each with `key`, `service` (primary key) and the fields of the source; in their order."""
    policies.require_can_report_somewhere(by)
    return services.record_facts(
        source=TICKETS, channel=channel, rows=rows, connected_from=connected_from, complete_until=complete_until
    )

"""What each team of the world promises: an SLI, an SLO and a budget policy of two versions, and a change in review."""

from datetime import datetime, timedelta
from typing import Any

from apps.accounts.models import User
from apps.objectives.models import MonitoringSource
from tests.agreeing import agree, draft, submit
from tests.promising import indicator_item, objective_item, policy_item

SIGNED_BY_ONE = [{"rule": "exhausted", "asks": "reliability_first", "signers": ["tech_lead"]}]


def _register_server(by: User, at: datetime) -> None:
    """One server for all teams; nothing is asked of it."""
    said = {"name": "Main", "base_url": "https://prometheus.example.org", "registered_at": at, "registered_by": by}
    MonitoringSource.objects.get_or_create(slug="main", defaults=said)


def promise_in(team: str, service: str, author: User, at: datetime) -> dict[str, Any]:
    """The keys of paths that name them."""
    sli, slo, policy = f"{team}-requests", f"{team}-success", f"{team}-budget"
    first = (
        indicator_item(sli, service=service, owner=team), objective_item(slo, indicator=sli, owner=team),
        policy_item(policy, owner=team),
    )  # fmt: skip
    agree(*first, author=author, at=at - timedelta(days=30), from_beginning=True)
    second = (
        indicator_item(sli, measured_at="client"), objective_item(slo, at_risk_below="0.3"),
        policy_item(policy, rules=SIGNED_BY_ONE),
    )  # fmt: skip
    agree(*second, author=author, at=at - timedelta(days=9))
    change = submit(draft(objective_item(slo, target="0.999"), author=author), author)
    _register_server(author, at)
    return {"sli": sli, "slo": slo, "policy": policy, "promise": change.number}

"""What ends with an objective that is retired: its burn alerts. Its triggers stay until people close them."""

from collections.abc import Collection
from datetime import datetime

from apps.core import clock
from apps.objectives.domain.windows import DAY
from apps.objectives.models import BurnAlert
from apps.objectives.operations.budget_facts import publish_alerts
from apps.objectives.queries import agreements
from apps.objectives.queries import budget_standing as queries


def end_alerts(objective_ids: Collection[int], at: datetime) -> None:
    """Close the alerts of those of these objectives that are retired: nothing would ever close them again."""
    gone = {one.pk: one for one in queries.list_retired(objective_ids, clock.local_day(at))}
    alerts = list(queries.open_alerts(list(gone)).values()) if gone else []
    if not alerts:
        return
    for alert in alerts:
        alert.until_at = max(at, alert.from_at)
    BurnAlert.objects.bulk_update(alerts, ["until_at"], batch_size=500)
    held = {pk: agreements.agreed_on(one, one.retired_on - DAY) for pk, one in gone.items() if one.retired_on}
    agreed = {pk: one for pk, one in held.items() if one is not None}
    publish_alerts([alert for alert in alerts if alert.objective_id in agreed], agreed)

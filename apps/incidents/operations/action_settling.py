"""What an action is to numbers: one fact row, published by difference whenever the action changed."""

from datetime import datetime
from typing import Any

from django.db import transaction

from apps.core import clock, facts
from apps.incidents.facts import ACTIONS
from apps.incidents.models import Action
from apps.incidents.queries import follow_up
from apps.services import operations as services


@transaction.atomic
def settle_action(action: Action, *, now: datetime) -> bool:
    """Publish the fact of an action; answers False where it has none.

    That is where its team owns no service to file it under, and where it was practised, which counts in no definition.
    Nothing of its words, its incident or its assignee goes along.
    """
    service_id = follow_up.filed_under(action, now)
    if service_id is None:
        return False
    if follow_up.is_practised(action):
        facts.withdraw(ACTIONS, follow_up.CHANNEL, [(service_id, str(action))])
        return False
    services.record_facts(
        source=ACTIONS, channel=follow_up.CHANNEL, rows=[_fact(action, service_id)], complete_until=clock.as_of()
    )
    return True


def _fact(action: Action, service_id: int) -> dict[str, Any]:
    return {
        "key": str(action), "service": service_id, "team": action.owner_team_id, "created_at": action.opened_at,
        "first_due_at": action.first_due_at, "due_at": action.due_at, "done_at": action.done_at,
        "verified_at": action.verified_at, "dropped_at": action.dropped_at, "state": str(action.state),
        "kind": str(action.kind), "known_cause": str(action.known_cause) if action.known_cause else "",
        "imported": action.is_imported,
    }  # fmt: skip

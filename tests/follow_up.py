"""Short words for tests that open actions and act on them."""

from datetime import UTC, date, datetime
from typing import Any

from apps.accounts.domain import Principal
from apps.incidents.domain.action_drafts import ActionDraft, EvidenceDraft
from apps.incidents.domain.action_words import ActionKind
from apps.incidents.models import Action
from apps.incidents.operations import action_opening

WEDNESDAY = datetime(2026, 6, 10, 8, tzinfo=UTC)
DOCUMENT = EvidenceDraft("document", url="https://docs.example.org/gate")


def draft(**more: Any) -> ActionDraft:
    """A complete commitment for Friday 10 July 2026."""
    values = {
        "text": "Add a gate", "done_when": "A bad release stops by itself", "kind": ActionKind.PREVENT,
        "due_on": date(2026, 7, 10),
    }  # fmt: skip
    return ActionDraft(**{**values, **more})


def open_one(by: Principal, *, team: str = "checkout", **more: Any) -> Action:
    """An action that somebody opens."""
    action, _ = action_opening.open_action(draft=draft(**more), team=team, by=by)
    return action

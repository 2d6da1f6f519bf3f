"""Actions in rows of a list and on the pages of their acts."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from apps.core.calendar_words import day_words
from apps.incidents.domain.action_dates import Standing
from apps.incidents.domain.action_states import STATE_WORDS
from apps.incidents.domain.action_words import ActionOrigin, ActionState
from apps.incidents.models import Action
from apps.incidents.queries.follow_up import standing_of_row

ORIGIN_WORDS = {
    ActionOrigin.RETRO: "Retros", ActionOrigin.REVIEW: "Reviews", ActionOrigin.TOOL: "Tools and people",
}  # fmt: skip
COLUMNS = ("Action", "Team", "Due", "From")


def action_url(action: Action) -> str:
    """The page of an action."""
    return reverse("portal:action", args=[action.pk])


def origin_of(action: Action) -> dict[str, Any]:
    """Where it came from, with a way there."""
    if action.retro is not None:
        return {"text": f"I-{action.retro.incident_id}", "url": f"/incidents/{action.retro.incident_id}/"}
    if action.origin == ActionOrigin.REVIEW:
        return {"text": "A review"}
    return {"text": "Taken over" if action.is_imported else "Opened by itself"}


def due_words(action: Action) -> str:
    """The due day, and the first one where it was moved: a new date hides nothing."""
    said = day_words(action.due_on)
    return said if action.due_on == action.first_due_on else f"{said}, first {day_words(action.first_due_on)}"


def tables_of(actions: Iterable[Action]) -> list[dict[str, Any]]:
    """The actions of one page by standing, in the order of the page."""
    ranked = [(standing_of_row(action), action) for action in actions]
    by_standing = {s: [action for standing, action in ranked if standing is s] for s in Standing}
    return [
        {
            "caption": standing.label,
            "columns": [{"label": label} for label in COLUMNS],
            "rows": [row_of(a) for a in rows],
        }
        for standing, rows in by_standing.items()
        if rows
    ]


def row_of(action: Action) -> list[dict[str, Any]]:
    """One action: what it is, whose, by when, and where it came from; never who was chosen."""
    team = action.owner_team
    return [
        {"text": f"{action}: {action.text}", "url": action_url(action), "header": True},
        {"text": team.name, "url": reverse("portal:team", args=[team.slug])},
        {"text": _when_words(action)},
        origin_of(action),
    ]


def _when_words(action: Action) -> str:
    if action.state == ActionState.OPEN:
        asked = " · asked to drop" if action.drop_asked_at else ""
        return f"{due_words(action)}{asked}"
    return STATE_WORDS[ActionState(action.state)]


def summary_of(action: Action) -> list[str]:
    """What every page of an act says of its action."""
    return [f"{action}: {action.text}", f"Owner {action.owner_team.name} · due {due_words(action)}"]

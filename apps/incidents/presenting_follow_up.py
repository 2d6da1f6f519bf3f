"""An action as the pages of its acts name it."""

from apps.core.calendar_words import day_words
from apps.incidents.models import Action


def due_words(action: Action) -> str:
    """The due day, and the first one where it was moved: a new date hides nothing."""
    said = day_words(action.due_on)
    return said if action.due_on == action.first_due_on else f"{said}, first {day_words(action.first_due_on)}"


def summary_of(action: Action) -> list[str]:
    """What every page of an act says of its action."""
    return [f"{action}: {action.text}", f"Owner {action.owner_team.name} · due {due_words(action)}"]

"""What people are told about actions. Pure."""

from datetime import date

from apps.core.calendar_words import day_words
from apps.notifications.domain.kinds import NoticeKind, Wish, kinds

OPENED = kinds.register(NoticeKind("action_opened", "Your team has a new action"))
DUE = kinds.register(NoticeKind("action_due", "An action is due soon, today, or has passed its date"))
DONE = kinds.register(NoticeKind("action_done", "An action of your team is done and waits for a second person"))
DROP = kinds.register(NoticeKind("action_drop_asked", "Somebody asks to drop an action of your team", Wish.IMMEDIATE))
UNNAMED = "An action of a restricted incident"


def about_key(action_id: int) -> str:
    """The thread of an action."""
    return f"action:{action_id}"


def title_of(name: str, text: str, *, is_restricted: bool) -> str:
    """How notices call an action: what a restricted one says stays on its page."""
    return f"{name}: {UNNAMED if is_restricted else text}"


def opened_words(due_on: date) -> str:
    """What the owner team is told of a new action."""
    return f"It is open, and due on {day_words(due_on)}."


def reason_words(team: str, *, is_assignee: bool) -> str:
    """Why this person is told."""
    return "you were chosen to do it" if is_assignee else f"{team} owns it"

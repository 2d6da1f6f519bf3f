"""Threads of an inbox, prepared for the page."""

from collections.abc import Sequence
from typing import Any

from apps.core.calendar_words import day_words
from apps.notifications.queries import Thread


def present_thread(place: int, thread: Thread) -> dict[str, Any]:
    """One object with its newest notice in full and the earlier ones behind it."""
    newest, *earlier = thread.notices
    unread = [notice for notice in thread.notices if notice.read_at is None]
    due = min((notice.due_on for notice in unread if notice.due_on is not None), default=None)
    return {
        "id": f"thread-{place}",
        "about": thread.about,
        "title": newest.title,
        "url": newest.link,
        "text": newest.text,
        "reason": reason_words(newest.reason),
        "told_at": newest.told_at,
        "due": f"Due {day_words(due)}" if due else "",
        "unread": len(unread),
        "until": newest.pk,
        "is_muted": thread.is_muted,
        "earlier": [{"text": one.text, "told_at": one.told_at} for one in earlier],
        "earlier_words": f"{len(earlier)} earlier notice{'' if len(earlier) == 1 else 's'}",
    }


def reason_words(reason: str) -> str:
    """The reason as a sentence: "Why you: you own checkout-api."."""
    return f"Why you: {reason}."


def newest_of(threads: Sequence[Thread]) -> int:
    """The notice that was told last among those shown; 0 where there is none."""
    return max((thread.newest.pk for thread in threads), default=0)

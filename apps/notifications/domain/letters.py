"""Letters: when they leave and what they say. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from apps.core.calendar_words import day_words
from apps.notifications.domain.notices import cut

DAILY_AT = time(8)
# Whatever is told so shortly before is not committed yet when the letter is composed: it is for the next one.
MARGIN = timedelta(seconds=30)
# At once, then 10 minutes, 1, 6 and 24 hours after the first try; a fifth failure rests.
WAITS = (timedelta(minutes=10), timedelta(minutes=50), timedelta(hours=5), timedelta(hours=18))
LONGEST_SUBJECT = 120
RESET_HOLDS = timedelta(hours=1)


class Purpose(StrEnum):
    """What a letter is for."""

    NOTICES = "notices"
    AUDIT_HEAD = "audit_head"
    RESET = "reset"


@dataclass(frozen=True)
class Told:
    """A notice as a letter says it."""

    title: str
    text: str
    reason: str
    link: str
    due_on: date | None


@dataclass(frozen=True)
class Letter:
    """Subject and plain text."""

    subject: str
    body: str


def next_daily(now: datetime, zone: ZoneInfo) -> datetime:
    """The next 08:00 of the zone for which an instant is early enough."""
    today = now.astimezone(zone).date()
    at = _daily(today, zone)
    return at if at > now + MARGIN else _daily(today + timedelta(days=1), zone)


def _daily(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, DAILY_AT, zone).astimezone(UTC)


def letter_of(told: Sequence[Told], *, organisation: str, portal: str) -> Letter:
    """One notice under its own subject, several as one letter."""
    subject = f"{told[0].title}: {told[0].text}" if len(told) == 1 else f"{len(told)} notices from {organisation}"
    parts = "\n\n".join(_part(one, portal) for one in told)
    return Letter(cut(subject, LONGEST_SUBJECT), f"{parts}\n\n{_foot(organisation, portal)}")


def _part(one: Told, portal: str) -> str:
    due = [f"Due: {day_words(one.due_on)}"] if one.due_on else []
    return "\n".join([one.title, one.text, f"Why you: {one.reason}", *due, f"{portal}{one.link}"])


def _foot(organisation: str, portal: str) -> str:
    return f"-- \nPlumbline of {organisation}\nWhat is mailed to you: {portal}/settings/notifications/\n"


def head_letter(*, day: date, head: str, fault: str) -> Letter:
    """The end of the audit chain on a day, for somebody to keep outside the database."""
    said = f"The chain does not hold. {fault}" if fault else "The chain was checked and holds."
    body = (
        f"{said}\n\nHead of the audit chain on {day_words(day)} (UTC):\n{head}\n\n"
        "Keep this letter. If somebody rewrote or cut the chain later, this command would say so:\n"
        f"python manage.py audit_verify --expect {head}\n"
    )
    return Letter(f"{'Audit chain broken' if fault else 'Audit chain'}, {day_words(day)}", body)


def reset_letter(*, organisation: str, address: str) -> Letter:
    """The way to a new password."""
    body = (
        f"Somebody asked for a new password for this mail address in Plumbline of {organisation}.\n\n"
        f"Choose it here, within one hour:\n{address}\n\n"
        "If it was not you, nothing has to be done: your password stays as it is.\n"
    )
    return Letter("A new password for Plumbline", body)

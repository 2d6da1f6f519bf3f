"""When people are reminded of an action: it depends on the action alone, never on its incident. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.core.calendar_words import day_words

FIRST_STEP, DUE_STEP, WEEK = -3, 0, 7
REMINDED_AT = time(8)
TEAM, PERSON = "team", "person"


def next_step(step: int) -> int:
    """The step after one: 3 days before, on the day, then every seventh day after it."""
    if step < DUE_STEP:
        return DUE_STEP
    return step + WEEK


def first_step(due_on: date, today: date) -> int:
    """The first step whose day has not passed on the day the date was set."""
    step = FIRST_STEP
    while due_on + timedelta(days=step) < today:
        step = next_step(step)
    return step


def remind_at(due_on: date, step: int, zone: ZoneInfo) -> datetime:
    """08:00 on the step's day, in the team's zone."""
    return datetime.combine(due_on + timedelta(days=step), REMINDED_AT, zone).astimezone(UTC)


def reminder_words(due_on: date, step: int) -> str:
    """What a reminder says."""
    if step < DUE_STEP:
        return f"This action is due on {day_words(due_on)}."
    if step == DUE_STEP:
        return "This action is due today. Mark it as done, or set a new date with a reason."
    return f"This action passed its date, {day_words(due_on)}. Set a new date with a reason, or drop it with a reason."


def team_recipient(team_id: int) -> str:
    """The inbox of a team."""
    return f"{TEAM}:{team_id}"


def person_recipient(user_id: int) -> str:
    """The inbox of the chosen assignee."""
    return f"{PERSON}:{user_id}"


def recipients(team_id: int, assignee_id: int | None) -> list[str]:
    """Who is reminded of an action: its team, and the assignee where there is one."""
    return [team_recipient(team_id)] + ([person_recipient(assignee_id)] if assignee_id else [])

"""Duties of incidents: reminders of actions."""

from apps.core.due import drain
from apps.core.work import duty
from apps.incidents.models import ActionReminder
from apps.incidents.operations import action_reminding


@duty("incidents.remind_of_actions")
def remind_of_actions() -> int:
    """Tell owner teams and assignees what is due soon, due today, or past its date."""
    return drain(ActionReminder, lambda rows: action_reminding.remind(reminder=rows[0]))

"""Reminders of actions: each is a duty of its own, told once, whatever becomes of the incident."""

from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from apps.accounts.domain import SYSTEM, Principal
from apps.core import clock
from apps.incidents.domain import action_notices as words
from apps.incidents.domain import action_reminders as steps
from apps.incidents.domain.action_words import ActionState
from apps.incidents.domain.incident_words import Visibility
from apps.incidents.models import Action, ActionReminder
from apps.incidents.queries import follow_up
from apps.incidents.queries.team_zones import zone_of
from apps.notifications import operations as notifications
from apps.notifications.domain.kinds import NoticeKind
from apps.notifications.domain.notices import About, Notice


def about(action: Action) -> About:
    """An action as notices name it; of a restricted one nothing but its number."""
    is_restricted = action.retro is not None and action.retro.incident.visibility == Visibility.RESTRICTED
    title = words.title_of(str(action), action.text, is_restricted=is_restricted)
    return About(words.about_key(action.pk), title, reverse("portal:action", args=[action.pk]))


def tell(action: Action, kind: NoticeKind, text: str, occasion: str, *, by: Principal, recipient: str = "") -> None:
    """Tell the owner team's inbox and the assignee, or one of the two, of an action."""
    asked = [recipient] if recipient else steps.recipients(action.owner_team_id, action.assignee_id)
    people = {person: action.assignee_id == person for one in asked for person in _people(one)}
    thing, team = about(action), action.owner_team.name
    notifications.notify(
        notices=[
            Notice(person, kind.key, thing, text, words.reason_words(team, is_assignee=mine), occasion, action.due_on)
            for person, mine in people.items()
        ],
        by=by,
    )


def _people(recipient: str) -> list[int]:
    """Who reads an inbox: those who do the team's work now, or the chosen person."""
    kind, _, number = recipient.partition(":")
    if kind == steps.TEAM:
        return follow_up.list_inbox(int(number), clock.as_of())
    return [int(number)]


def arm(action: Action, *, now: datetime) -> None:
    """Ask for the next reminder of the present due day; what was told for this day is not told again."""
    if action.is_imported:
        return
    today = now.astimezone(zone_of(action.owner_team_id, now)).date()
    for recipient in steps.recipients(action.owner_team_id, action.assignee_id):
        _arm_from(action, recipient, steps.first_step(action.due_on, today))


def _arm_from(action: Action, recipient: str, step: int) -> None:
    """The first step from this one on that was not told yet."""
    rows = ActionReminder.objects.filter(action=action, recipient=recipient, due_on=action.due_on)
    told = dict(rows.values_list("step", "done_at"))
    while step in told and told[step] is not None:
        step = steps.next_step(step)
    if step not in told:
        ActionReminder.objects.create(
            action=action, recipient=recipient, step=step, due_on=action.due_on, due_at=_due_at(_at(action, step))
        )


def _due_at(at: datetime) -> datetime:
    """When the wall clock, by which duties are due, will have reached a business instant, or did."""
    return clock.now() + (at - clock.as_of())


def _at(action: Action, step: int) -> datetime:
    return steps.remind_at(action.due_on, step, zone_of(action.owner_team_id, action.opened_at))


@transaction.atomic
def remind(*, reminder: ActionReminder) -> None:
    """Tell what has come and ask for the next one; what was overtaken by a later step is only noted as done."""
    action = follow_up.lock_action(reminder.action_id)
    if not _holds(action, reminder.recipient, reminder.due_on):
        return
    as_of, following = clock.as_of(), steps.next_step(reminder.step)
    if as_of < _at(action, reminder.step):
        ActionReminder.objects.filter(pk=reminder.pk).update(due_at=_due_at(_at(action, reminder.step)))
        return
    if as_of < _at(action, following):
        text = steps.reminder_words(reminder.due_on, reminder.step)
        occasion = f"{reminder.due_on} {reminder.step}"
        tell(action, words.DUE, text, occasion, by=SYSTEM, recipient=reminder.recipient)
    _arm_from(action, reminder.recipient, following)


def _holds(action: Action, recipient: str, due_on: date) -> bool:
    """Whether a reminder still concerns somebody: the action is open, on this day, in these hands."""
    here = recipient in steps.recipients(action.owner_team_id, action.assignee_id)
    return action.state == ActionState.OPEN and action.due_on == due_on and here and not action.is_imported

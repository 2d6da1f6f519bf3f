"""Reminders of actions: three days before, on the day, then weekly, each once, whatever becomes of the incident."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.incidents.domain.incident_words import MilestoneKind
from apps.incidents.domain.retro_drafts import DraftRow
from apps.incidents.domain.retro_words import RowKind
from apps.incidents.models import Action, ActionReminder, Retro
from apps.incidents.operations import action_opening, follow_up
from apps.incidents.operations.statements import record_milestone
from apps.incidents.tasks import remind_of_actions
from apps.notifications import operations as notifications
from apps.notifications.models import Notification
from tests.follow_up import WEDNESDAY, open_one
from tests.incidents import NOW, at, make_incident, moments
from tests.personas import Organisation, principal_of

pytestmark = [pytest.mark.sql, pytest.mark.django_db]
EIGHT = timedelta(hours=6)  # 08:00 in Berlin, in summer
DUE = date(2026, 7, 10)


def on(day: date, minutes: int = 0) -> datetime:
    """A moment after 08:00 of a day in Berlin."""
    return datetime(day.year, day.month, day.day, 6, minutes, tzinfo=UTC)


def beat(moment: datetime) -> None:
    with clock.playing(moment):
        remind_of_actions()


def told(email: str = "ana@example.org") -> list[str]:
    rows = Notification.objects.filter(kind="action_due", recipient__email=email).order_by("pk")
    return list(rows.values_list("dedupe_key", flat=True))


def steps(action: Action, recipient: str) -> list[int]:
    rows = ActionReminder.objects.filter(action=action, recipient=recipient, done_at__isnull=False).order_by("step")
    return list(rows.values_list("step", flat=True))


@pytest.fixture
def opened(organisation: Organisation) -> Iterator[Action]:
    with clock.playing(WEDNESDAY):
        yield open_one(principal_of(organisation.people["dee"]), assignee_id=organisation.people["dee"].pk)


def test_reminders__thirty_days_overdue_with_an_incident_long_closed(organisation: Organisation) -> None:
    with clock.playing(NOW):
        incident = make_incident(
            severity=1, milestones=moments(impact_started="10:05", detected="10:17", mitigated="10:58")
        )
        row = DraftRow("a1", RowKind.ACTION, {
            "text": "Add a gate", "done_when": "It stands", "kind": "prevent", "team": "checkout",
            "metric": "change-failure-rate",
        })  # fmt: skip
        retro = Retro.objects.get(incident=incident)
        (action,) = action_opening.open_from_retro(retro, [row], by=SYSTEM, now=NOW)
        assert (action.due_on, action.state) == (date(2026, 6, 4), "open")  # 15 days after 20 May
        record_milestone(incident=incident, kind=MilestoneKind.RESOLVED, at=at("11:30"), by=SYSTEM)
    team = f"team:{organisation.checkout.pk}"
    failed = False
    real = notifications.notify
    for day in range(-6, 31):
        moment = on(action.due_on + timedelta(days=day), minutes=5)
        if day == 7:  # the first send of this step fails

            def fail(**_: object) -> int:
                raise ConnectionError("no inbox")

            notifications.notify = fail
            beat(moment)
            notifications.notify, failed = real, True
            assert ActionReminder.objects.get(action=action, recipient=team, step=7).last_error
            beat(moment + timedelta(seconds=30))  # held for a while after a failure
        beat(moment + timedelta(minutes=10))
        beat(moment + timedelta(minutes=20))
    assert failed
    assert steps(action, team) == [-3, 0, 7, 14, 21, 28]
    assert len(told()) == len(set(told())) == 6
    assert Notification.objects.filter(kind="action_due").count() == 6 * 4  # four people read the team's inbox


def test_reminders__the_assignee_hears_once_though_the_team_is_told_as_well(
    organisation: Organisation, opened: Action
) -> None:
    beat(on(DUE - timedelta(days=3), 1))
    reasons = dict(Notification.objects.filter(kind="action_due").values_list("recipient__email", "reason"))
    assert set(reasons) == {f"{name}@example.org" for name in ("ana", "bo", "cy", "dee")}
    assert Notification.objects.filter(kind="action_due").count() == 4
    assert steps(opened, f"person:{organisation.people['dee'].pk}") == [-3]


def test_reminders__not_before_eight_in_the_teams_zone(opened: Action) -> None:
    beat(on(DUE - timedelta(days=3)) - timedelta(minutes=1))
    assert told() == []
    beat(on(DUE - timedelta(days=3), 1))
    assert len(told()) == 1


def test_reminders__after_downtime_only_the_newest_is_told_and_every_step_is_noted(
    organisation: Organisation, opened: Action
) -> None:
    beat(on(DUE + timedelta(days=16), 1))
    beat(on(DUE + timedelta(days=16), 2))
    assert [key.split("|")[2] for key in told()] == ["2026-07-10 14"]
    assert steps(opened, f"team:{organisation.checkout.pk}") == [-3, 0, 7, 14]


def test_reminders__a_new_date_begins_anew_and_settles_what_was_said(
    organisation: Organisation, opened: Action
) -> None:
    beat(on(DUE, 1))
    with clock.playing(on(DUE, 30)):
        by = principal_of(organisation.people["cy"])
        follow_up.set_date(action=opened, due_on=date(2026, 7, 24), reason="The vendor is late.", by=by)
    assert not Notification.objects.filter(kind="action_due", read_at=None).exists()
    for day in (date(2026, 7, 17), date(2026, 7, 21), date(2026, 7, 24)):
        beat(on(day, 1))
    assert [key.split("|")[2] for key in told()] == ["2026-07-10 0", "2026-07-24 -3", "2026-07-24 0"]


@pytest.mark.parametrize("end", ["done", "dropped"])
def test_reminders__end_with_the_action(organisation: Organisation, opened: Action, end: str) -> None:
    by = {name: principal_of(organisation.people[name]) for name in ("ana", "cy")}
    with clock.playing(WEDNESDAY):
        if end == "done":
            follow_up.finish(action=opened, by=by["ana"])
        else:
            follow_up.confirm_drop(action=follow_up.ask_drop(action=opened, reason="x", by=by["ana"]), by=by["cy"])
    beat(on(DUE, 1))
    assert told() == []
    assert not ActionReminder.objects.filter(due_at__lte=on(DUE), done_at=None).exists()


def test_reminders__taken_back_goes_on_without_telling_twice(organisation: Organisation, opened: Action) -> None:
    by = principal_of(organisation.people["ana"])
    beat(on(DUE, 1))
    with clock.playing(on(DUE, 10)):
        done = follow_up.finish(action=opened, by=by)
    beat(on(DUE, 20))
    with clock.playing(on(DUE, 40)):
        follow_up.take_back(action=done, by=by)
    beat(on(DUE, 50))
    beat(on(DUE + timedelta(days=7), 1))
    assert [key.split("|")[2] for key in told("bo@example.org")] == ["2026-07-10 0", "2026-07-10 7"]


def test_reminders__an_imported_action_reminds_nobody(organisation: Organisation, opened: Action) -> None:
    Action.objects.filter(pk=opened.pk).update(is_imported=True)
    beat(on(DUE, 1))
    assert told() == []

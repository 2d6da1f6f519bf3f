"""Telling people: rows and letters in the caller's transaction, each thing once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.notifications import operations
from apps.notifications.domain.kinds import Wish
from apps.notifications.models import Mail, Notification
from tests.personas import Organisation, principal_of
from tests.unit.notifications.telling import DAILY, KIND, P41, P42, notice

NOON = datetime(2026, 8, 24, 10, tzinfo=UTC)
EIGHT = datetime(2026, 8, 25, 6, tzinfo=UTC)  # 08:00 in Berlin
pytestmark = [pytest.mark.sql, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _noon():
    with clock.playing(NOON):
        yield


@pytest.fixture
def mail_server(settings) -> None:
    settings.PLUMBLINE_MAIL = True


def test_notify__tells_each_once_with_the_reason(ana, bo) -> None:
    both = [notice(ana.pk), notice(bo.pk, reason="you wrote it"), notice(ana.pk, text="In other words.")]
    assert operations.notify(notices=both, by=SYSTEM) == 2
    assert operations.notify(notices=both, by=SYSTEM) == 0
    rows = Notification.objects.order_by("pk")
    assert [(row.recipient, row.text, row.reason, row.told_at, row.read_at, row.mail) for row in rows] == [
        (ana, "It needs your signature.", "you sign as tech lead for Checkout", NOON, None, None),
        (bo, "It needs your signature.", "you wrote it", NOON, None, None),
    ]


def test_notify__never_of_ones_own_act_and_nobody_who_left(ana, bo, cy) -> None:
    cy.is_active = False
    cy.save()
    told = operations.notify(notices=[notice(user.pk) for user in (ana, bo, cy)], by=principal_of(ana))
    assert told == 1
    assert Notification.objects.get().recipient == bo


def test_notify__leaves_nothing_when_the_act_is_rolled_back(ana, mail_server) -> None:
    def act() -> None:
        with transaction.atomic():
            operations.notify(notices=[notice(ana.pk)], by=SYSTEM)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act()
    assert (Notification.objects.count(), Mail.objects.count()) == (0, 0)


def test_notify__a_long_text_is_cut_and_a_long_list_is_told(organisation: Organisation) -> None:
    many = [notice(organisation.people["ana"].pk, occasion=f"r{n}", text="x" * 2000) for n in range(1100)]
    assert operations.notify(notices=many, by=SYSTEM) == 1100
    assert len(Notification.objects.first().text) == 1000


def test_notify__writes_letters_as_each_wishes(ana, bo, cy, mail_server) -> None:
    operations.choose_mail(wishes={KIND.key: Wish.DAILY}, by=principal_of(bo))
    operations.choose_mail(wishes={KIND.key: Wish.OFF, "unknown": Wish.OFF}, by=principal_of(cy))
    operations.notify(notices=[notice(user.pk) for user in (ana, bo, cy)], by=SYSTEM)
    found = {row.recipient: row.mail and row.mail.due_at for row in Notification.objects.select_related("mail")}
    assert found == {ana: NOON, bo: EIGHT, cy: None}


def test_notify__a_day_has_one_letter_and_news_is_added_to_it(ana, mail_server) -> None:
    operations.notify(notices=[notice(ana.pk, kind=DAILY.key)], by=SYSTEM)
    with clock.playing(NOON + timedelta(hours=3)):
        operations.notify(notices=[notice(ana.pk, kind=DAILY.key, about=P42)], by=SYSTEM)
    letter = Mail.objects.get()
    assert (letter.due_at, letter.recipient) == (EIGHT, ana)
    assert Notification.objects.filter(mail=letter).count() == 2


def test_notify__a_letter_that_is_leaving_is_asked_for_again(ana, mail_server) -> None:
    operations.notify(notices=[notice(ana.pk, kind=DAILY.key)], by=SYSTEM)
    Mail.objects.update(done_at=EIGHT, attempts=1)
    operations.notify(notices=[notice(ana.pk, kind=DAILY.key, about=P42)], by=SYSTEM)
    letter = Mail.objects.get()
    assert (letter.done_at, letter.attempts, letter.due_at) == (None, 0, EIGHT)


def test_notify__without_a_mail_server_nothing_is_queued(ana) -> None:
    operations.notify(notices=[notice(ana.pk)], by=SYSTEM)
    assert Mail.objects.count() == 0
    assert Notification.objects.get().mail is None


def test_notify__news_of_a_muted_thread_arrives_as_read_and_is_not_mailed(ana, bo, mail_server) -> None:
    operations.notify(notices=[notice(ana.pk, kind=DAILY.key), notice(bo.pk, kind=DAILY.key)], by=SYSTEM)
    operations.set_muted(about=P41.key, muted=True, by=principal_of(ana))
    operations.notify(notices=[notice(ana.pk, occasion="r2"), notice(bo.pk, occasion="r2")], by=SYSTEM)
    quiet, loud = (Notification.objects.get(recipient=who, kind=KIND.key) for who in (ana, bo))
    assert (quiet.read_at, quiet.mail) == (NOON, None)
    assert loud.read_at is None
    assert loud.mail is not None
    operations.notify(notices=[notice(ana.pk, about=P42)], by=SYSTEM)
    assert Notification.objects.get(about=P42.key).read_at is None

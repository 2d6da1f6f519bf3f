"""The duty of sending letters: once, again after a failure, five times at most, and never without a mail server."""

from datetime import UTC, datetime, timedelta
from email.utils import parseaddr

import pytest
from django.core import mail as outbox
from django.core.mail.backends.locmem import EmailBackend

from apps.accounts.domain import SYSTEM
from apps.accounts.models import RoleGrant
from apps.audit import operations as audit
from apps.audit import queries as heads
from apps.audit.tasks import note_heads
from apps.core import clock
from apps.notifications import operations
from apps.notifications.models import Mail, Notification
from apps.notifications.tasks import send_mail
from tests.personas import BEGAN_AT, principal_of
from tests.unit.notifications.telling import DAILY, P41, P42, notice

NOON = datetime(2026, 8, 24, 10, tzinfo=UTC)
EIGHT = datetime(2026, 8, 25, 6, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon(settings):
    settings.PLUMBLINE_MAIL = True
    with clock.playing(NOON):
        yield


def at(moment: datetime) -> object:
    with clock.playing(moment):
        return send_mail()


def tell(person, **more) -> None:
    operations.notify(notices=[notice(person.pk, **more)], by=SYSTEM)


def test_send_mail__at_once_and_once(ana) -> None:
    tell(ana)
    assert [send_mail(), send_mail()] == [1, 0]
    (letter,) = outbox.outbox
    assert (letter.to, letter.subject) == (["ana@example.org"], "P-41: lead time: It needs your signature.")
    assert parseaddr(letter.from_email)[1]
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"
    row = Notification.objects.get()
    assert (row.mailed_at, row.mail.sent_at, row.mail.done_at) == (NOON, NOON, NOON)


def test_send_mail__the_daily_letter_leaves_at_eight_with_all_that_is_unread(ana) -> None:
    tell(ana, kind=DAILY.key)
    tell(ana, kind=DAILY.key, about=P42)
    assert send_mail() == 0
    operations.note_acted(about=P41.key, by=principal_of(ana))
    assert at(EIGHT) == 1
    (letter,) = outbox.outbox
    assert "P-42" in letter.body
    assert "P-41" not in letter.body


def test_send_mail__nothing_leaves_when_all_of_it_was_read(ana) -> None:
    tell(ana)
    operations.note_acted(about=P41.key, by=principal_of(ana))
    assert send_mail() == 1
    assert outbox.outbox == []
    assert Mail.objects.get().sent_at is None


def test_send_mail__not_to_whoever_left_meanwhile(ana) -> None:
    tell(ana)
    ana.is_active = False
    ana.save()
    assert send_mail() == 1
    assert outbox.outbox == []


def test_send_mail__five_tries_in_a_day_then_it_rests_and_each_is_the_same_letter(ana, monkeypatch) -> None:
    tried: list[tuple[datetime, str]] = []

    def fail(self: EmailBackend, messages: list) -> int:
        tried.append((clock.now(), messages[0].extra_headers["Message-ID"]))
        raise ConnectionRefusedError("no mail server answers")

    monkeypatch.setattr(EmailBackend, "send_messages", fail)
    tell(ana)
    for minutes in range(0, 60 * 30, 5):
        at(NOON + timedelta(minutes=minutes))
    assert [when - NOON for when, _ in tried] == [
        timedelta(), timedelta(minutes=10), *(timedelta(hours=h) for h in (1, 6, 24)),
    ]  # fmt: skip
    assert len({name for _, name in tried}) == 1
    row = Mail.objects.get()
    assert (row.attempts, row.done_at, row.sent_at) == (5, None, None)
    assert "no mail server answers" in row.last_error
    assert Notification.objects.get().mailed_at is None


def test_send_mail__one_that_cannot_be_sent_holds_up_no_other(ana, bo, monkeypatch) -> None:
    plain = EmailBackend.send_messages

    def refuse(self: EmailBackend, messages: list) -> int:
        if "ana@example.org" in messages[0].to:
            raise ValueError("mailbox unknown")
        return plain(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    tell(ana)
    tell(bo)
    assert send_mail() == 1
    assert [letter.to for letter in outbox.outbox] == [["bo@example.org"]]


def test_send_mail__killed_after_the_letter_left_says_the_same_again(ana, monkeypatch) -> None:
    tell(ana)
    with monkeypatch.context() as patch:
        patch.setattr(operations, "mark_sent", lambda _sent: (_ for _ in ()).throw(RuntimeError("killed")))
        assert send_mail() == 0
    assert at(NOON + timedelta(minutes=10)) == 1
    first, second = outbox.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    assert first.body == second.body


def test_send_mail__news_told_while_the_daily_letter_leaves_is_sent_and_nothing_twice(ana, monkeypatch) -> None:
    tell(ana, kind=DAILY.key)
    plain = operations.mark_sent

    def told_meanwhile(sent) -> None:
        with clock.playing(NOON):
            tell(ana, kind=DAILY.key, about=P42)
        plain(sent)

    with monkeypatch.context() as patch:
        patch.setattr(operations, "mark_sent", told_meanwhile)
        at(EIGHT)
    at(EIGHT + timedelta(minutes=1))
    assert [("P-41" in letter.body, "P-42" in letter.body) for letter in outbox.outbox] == [
        (True, False),
        (False, True),
    ]


def test_send_mail__without_a_mail_server_nothing_waits(ana, settings) -> None:
    tell(ana)
    settings.PLUMBLINE_MAIL = False
    assert send_mail() == 0
    assert Mail.objects.get().done_at == NOON
    settings.PLUMBLINE_MAIL = True
    assert send_mail() == 0
    assert outbox.outbox == []


def test_audit_head__goes_to_each_steward_once_a_day(organisation) -> None:
    RoleGrant.objects.create(user=organisation.people["bo"], role="steward", from_at=BEGAN_AT, until_at=NOON)
    audit.record("thing.done", subject="thing:1", by=SYSTEM)
    note_heads()
    head = str(heads.list_notes()[0])
    assert [send_mail(), send_mail()] == [1, 0]
    (letter,) = outbox.outbox
    assert letter.to == ["gus@example.org"]
    assert f"audit_verify --expect {head}" in letter.body
    with clock.playing(NOON + timedelta(days=1)):
        note_heads()
        assert send_mail() == 1


def test_audit_head__goes_to_the_operators_address_instead(organisation, settings) -> None:
    settings.AUDIT_HEAD_MAIL = "keeper@example.org"
    audit.record("thing.done", subject="thing:1", by=SYSTEM)
    note_heads()
    assert send_mail() == 1
    assert [letter.to for letter in outbox.outbox] == [["keeper@example.org"]]


def test_audit_head__nothing_is_asked_for_before_one_was_noted(organisation) -> None:
    assert send_mail() == 0
    assert Mail.objects.count() == 0


def test_reset__the_letter_holds_a_link_and_an_old_request_is_not_answered(ana) -> None:
    operations.ask_reset(mail="ana@example.org", address="192.0.2.1")
    assert send_mail() == 1
    (letter,) = outbox.outbox
    assert "https://plumbline.example.org/password-reset/" in letter.body
    operations.ask_reset(mail="ana@example.org", address="192.0.2.1")
    assert at(NOON + timedelta(hours=1)) == 1
    assert len(outbox.outbox) == 1

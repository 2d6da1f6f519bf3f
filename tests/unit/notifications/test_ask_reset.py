"""Asking for a new password: a letter for those who exist, the same answer and the same limits for all."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.problems import TooMany
from apps.notifications import operations
from apps.notifications.models import Mail, ResetTry

NOON = datetime(2026, 8, 24, 10, tzinfo=UTC)
pytestmark = [pytest.mark.sql, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _noon():
    with clock.playing(NOON):
        yield


def ask(mail: str, address: str = "192.0.2.1") -> None:
    operations.ask_reset(mail=mail, address=address)


def test_ask_reset__writes_a_letter_without_a_link_in_it(ana) -> None:
    ask(" Ana@Example.org ")
    letter = Mail.objects.get()
    assert (letter.recipient, letter.purpose, letter.subject, letter.body) == (ana, "reset", "", "")


def test_ask_reset__writes_nothing_for_whoever_cannot_sign_in_by_password(ana, bo) -> None:
    ana.is_active = False
    ana.save()
    bo.set_unusable_password()
    bo.save()
    for name in ("ana", "bo", "nobody"):
        ask(f"{name}@example.org")
    assert (Mail.objects.count(), ResetTry.objects.count()) == (0, 3)


@pytest.mark.parametrize("name", ["ana", "nobody"])
def test_ask_reset__five_letters_a_day_for_known_and_unknown_alike(organisation, name: str) -> None:
    for n in range(5):
        ask(f"{name}@example.org", f"192.0.2.{n}")
    with pytest.raises(TooMany) as refusal:
        ask(f"{name.upper()}@example.org")
    assert refusal.value.headers == {"Retry-After": "86400"}
    assert ResetTry.objects.count() == 5
    with clock.playing(NOON + timedelta(days=1)):
        ask(f"{name}@example.org")


def test_ask_reset__twenty_an_hour_from_one_address(organisation) -> None:
    for n in range(20):
        ask(f"{n}@example.org")
    with pytest.raises(TooMany):
        ask("21@example.org")
    ask("21@example.org", "192.0.2.9")
    with clock.playing(NOON + timedelta(hours=1)):
        ask("21@example.org")


def test_set_password__is_written_down_without_the_password(ana) -> None:
    operations.set_password(user=ana, password="three walks along the quay")
    ana.refresh_from_db()
    assert ana.check_password("three walks along the quay")
    event = AuditEvent.objects.latest("seq")
    assert (event.action, event.actor) == ("password.reset", f"user:{ana.pk}")
    assert "quay" not in event.payload_text

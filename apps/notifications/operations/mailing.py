"""Letters: writing those of the audit chain, composing each when its time has come, and handing it to the server."""

import hashlib
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from apps.core import clock
from apps.notifications import queries
from apps.notifications.domain.letters import (
    RESET_HOLDS,
    Letter,
    Purpose,
    Told,
    head_letter,
    letter_of,
    reset_letter,
)
from apps.notifications.models import Mail, Notification


@dataclass(frozen=True)
class Sent:
    """What became of a letter: the notices it carried, and whether it left at all."""

    mail: Mail
    notices: tuple[int, ...]
    has_left: bool


@transaction.atomic
def ask_head_mails() -> None:
    """Have the newest noted head of the audit chain mailed: to the operator's address, else to each steward."""
    note = queries.get_newest_note()
    if note is None or not settings.PLUMBLINE_MAIL:
        return
    address = settings.AUDIT_HEAD_MAIL
    people = [None] if address else [*queries.list_stewards(clock.now())]
    keys = {f"head|{note.day}|{person.pk if person else ''}": person for person in people}
    known = queries.mails_by_key(list(keys))
    letter, now = head_letter(day=note.day, head=str(note), fault=note.fault), clock.now()
    Mail.objects.bulk_create(
        (
            Mail(
                key=key, purpose=Purpose.AUDIT_HEAD.value, recipient=person, address="" if person else address,
                subject=letter.subject, body=letter.body, asked_at=now, due_at=now,
            )
            for key, person in keys.items() if key not in known
        ),
        ignore_conflicts=True,
    )  # fmt: skip


def send_mail(mail: Mail) -> Sent:
    """Compose a letter as things stand now and hand it to the mail server; outside a transaction, as it may take long.

    A letter that is tried again says the same under the same message id, so that a second copy can be told as one.
    """
    notices = queries.list_to_mail(mail) if mail.purpose == Purpose.NOTICES else []
    letter = _compose(mail, notices)
    if letter is None:
        return Sent(mail, (), has_left=False)
    keys = tuple(notice.pk for notice in notices)
    EmailMessage(
        letter.subject, letter.body, to=[mail.recipient.email if mail.recipient else mail.address],
        headers={"Message-ID": _message_id(mail, keys), "Auto-Submitted": "auto-generated"},
    ).send()  # fmt: skip
    return Sent(mail, keys, has_left=True)


def _compose(mail: Mail, notices: list[Notification]) -> Letter | None:
    """What the letter says; None where nothing is left to say, or its reader has left."""
    if mail.recipient is not None and not mail.recipient.is_active:
        return None
    if mail.purpose == Purpose.RESET:
        return _compose_reset(mail)
    if mail.purpose == Purpose.AUDIT_HEAD:
        return Letter(mail.subject, mail.body)
    told = [Told(one.title, one.text, one.reason, one.link, one.due_on) for one in notices]
    if not told:
        return None
    return letter_of(told, organisation=settings.ORGANISATION_NAME, portal=settings.PORTAL_URL)


def _compose_reset(mail: Mail) -> Letter | None:
    """The link is made when the letter leaves, so that no row holds it; an old request is not answered any more."""
    if mail.recipient is None or mail.asked_at + RESET_HOLDS <= clock.now():
        return None
    uid = urlsafe_base64_encode(force_bytes(mail.recipient.pk))
    token = default_token_generator.make_token(mail.recipient)
    path = reverse("notifications:reset-confirm", kwargs={"uidb64": uid, "token": token})
    return reset_letter(organisation=settings.ORGANISATION_NAME, address=f"{settings.PORTAL_URL}{path}")


def _message_id(mail: Mail, notices: tuple[int, ...]) -> str:
    said = f"{mail.key} {notices}".encode()
    host = urlsplit(settings.PORTAL_URL).hostname or "localhost"
    return f"<{hashlib.sha256(said).hexdigest()[:40]}@{host}>"


@transaction.atomic
def mark_sent(sent: Sent) -> None:
    """Note what left, so that nothing is mailed twice."""
    if not sent.has_left:
        return
    now = clock.now()
    Mail.objects.filter(pk=sent.mail.pk).update(sent_at=now)
    Notification.objects.filter(pk__in=sent.notices).update(mailed_at=now)


@transaction.atomic
def give_up_mails() -> None:
    """Without a mail server nothing waits: what was asked for while there was one stays in the inbox alone."""
    Mail.objects.filter(done_at=None).update(done_at=clock.now())

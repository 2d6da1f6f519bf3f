"""Telling people: one row for each notice and person, and the letter that will carry it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.bulk import batched
from apps.core.work import nudge
from apps.notifications import queries
from apps.notifications.domain.kinds import Wish, wish_for
from apps.notifications.domain.letters import Purpose, next_daily
from apps.notifications.domain.notices import (
    LONGEST_REASON,
    LONGEST_TEXT,
    LONGEST_TITLE,
    Notice,
    cut,
    to_tell,
    unheard,
)
from apps.notifications.models import Mail, Notification

SEND = "notifications.send_mail"


@transaction.atomic
def notify(*, notices: Iterable[Notice], by: Principal) -> int:
    """Tell people something in the caller's transaction, each thing once; answers how many notices were new.

    Nobody is told of an act of their own. Who is told what and why is the caller's to say.
    """
    # In one order whoever tells, so that two who tell the same people at once wait for each other and never deadlock.
    asked = sorted(to_tell(notices, actor=by.user_id), key=lambda notice: notice.recipient)
    told = sum(_tell(some) for some in batched(asked))
    if told and settings.PLUMBLINE_MAIL:
        nudge(SEND)
    return told


def _tell(asked: Sequence[Notice]) -> int:
    """A piece of the notices that one statement takes."""
    known = queries.list_told([notice.dedupe_key for notice in asked])
    new = unheard(asked, known, queries.list_readers({notice.recipient for notice in asked}))
    if not new:
        return 0
    people = {notice.recipient for notice in new}
    mutes = queries.list_mutes(people, {notice.about.key for notice in new})
    now = clock.now()
    loud = [notice for notice in new if _thread(notice) not in mutes]
    mails = _letters_for(loud, now) if settings.PLUMBLINE_MAIL else {}
    rows = [_row(notice, now, mails.get(notice.dedupe_key), is_muted=_thread(notice) in mutes) for notice in new]
    # Two duties that tell the same at once meet at the key; the second one's rows are left out.
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _thread(notice: Notice) -> tuple[int, str]:
    return notice.recipient, notice.about.key


def _row(notice: Notice, now: datetime, mail: int | None, *, is_muted: bool) -> Notification:
    return Notification(
        recipient_id=notice.recipient, kind=notice.kind, about=notice.about.key, link=notice.about.link,
        title=cut(notice.about.title, LONGEST_TITLE), text=cut(notice.text, LONGEST_TEXT),
        reason=cut(notice.reason, LONGEST_REASON), due_on=notice.due_on, dedupe_key=notice.dedupe_key, told_at=now,
        read_at=now if is_muted else None, mail_id=mail,
    )  # fmt: skip


def _letters_for(notices: Sequence[Notice], now: datetime) -> Mapping[str, int]:
    """The letter that carries each notice, by its key, as its reader wishes."""
    wishes = queries.list_wishes({notice.recipient for notice in notices})
    at = next_daily(now, clock.reporting_zone())
    letters: dict[str, Mail] = {}
    carried: dict[str, str] = {}
    for notice in notices:
        wish = wish_for(notice.kind, wishes.get(notice.recipient, {}))
        if wish is not Wish.OFF:
            letter = _letter(notice, now, at if wish is Wish.DAILY else now, is_daily=wish is Wish.DAILY)
            letters.setdefault(letter.key, letter)
            carried[notice.dedupe_key] = letter.key
    keys = queries.mails_by_key(_ask(list(letters.values())))
    return {notice: keys[key] for notice, key in carried.items()}


def _letter(notice: Notice, now: datetime, due_at: datetime, *, is_daily: bool) -> Mail:
    day = clock.local_day(due_at).isoformat()
    return Mail(
        key=f"daily|{day}|{notice.recipient}" if is_daily else f"notice|{notice.dedupe_key}",
        purpose=Purpose.NOTICES.value, recipient_id=notice.recipient, asked_at=now, due_at=due_at,
    )  # fmt: skip


def _ask(letters: Sequence[Mail]) -> list[str]:
    """Write the letters that are not there; a daily one that left, or is leaving right now, is asked for again."""
    Mail.objects.bulk_create(letters, ignore_conflicts=True)
    for letter in letters:
        if letter.key.startswith("daily|"):
            elsewhere = Mail.objects.filter(key=letter.key).exclude(due_at=letter.due_at, done_at=None)
            elsewhere.update(due_at=letter.due_at, done_at=None, attempts=0)
    return [letter.key for letter in letters]

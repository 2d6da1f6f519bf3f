"""What people do in their inbox, and what becomes of notices that need nobody any more."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import Q

from apps.accounts.domain import Principal
from apps.core import clock
from apps.notifications import queries
from apps.notifications.domain.notices import LONGEST_TITLE, cut, occasion_key
from apps.notifications.models import Mute, Notification


@transaction.atomic
def mark_thread_read(*, about: str, until: int, by: Principal) -> int:
    """Mark a thread as read up to the notice that was seen last; raises `Absent` for what was never told."""
    queries.require_thread(by, about)
    rows = queries.list_notifications(by).filter(read_at=None, about=about, pk__lte=until)
    return rows.update(read_at=clock.now())


@transaction.atomic
def mark_read(*, until: int, by: Principal) -> int:
    """Mark everything as read up to the notice that was seen last."""
    return queries.list_notifications(by).filter(read_at=None, pk__lte=until).update(read_at=clock.now())


@transaction.atomic
def set_muted(*, about: str, muted: bool, by: Principal) -> None:
    """Silence a thread, which also marks it as read, or hear of it again."""
    queries.require_thread(by, about)
    if not muted:
        Mute.objects.filter(recipient=by.user_id, about=about).delete()
        return
    Mute.objects.get_or_create(recipient_id=by.user_id, about=about, defaults={"muted_at": clock.now()})
    note_acted(about=about, by=by)


@transaction.atomic
def note_acted(*, about: str, by: Principal) -> None:
    """Whoever acted on an object has read what was told about it."""
    queries.list_notifications(by).filter(read_at=None, about=about).update(read_at=clock.now())


@transaction.atomic
def rename(*, about: str, title: str) -> None:
    """Call an object otherwise in what was told of it already; letters that went out stay as they are."""
    Notification.objects.filter(about=about).update(title=cut(title, LONGEST_TITLE))


@transaction.atomic
def settle(*, about: str, kind: str, still: Collection[int] = (), occasion: str = "") -> None:
    """Mark what asked for an act as read by all whose act is not needed any more.

    `occasion`: only what was told on it, or on a part of it, as `T-1 2` is one of `T-1`.
    """
    rows = Notification.objects.filter(about=about, kind=kind, read_at=None)
    if occasion:
        key = occasion_key(kind, about, occasion)
        rows = rows.filter(Q(dedupe_key__startswith=f"{key}|") | Q(dedupe_key__startswith=f"{key} "))
    rows.exclude(recipient__in=list(still)).update(read_at=clock.now())

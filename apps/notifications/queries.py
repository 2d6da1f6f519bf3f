"""Reads of inboxes, of the letters that wait, and of what people chose about them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, IntegerField, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from apps.accounts.domain import OrganisationRole, Principal
from apps.accounts.models import RoleGrant, User
from apps.audit import queries as audit
from apps.audit.models import HeadNote
from apps.core.problems import Absent
from apps.notifications.domain.kinds import Wish, kinds, wish_for
from apps.notifications.models import Mail, MailWish, Mute, Notification, ResetTry

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def find_reader(user_id: int) -> User | None:
    """A person together with `unread_count`, the number of threads that hold something unread; one query."""
    unread = Notification.objects.filter(recipient=OuterRef("pk"), read_at=None).order_by().values("recipient")
    counted = Subquery(unread.annotate(n=Count("about", distinct=True)).values("n"), output_field=IntegerField())
    return User.objects.annotate(unread_count=Coalesce(counted, 0)).filter(pk=user_id).first()


def list_notifications(principal: Principal) -> QuerySet[Notification]:
    """What a person was told, newest first; nobody reads another person's."""
    return Notification.objects.filter(recipient=principal.user_id or 0).order_by("-pk")


@dataclass(frozen=True)
class Thread:
    """Everything a person was told about one object, newest first."""

    about: str
    notices: list[Notification]
    is_muted: bool

    @property
    def newest(self) -> Notification:
        """What was told last."""
        return self.notices[0]

    @property
    def unread_count(self) -> int:
        """How many of them are unread."""
        return sum(notice.read_at is None for notice in self.notices)


def list_threads(principal: Principal, *, unread_only: bool) -> QuerySet[Notification, str]:
    """Keys of a person's threads, the one with the newest notice first."""
    rows = list_notifications(principal).order_by().values("about")
    rows = rows.annotate(newest=Max("pk"), unread=Count("pk", filter=Q(read_at=None)))
    wanted = rows.filter(unread__gt=0) if unread_only else rows
    return wanted.order_by("-newest").values_list("about", flat=True)


def read_threads(principal: Principal, keys: Iterable[str]) -> list[Thread]:
    """Some threads with all their notices, in the order of their keys; two queries."""
    wanted = list(keys)
    by_key: dict[str, list[Notification]] = {key: [] for key in wanted}
    for notice in list_notifications(principal).filter(about__in=wanted):
        by_key[notice.about].append(notice)
    muted = set(_mutes(principal.user_id or 0).filter(about__in=wanted).values_list("about", flat=True))
    return [Thread(key, by_key[key], key in muted) for key in wanted]


def _mutes(person: int) -> QuerySet[Mute]:
    return Mute.objects.filter(recipient=person)


def require_thread(principal: Principal, about: str) -> None:
    """Raise `Absent` unless the person was told something about this object."""
    if not list_notifications(principal).filter(about=about).exists():
        raise Absent("not_found", "Nothing is here for you.")


def list_told(keys: Collection[str]) -> set[str]:
    """Which of some notices were told already, by their dedupe keys."""
    rows = Notification.objects.filter(dedupe_key__in=list(keys))
    return set(rows.values_list("dedupe_key", flat=True))


def list_readers(people: Collection[int]) -> set[int]:
    """Those of some people who still sign in."""
    return set(User.objects.filter(pk__in=list(people), is_active=True).values_list("pk", flat=True))


def list_mutes(people: Collection[int], about: Collection[str]) -> set[tuple[int, str]]:
    """Threads of some objects that some people muted."""
    rows = Mute.objects.filter(recipient__in=list(people), about__in=list(about))
    return set(rows.values_list("recipient_id", "about"))


def list_wishes(people: Collection[int]) -> dict[int, dict[str, str]]:
    """What some people chose about mail: by person, by kind."""
    found: dict[int, dict[str, str]] = {}
    rows = MailWish.objects.filter(person__in=list(people)).values_list("person_id", "kind", "wish")
    for person, kind, wish in rows:
        found.setdefault(person, {})[kind] = wish
    return found


def get_wishes(principal: Principal) -> dict[str, Wish]:
    """How each kind of notice is mailed to a person."""
    chosen = list_wishes([principal.user_id or 0]).get(principal.user_id or 0, {})
    return {kind.key: wish_for(kind.key, chosen) for kind in kinds}


def mails_by_key(keys: Collection[str]) -> dict[str, int]:
    """Letters by their keys."""
    return dict(Mail.objects.filter(key__in=list(keys)).values_list("key", "pk"))


def list_to_mail(mail: Mail) -> list[Notification]:
    """What a letter still has to say, oldest first: neither mailed nor read meanwhile."""
    return list(Notification.objects.filter(mail=mail, mailed_at=None, read_at=None).order_by("pk"))


def get_newest_note() -> HeadNote | None:
    """The head of the audit chain that was noted last."""
    return audit.list_notes().first()


def list_stewards(at: datetime) -> list[User]:
    """Metrics stewards at an instant, by name."""
    in_force = Q(until_at=None) | Q(until_at__gt=at)
    grants = RoleGrant.objects.filter(in_force, from_at__lte=at, role=OrganisationRole.STEWARD)
    return list(User.objects.filter(is_active=True, pk__in=grants.values("user")).order_by("full_name", "pk"))


def find_resettable(mail: str) -> User | None:
    """The person of a mail address who signs in with a password."""
    user = User.objects.filter(email__iexact=mail.strip(), is_active=True).first()
    return user if user is not None and user.has_usable_password() else None


def list_reset_tries(since: datetime, **of: str) -> QuerySet[ResetTry]:
    """Askings for a new password since an instant, for one `mail_sha256=` or from one `address=`, oldest first."""
    return ResetTry.objects.filter(tried_at__gt=since, **of).order_by("tried_at", "pk")

"""Signing in under its limits, and writes of a person's own settings."""

import hashlib
import math
from datetime import datetime

from django.db import transaction

from apps.accounts.domain import ANONYMOUS, Principal, PrincipalKind
from apps.accounts.models import SignInTry, User
from apps.accounts.queries import HOUR, list_tries
from apps.audit import operations as audit
from apps.core import clock
from apps.core.problems import TooMany

TRIES_PER_MAIL = 10
TRIES_PER_ADDRESS = 20


def begin_sign_in(*, mail: str, address: str) -> SignInTry:
    """Count a try before any password is looked at; raises `TooMany` above a limit, for known and unknown mail alike.

    Each statement commits by itself: tries at the same moment must see each other. What cannot be counted fails.
    """
    now = clock.now()
    SignInTry.objects.filter(tried_at__lte=now - HOUR).delete()
    digest = hashlib.sha256(mail.strip().lower().encode()).hexdigest()
    attempt = SignInTry.objects.create(mail_sha256=digest, address=address, tried_at=now)
    if wait := max(_wait(now, TRIES_PER_MAIL, mail_sha256=digest), _wait(now, TRIES_PER_ADDRESS, address=address)):
        attempt.delete()  # a refused try does not make the wait longer
        sentence = f"Too many tries in the last hour. Try again in {math.ceil(wait / 60)} minutes."
        raise TooMany("slow_down", sentence, headers={"Retry-After": str(wait)})
    return attempt


def _wait(now: datetime, limit: int, **of: str) -> int:
    """Seconds until another try counts within the limit; 0 when this one does."""
    times = list(list_tries(now, **of).values_list("tried_at", flat=True))
    if len(times) <= limit:
        return 0
    return max(1, math.ceil((times[0] + HOUR - now).total_seconds()))


@transaction.atomic
def finish_sign_in(*, attempt: SignInTry, user: User) -> None:
    """The password was right: the try no longer counts, and the audit chain says who came in."""
    attempt.delete()
    by = Principal(kind=PrincipalKind.PERSON, key=f"user:{user.pk}", user_id=user.pk)
    audit.record("sign_in.succeeded", subject=user, by=by)


def refuse_sign_in(*, attempt: SignInTry) -> None:
    """The password was wrong: a try that uses up a limit is written down once, without saying whose it was."""
    now = clock.now()
    tallies = {
        "mail": (list_tries(now, mail_sha256=attempt.mail_sha256).count(), TRIES_PER_MAIL),
        "address": (list_tries(now, address=attempt.address).count(), TRIES_PER_ADDRESS),
    }
    for per, (count, limit) in tallies.items():
        if count == limit:
            audit.record("sign_in.limit_reached", subject="sign-in", by=ANONYMOUS, data={"per": per, "tries": count})


def set_theme(*, theme: str, user: User) -> None:
    """Keep how pages look for this person: auto, light or dark."""
    user.theme = theme
    user.save(update_fields=["theme"])

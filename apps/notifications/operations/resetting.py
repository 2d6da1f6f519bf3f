"""New passwords: asking for the letter under its limits, and setting one."""

import hashlib
import math
import uuid
from datetime import datetime, timedelta

from django.db import transaction

from apps.accounts.domain import Principal, PrincipalKind
from apps.accounts.models import User
from apps.audit import operations as audit
from apps.core import clock
from apps.core.problems import TooMany
from apps.core.work import nudge
from apps.notifications import queries
from apps.notifications.domain.letters import Purpose
from apps.notifications.models import Mail, ResetTry
from apps.notifications.operations.telling import SEND

PER_MAIL_A_DAY = 5
PER_ADDRESS_AN_HOUR = 20


def ask_reset(*, mail: str, address: str) -> None:
    """Have a letter sent to whoever signs in with a mail address; nobody learns whether there is such a person.

    Raises `TooMany` above a limit, for known and unknown mail alike. Each statement commits by itself: tries at the
    same moment must see each other.
    """
    now = clock.now()
    ResetTry.objects.filter(tried_at__lte=now - queries.DAY).delete()
    digest = hashlib.sha256(mail.strip().lower().encode()).hexdigest()
    attempt = ResetTry.objects.create(mail_sha256=digest, address=address, tried_at=now)
    by_mail = _wait(now, queries.DAY, PER_MAIL_A_DAY, mail_sha256=digest)
    if wait := max(by_mail, _wait(now, queries.HOUR, PER_ADDRESS_AN_HOUR, address=address)):
        attempt.delete()  # a refused try does not make the wait longer
        sentence = f"Too many letters were asked for. Try again in {math.ceil(wait / 60)} minutes."
        raise TooMany("slow_down", sentence, headers={"Retry-After": str(wait)})
    user = queries.find_resettable(mail)
    if user is not None:
        key = f"reset|{uuid.uuid4()}"
        Mail.objects.create(key=key, purpose=Purpose.RESET.value, recipient=user, asked_at=now, due_at=now)
        nudge(SEND)


def _wait(now: datetime, stretch: timedelta, limit: int, **of: str) -> int:
    """Seconds until another letter may be asked for; 0 when this one may."""
    times = list(queries.list_reset_tries(now - stretch, **of).values_list("tried_at", flat=True))
    if len(times) <= limit:
        return 0
    return max(1, math.ceil((times[0] + stretch - now).total_seconds()))


@transaction.atomic
def set_password(*, user: User, password: str) -> None:
    """Set the password that was chosen by way of the letter; every session of the person ends with the old one."""
    user.set_password(password)
    user.save(update_fields=["password"])
    by = Principal(kind=PrincipalKind.PERSON, key=f"user:{user.pk}", user_id=user.pk)
    audit.record("password.reset", subject=user, by=by)

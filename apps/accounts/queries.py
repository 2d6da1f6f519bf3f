"""Reads of what people do to sign in."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from apps.accounts.models import SignInTry, User

HOUR = timedelta(hours=1)


def find_person(mail: str) -> User | None:
    """Somebody who can sign in, by mail address."""
    return User.objects.filter(email__iexact=mail.strip(), is_active=True).first()


def list_tries(now: datetime, **of: str) -> QuerySet[SignInTry]:
    """Tries of the last hour without success, for one `mail_sha256=` or from one `address=`, oldest first."""
    return SignInTry.objects.filter(tried_at__gt=now - HOUR, **of).order_by("tried_at", "pk")

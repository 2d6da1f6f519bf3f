"""Reads of what people do to sign in."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from apps.accounts.models import SignInTry

HOUR = timedelta(hours=1)


def list_tries(now: datetime, **of: str) -> QuerySet[SignInTry]:
    """Tries of the last hour without success, for one `mail_sha256=` or from one `address=`, oldest first."""
    return SignInTry.objects.filter(tried_at__gt=now - HOUR, **of).order_by("tried_at", "pk")

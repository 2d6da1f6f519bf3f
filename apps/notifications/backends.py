"""Who a session belongs to: the person, read together with what every page's frame says of the inbox."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from apps.accounts.models import User
from apps.notifications import queries


class ReaderBackend(ModelBackend):
    """Django's own, but for one thing: the count of unread threads comes with the person, in the same query."""

    def get_user(self, user_id: Any) -> User | None:
        """The person of a session, unless they left."""
        user = queries.find_reader(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None

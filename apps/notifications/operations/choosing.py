"""What people choose about mail."""

from collections.abc import Mapping

from django.db import transaction

from apps.accounts.domain import Principal
from apps.notifications.domain.kinds import Wish, kinds
from apps.notifications.models import MailWish


@transaction.atomic
def choose_mail(*, wishes: Mapping[str, Wish], by: Principal) -> None:
    """Keep how a person wants each kind of notice mailed; it holds for what is told from now on."""
    for kind, wish in sorted(wishes.items()):
        if kinds.get(kind) is not None:
            MailWish.objects.update_or_create(person_id=by.user_id, kind=kind, defaults={"wish": wish.value})

"""Many who tell the same people the same at once, on PostgreSQL: each thing once, and nobody waits for ever."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.db.models import Q

from apps.accounts.domain import SYSTEM
from apps.notifications import operations
from apps.notifications.models import Mail, Notification
from tests.personas import Organisation
from tests.unit.notifications.telling import DAILY, KIND, notice

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
TELLERS = 12
OWN = Q(dedupe_key__contains="|own ")


def test_notify__twelve_at_once(organisation: Organisation, settings) -> None:
    settings.PLUMBLINE_MAIL, settings.PLUMBLINE_WORK_AT_COMMIT = True, False
    people = [user.pk for user in organisation.people.values()]

    def tell(teller: int) -> None:
        try:
            turned = people[teller % 8 :] + people[: teller % 8]
            told = [notice(person, kind=kind) for person in turned for kind in (KIND.key, DAILY.key)]
            own = [notice(person, kind=DAILY.key, occasion=f"own {teller}") for person in reversed(turned)]
            operations.notify(notices=[*told, *own], by=SYSTEM)
        finally:
            connection.close()

    with ThreadPoolExecutor(TELLERS) as pool:
        list(pool.map(tell, range(TELLERS)))
    assert Notification.objects.exclude(OWN).count() == 2 * len(people)
    assert Notification.objects.filter(OWN).count() == TELLERS * len(people)
    assert Mail.objects.filter(key__startswith="daily|").count() == len(people)
    assert Mail.objects.filter(key__startswith="notice|").count() == len(people)
    assert Notification.objects.filter(mail=None).count() == 0

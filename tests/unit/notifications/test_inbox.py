"""What people do in their inbox: reading, muting, and what others settle for them."""

from datetime import UTC, datetime

import pytest

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.core.problems import Absent
from apps.notifications import operations, queries
from apps.notifications.models import Mute, Notification
from tests.personas import principal_of
from tests.unit.notifications.telling import DAILY, KIND, P41, P42, notice

NOON = datetime(2026, 8, 24, 10, tzinfo=UTC)
pytestmark = [pytest.mark.sql, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _told(ana, bo):
    with clock.playing(NOON):
        found = [notice(who.pk, about=about, kind=kind) for who in (ana, bo) for about in (P41, P42)
                 for kind in (KIND.key, DAILY.key)]  # fmt: skip
        operations.notify(notices=found, by=SYSTEM)
        yield


def unread(who) -> list[tuple[str, str]]:
    rows = Notification.objects.filter(recipient=who, read_at=None).order_by("about", "kind")
    return list(rows.values_list("about", "kind"))


def newest() -> int:
    return Notification.objects.latest("pk").pk


def test_unread_count__is_of_threads_and_comes_with_the_person(ana, cy, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        assert queries.find_reader(ana.pk).unread_count == 2
    assert queries.find_reader(cy.pk).unread_count == 0
    assert queries.find_reader(0) is None


def test_mark_thread_read__up_to_what_was_seen_and_ones_own_only(ana, bo) -> None:
    first = Notification.objects.filter(recipient=ana, about=P41.key).earliest("pk")
    operations.mark_thread_read(about=P41.key, until=first.pk, by=principal_of(ana))
    assert unread(ana) == [(P41.key, DAILY.key), (P42.key, DAILY.key), (P42.key, KIND.key)]
    operations.mark_thread_read(about=P41.key, until=newest(), by=principal_of(ana))
    assert unread(ana) == [(P42.key, DAILY.key), (P42.key, KIND.key)]
    assert len(unread(bo)) == 4


def test_mark_read__everything_that_was_shown(ana, bo) -> None:
    operations.mark_read(until=newest(), by=principal_of(ana))
    assert (unread(ana), len(unread(bo))) == ([], 4)


def test_mark_thread_read__of_what_was_never_told_is_absent(cy) -> None:
    with pytest.raises(Absent):
        operations.mark_thread_read(about=P41.key, until=newest(), by=principal_of(cy))
    with pytest.raises(Absent):
        operations.set_muted(about=P41.key, muted=True, by=principal_of(cy))


def test_set_muted__reads_the_thread_once_and_is_taken_back(ana) -> None:
    for _ in range(2):
        operations.set_muted(about=P41.key, muted=True, by=principal_of(ana))
    assert [about for about, _ in unread(ana)] == [P42.key, P42.key]
    assert Mute.objects.count() == 1
    operations.set_muted(about=P41.key, muted=False, by=principal_of(ana))
    assert Mute.objects.count() == 0


def test_note_acted__whoever_acted_has_read_it(ana, bo) -> None:
    operations.note_acted(about=P41.key, by=principal_of(ana))
    assert ([about for about, _ in unread(ana)], len(unread(bo))) == ([P42.key, P42.key], 4)


def test_settle__what_asked_for_an_act_is_read_by_all_but_those_still_asked(ana, bo) -> None:
    operations.settle(about=P41.key, kind=KIND.key, still=[bo.pk])
    assert (P41.key, KIND.key) not in unread(ana)
    assert (P41.key, DAILY.key) in unread(ana)
    assert len(unread(bo)) == 4
    operations.settle(about=P41.key, kind=KIND.key)
    assert (P41.key, KIND.key) not in unread(bo)


def test_settle__of_one_occasion_leaves_what_was_told_on_another(ana) -> None:
    """`T-1 2` is a part of `T-1`; `T-12` is another one."""
    told = ("T-1", "T-1 2", "T-12", "T-2")
    operations.notify(notices=[notice(ana.pk, occasion=one) for one in told], by=SYSTEM)
    operations.settle(about=P41.key, kind=KIND.key, occasion="T-1")
    rows = Notification.objects.filter(recipient=ana, about=P41.key, kind=KIND.key, read_at=None)
    assert {one.dedupe_key.split("|")[2] for one in rows} == {"T-12", "T-2", "r1"}

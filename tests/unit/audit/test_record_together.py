"""Eight writers at once append one chain: no gap, no fork, nothing lost; what is rolled back leaves nothing."""

import threading

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.accounts.domain import SYSTEM
from apps.audit import queries
from apps.audit.models import AuditEvent
from apps.audit.operations import record

WRITERS, EACH = 8, 25


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_record__by_eight_writers_at_once() -> None:
    started = threading.Barrier(WRITERS)
    faults: list[BaseException] = []

    def write(writer: int) -> None:
        try:
            started.wait()
            for number in range(EACH):
                with transaction.atomic():
                    record("thing.done", subject=f"thing:{writer}", by=SYSTEM, data={"number": number})
                    if number % 5 == 4:
                        transaction.set_rollback(True)
        except BaseException as fault:  # noqa: BLE001 - it is raised again below, in the thread of the test
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert queries.find_fault() is None
    assert AuditEvent.objects.count() == queries.get_head().seq == WRITERS * EACH * 4 // 5
    for writer in range(WRITERS):
        assert queries.list_events(f"thing:{writer}").count() == EACH * 4 // 5


@pytest.mark.sql
@pytest.mark.django_db
def test_record__what_is_rolled_back_leaves_no_place_empty() -> None:
    record("thing.done", subject="thing:1", by=SYSTEM)
    with transaction.atomic():
        record("thing.done", subject="thing:2", by=SYSTEM)
        transaction.set_rollback(True)
    assert record("thing.done", subject="thing:3", by=SYSTEM).seq == 2
    assert queries.find_fault() is None


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_record__alone_is_one_statement_that_commits_itself() -> None:
    record("thing.done", subject="thing:1", by=SYSTEM)
    with CaptureQueriesContext(connection) as seen:
        record("thing.done", subject="thing:2", by=SYSTEM)
    assert len(seen) == 1
    assert connection.get_autocommit()
    assert queries.find_fault() is None

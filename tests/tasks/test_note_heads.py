"""The duty of noting the head: once a day, into the log, again after a failure."""

import logging
from datetime import UTC, datetime, timedelta

import pytest

from apps.accounts.domain import SYSTEM
from apps.audit import operations, queries
from apps.audit.models import AuditHead, HeadNote
from apps.audit.tasks import note_heads
from apps.core import clock
from apps.core.immutable import SideDoor

NOON = datetime(2026, 8, 24, 12, tzinfo=UTC)
pytestmark = [pytest.mark.sql, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _listening(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="plumbline.audit_head")


def test_note_heads__nothing_is_noted_before_the_first_event(caplog) -> None:
    with clock.playing(NOON):
        assert note_heads() == 0
    assert (HeadNote.objects.count(), caplog.messages) == (0, [])


def test_note_heads__once_a_day(caplog) -> None:
    with clock.playing(NOON):
        operations.record("thing.done", subject="thing:1", by=SYSTEM)
        head = str(queries.get_head())
        assert [note_heads(), note_heads()] == [1, 0]
        operations.record("thing.done", subject="thing:2", by=SYSTEM)
        assert note_heads() == 0
    assert caplog.messages == [f"head of the audit chain on 2026-08-24: {head}"]
    with clock.playing(NOON + timedelta(days=1)):
        assert note_heads() == 1
    assert [str(note) for note in queries.list_notes()] == [str(queries.get_head()), head]


def test_note_heads__a_failure_is_tried_again(caplog, monkeypatch) -> None:
    def fail(**_: object) -> None:
        raise SideDoor("no log")

    with clock.playing(NOON):
        operations.record("thing.done", subject="thing:1", by=SYSTEM)
        with monkeypatch.context() as patch:
            patch.setattr(operations, "note_head", fail)
            assert note_heads() == 0
        assert list(queries.list_notes()) == []
    with clock.playing(NOON + timedelta(minutes=5)):
        assert note_heads() == 1
    assert queries.list_notes()[0].attempts == 2


def test_note_heads__a_broken_chain_is_said_in_the_log_and_kept(caplog) -> None:
    with clock.playing(NOON):
        operations.record("thing.done", subject="thing:1", by=SYSTEM)
        AuditHead.objects.update(seq=7)
        assert note_heads() == 1
    (note,) = queries.list_notes()
    assert note.fault == "Event 2: The chain does not end where its head says."
    assert [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR] == [
        f"the audit chain does not hold: {note.fault}"
    ]


def test_note_heads__the_log_of_the_portal_lets_the_line_through() -> None:
    assert logging.getLogger("plumbline.audit_head").isEnabledFor(logging.INFO)
    assert logging.getLogger().handlers

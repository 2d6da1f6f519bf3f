"""The audit chain: what was altered, cut or lost is found and named, whichever row and column it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.domain import SYSTEM
from apps.audit import domain, queries
from apps.audit.domain import Row
from apps.audit.models import AuditEvent, AuditHead, HeadNote
from apps.audit.operations import note_head, record
from apps.core import clock
from tests.lifting import without_triggers

pytestmark = [pytest.mark.sql, pytest.mark.django_db]
TABLE = AuditEvent._meta.db_table
LENGTH = 6


@pytest.fixture
def chain() -> None:
    """Six events."""
    for number in range(1, LENGTH + 1):
        record("thing.done", subject=f"thing:{number}", by=SYSTEM, data={"number": number, "word": "Größe"})


@contextmanager
def altered(seq: int, /, **columns: object) -> Iterator[None]:
    """An event changed behind the back of model and trigger; taken back at the end."""
    with transaction.atomic():
        with without_triggers(TABLE), connection.cursor() as cursor:
            for name, value in columns.items():
                stored = AuditEvent._meta.get_field(name).get_db_prep_save(value, connection)
                cursor.execute(f"UPDATE {TABLE} SET {name} = %s WHERE seq = %s", [stored, seq])  # noqa: S608
        yield
        transaction.set_rollback(True)


def verify(*arguments: str) -> tuple[int, str]:
    """Exit code of `manage.py audit_verify` and what it said."""
    said = StringIO()
    try:
        call_command("audit_verify", *arguments, stdout=said, stderr=said)
    except SystemExit as stop:
        return int(stop.code), said.getvalue()
    return 0, said.getvalue()


def changed_byte(text: str, place: int) -> str:
    """The text with one character replaced by another."""
    at = place % len(text)
    return f"{text[:at]}{'0' if text[at] != '0' else '1'}{text[at + 1 :]}"


def test_verify__an_untouched_chain_exits_with_0(chain: None) -> None:
    assert verify() == (0, f"The chain holds: {queries.get_head()}.\n")
    assert verify("--expect", str(queries.get_head()))[0] == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(seq=st.integers(1, LENGTH), column=st.sampled_from(Row._fields), place=st.integers(0, 500))
def test_verify__a_changed_byte_in_any_row_and_column_exits_with_1_there(
    chain: None, seq: int, column: str, place: int
) -> None:
    event = AuditEvent.objects.get(seq=seq)
    if column == "at":
        value: Any = event.at + timedelta(microseconds=1 + place)
    elif column == "seq":
        value = LENGTH + 1 + place
    else:
        value = changed_byte(getattr(event, column), place)
    with altered(seq, **{column: value}):
        code, said = verify()
    assert (code, said.split(":")[0]) == (1, f"Event {seq}")
    assert verify()[0] == 0


def test_verify__a_row_before_the_first_place_is_named(chain: None) -> None:
    with altered(1, seq=-4):
        assert verify()[1].startswith("Event -4:")


def test_verify__a_forger_who_computes_the_hash_anew_is_met_at_the_next_event(chain: None) -> None:
    event = AuditEvent.objects.get(seq=3)
    text = event.payload_text.replace("thing.done", "thing.gone")
    forged = {"action": "thing.gone", "payload_text": text, "hash": domain.chain_hash(event.prev_hash, text)}
    with altered(3, **forged):
        assert verify()[1].startswith("Event 4: The event does not follow")
    with altered(LENGTH, payload_text="{", hash=domain.chain_hash(queries.get_head().hash, "{")):
        assert verify()[0] == 1


def test_verify__a_text_that_is_no_json_is_a_fault_and_no_crash(chain: None) -> None:
    event = AuditEvent.objects.get(seq=LENGTH)
    with altered(LENGTH, payload_text="[", hash=domain.chain_hash(event.prev_hash, "[")):
        assert verify()[1].startswith(f"Event {LENGTH}: The columns")


def cut(last: int) -> None:
    """Remove the events behind `last`, and set the head back as a careful forger would."""
    with without_triggers(TABLE), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE} WHERE seq > %s", [last])  # noqa: S608
    AuditHead.objects.update(seq=last, hash=AuditEvent.objects.get(seq=last).hash)


def test_verify__a_cut_tail_shows_by_a_head_that_was_noted_outside(chain: None) -> None:
    noted = str(queries.get_head())
    cut(4)
    assert verify()[0] == 0
    code, said = verify("--expect", noted)
    assert (code, said) == (1, "Event 5: The chain ends at 4, before event 6, which was noted earlier.\n")


def test_verify__a_cut_tail_that_was_written_anew_shows_too(chain: None) -> None:
    noted = str(queries.get_head())
    cut(4)
    for _ in range(3):
        record("thing.done", subject="thing:other", by=SYSTEM)
    assert verify()[0] == 0
    assert verify("--expect", noted)[1].startswith("Event 6: The hash differs")


def test_verify__a_head_that_was_noted_here_counts_as_well(chain: None) -> None:
    note = HeadNote.objects.create(day=clock.now().date(), due_at=clock.now())
    note_head(note=note, fault=None)
    cut(4)
    assert verify()[0] == 1


def test_verify__a_tail_cut_without_its_head_shows_at_once(chain: None) -> None:
    with transaction.atomic(), without_triggers(TABLE), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE} WHERE seq > 4")  # noqa: S608
    assert verify()[1].startswith("Event 5:")


def test_verify__a_lost_head_is_no_proof_of_the_end(chain: None) -> None:
    AuditHead.objects.all().delete()
    assert "head of the chain is missing" in verify()[1]


def test_verify__an_empty_chain_holds_and_expects_only_zeros() -> None:
    assert verify() == (0, "The chain is empty.\n")
    assert verify("--expect", f"0:{'0' * 64}")[0] == 0
    assert verify("--expect", f"0:{'1' * 64}")[0] == 1
    assert verify("--expect", f"1:{'1' * 64}")[0] == 1


@pytest.mark.parametrize("text", ["12", "12:abc", ":" + "0" * 64, "x:" + "0" * 64, "1:" + "g" * 64, "²:" + "0" * 64])
def test_verify__an_expectation_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match="SEQ:HASH"):
        call_command("audit_verify", "--expect", text)


def test_verify__erasing_a_persons_name_breaks_nothing(organisation) -> None:
    person = organisation.people["ana"]
    record("thing.done", subject=person, by=SYSTEM)
    person.full_name, person.email = "Former member", f"former-{person.pk}@invalid.example"
    person.save()
    assert verify()[0] == 0

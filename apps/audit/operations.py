"""Appending to the audit chain, and noting where it ends."""

import logging
from typing import Any

from django.db import connection, models, transaction

from apps.audit import domain, queries
from apps.audit.domain import Fault
from apps.audit.models import AuditEvent, HeadNote
from apps.core import clock
from apps.core.immutable import writing

# Written at level INFO; the settings let this one logger through.
log = logging.getLogger("plumbline.audit_head")


# The lock, the number, the hash and the row in one statement: others wait for one round trip and the commit, not for
# four; where the event is all that is written, for the commit alone. The update takes the head's row lock and reads it
# as the writer before left it. Joined as `chain_hash` joins.
_APPEND = """
WITH head AS (
  UPDATE audit_audithead SET seq = seq + 1, prev_hash = hash,
    hash = encode(sha256(convert_to(hash || E'\\n' || %(before)s || (seq + 1) || %(after)s, 'UTF8')), 'hex')
  WHERE name = 'head' RETURNING seq, prev_hash, hash
)
INSERT INTO audit_auditevent (seq, at, actor, action, subject, payload_text, prev_hash, hash)
SELECT seq, %(at)s, %(actor)s, %(action)s, %(subject)s, %(before)s || seq || %(after)s, prev_hash, hash FROM head
RETURNING seq, payload_text, prev_hash, hash
"""


def record(action: str, *, subject: models.Model | str, by: Any, data: dict[str, Any] | None = None) -> AuditEvent:
    """Append one event in the caller's transaction; `data` holds ids, keys and hashes, never names of people.

    Outside of one, PostgreSQL commits the one statement by itself: nobody waits for this process meanwhile.
    """
    name = subject if isinstance(subject, str) else f"{subject._meta.label_lower}:{subject.pk}"
    said = {"at": clock.now(), "actor": by.key, "action": action, "subject": name}
    before, after = domain.payload_around(**said, data=data or {})
    append = _append_in_one if connection.vendor == "postgresql" else _append_in_three
    return append(said, before, after)


def _append_in_one(said: dict[str, Any], before: str, after: str) -> AuditEvent:
    with connection.cursor() as cursor:
        row = cursor.execute(_APPEND, {**said, "before": before, "after": after}).fetchone()
    if row is None:
        queries.make_head()
        return _append_in_one(said, before, after)
    return AuditEvent(**said, **dict(zip(("seq", "payload_text", "prev_hash", "hash"), row, strict=True)))


@transaction.atomic(savepoint=False)
def _append_in_three(said: dict[str, Any], before: str, after: str) -> AuditEvent:
    """The same where the database computes no hash: SQLite has one writer at a time anyway."""
    head = queries.lock_head()
    head.seq, head.prev_hash, text = head.seq + 1, head.hash, f"{before}{head.seq + 1}{after}"
    head.hash = domain.chain_hash(head.prev_hash, text)
    event = AuditEvent(**said, seq=head.seq, payload_text=text, prev_hash=head.prev_hash, hash=head.hash)
    with writing(AuditEvent):
        event.save()
    head.save(update_fields=["seq", "prev_hash", "hash"])
    return event


def ask_note() -> None:
    """Make the duty of noting today's head, once a day in UTC and not before the first event."""
    today = clock.now().date()
    if not queries.has_note_of(today) and queries.get_head():
        HeadNote.objects.get_or_create(day=today, defaults={"due_at": clock.now()})


def note_head(*, note: HeadNote, fault: Fault | None) -> None:
    """Write the head and what the check found into the log, from where the operator keeps it elsewhere.

    Whoever cuts the tail later would have to reach that log, too.
    """
    head = queries.get_head()
    if head is None:
        return
    note.seq, note.hash = head.seq, head.hash
    note.fault = f"Event {fault.seq}: {fault.sentence}" if fault else ""
    note.save(update_fields=["seq", "hash", "fault"])
    log.info("head of the audit chain on %s: %s", note.day.isoformat(), head)
    if fault:
        log.error("the audit chain does not hold: %s", note.fault)

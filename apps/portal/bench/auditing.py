"""The audit chain: appending by eight writers beside plain commits of one, verifying beside reading and hashing."""

import hashlib
from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from apps.accounts.domain import SYSTEM
from apps.audit import domain, operations, queries
from apps.audit.models import AuditEvent, AuditHead
from apps.core.immutable import writing
from apps.portal.bench.scratch import Figures, Tell, run_step, scratch_database
from apps.portal.bench.sizes import AS_OF
from apps.portal.bench.timing import taken
from apps.portal.bench.together import seconds_together

WRITERS, APPENDS, GOAL = 8, 4_000, 500
EVENTS, GOAL_SECONDS = 100_000, 5.0
DATA = {"version": 3, "sha256": "0" * 64}


def measure_audit(server: str, tell: Tell) -> Figures:
    """Both measurements on a database of their own."""
    with scratch_database(server, "audit") as url:
        tell(f"audit chain: {APPENDS:,} appends by {WRITERS} writers")
        appending = run_step(url, "append")
        tell(f"audit chain: verifying {EVENTS:,} events")
        return {"append": appending, "verify": run_step(url, "verify")}


def append() -> Figures:
    """Events a second by eight processes, and plain rows a second by one: a chain is one commit after another."""
    _make_plain_table()
    one = APPENDS // WRITERS / seconds_together([_write_plain])
    eight = APPENDS / seconds_together([_append] * WRITERS)
    within = APPENDS / seconds_together([_append_within] * WRITERS)
    if queries.find_fault() is not None or AuditEvent.objects.count() != 2 * APPENDS:
        raise RuntimeError("The chain does not hold what was appended.")
    return {
        "per_second": eight, "within_per_second": within, "plain_per_second": one, "ratio": one / eight, "goal": GOAL,
    }  # fmt: skip


def _make_plain_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE plain_rows (id bigserial PRIMARY KEY, words text)")


def _append() -> None:
    for number in range(APPENDS // WRITERS):
        operations.record("thing.done", subject=f"thing:{number}", by=SYSTEM, data=DATA)


def _append_within() -> None:
    """As operations do: after another write, in its transaction."""
    for number in range(APPENDS // WRITERS):
        with transaction.atomic():
            _insert_plain()
            operations.record("thing.done", subject=f"thing:{number}", by=SYSTEM, data=DATA)


def _write_plain() -> None:
    for _ in range(APPENDS // WRITERS):
        with transaction.atomic():
            _insert_plain()


def _insert_plain() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO plain_rows (words) VALUES (%s)", ["x" * 500])


def verify() -> Figures:
    """Seconds to verify a hundred thousand events, and to only read and hash the same texts."""
    _fill()
    with taken() as verifying:
        fault = queries.find_fault()
    if fault is not None:
        raise RuntimeError(f"The generated chain does not hold: {fault}")
    with taken() as hashing:
        for text in AuditEvent.objects.values_list("payload_text", flat=True).iterator(chunk_size=5000):
            hashlib.sha256(text.encode()).digest()
    return {
        "events": EVENTS, "seconds": verifying.seconds, "cpu_seconds": verifying.cpu_seconds,
        "hash_seconds": hashing.seconds, "ratio": verifying.seconds / hashing.seconds, "goal_seconds": GOAL_SECONDS,
    }  # fmt: skip


def _fill() -> None:
    """Go on from the head in this scratch database until there are enough events; their texts and hashes are real."""
    head = queries.get_head() or AuditHead()
    rows = []
    for seq in range(head.seq + 1, EVENTS + 1):
        said: dict[str, Any] = {
            "at": AS_OF + timedelta(seconds=seq),
            "actor": "user:7",
            "action": "thing.done",
            "subject": "thing:1",
        }
        before, after = domain.payload_around(**said, data=DATA)
        text = f"{before}{seq}{after}"
        head.seq, head.prev_hash, head.hash = seq, head.hash, domain.chain_hash(head.hash, text)
        rows.append(AuditEvent(**said, seq=seq, payload_text=text, prev_hash=head.prev_hash, hash=head.hash))
    with transaction.atomic(), writing(AuditEvent):
        AuditEvent.objects.bulk_create(rows, batch_size=1000)
        head.save()

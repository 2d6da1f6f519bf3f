"""Reads of the audit chain."""

import json
from collections.abc import Iterator
from datetime import date
from itertools import starmap
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from apps.audit import domain
from apps.audit.domain import Fault, Proof, Row
from apps.audit.models import AuditEvent, AuditHead, HeadNote
from apps.core.problems import Unreadable

CHUNK = 5000


def lock_head() -> AuditHead:
    """The head row, locked until the transaction ends; made when it is the first event."""
    make_head()
    return AuditHead.objects.select_for_update().get(name="head")


def make_head() -> None:
    """The head row before the first event; two who make it at once meet at its key."""
    AuditHead.objects.get_or_create(name="head")


def list_events(subject: str = "") -> QuerySet[Any]:
    """Events, oldest first; of one subject if named."""
    events = AuditEvent.objects.order_by("seq")
    return events.filter(subject=subject) if subject else events


def list_newest(*, subject: str = "", action: str = "", actor: str = "") -> QuerySet[Any]:
    """Events, newest first, of one subject, act and actor where named."""
    wanted = {"subject": subject, "action": action, "actor": actor}
    return AuditEvent.objects.filter(**{name: value for name, value in wanted.items() if value}).order_by("-seq")


def get_head() -> AuditHead | None:
    """Last seq and hash, or None before the first event."""
    return AuditHead.objects.first()


def list_notes() -> QuerySet[HeadNote]:
    """Heads that were written into the log, newest first."""
    return HeadNote.objects.exclude(seq=None).order_by("-day")


def has_note_of(day: date) -> bool:
    """Whether the duty of that day exists."""
    return HeadNote.objects.filter(day=day).exists()


def find_fault(*, expect: tuple[int, str] | None = None) -> Fault | None:
    """Recompute the whole chain; None if every event holds and every noted head is in it, the expected one too."""
    noted = {note.seq: note.hash for note in list_notes() if note.seq is not None}
    if expect:
        noted[expect[0]] = expect[1]
    if noted.get(0, domain.FIRST_PREVIOUS) != domain.FIRST_PREVIOUS:
        return Fault(0, "Before the first event the head is 64 zeros.")
    last, previous = 0, domain.FIRST_PREVIOUS
    while True:
        begun_at = last
        for row in _stream(after=last):
            fault = domain.fault_of(row, last + 1, previous)
            if fault:
                return fault
            if noted.get(row.seq, row.hash) != row.hash:
                return Fault(row.seq, "The hash differs from the one that was noted earlier.")
            last, previous = row.seq, row.hash
        head = get_head()
        # Events may have been appended meanwhile, and the head with them: go on until it is reached.
        if head is None or head.seq <= last or last == begun_at:
            return domain.fault_of_end(last, previous, (head.seq, head.hash) if head else None, noted)


def _stream(*, after: int) -> Iterator[Row]:
    """All later events as plain tuples: a hundred thousand model instances would cost more than the hashes."""
    rows = AuditEvent.objects.order_by("seq")
    if after:
        rows = rows.filter(seq__gt=after)
    return starmap(Row, rows.values_list(*Row._fields).iterator(chunk_size=CHUNK))


def get_proof(first: int | None = None, last: int | None = None) -> Proof:
    """The stretch from `first` to `last`; without them the newest thousand. Raises `Unreadable` where there is none."""
    with transaction.atomic():
        head = get_head()
        end = head.seq if head else 0
        last = end if last is None else last
        first = max(1, last - 999) if first is None else first
        _require_range(first, last, end)
        rows = AuditEvent.objects.filter(seq__gte=first, seq__lte=last).order_by("seq")
        found = list(rows.values_list("prev_hash", "payload_text", "hash"))
    previous = found[0][0] if found else domain.FIRST_PREVIOUS
    return Proof(first, last, previous, tuple((text, digest) for _, text, digest in found))


def _require_range(first: int, last: int, end: int) -> None:
    if end == 0 and (first, last) == (1, 0):
        return
    if not 1 <= first <= last <= end:
        raise Unreadable("parameter_invalid", f"from and to are places from 1 to {end:,}, in this order.")
    if last - first >= domain.MOST_IN_PROOF:
        nearest = last - domain.MOST_IN_PROOF + 1
        raise Unreadable(
            "parameter_invalid",
            f"A proof holds at most {domain.MOST_IN_PROOF:,} events: begin at {nearest:,}, or use audit_export.",
        )


def export_lines() -> Iterator[str]:
    """The whole chain as the lines of one proof document, read in pieces."""
    head = get_head()
    end = head.seq if head else 0
    document = {"format": domain.PROOF_FORMAT, "from": 1, "to": end, "prev_hash": domain.FIRST_PREVIOUS}
    yield f'{json.dumps(document)[:-1]}, "events": [\n'
    rows = AuditEvent.objects.filter(seq__lte=end).order_by("seq").values_list("seq", "payload_text", "hash")
    for seq, text, digest in rows.iterator(chunk_size=CHUNK):
        line = json.dumps({"payload_text": text, "hash": digest}, ensure_ascii=False)
        yield f"{line}{',' if seq < end else ''}\n"
    yield "]}\n"

"""The duty of checking the audit chain and noting where it ends."""

from apps.audit import operations, queries
from apps.audit.domain import Fault
from apps.audit.models import HeadNote
from apps.core.due import drain
from apps.core.work import duty


@duty("audit.note_heads")
def note_heads() -> int:
    """Once a day, check the chain and write its head into the log."""
    operations.ask_note()
    # The check is long and reads only, so it runs before the transaction in which the head is noted.
    return drain(HeadNote, _note, prepare=lambda rows: (rows[0], queries.find_fault()))


def _note(found: tuple[HeadNote, Fault | None]) -> None:
    note, fault = found
    operations.note_head(note=note, fault=fault)

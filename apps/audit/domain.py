"""Canonical text and hash of an audit event, what makes it a fault, and a proof that a stranger can check. Pure."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, NamedTuple

FIRST_PREVIOUS = "0" * 64
PROOF_FORMAT = "plumbline-audit-proof-1"
MOST_IN_PROOF = 10_000


class Row(NamedTuple):
    """The columns of a stored event, in the order in which they are read."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    payload_text: str
    prev_hash: str
    hash: str


@dataclass(frozen=True)
class Fault:
    """The first event at which the chain does not hold, and why."""

    seq: int
    sentence: str


@dataclass(frozen=True)
class Proof:
    """A stretch of the chain: whoever holds a hash of it from elsewhere sees that nothing in between was changed."""

    first: int
    last: int
    prev_hash: str
    events: tuple[tuple[str, str], ...]

    def as_dict(self) -> dict[str, Any]:
        """The document that a stranger checks."""
        events = [{"payload_text": text, "hash": digest} for text, digest in self.events]
        head = {"format": PROOF_FORMAT, "from": self.first, "to": self.last, "prev_hash": self.prev_hash}
        return {**head, "events": events}


def stamp_of(at: datetime) -> str:
    """UTC with microseconds, as it stands in the text."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def payload_around(*, at: datetime, actor: str, action: str, subject: str, data: dict[str, Any]) -> tuple[str, str]:
    """Canonical JSON before and behind the number, which only the holder of the lock knows."""
    document = {"action": action, "actor": actor, "at": stamp_of(at), "data": data}
    return f'{_canonical(document)[:-1]},"seq":', f',"subject":{_canonical(subject)}}}'


def payload_text(*, seq: int, at: datetime, actor: str, action: str, subject: str, data: dict[str, Any]) -> str:
    """Canonical JSON: sorted keys, no spaces, UTC with microseconds; the text is what is hashed."""
    before, after = payload_around(at=at, actor=actor, action=action, subject=subject, data=data)
    return f"{before}{seq}{after}"


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def chain_hash(previous: str, text: str) -> str:
    """SHA-256 over the previous hash, a line feed and the payload, in hex."""
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def fault_of(row: Row, expected_seq: int, previous: str) -> Fault | None:
    """Why this row cannot stand at this place of the chain, or None."""
    if row.seq > expected_seq:
        return Fault(expected_seq, f"Event {expected_seq} is missing.")
    if row.seq < expected_seq:
        return Fault(row.seq, "The event stands before the first place of the chain.")
    if row.prev_hash != previous:
        return Fault(row.seq, "The event does not follow the one before it.")
    if chain_hash(previous, row.payload_text) != row.hash:
        return Fault(row.seq, "The text of the event does not give its hash.")
    if not _columns_agree(row):
        return Fault(row.seq, "The columns of the event differ from its text.")
    return None


def _columns_agree(row: Row) -> bool:
    """Whether the columns, by which events are searched, say what the hashed text says."""
    try:
        said = json.loads(row.payload_text)
    except ValueError:
        return False
    own = (row.seq, stamp_of(row.at), row.actor, row.action, row.subject)
    return isinstance(said, dict) and own == tuple(map(said.get, ("seq", "at", "actor", "action", "subject")))


def fault_of_end(last: int, last_hash: str, head: tuple[int, str] | None, noted: Iterable[int]) -> Fault | None:
    """Why the chain cannot end here, or None: `head` is the stored end, `noted` the places that must be in it."""
    if head is None and last:
        return Fault(last + 1, "The head of the chain is missing, so nothing says where it ends.")
    if head is not None and head != (last, last_hash):
        return Fault(last + 1, "The chain does not end where its head says.")
    beyond = min((seq for seq in noted if seq > last), default=None)
    if beyond is not None:
        return Fault(last + 1, f"The chain ends at {last}, before event {beyond}, which was noted earlier.")
    return None


# Acts whose key does not read as words by itself.
_WORDS = MappingProxyType(
    {
        "sign_in.succeeded": "Signed in",
        "sign_in.limit_reached": "Too many tries to sign in",
        "membership.started": "Role given in a team",
        "role_grant.created": "Role given in the organisation",
        "role_grant.changed": "Role in the organisation changed",
        "agreement.written": "Working agreement written",
        "git_history.imported": "Git history imported",
        "fact.retracted": "Fact taken back",
        "annotation.retracted": "Annotation taken back",
        "password.reset": "New password set by mail",
        "user.created": "Person added",
        "user.changed": "Person changed",
    }
)


def words_of(action: str) -> str:
    """An act in plain words: `token.created` is "Token created"."""
    return _WORDS.get(action) or action.replace(".", " ").replace("_", " ").capitalize()

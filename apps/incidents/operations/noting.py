"""What the audit chain keeps of an incident: ids, kinds and times; a reason only of what everybody may read."""

import hashlib
from typing import Any

from apps.accounts.domain import Principal
from apps.audit import operations as audit
from apps.incidents.domain.incident_words import Visibility
from apps.incidents.models import Incident


def note(act: str, incident: Incident, *, by: Principal, reason: str = "", **data: Any) -> None:
    """Append one event; of a restricted incident the chain, which nothing alters, keeps a reason's hash alone."""
    if reason:
        data |= kept_reason(reason, incident)
    audit.record(f"incident.{act}", subject=incident, by=by, data=data)


def kept_reason(reason: str, incident: Incident | None) -> dict[str, str]:
    """What the chain keeps of a reason: its words, or where they belong to a restricted incident their hash."""
    is_open = incident is None or incident.visibility == Visibility.OPEN
    return {"reason": reason} if is_open else {"reason_sha256": sha256_of(reason)}


def sha256_of(text: str) -> str:
    """The hash of a text in UTF-8, as the chain keeps it."""
    return hashlib.sha256(text.encode()).hexdigest()

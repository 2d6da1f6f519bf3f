"""Reads of the page about the audit chain: its end, its noted ends, and events with the names of their actors."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from apps.accounts.models import User
from apps.audit import queries as audit
from apps.audit.models import AuditEvent, AuditHead, HeadNote
from apps.teams.models import ApiToken

KEPT_NOTES = 7
# Actors that are no rows.
PLAIN_ACTORS = {"system": "The portal itself", "anonymous": "Somebody not signed in"}


@dataclass(frozen=True)
class ChainEnd:
    """Where the chain ends, and the last days on which it was checked and noted."""

    head: AuditHead | None
    notes: list[HeadNote]


def get_chain_end() -> ChainEnd:
    """The head and the newest noted ones; two queries."""
    return ChainEnd(audit.get_head(), list(audit.list_notes()[:KEPT_NOTES]))


def name_actors(events: Iterable[AuditEvent]) -> dict[str, str]:
    """Names by actor key, for whoever may read the chain; a person who was erased has no other name than now."""
    keys = {event.actor for event in events}
    people = User.objects.filter(pk__in=_ids(keys, "user")).values_list("pk", "full_name")
    tools = ApiToken.objects.filter(pk__in=_ids(keys, "token")).values_list("pk", "name")
    named = {f"user:{pk}": name for pk, name in people} | {f"token:{pk}": f"{name} (tool)" for pk, name in tools}
    return PLAIN_ACTORS | named


def _ids(keys: Iterable[str], kind: str) -> list[Any]:
    parts = (key.partition(":") for key in keys)
    return [int(pk) for of, _, pk in parts if of == kind and pk.isdecimal()]

"""Taking a pasted secret out of everything an incident says; the audit chain keeps the hashes before and after."""

import json
from typing import Any

from django.db import transaction

from apps.accounts.domain import Principal
from apps.core.problems import FieldProblem, Invalid
from apps.incidents.models import Incident, TimelineEntry
from apps.incidents.operations.noting import note, sha256_of
from apps.incidents.operations.retro_redacting import redact_retro
from apps.incidents.policies import incidents as policies
from apps.incidents.queries import incidents as queries
from apps.incidents.queries import storyline

INSTEAD = "[redacted]"
SHORTEST = 4
TEXTS = {"title": 200, "summary": 2000, "external_url": 500, "exclusion_reason": 500, "lift_reason": 500}  # and lengths


@transaction.atomic
def redact_incident(*, incident: Incident, secret: str, by: Principal) -> int:
    """Replace a text wherever the incident, its timeline, its retro and its causes hold it; answers in how many places.

    A metrics steward who may know of the incident does this. Reasons of statements are written once and stay: whoever
    pasted a secret there changes the secret.
    """
    policies.require_steward(by)
    if len(secret.strip()) < SHORTEST:
        sentence = f"Give the text to take out, at least {SHORTEST} characters of it."
        raise Invalid("validation_failed", sentence, [FieldProblem("/secret", "too_short", sentence)])
    incident = queries.lock_incident(incident.pk)
    before = _document(incident)
    changed = _redact_own(incident, secret) + sum(
        _redact_entry(row, secret) for row in storyline.list_entries(incident)
    )
    snapshots = redact_retro(incident, secret=secret, instead=INSTEAD)
    hashes: list[dict[str, Any]] = [
        {"number": one.number, "before_sha256": one.before_sha256, "after_sha256": one.after_sha256}
        for one in snapshots
    ]  # fmt: skip
    note(
        "redacted", incident, by=by, places=changed + len(snapshots), before_sha256=sha256_of(before),
        after_sha256=sha256_of(_document(incident)), snapshots=hashes,
    )  # fmt: skip
    return changed + len(snapshots)


def _redact_own(incident: Incident, secret: str) -> int:
    held = [name for name in TEXTS if secret in getattr(incident, name)]
    for name in held:
        setattr(incident, name, getattr(incident, name).replace(secret, INSTEAD)[: TEXTS[name]])
    if held:
        incident.save(update_fields=held)
    return len(held)


def _redact_entry(entry: TimelineEntry, secret: str) -> bool:
    if secret not in entry.text and secret not in entry.evidence_url:
        return False
    entry.text = entry.text.replace(secret, INSTEAD)[:2000]
    entry.evidence_url = "" if secret in entry.evidence_url else entry.evidence_url
    entry.save(update_fields=["text", "evidence_url"])
    return True


def _document(incident: Incident) -> str:
    """What the incident and its timeline say, in one text to be hashed."""
    lines = [[row.pk, row.text, row.evidence_url] for row in storyline.list_entries(incident)]
    said = {name: getattr(incident, name) for name in TEXTS} | {"timeline": lines}
    return json.dumps(said, sort_keys=True, ensure_ascii=False)

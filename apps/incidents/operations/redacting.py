"""Taking a pasted secret out of everything an incident says; the audit chain keeps the hashes before and after."""

import json
from typing import Any

from django.db import transaction

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.problems import FieldProblem, Invalid
from apps.incidents.models import Incident
from apps.incidents.operations.noting import note, sha256_of
from apps.incidents.operations.retro_redacting import redact_retro
from apps.incidents.operations.taking_out import Secret, take_out
from apps.incidents.policies import incidents as policies
from apps.incidents.queries import incidents as queries
from apps.incidents.queries import storyline

SHORTEST = 4
TEXTS = ("title", "summary", "external_url", "exclusion_reason", "lift_reason")


@transaction.atomic
def redact_incident(*, incident: Incident, secret: str, by: Principal) -> int:
    """Replace a text wherever the incident, its timeline, its retro with its actions, and its causes hold it.

    Answers in how many places it stood. A metrics steward who may know of the incident does this. Reasons of statements
    are written once and stay: whoever pasted a secret there changes the secret.
    """
    policies.require_steward(by)
    if len(secret.strip()) < SHORTEST:
        sentence = f"Give the text to take out, at least {SHORTEST} characters of it."
        raise Invalid("validation_failed", sentence, [FieldProblem("/secret", "too_short", sentence)])
    incident, out = queries.lock_incident(incident.pk), Secret(secret)
    before = _document(incident)
    places = take_out(incident, TEXTS, out, is_written_on=True)
    for entry in storyline.list_entries(incident):
        places += take_out(entry, ["text", "evidence_url"], out, is_written_on=True)
    more, snapshots = redact_retro(incident, out, now=clock.now())
    hashes: list[dict[str, Any]] = [
        {"number": one.number, "before_sha256": one.before_sha256, "after_sha256": one.after_sha256}
        for one in snapshots
    ]  # fmt: skip
    note(
        "redacted", incident, by=by, places=places + more, before_sha256=sha256_of(before),
        after_sha256=sha256_of(_document(incident)), snapshots=hashes,
    )  # fmt: skip
    return places + more


def _document(incident: Incident) -> str:
    """What the incident and its timeline say, in one text to be hashed."""
    lines = [[row.pk, row.text, row.evidence_url] for row in storyline.list_entries(incident)]
    said = {name: getattr(incident, name) for name in TEXTS} | {"timeline": lines}
    return json.dumps(said, sort_keys=True, ensure_ascii=False)

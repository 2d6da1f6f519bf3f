"""Taking a secret out of everything a retro ever said: drafts, revisions, snapshots; hashes are told to the caller."""

from dataclasses import dataclass
from typing import Any

from apps.incidents.domain.retro_snapshots import canonical_text, read_text, sha256_of
from apps.incidents.models import (
    Incident,
    IncidentCause,
    KnownCause,
    PublishedSafeguard,
    Retro,
    RetroRevision,
    RetroRow,
    RetroSection,
    RetroSnapshot,
)


@dataclass(frozen=True)
class Rehashed:
    """A snapshot whose text changed: the audit chain names both hashes."""

    number: int
    before_sha256: str
    after_sha256: str


def redact_retro(incident: Incident, *, secret: str, instead: str) -> list[Rehashed]:
    """Replace `secret` by `instead` wherever the incident's retro and the texts of its causes hold it.

    Part of the incident's own redaction, which has checked who may, locks the incident and writes the audit entry.
    """
    _redact_causes(incident, secret, instead)
    retro = Retro.objects.select_for_update(of=("self",)).filter(incident=incident).first()
    if retro is None:
        return []
    for field in ("amend_reason", "waiver_reason"):
        setattr(retro, field, getattr(retro, field).replace(secret, instead))
    retro.save(update_fields=["amend_reason", "waiver_reason"])
    _redact_texts(RetroSection.objects.filter(retro=retro), "texts", secret, instead)
    _redact_texts(RetroRow.objects.filter(retro=retro), "values", secret, instead)
    _redact_texts(RetroRevision.objects.filter(retro=retro), "texts", secret, instead)
    for guard in PublishedSafeguard.objects.filter(retro=retro, sentence__contains=secret):
        guard.sentence = guard.sentence.replace(secret, instead)[:300]
        guard.save(update_fields=["sentence"])
    snapshots = RetroSnapshot.objects.filter(retro=retro).order_by("number")
    return [told for snapshot in snapshots if (told := _redact_snapshot(snapshot, secret, instead))]


def _redact_causes(incident: Incident, secret: str, instead: str) -> None:
    links = IncidentCause.objects.filter(incident=incident)
    for link in links.filter(reason__contains=secret):
        link.reason = link.reason.replace(secret, instead)[:500]
        link.save(update_fields=["reason"])
    for cause in KnownCause.objects.select_for_update().filter(pk__in=links.values("cause_id")).order_by("pk"):
        cause.title = cause.title.replace(secret, instead)[:200]
        cause.text = cause.text.replace(secret, instead)[:2000]
        cause.save(update_fields=["title", "text"])


def _redact_texts(rows: Any, name: str, secret: str, instead: str) -> None:
    """Texts of parts; their revision stays, as nobody's save meant this."""
    for row in rows:
        before = getattr(row, name)
        after = _without(before, secret, instead)
        if after != before:
            setattr(row, name, after)
            row.save(update_fields=[name])


def _redact_snapshot(snapshot: RetroSnapshot, secret: str, instead: str) -> Rehashed | None:
    document = read_text(snapshot.text)
    clean = _without(document, secret, instead)
    reason = snapshot.reason.replace(secret, instead)
    if clean == document and reason == snapshot.reason:
        return None
    before = snapshot.sha256
    snapshot.text, snapshot.reason = canonical_text(clean), reason
    snapshot.sha256 = sha256_of(snapshot.text)
    snapshot.save(update_fields=["text", "reason", "sha256"])
    return Rehashed(snapshot.number, before, snapshot.sha256)


def _without(value: Any, secret: str, instead: str) -> Any:
    """The same document with the secret replaced in every text."""
    if isinstance(value, str):
        return value.replace(secret, instead)
    if isinstance(value, dict):
        return {key: _without(held, secret, instead) for key, held in value.items()}
    if isinstance(value, list):
        return [_without(held, secret, instead) for held in value]
    return value

"""Taking a secret out of everything a retro ever said: drafts, revisions, snapshots, its actions and its causes."""

from dataclasses import dataclass
from datetime import datetime

from apps.incidents.domain.retro_snapshots import canonical_text, read_text, sha256_of
from apps.incidents.models import (
    Action,
    Incident,
    IncidentCause,
    PublishedSafeguard,
    Retro,
    RetroRevision,
    RetroRow,
    RetroSnapshot,
)
from apps.incidents.operations.action_reminding import about
from apps.incidents.operations.retro_saving import Part, texts_of, write_again
from apps.incidents.operations.taking_out import Secret, take_out
from apps.incidents.queries import causes, follow_up, retros
from apps.notifications import operations as notifications

ACTION_TEXTS = ("text", "done_when", "drop_reason", "external_url")


@dataclass(frozen=True)
class Rehashed:
    """A snapshot whose text changed: the audit chain names both hashes."""

    number: int
    before_sha256: str
    after_sha256: str


def redact_retro(incident: Incident, secret: Secret, *, now: datetime) -> tuple[int, list[Rehashed]]:
    """Take a secret out of the incident's retro, the actions out of it and the texts of its causes.

    Part of the incident's own redaction, which has checked who may, locks the incident and writes the audit entry.
    Answers in how many places it stood, snapshots included, and which snapshots changed.
    """
    retro = retros.lock_retro_of(incident.pk)
    places = _redact_causes(incident, secret)
    if retro is None:
        return places, []
    places += sum(_redact_action(action, secret) for action in follow_up.lock_of_incident(incident))
    places += take_out(retro, ["amend_reason", "waiver_reason"], secret) + _redact_parts(retro, secret, now)
    snapshots = RetroSnapshot.objects.filter(retro=retro).order_by("number")
    rehashed = [told for snapshot in snapshots if (told := _redact_snapshot(snapshot, secret))]
    return places + len(rehashed), rehashed


def _redact_causes(incident: Incident, secret: Secret) -> int:
    links = list(IncidentCause.objects.filter(incident=incident))
    held = causes.lock_causes(link.cause_id for link in links).values()
    said = sum(take_out(link, ["reason"], secret) for link in links)
    return said + sum(take_out(cause, ["title", "text"], secret, is_written_on=True) for cause in held)


def _redact_action(action: Action, secret: Secret) -> int:
    """Its words, and its name in inboxes; reasons of its dates and its evidence are written once and stay."""
    places = take_out(action, ACTION_TEXTS, secret, is_written_on=True)
    if places:
        named = about(action)
        notifications.rename(about=named.key, title=named.title)
    return places


def _redact_parts(retro: Retro, secret: Secret, now: datetime) -> int:
    """Sections and rows as a new revision, every revision before it, and what the newest snapshot keeps as rows."""
    parts: list[Part] = [*retros.list_sections(retro).values(), *retros.list_rows(retro)]
    places = 0
    for part in parts:
        before = texts_of(part)
        after = secret.out_of(before)
        if after != before:
            is_removed = isinstance(part, RetroRow) and part.is_removed
            write_again(retro, part, after, is_removed=is_removed, now=now)
            places += 1
    for revision in RetroRevision.objects.filter(retro=retro):
        places += take_out(revision, ["texts"], secret)
    for guard in PublishedSafeguard.objects.filter(retro=retro):
        places += take_out(guard, ["sentence"], secret)
    return places


def _redact_snapshot(snapshot: RetroSnapshot, secret: Secret) -> Rehashed | None:
    document = read_text(snapshot.text)
    clean, reason = secret.out_of(document), secret.out_of(snapshot.reason)
    if clean == document and reason == snapshot.reason:
        return None
    before = snapshot.sha256
    snapshot.text, snapshot.reason = canonical_text(clean), reason
    snapshot.sha256 = sha256_of(snapshot.text)
    snapshot.save(update_fields=["text", "reason", "sha256"])
    return Rehashed(snapshot.number, before, snapshot.sha256)

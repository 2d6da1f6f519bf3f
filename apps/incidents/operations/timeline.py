"""The story of an incident: lines that people and tools add, edit and hide, and facts that are taken over."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.problems import Absent, FieldProblem, Invalid, Outdated
from apps.incidents.domain.conflicts import is_stale
from apps.incidents.domain.statements import SKEW
from apps.incidents.models import LONGEST_ENTRY, Incident, TimelineEntry
from apps.incidents.operations.noting import note
from apps.incidents.operations.statements import PORTAL
from apps.incidents.policies import incidents as policies
from apps.incidents.queries import incidents as queries
from apps.incidents.queries import storyline

MOST_ENTRIES = 500


@dataclass(frozen=True)
class Line:
    """What an entry says: from when to when, the text, and where the evidence lies."""

    at: datetime
    text: str
    ended_at: datetime | None = None
    evidence_url: str = ""


@transaction.atomic
def add_timeline_entry(
    *, incident: Incident, line: Line, source: str = PORTAL, external_key: str = "", now: datetime | None = None,
    by: Principal,
) -> TimelineEntry:  # fmt: skip
    """Add a line; a source that repeats its key says anew what it said under it. Roles stand in it, not names."""
    policies.require_can_write(by, incident)
    incident, now = queries.lock_incident(incident.pk), now or clock.as_of()
    _require_line(line, now)
    standing = storyline.find_by_key(incident, source, external_key)
    if standing is None:
        _require_room(incident)
        standing = TimelineEntry(
            incident=incident, source=source, external_key=external_key, recorded_at=now, revision=0
        )
    elif _says(standing, line):
        return standing
    _write(standing, line)
    note("timeline_added", incident, by=by, entry=standing.pk, at=line.at.isoformat())
    return standing


@transaction.atomic
def edit_timeline_entry(
    *, entry: TimelineEntry, line: Line, revision: int, now: datetime | None = None, by: Principal
) -> TimelineEntry:
    """Change a line; `revision` is the one that was read, raises `Outdated` where somebody else was faster."""
    policies.require_can_write(by, entry.incident)
    entry, now = storyline.lock_entry(entry.pk), now or clock.as_of()
    _require_line(line, now)
    if _says(entry, line):
        return entry
    if is_stale(read=revision, current=entry.revision):
        raise Outdated("etag_mismatch", f"Somebody else changed this line meanwhile. It says now: {entry.text}")
    _write(entry, line)
    note("timeline_edited", entry.incident, by=by, entry=entry.pk, revision=entry.revision)
    return entry


@transaction.atomic
def hide_timeline_entry(*, entry: TimelineEntry, is_hidden: bool = True, by: Principal) -> TimelineEntry:
    """Take a line out of the story, or back in; it stays readable among the hidden ones."""
    policies.require_can_correct(by, entry.incident)
    entry = storyline.lock_entry(entry.pk)
    if entry.is_hidden != is_hidden:
        entry.is_hidden = is_hidden
        entry.save(update_fields=["is_hidden"])
        note("timeline_hidden" if is_hidden else "timeline_shown", entry.incident, by=by, entry=entry.pk)
    return entry


@transaction.atomic
def accept_candidate(
    *, incident: Incident, source: str, service: str, key: str, now: datetime | None = None, by: Principal
) -> TimelineEntry:
    """Take over a line that the facts offer: its text, its time and where it comes from."""
    policies.require_can_write(by, incident)
    incident, now = queries.lock_incident(incident.pk), now or clock.as_of()
    line = storyline.find_candidate(incident, source, service, key, now)
    if line is None:
        raise Absent("not_found", "This line is not offered here, or stands in the timeline already.")
    _require_room(incident)
    entry = TimelineEntry(
        incident=incident, source=PORTAL, recorded_at=now, revision=0, fact_source=line.source,
        fact_service_id=line.service_id, fact_key=line.key,
    )  # fmt: skip
    _write(entry, Line(line.at, line.text[:LONGEST_ENTRY], line.ended_at))
    note("timeline_accepted", incident, by=by, entry=entry.pk, source=line.source, key=line.key)
    return entry


def _write(entry: TimelineEntry, line: Line) -> None:
    entry.at, entry.ended_at, entry.text = line.at, line.ended_at, line.text.strip()
    entry.evidence_url = line.evidence_url
    entry.revision += 1
    entry.save()


def _says(entry: TimelineEntry, line: Line) -> bool:
    said = (entry.at, entry.ended_at, entry.text, entry.evidence_url)
    return said == (line.at, line.ended_at, line.text.strip(), line.evidence_url)


def _require_line(line: Line, now: datetime) -> None:
    problems = []
    if not line.text.strip():
        problems.append(FieldProblem("/text", "required", "Say what happened."))
    if len(line.text.strip()) > LONGEST_ENTRY:
        problems.append(FieldProblem("/text", "too_long", f"At most {LONGEST_ENTRY:,} characters in one line."))
    if line.at > now + SKEW:
        problems.append(FieldProblem("/at", "in_future", f"Ahead of the clock here, {now:%Y-%m-%d %H:%M} UTC."))
    if line.ended_at is not None and line.ended_at < line.at:
        problems.append(FieldProblem("/ended_at", "ends_before_start", "A line ends after it begins."))
    if problems:
        raise Invalid("validation_failed", "Some fields need attention.", problems)


def _require_room(incident: Incident) -> None:
    if storyline.count_entries(incident) >= MOST_ENTRIES:
        sentence = f"A timeline holds at most {MOST_ENTRIES} lines; hide or edit some."
        raise Invalid("validation_failed", sentence, [FieldProblem("/text", "too_many_rows", sentence)])

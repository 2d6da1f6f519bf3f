"""What a retro follows from its incident: whether it is asked for, in which form, by when, and its fact row."""

from datetime import datetime
from typing import Any

from apps.core import clock, facts
from apps.incidents.domain.incident_words import ServiceRole, feeds_numbers
from apps.incidents.domain.retro_words import RetroForm, RetroState, SectionKey
from apps.incidents.domain.retros import OPEN, due_at, form_of, is_asked_by
from apps.incidents.domain.severity import Level, level_of, read_levels
from apps.incidents.facts import RETROS
from apps.incidents.models import Incident, IncidentService, Retro, RetroFact, RetroSection
from apps.incidents.operations.connecting import CHANNEL, connect_mates
from apps.incidents.queries import retros
from apps.services import operations as services

USUAL_HOURS = 72
FIELDS = ("team_id", "due_at", "published_at", "required", "waived", "severity_worst")


def follow_retro(incident: Incident, *, now: datetime) -> Retro | None:
    """Open the retro that the incident's worst level asks for, and follow its due time; the retro stays locked.

    The caller holds the incident's lock. A later downgrade cancels nothing; only a waiver does.
    """
    level = level_of(read_levels(incident.policy.levels), incident.severity_worst)
    is_asked = feeds_numbers(incident.kind, incident.exclusion) and is_asked_by(level)
    retro = retros.lock_retro_of(incident.pk)
    if retro is None and is_asked:
        retro = make_retro(incident, form=form_of(level), is_required=True, now=now)
    if retro is not None:
        _follow(retro, incident, level, is_asked=is_asked)
    return retro


def make_retro(incident: Incident, *, form: RetroForm, is_required: bool, now: datetime) -> Retro:
    """An empty draft with its five sections."""
    retro = Retro.objects.create(incident=incident, form=form.value, is_required=is_required, opened_at=now)
    RetroSection.objects.bulk_create(
        RetroSection(retro=retro, key=key.value, texts={}, saved_at=now) for key in SectionKey
    )
    return retro


def _follow(retro: Retro, incident: Incident, level: Level | None, *, is_asked: bool) -> None:
    """A worse level asks for more; the due time follows the last resolution."""
    before = (retro.is_required, retro.form, retro.due_at)
    if is_asked and retro.state != RetroState.WAIVED:
        retro.is_required = True
    if retro.state in OPEN and form_of(level) is RetroForm.FULL:
        retro.form = RetroForm.FULL.value
    retro.due_at = due_at(incident.resolved_at, level.retro_hours if level else USUAL_HOURS)
    if (retro.is_required, retro.form, retro.due_at) != before:
        retro.save(update_fields=["is_required", "form", "due_at"])


def publish_retro_fact(retro: Retro, incident: Incident) -> None:
    """The fact row by difference; what does not count has none."""
    key, service_id = f"I-{incident.pk}", _service_of(incident)
    current = RetroFact.objects.filter(channel=CHANNEL, key=key, until_seq=None)
    stored = {row["service_id"]: row for row in current.values("service_id", *FIELDS)}
    does_count = feeds_numbers(incident.kind, incident.exclusion) and service_id is not None
    row = _row(retro, incident, key, service_id) if does_count else None
    gone = [(service, key) for service in stored if row is None or service != service_id]
    if gone:
        facts.withdraw(RETROS, CHANNEL, gone)
    if row is not None and not _is_same(row, stored.get(row["service"])):
        since = incident.started_at or incident.detected_at or incident.reported_at
        services.record_batches(
            channel=CHANNEL, batches=[(RETROS, [row])], connected_from=since, complete_until=clock.as_of()
        )
        connect_mates(RETROS, incident, {row["service"]}, since)


def _service_of(incident: Incident) -> int | None:
    """The service that the retro is filed under: where it began, else the first it touched."""
    roles = list(IncidentService.objects.filter(incident=incident).order_by("pk").values_list("role", "service_id"))
    origin = next((service for role, service in roles if role == ServiceRole.ORIGIN), None)
    return origin or next((service for _, service in roles), None)


def _row(retro: Retro, incident: Incident, key: str, service_id: int | None) -> dict[str, Any]:
    return {
        "key": key, "service": service_id, "team": incident.owner_team_id, "due_at": retro.due_at,
        "published_at": retro.first_published_at, "required": retro.is_required,
        "waived": retro.waived_at is not None, "severity_worst": incident.severity_worst,
    }  # fmt: skip


def _is_same(row: dict[str, Any], stored: dict[str, Any] | None) -> bool:
    return stored is not None and all(row[name.removesuffix("_id")] == stored[name] for name in FIELDS)

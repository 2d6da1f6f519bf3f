"""What an incident is called, which services it touched, and whether it counts at all."""

from datetime import datetime
from typing import Any

from django.db import transaction

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.fact_parsing import printable
from apps.core.problems import Conflict, Outdated, invalid
from apps.incidents.domain.conflicts import is_stale
from apps.incidents.domain.incident_words import Exclusion, ServiceRole
from apps.incidents.models import Incident, IncidentService
from apps.incidents.operations.action_settling import settle_action
from apps.incidents.operations.noting import note
from apps.incidents.operations.settling import settle
from apps.incidents.operations.statements import TWIN_GOES_ON
from apps.incidents.policies import incidents as policies
from apps.incidents.queries import follow_up
from apps.incidents.queries import incidents as queries
from apps.services import queries as services

EDITABLE = ("title", "summary", "kind", "detected_by", "external_url")


@transaction.atomic
def exclude_incident(
    *, incident: Incident, exclusion: Exclusion, reason: str, duplicate_of: int | None = None,
    now: datetime | None = None, by: Principal,
) -> Incident:  # fmt: skip
    """Leave an incident out of every number, with a reason; its page stays, its fact rows are withdrawn.

    A duplicate names the incident it repeats: not itself, and none that is a duplicate.
    """
    policies.require_can_write(by, incident)
    reason = _required(reason, "Say why it is left out; the reason stands on its page.")
    root = _root(incident, duplicate_of, by) if exclusion is Exclusion.DUPLICATE else None
    incident, now = queries.lock_incident(incident.pk), now or clock.as_of()
    incident.exclusion, incident.exclusion_reason, incident.duplicate_of = exclusion.value, reason, root
    incident.save(update_fields=["exclusion", "exclusion_reason", "duplicate_of"])
    settle(incident, now=now)
    note("excluded", incident, by=by, reason=reason, exclusion=str(exclusion), root=root.pk if root else None)
    return incident


@transaction.atomic
def include_incident(*, incident: Incident, reason: str, now: datetime | None = None, by: Principal) -> Incident:
    """Let an incident count again, with a reason; a person does this."""
    policies.require_can_correct(by, incident)
    reason = _required(reason, "Say why it counts again; the reason stays in the audit.")
    incident, now = queries.lock_incident(incident.pk), now or clock.as_of()
    if not incident.exclusion:
        raise Conflict("illegal_transition", "This incident counts already.")
    if not incident.is_over and queries.has_open_twin(incident):
        raise Conflict("state_forbids", TWIN_GOES_ON)
    incident.exclusion, incident.duplicate_of = "", None
    incident.save(update_fields=["exclusion", "duplicate_of"])
    settle(incident, now=now)
    note("included", incident, by=by, reason=reason)
    return incident


@transaction.atomic
def edit_incident(
    *, incident: Incident, revision: int, now: datetime | None = None, by: Principal, **values: Any
) -> Incident:
    """Change what an incident is called, its summary, kind, address or witness; times are said as milestones.

    `revision` is the one that was read; raises `Outdated` where somebody else was faster.
    """
    policies.require_can_write(by, incident)
    incident, now = queries.lock_incident(incident.pk), now or clock.as_of()
    changed = {name: value for name, value in values.items() if name in EDITABLE and getattr(incident, name) != value}
    if not changed:
        return incident
    if is_stale(read=revision, current=incident.revision):
        raise Outdated("etag_mismatch", "Somebody else changed this incident meanwhile; read it again.")
    for name, value in changed.items():
        setattr(incident, name, value)
    incident.revision += 1
    incident.save(update_fields=[*changed, "revision"])
    actions = follow_up.lock_of_incident(incident) if "kind" in changed else []
    settle(incident, now=now)
    for action in actions:  # those of a drill count nowhere
        settle_action(action, now=now)
    note("edited", incident, by=by, fields=sorted(changed), revision=incident.revision)
    return incident


@transaction.atomic
def touch_service(
    *, incident: Incident, service: str, role: ServiceRole = ServiceRole.AFFECTED, flow: str = "", tenant: str = "",
    now: datetime | None = None, by: Principal,
) -> Incident:  # fmt: skip
    """Say that an incident touched a service, or began in it; where it began decides which team owns the incident."""
    policies.require_can_write(by, incident)
    incident, now = queries.lock_incident(incident.pk), now or clock.as_of()
    place = services.places_by_slug([service], now).get(service.lower())
    if place is None:
        raise invalid("/service", "unknown_service", f"There is no service {printable(service)}.")
    if role is ServiceRole.ORIGIN:
        rows = IncidentService.objects.filter(incident=incident, role=ServiceRole.ORIGIN.value)
        rows.exclude(service_id=place.pk).update(role=ServiceRole.AFFECTED.value)
    IncidentService.objects.update_or_create(
        incident=incident, service_id=place.pk, defaults={"role": role.value, "flow": flow, "tenant": tenant}
    )
    settle(incident, now=now)
    note("service_touched", incident, by=by, service=service.lower(), role=str(role))
    return incident


@transaction.atomic
def release_service(
    *, incident: Incident, service: str, reason: str, now: datetime | None = None, by: Principal
) -> Incident:
    """Say that an incident did not touch a service after all; the last one stays."""
    policies.require_can_correct(by, incident)
    reason = _required(reason, "Say why it was not touched; the reason stays in the audit.")
    incident, now = queries.lock_incident(incident.pk), now or clock.as_of()
    rows = [one for one in queries.list_services(incident) if one.service.slug != service.lower()]
    if not rows:
        raise Conflict("state_forbids", "An incident touches one service at least; name another one first.")
    IncidentService.objects.filter(incident=incident).exclude(pk__in=[one.pk for one in rows]).delete()
    settle(incident, now=now)
    note("service_released", incident, by=by, reason=reason, service=service.lower())
    return incident


def _root(incident: Incident, number: int | None, by: Principal) -> Incident:
    """The incident that is repeated; one that may not be known of is missing in the same words."""
    if number is None:
        raise invalid("/duplicate_of", "required", "Name the incident that this one repeats.")
    root = queries.visible(by).filter(pk=number).first()
    if root is None:
        raise invalid("/duplicate_of", "unknown_incident", f"There is no incident I-{number}.")
    if root.pk == incident.pk:
        raise invalid("/duplicate_of", "out_of_range", "An incident does not repeat itself.")
    if root.duplicate_of_id is not None:
        sentence = f"I-{root.pk} is a duplicate itself; name the incident it repeats, I-{root.duplicate_of_id}."
        raise invalid("/duplicate_of", "out_of_range", _of_visible(root, sentence, by))
    if queries.has_duplicates(incident):
        raise invalid("/duplicate_of", "out_of_range", "Others repeat this incident; it cannot be a duplicate itself.")
    return root


def _of_visible(root: Incident, sentence: str, by: Principal) -> str:
    """The sentence, without the number of an incident that may not be known of."""
    is_known = queries.visible(by).filter(pk=root.duplicate_of_id or 0).exists()
    return sentence if is_known else f"I-{root.pk} is a duplicate itself."


def _required(reason: str, sentence: str) -> str:
    if not reason.strip():
        raise invalid("/reason", "required", sentence)
    return reason.strip()

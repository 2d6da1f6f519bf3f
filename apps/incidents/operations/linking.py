"""Linking incidents to deployments and changes: declared by a person or a tool, ruled out by a person with a reason."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from apps.accounts.domain import SYSTEM, Principal
from apps.core import clock
from apps.core.fact_parsing import printable
from apps.core.immutable import writing
from apps.core.problems import FieldProblem, Invalid
from apps.incidents.domain.incident_words import LinkedFact, LinkKind, LinkState, ServiceRole, StatementOrigin
from apps.incidents.models import ActionEvidence, ChangeLink, Incident, IncidentService
from apps.incidents.operations.noting import note
from apps.incidents.operations.settling import settle
from apps.incidents.operations.statements import PORTAL, origin_of
from apps.incidents.policies import incidents as policies
from apps.incidents.queries import incidents as queries
from apps.incidents.queries import linked
from apps.services import queries as services


@transaction.atomic
def link_change(
    *, incident: Incident, kind: LinkKind, service: str, key: str, fact: LinkedFact = LinkedFact.DEPLOYMENTS,
    state: LinkState = LinkState.DECLARED, reason: str = "", source: str = PORTAL, now: datetime | None = None,
    by: Principal,
) -> bool:  # fmt: skip
    """Say that a deployment or change caused, mitigated or fixed an incident, or (a person, with a reason) that it did
    not; raises `Invalid`. Answers whether that was news.

    The fact may arrive later. What caused an incident touched its service, so the service joins the incident. A tool
    never overrules a person; the same said twice writes nothing.
    """
    _require_right(by, incident, state)
    incident, now = queries.lock_incident(incident.pk), now or clock.as_of()
    place = services.places_by_slug([service], now).get(service.lower())
    _require_complete(place is not None, service, key, state, reason)
    assert place is not None  # noqa: S101 - told to the type checker; it was required above
    row = ChangeLink(
        incident=incident, kind=kind, fact_source=fact, service_id=place.pk, fact_key=key.strip(), state=state,
        origin=origin_of(by), source=source, reason=reason.strip(), recorded_at=now,
    )  # fmt: skip
    if _is_said(incident, row):
        return False
    with writing(ChangeLink):
        row.save()
    if kind is LinkKind.CAUSED_BY and state is LinkState.DECLARED:
        IncidentService.objects.get_or_create(
            incident=incident, service_id=place.pk, defaults={"role": ServiceRole.AFFECTED.value}
        )
    settle(incident, now=now)
    _note(row, service.lower(), by)
    return True


def link_fixes(
    incident: Incident, shown: Iterable[ActionEvidence], *, reason: str, source: str, now: datetime
) -> list[ChangeLink]:
    """Declare the deployments that show an incident fixed, and settle it once; the caller holds its lock.

    Answers what is new; the caller calls `note_fixes` with it when all else is written.
    """
    fresh = []
    for one in shown:
        row = ChangeLink(
            incident=incident, kind=LinkKind.FIXED_BY, fact_source=LinkedFact.DEPLOYMENTS, service=one.service,
            fact_key=one.fact_key, state=LinkState.DECLARED, origin=StatementOrigin.SOURCE, source=source,
            reason=reason, recorded_at=now,
        )  # fmt: skip
        if not _is_said(incident, row):
            with writing(ChangeLink):
                row.save()
            fresh.append(row)
    if fresh:
        settle(incident, now=now)
    return fresh


def note_fixes(rows: Iterable[ChangeLink]) -> None:
    """Write down what was declared out of a verification; it follows from that, so nobody in particular said it."""
    for row in rows:
        _note(row, row.service.slug, SYSTEM)


def _note(row: ChangeLink, service: str, by: Principal) -> None:
    said = {
        "kind": str(row.kind), "fact": str(row.fact_source), "service": service, "key": row.fact_key,
        "state": str(row.state),
    }  # fmt: skip
    act = "linked" if row.state == LinkState.DECLARED else "link_ruled_out"
    note(act, row.incident, by=by, reason=row.reason, **said)


def _require_right(by: Principal, incident: Incident, state: LinkState) -> None:
    if state is LinkState.REJECTED:
        policies.require_can_correct(by, incident)
    else:
        policies.require_can_write(by, incident)


def _require_complete(is_known: bool, service: str, key: str, state: LinkState, reason: str) -> None:
    problems = []
    if not is_known:
        problems.append(FieldProblem("/service", "unknown_service", f"There is no service {printable(service)}."))
    if not key.strip():
        problems.append(FieldProblem("/key", "required", "Name the deployment or change by its key."))
    if state is LinkState.REJECTED and not reason.strip():
        problems.append(FieldProblem("/reason", "required", "Say why it was not this one; the reason stays readable."))
    if problems:
        raise Invalid("validation_failed", "Some fields need attention.", problems)


def _is_said(incident: Incident, row: ChangeLink) -> bool:
    """Whether this holds already, or a person said otherwise and a tool comes after."""
    place = (row.kind, row.fact_source, row.service_id, row.fact_key)
    for link in linked.get_links(incident):
        if (link.kind, link.fact_source, link.service_id, link.fact_key) == place:
            return link.state == row.state or (
                link.origin is StatementOrigin.HUMAN and row.origin is not StatementOrigin.HUMAN
            )
    return False

"""Retros that tests speak of, written and published by the operations themselves."""

from typing import Any

from apps.accounts.domain import Principal
from apps.incidents.domain.retro_words import RowKind, SectionKey
from apps.incidents.models import Incident, KnownCause, Retro, RetroRow, RetroSnapshot
from apps.incidents.operations import cause_linking, retro_publishing, retro_saving
from apps.incidents.operations.retro_saving import Written
from apps.incidents.queries import retros
from tests.incidents import make_incident, moments
from tests.personas import Organisation, principal_of

WHOLE = {"impact_started": "10:05", "detected": "10:17", "acknowledged": "10:21", "mitigated": "10:58"}
SUMMARY = {
    "what_happened": "Payments were refused for 53 minutes.", "users": "4,200", "requests": "18 000",
    "contacts_unknown": "the support tool was down, too",
}  # fmt: skip
FACTOR = {"sentence": "The pool was smaller than the workers.", "kind": "capacity", "role": "triggered"}
GUARD = {"sentence": "Load test", "kind": "prevent", "outcome": "absent", "accepted_because": "one a year is enough"}
ACTION = {
    "text": "Bound the pool", "done_when": "A test fails without it", "kind": "prevent", "team": "checkout",
    "metric": "change-failure-rate",
}  # fmt: skip


def resolved_incident(severity: int = 2, day: int = 4, **more: Any) -> Incident:
    """An incident of one day that is resolved at 11:30."""
    return make_incident(severity=severity, milestones=moments(day, **WHOLE, resolved="11:30"), **more)


def retro_of(incident: Incident) -> Retro:
    """The retro of an incident, read anew."""
    found = retros.find_retro(incident.pk)
    assert found is not None
    return found


def write(retro: Retro, section: SectionKey, by: Principal, revision: int | None = None, **texts: str) -> Any:
    """Save some texts of a section, by default on its newest revision."""
    read = retros.get_section(retro, section).revision if revision is None else revision
    return retro_saving.save_section(retro=retro, key=section, texts=texts, revision=read, by=by)


def add(retro: Retro, kind: RowKind, by: Principal, /, **values: str) -> RetroRow:
    """Add a row."""
    row, _ = retro_saving.add_row(retro=retro, kind=kind, values=values, by=by)
    return row


def fill(
    retro: Retro, by: Principal, *, factor: dict[str, str] | None = None, guard: bool = True, team: str = "checkout"
) -> Retro:
    """Everything that publication asks of a severity 2."""
    write(retro, SectionKey.SUMMARY, by, **SUMMARY)
    add(retro, RowKind.FACTOR, by, **{**FACTOR, **(factor or {})})
    if guard:
        add(retro, RowKind.SAFEGUARD, by, **GUARD)
    add(retro, RowKind.ACTION, by, **{**ACTION, "team": team})
    return retro_of(retro.incident)


def publish(retro: Retro, by: Principal) -> RetroSnapshot:
    """Publish what stands in the draft."""
    read = retros.sha256_of_draft(retros.get_draft(retro))
    act = retro_publishing.amend_retro if retros.is_amending(retro) else retro_publishing.publish_retro
    return act(retro=retro, draft_sha256=read, by=by)


def published(organisation: Organisation, day: int = 4, factor: dict[str, str] | None = None, **more: Any) -> Retro:
    """A published retro of an incident of a day in May 2026."""
    ana = principal_of(organisation.people["ana"])
    retro = fill(retro_of(resolved_incident(day=day, **more)), ana, factor=factor)
    publish(retro, ana)
    return retro_of(retro.incident)


def cause_of(organisation: Organisation, incident: Incident | None = None, title: str = "Small pool") -> KnownCause:
    """A known cause that Checkout keeps."""
    by = principal_of(organisation.people["ana"])
    return cause_linking.open_cause(title=title, team=organisation.checkout, incident=incident, by=by)


def written(key: str, revision: int, **texts: str) -> Written:
    """One part of a page as it was sent."""
    return Written(texts, revision, key)

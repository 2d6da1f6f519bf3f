"""The page of one incident, prepared for its template."""

from typing import Any

from django.urls import reverse

from apps.accounts.domain import Principal
from apps.core import clock
from apps.incidents.domain.change_links import Link
from apps.incidents.domain.folding import Flag, Folded
from apps.incidents.domain.incident_words import (
    Exclusion,
    IncidentKind,
    LinkedFact,
    LinkKind,
    MilestoneKind,
    Visibility,
)
from apps.incidents.domain.retro_words import RetroState
from apps.incidents.domain.retros import OUT, STATE_WORDS
from apps.incidents.domain.statements import MILESTONE_WORDS
from apps.incidents.models import Incident, IncidentAccess
from apps.incidents.policies import incidents as policies
from apps.incidents.policies import learning
from apps.incidents.presenting_incidents import (
    EXCLUSION_WORDS,
    FLAG_WORDS,
    KIND_WORDS,
    WITNESS_WORDS,
    lengths_table,
    moments_of,
    services_table,
    severity_table,
    severity_words,
    status_words,
)
from apps.incidents.queries.incident_parts import IncidentPage
from apps.incidents.queries.incidents import levels_of

K = MilestoneKind
LINK_SAID = {
    LinkKind.CAUSED_BY: "caused it", LinkKind.MITIGATED_BY: "ended the hurt", LinkKind.FIXED_BY: "fixed it",
}  # fmt: skip
NEXT = (K.ACKNOWLEDGED, K.MITIGATED, K.RESOLVED)


def present_incident(page: IncidentPage, by: Principal) -> dict[str, Any]:
    """Everything its template shows."""
    found = page.incident
    can_write, can_correct = policies.can_write(by, found), policies.can_correct(by, found)
    return {
        "heading": f"{found}: {found.title}",
        "crumbs": [{"label": "Incidents", "url": reverse("incidents:incident-list")}, {"label": str(found)}],
        "meta": _meta(found),
        "incident": found,
        "notices": _notices(page),
        "buttons": _buttons(page.folded) if can_write and not found.exclusion else [],
        "can_reopen": can_write and found.is_over and not found.exclusion,
        "intervals": moments_of(page.folded),
        "lengths": lengths_table(found),
        "severity": severity_table(page.severity, page.folded, levels_of(found)) if page.severity.steps else None,
        "services": services_table(page.services),
        "links": [_link(link, page.service_names) for link in page.links],
        "entries": [entry for entry in page.entries if not entry.is_hidden],
        "hidden": [entry for entry in page.entries if entry.is_hidden],
        "retro": _retro(page, by),
        "causes": [
            {"label": f"C-{cause.pk}: {cause.title}", "url": reverse("incidents:cause", args=[cause.pk])}
            for cause in page.causes
        ],
        "witness": WITNESS_WORDS[found.detected_by],  # type: ignore[index]
        "access": [_listed(one, found) for one in page.access],
        "can_write": can_write,
        "can_correct": can_correct,
        "can_restrict": can_correct and found.visibility == Visibility.OPEN,
        "can_redact": policies.is_steward(by),
        "lift": _lift(found, by),
        "as_of": clock.as_of(),
    }


def _meta(incident: Incident) -> list[str]:
    found = [incident.owner_team.name, status_words(incident), severity_words(incident)]
    if incident.kind != IncidentKind.INCIDENT:
        found.append(f"{KIND_WORDS[IncidentKind(incident.kind)]}, counts in no number")
    return found


def _notices(page: IncidentPage) -> list[dict[str, str]]:
    """What whoever opens the page should know first."""
    incident, found = page.incident, []
    if incident.visibility == Visibility.RESTRICTED:
        found.append({
            "tone": "note", "title": "Restricted",
            "text": "Only the people and teams on its list know of it; it still counts in every number.",
        })  # fmt: skip
    if incident.exclusion:
        words = EXCLUSION_WORDS[Exclusion(incident.exclusion)]
        found.append({
            "tone": "note", "title": f"{words}: it counts in no number", "text": incident.exclusion_reason,
            "url": reverse("incidents:incident", args=[page.root.pk]) if page.root else "",
            "link_label": f"It repeats {page.root}" if page.root else "",
        })  # fmt: skip
    found += [{"tone": "note", "text": FLAG_WORDS[Flag(flag)]} for flag in incident.flags]
    return found


def _buttons(folded: Folded) -> list[dict[str, str]]:
    """The moments that can be said to be now: those after what was reached last."""
    if folded.is_over:
        return []
    return [
        {"kind": kind.value, "label": f"{MILESTONE_WORDS[kind]} now"} for kind in NEXT if not folded.last.moment(kind)
    ]


def _link(link: Link, names: dict[int, tuple[str, str]]) -> dict[str, Any]:
    slug, name = names.get(link.service_id, ("", ""))
    what = "Deployment" if link.fact_source is LinkedFact.DEPLOYMENTS else "Change"
    said = LINK_SAID[link.kind] if link.is_declared else f"ruled out: it is not what {LINK_SAID[link.kind]}"
    return {
        "text": f"{what} {link.fact_key} of {name}", "said": said, "reason": link.reason, "service": slug,
        "key": link.fact_key, "kind": link.kind.value, "fact": link.fact_source.value,
        "is_declared": link.is_declared,
    }  # fmt: skip


def _retro(page: IncidentPage, by: Principal) -> dict[str, Any]:
    retro = page.retro
    if retro is None:
        return {
            "words": "No level that it reached asks for a retro.",
            "can_open": learning.can_open_retro(by, page.incident),
        }
    words = STATE_WORDS[RetroState(retro.state)]
    may_read = retro.state in OUT or learning.can_read_draft(by, retro)
    url = reverse("incidents:retro", args=[page.incident.pk]) if may_read else ""
    return {"words": words, "url": url, "due_at": retro.due_at}


def _listed(access: IncidentAccess, incident: Incident) -> dict[str, Any]:
    name = access.team.name if access.team else access.user.full_name if access.user else ""
    return {"pk": access.pk, "name": name, "is_owner": access.team_id == incident.owner_team_id}


def _lift(incident: Incident, by: Principal) -> dict[str, Any]:
    """What stands about lifting a restriction, and what this reader may do."""
    if incident.visibility != Visibility.RESTRICTED:
        return {}
    is_asked = incident.lift_asked_by_id is not None
    return {
        "is_asked": is_asked, "reason": incident.lift_reason if is_asked else "",
        "can_ask": by.is_person and not is_asked,
        "can_agree": by.is_person and is_asked and incident.lift_asked_by_id != by.user_id,
        "can_refuse": by.is_person and is_asked,
    }  # fmt: skip

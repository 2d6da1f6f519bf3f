"""Known causes on pages: their list, one with incidents and actions, and what an incident's page asks about them."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from apps.accounts.domain import Principal
from apps.core.calendar_words import day_words
from apps.incidents.domain.action_states import STATE_WORDS
from apps.incidents.domain.action_words import ActionState, CauseStatus, RepeatState
from apps.incidents.domain.causes import CAUSE_WORDS, REPEAT_WORDS
from apps.incidents.models import Action, CauseStatusChange, Incident, IncidentCause, KnownCause
from apps.incidents.policies import learning as policies
from apps.incidents.queries import causes as queries


def cause_url(cause: KnownCause) -> str:
    """The page of a cause."""
    return reverse("incidents:cause", args=[cause.pk])


def known_words(cause: KnownCause) -> str:
    """Since when it is known."""
    if cause.known_since is None:
        return "not yet named by a published retro"
    return f"known since {day_words(cause.known_since)}"


def present_list(causes: Iterable[KnownCause]) -> dict[str, Any]:
    """Known causes by title."""
    rows = [
        [
            {"text": f"{cause}: {cause.title}", "url": cause_url(cause), "header": True},
            {"text": cause.owner_team.name},
            {"text": CAUSE_WORDS[CauseStatus(cause.status)]},
            {"text": known_words(cause)},
        ]
        for cause in causes
    ]
    columns = [{"label": label} for label in ("Cause", "Team", "State", "Known")]
    return {"caption": "Known causes", "caption_hidden": True, "columns": columns, "rows": rows}


def present_links(links: Iterable[IncidentCause]) -> dict[str, Any]:
    """Incidents of a cause, newest first, each with how the cause stood when it came again."""
    rows = [
        [
            {
                "text": f"I-{one.incident_id}: {one.incident.title}", "header": True,
                "url": f"/incidents/{one.incident_id}/",
            },
            {"text": one.incident.owner_team.name},
            {"moment": one.incident.started_at} if one.incident.started_at else {"text": "not known"},
            {"text": repeat_words(one)},
        ]
        for one in links
    ]  # fmt: skip
    columns = [{"label": label} for label in ("Incident", "Team", "Impact started", "It came")]
    return {"caption": "Incidents it struck in", "columns": columns, "rows": rows}


def repeat_words(link: IncidentCause) -> str:
    """How a cause stood when it struck."""
    return REPEAT_WORDS[RepeatState(link.repeat_state)] if link.repeat_state else "Before it was known"


def present_actions(actions: Iterable[Action]) -> dict[str, Any]:
    """Actions on a cause by due day."""
    rows = [
        [
            {"text": f"A-{one.pk}: {one.text}", "url": f"/actions/{one.pk}/", "header": True},
            {"text": one.owner_team.name},
            {"text": STATE_WORDS[ActionState(one.state)]},
            {"text": day_words(one.due_on)},
        ]
        for one in actions
    ]
    columns = [{"label": label} for label in ("Action", "Team", "State", "Due")]
    return {"caption": "Actions on it", "columns": columns, "rows": rows}


def present_history(changes: Iterable[CauseStatusChange]) -> list[dict[str, Any]]:
    """How a cause stood over time, newest first."""
    return [{"at": one.at, "words": CAUSE_WORDS[CauseStatus(one.status)], "reason": one.reason} for one in changes]


def present_incident_causes(incident: Incident, by: Principal) -> dict[str, Any]:
    """For an incident's page: causes that were confirmed or refused, and those it may have come from again."""
    links = queries.list_links_of_incident(incident, by)
    return {
        "confirmed": [_said(link) for link in links if link.is_confirmed],
        "refused": [_said(link) for link in links if not link.is_confirmed],
        "suggested": [_suggested(cause) for cause in queries.list_suggested(incident, by)],
        "can_link": policies.can_link_cause(by, incident),
        "incident": incident,
        "new_url": f"{reverse('incidents:cause-create')}?incident={incident.pk}",
    }


def _said(link: IncidentCause) -> dict[str, Any]:
    return {
        "pk": link.cause_id, "label": f"C-{link.cause_id}: {link.cause.title}", "url": cause_url(link.cause),
        "words": repeat_words(link) if link.is_confirmed else link.reason,
        "is_after_done": link.repeat_state == RepeatState.AFTER_DONE,
    }  # fmt: skip


def _suggested(cause: KnownCause) -> dict[str, Any]:
    words = f"{CAUSE_WORDS[CauseStatus(cause.status)]}, {known_words(cause)}"
    return {"pk": cause.pk, "label": f"{cause}: {cause.title}", "url": cause_url(cause), "words": words}

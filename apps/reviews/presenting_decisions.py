"""A decision prepared for its own page: what was decided, what was seen then, what came of it."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.calendar_words import day_words
from apps.reviews import policies, queries
from apps.reviews.domain.answers import Outcome, Verb
from apps.reviews.domain.follow_ups import Proposal, outcome_problem
from apps.reviews.models import Decision, FollowUp
from apps.reviews.presenting_items import expected_fact
from apps.reviews.presenting_lists import sentence_of
from apps.reviews.presenting_weekly import week_words
from apps.reviews.queries.documents import expected_document

SUPERSEDED = "A later decision about the same item holds. This one stays as it was."
HURT = "It hurt, so it is decided anew in the next weekly review."
NOT_YET = "It is looked at again on {day}."
NEVER = "Nothing was to be followed up: it goes on as before."


def present_decision(decision: Decision, proposal: Proposal, by: Principal) -> dict[str, Any]:
    """Everything the page shows but its form."""
    seen = queries.evidence_shown(decision, by=by)
    follow_ups = list(decision.follow_ups.all())
    verb = Verb(decision.verb)
    return {
        "heading": f"Decision {decision}",
        "crumbs": [
            {"label": "Reviews", "url": reverse("reviews:review-list")},
            {"label": "Decisions", "url": reverse("reviews:decision-list")},
            {"label": str(decision)},
        ],
        "decision": decision,
        "verb": verb.label,
        "team": seen["team"],
        "decided_at": decision.decided_at,
        "who": decision.decided_by.full_name,
        "review_url": reverse("reviews:weekly", args=[seen["review"]]) if seen.get("review") else "",
        "review_name": f"Weekly review, {week_words(seen['period'])}" if seen.get("period") else "",
        "notices": _notices(decision),
        "sentence": sentence_of(decision),
        "facts": _facts(decision),
        "seen": seen["sentence"],
        "seen_facts": seen_facts(seen),
        "evidence_url": seen["evidence"],
        "sha256": decision.evidence_sha256,
        "effect": _effect(decision, proposal),
        "follow_ups": [_follow_up(one) for one in follow_ups],
        "waiting": _waiting(decision),
        "may_follow_up": can_follow_up(decision, follow_ups, by),
    }


def can_follow_up(decision: Decision, follow_ups: list[FollowUp], by: Principal) -> bool:
    """An outcome can be confirmed by this person now."""
    if decision.follow_up_on is None or decision.is_superseded or not policies.can_answer(by, decision):  # type: ignore[attr-defined]
        return False
    newest = follow_ups[-1] if follow_ups else None
    day = (newest.asks_again_on if newest else None) or decision.follow_up_on
    before = Outcome(newest.outcome) if newest else None
    return day <= clock.today() and outcome_problem(decision.follow_up_on, before, "said") is None


def _notices(decision: Any) -> list[dict[str, str]]:
    found = [{"tone": "note", "text": SUPERSEDED}] if decision.is_superseded else []
    if decision.outcome == Outcome.HURT:
        found.append({"tone": "bad", "text": HURT})
    return found


def _facts(decision: Decision) -> list[dict[str, str]]:
    expected = expected_fact(expected_document(decision))
    found = [
        {"label": "Answers", "text": f"{decision.follows}, which hurt",
         "url": reverse("reviews:decision", args=[decision.follows_id])} if decision.follows_id else None,
        _action(decision),
        {"label": "Expected", "text": expected["text"]} if expected else None,
        {"label": "Looked at again", "text": day_words(decision.follow_up_on)} if decision.follow_up_on else None,
    ]  # fmt: skip
    return [fact for fact in found if fact]


def _action(decision: Decision) -> dict[str, str] | None:
    action = decision.action
    if action is None:
        return None
    words = f"{action}: {action.text} · {action.owner_team.name}, due {day_words(action.due_on)}"
    return {"label": "Action", "text": words, "url": reverse("portal:action", args=[action.pk])}


def seen_facts(seen: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Beside the sentence: the week, the prompt, how far the data went."""
    up_to = seen.get("data_up_to")
    found: list[dict[str, Any]] = []
    if seen.get("period"):
        found.append({"label": "Week", "text": week_words(seen["period"])})
    if up_to:
        found.append({"label": "Data up to", "moment": datetime.fromisoformat(up_to)})
    if seen.get("prompt"):
        found.append({"label": "Asked", "text": seen["prompt"]})
    return found


def _effect(decision: Decision, proposal: Proposal) -> dict[str, str] | None:
    """What was measured of its action."""
    if decision.follow_up_on is None:
        return None
    url = f"{reverse('portal:action', args=[decision.action_id])}#effect" if decision.action_id else ""
    return {"text": proposal.sentence, "url": url if proposal.measured else ""}


def _follow_up(row: FollowUp) -> dict[str, Any]:
    measured = json.loads(row.verdict_text)
    again = f"Asked again on {day_words(row.asks_again_on)}" if row.asks_again_on else ""
    return {
        "outcome": Outcome(row.outcome).label, "sentence": row.sentence, "who": row.confirmed_by.full_name,
        "at": row.confirmed_at, "verdict": measured["sentence"], "again": again,
    }  # fmt: skip


def _waiting(decision: Decision) -> str:
    if decision.follow_up_on is None:
        return NEVER
    return NOT_YET.format(day=day_words(decision.follow_up_on)) if decision.follow_up_on > _today() else "It is due."


def _today() -> date:
    return clock.today()

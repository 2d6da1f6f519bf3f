"""A weekly review as one plain document: what pages, API and the snapshot at closing say, word for word."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet

from apps.core import clock
from apps.objectives.queries import fired_rules
from apps.objectives.queries.fired_rules import Fired
from apps.reviews.domain.answers import Outcome, Verb
from apps.reviews.domain.documents import decision_number, trigger_number
from apps.reviews.domain.weekly import Rule, WeeklyState
from apps.reviews.models import Decision, Deferral, FollowUp, Review, ReviewItem

PLAIN = ("rank", "block", "rule", "subject", "sentence", "prompt", "evidence", "evidence_data", "is_counted_only")


def document_of(review: Review) -> dict[str, Any]:
    """The review as it reads now: generated content, then items with their answers, in the end its snapshot."""
    if review.snapshot_text:
        found: dict[str, Any] = json.loads(review.snapshot_text)
        return found
    if review.state == WeeklyState.OPEN:
        return {**_head(review), "items": _items(review)}
    return {**_head(review), "items": [_waiting(item) for item in review.content["items"]]}


def _head(review: Review) -> dict[str, Any]:
    return {
        "team": {"slug": review.team.slug, "name": review.content["team_name"]}, "period": review.period,
        "header": review.content["header"], "quiet": review.content["quiet"],
    }  # fmt: skip


def _waiting(item: Mapping[str, Any]) -> dict[str, Any]:
    return {**item, "id": None, "revision": 0, "answer": None, "outcome": None}


def list_items(review: Review) -> list[ReviewItem]:
    """The items of an opened review in their order, with everything that was answered; three queries."""
    return list(with_answers(ReviewItem.objects.filter(review=review)).order_by("rank"))


def with_answers(items: QuerySet[ReviewItem]) -> QuerySet[ReviewItem]:
    """Items with their decisions and deferrals fetched along."""
    decisions = Decision.objects.select_related("action__owner_team").order_by("number")
    return items.prefetch_related(
        Prefetch("decisions", decisions), Prefetch("deferrals", Deferral.objects.order_by("pk"))
    )


def _items(review: Review) -> list[dict[str, Any]]:
    rows = list_items(review)
    triggers = _triggers(rows)
    outcomes = _outcomes(review, rows)
    return [item_document(row, triggers.get(row.subject), outcomes.get(row.subject)) for row in rows]


def _triggers(rows: Iterable[ReviewItem]) -> dict[str, Fired]:
    numbers = [trigger_number(row.subject) for row in rows if row.rule == Rule.BUDGET_TRIGGER]
    return {str(one): one for one in fired_rules.list_named(numbers)} if numbers else {}


def _outcomes(review: Review, rows: Sequence[ReviewItem]) -> dict[str, FollowUp]:
    """What was confirmed since the opening of the decisions that were due, by the subject of their items."""
    numbers = [decision_number(row.subject) for row in rows if row.rule == Rule.DECISION_DUE]
    if not numbers:
        return {}
    since = FollowUp.objects.filter(decision_id__in=numbers, confirmed_at__gte=review.opened_at).order_by("pk")
    return {f"decision:{row.decision_id}": row for row in since}


def item_document(item: ReviewItem, trigger: Fired | None = None, outcome: FollowUp | None = None) -> dict[str, Any]:
    """One item with its answer as it stands."""
    decisions, deferrals = list(item.decisions.all()), list(item.deferrals.all())
    said = {name: getattr(item, name) for name in PLAIN}
    return {
        **said, "id": item.pk, "deferrals_used": item.deferrals_used,
        "revision": len(decisions) + len(deferrals),
        "answer": _answer(decisions, deferrals, trigger),
        "outcome": _outcome(outcome) if outcome else None,
    }  # fmt: skip


def evidence_of(item: ReviewItem, review: Review) -> dict[str, Any]:
    """What was shown of an item, as a decision about it keeps it."""
    header = review.content["header"]
    return {
        "review": review.pk, "team": review.content["team_name"], "period": review.period, "rule": item.rule,
        "subject": item.subject, "sentence": item.sentence, "prompt": item.prompt, "evidence": item.evidence,
        "shown": item.evidence_data, "data_up_to": header["data_up_to"], "watermark": header["watermark"],
    }  # fmt: skip


def _answer(decisions: Sequence[Decision], deferrals: Sequence[Deferral], trigger: Fired | None) -> Any:
    if decisions:
        return decision_answer(decisions[-1])
    if trigger is not None and not trigger.needs_decision(clock.today()):
        return _trigger_answer(trigger)
    return {"kind": "deferral", "text": deferrals[-1].reason} if deferrals else None


def decision_answer(decision: Decision) -> dict[str, Any]:
    """A decision as its item shows it; who decided stands on the decision's own page."""
    action = decision.action
    return {
        "kind": "decision", "decision": decision.pk, "verb": decision.verb, "text": decision.text,
        "question": decision.question, "action": str(action) if action else "",
        "action_text": action.text if action else "", "action_team": action.owner_team.name if action else "",
        "action_due_on": action.due_on.isoformat() if action else "",
        "expected": expected_document(decision),
        "follow_up_on": decision.follow_up_on.isoformat() if decision.follow_up_on else "",
    }  # fmt: skip


def expected_document(decision: Decision) -> dict[str, str] | None:
    """What a decision should move, or None."""
    if not decision.expected_definition:
        return None
    by_on = decision.expected_by.isoformat() if decision.expected_by else ""
    return {"definition": decision.expected_definition, "direction": decision.expected_direction, "by_on": by_on}


def _trigger_answer(trigger: Fired) -> dict[str, Any]:
    holding = trigger.holding
    if holding is None or not trigger.is_open:
        return {"kind": "trigger", "verb": "", "text": "The trigger is closed.", "follow_up_on": ""}
    return {
        "kind": "trigger", "verb": str(Verb(holding.verb.value)), "text": holding.sentence,
        "follow_up_on": holding.revisit_on.isoformat(),
    }  # fmt: skip


def _outcome(row: FollowUp) -> dict[str, Any]:
    again = row.asks_again_on.isoformat() if row.asks_again_on else ""
    return {"outcome": row.outcome, "label": Outcome(row.outcome).label, "text": row.sentence, "asks_again_on": again}

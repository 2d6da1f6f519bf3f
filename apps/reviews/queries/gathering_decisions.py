"""Earlier decisions on a weekly agenda: those that are due, those that hold, and what was put off or asked lately."""

import json
from collections.abc import Mapping
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, Subquery
from django.urls import reverse

from apps.core import clock
from apps.core.calendar_words import day_words
from apps.reviews.domain.answers import Outcome, Verb
from apps.reviews.domain.follow_ups import Proposal
from apps.reviews.domain.prompts import RESTS_FOR
from apps.reviews.domain.weekly import Found, Press, Rule
from apps.reviews.models import Decision, FollowUp, Review, ReviewItem
from apps.reviews.queries.decisions import due_decisions, later_answers
from apps.reviews.queries.proposing import propose
from apps.teams.models import Team

HURT_WORDS = "It hurt, so a new decision is needed."


def read_due(team: Team, day: date) -> list[Found]:
    """Decisions whose effect is to be looked at, each with what was measured; two queries."""
    rows = due_decisions(team, day)
    proposals = propose(rows)
    return [_due(row, proposals[row.pk]) for row in rows]


def _due(row: Decision, proposal: Proposal) -> Found:
    said, decided_on = row.text or row.question, clock.local_day(row.decided_at)
    outcome = row.outcome  # type: ignore[attr-defined]  # annotated by `due_decisions`
    came = HURT_WORDS if outcome == Outcome.HURT else proposal.sentence
    service = row.subject.removeprefix("service:") if row.subject.startswith("service:") else ""
    return Found(
        Rule.DECISION_DUE, f"decision:{row.pk}",
        f"{row}, {Verb(row.verb).label.lower()}, of {day_words(decided_on)}: {_ended(said)} {came}",
        Press.DECISION_MISSING, reverse("reviews:decision", args=[row.pk]),
        {
            "title": f"{row}: {said}"[:120], "decision": row.pk, "verb": row.verb, "text": row.text,
            "question": row.question, "decided_on": decided_on.isoformat(), "proposal": proposal.document,
            "outcome_before": outcome or "", "action": str(row.action) if row.action else "", **_incident(row),
        },
        order=row.follow_up_on.isoformat() if row.follow_up_on else "", services=(service,) if service else (),
    )  # fmt: skip


def _incident(row: Decision) -> dict[str, str]:
    """The incident that the decision was about, so that nobody is told of it who may not know."""
    key = json.loads(row.evidence_text).get("shown", {}).get("incident")
    return {"incident": key} if key else {}


def _ended(words: str) -> str:
    return words if words.endswith((".", "?")) else f"{words}."


def held_subjects(team: Team, day: date) -> frozenset[tuple[str, str]]:
    """(rule, subject) of what somebody adjusts or investigates until a later day; one query."""
    newest = FollowUp.objects.filter(decision=OuterRef("pk")).order_by("-pk").values("asks_again_on")[:1]
    rows = Decision.objects.filter(team=team, verb__in=[Verb.ADJUST.value, Verb.INVESTIGATE.value])
    rows = rows.annotate(again_on=Subquery(newest), is_superseded=Exists(later_answers()))
    rows = rows.filter(Q(follow_up_on__gt=day) | Q(again_on__gt=day), is_superseded=False)
    return frozenset(rows.values_list("rule", "subject"))


def deferrals_before(team: Team, period: str) -> Mapping[tuple[str, str], int]:
    """How often the things that the last meeting put off were put off in a row; two queries."""
    rows = Review.objects.filter(team=team, opened_at__isnull=False, period__lt=period)
    last = rows.order_by("-period").values("pk")[:1]
    items = ReviewItem.objects.filter(review__in=list(last.values_list("pk", flat=True)), deferrals__isnull=False)
    put_off = items.filter(decisions=None)
    return {
        (rule, subject): used + 1 for rule, subject, used in put_off.values_list("rule", "subject", "deferrals_used")
    }


def resting_prompts(team: Team, at: datetime) -> frozenset[str]:
    """Prompts that were answered lately; one query."""
    rows = ReviewItem.objects.filter(
        review__team=team, decisions__isnull=False, decisions__decided_at__gt=at - RESTS_FOR
    )
    return frozenset(rows.exclude(prompt="").values_list("prompt", flat=True))

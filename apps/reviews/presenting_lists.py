"""The list of reviews and the register of decisions as tables."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse

from apps.core.calendar_words import day_words, period_words
from apps.core.periods import parse_period
from apps.reviews.domain.answers import Outcome, Verb
from apps.reviews.domain.states import ReviewState
from apps.reviews.domain.weekly import WeeklyState
from apps.reviews.models import Decision
from apps.reviews.presenting_weekly import week_words
from apps.reviews.queries.listing import SKIPPED, TARGET, WEEKLY

KINDS = (("", "All"), (WEEKLY, "Weekly"), (TARGET, "Target reviews"), (SKIPPED, "Skipped"))
EMPTY: Mapping[str, str] = {
    "": "A team's weekly review will stand here each Monday, its target review on the 4th day of each quarter.",
    WEEKLY: "A team's weekly review will stand here each Monday: what asks for a decision, block by block.",
    TARGET: (
        "A team's target review will stand here on the 4th day of each quarter: actual against target, and drafts "
        "for the next quarter."
    ),
    SKIPPED: "No weekly review was skipped.",
}  # fmt: skip
SHOWN = (
    ("changes", "Adjust and investigate", (Verb.ADJUST, Verb.INVESTIGATE)),
    ("adjust", "Adjust", (Verb.ADJUST,)),
    ("investigate", "Investigate", (Verb.INVESTIGATE,)),
    ("continue", "Continue", (Verb.CONTINUE,)),
    ("all", "All", tuple(Verb)),
)


def present_list(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Reviews by the newest period: kind, state, when they were closed."""
    return {
        "caption": "Reviews, newest period first, then by team",
        "caption_hidden": True,
        "columns": [{"label": head} for head in ("Review", "Kind", "State", "Closed")],
        "rows": [_target_row(row) if row["what"] == TARGET else _weekly_row(row) for row in rows],
    }


def _weekly_row(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        _named(f"{row['team__name']}, {week_words(row['key'])}", reverse("reviews:weekly", args=[row["pk"]])),
        {"text": "Weekly review"},
        {"text": WeeklyState(row["state"]).label},
        _closed(row),
    ]


def _target_row(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    quarter = period_words(parse_period(row["key"]))
    return [
        _named(f"{row['team__name']}, {quarter}", reverse("reviews:target-review", args=[row["pk"]])),
        {"text": "Target review"},
        {"text": f"{ReviewState(row['state']).label}, {row['signed'] or 0} of 3 signed"},
        _closed(row),
    ]


def _named(text: str, url: str) -> dict[str, Any]:
    return {"text": text, "url": url, "header": True}


def _closed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"moment": row["closed_at"]} if row["closed_at"] else {"text": ""}


def present_register(decisions: Iterable[Decision]) -> dict[str, Any]:
    """Decisions, newest first: what was decided, when it is looked at again, what came of it."""
    heads = ("Decision", "Decided", "Team", "What", "Looked at again", "What came of it")
    return {
        "caption": "Decisions, newest first",
        "caption_hidden": True,
        "columns": [{"label": head} for head in heads],
        "rows": [_decision_row(one) for one in decisions],
    }


def _decision_row(decision: Decision) -> list[dict[str, Any]]:
    return [
        _named(f"{decision}: {Verb(decision.verb).label.lower()}", reverse("reviews:decision", args=[decision.pk])),
        {"moment": decision.decided_at},
        {"text": decision.team.name},
        {"text": sentence_of(decision), "wide": True},
        {"text": day_words(decision.follow_up_on) if decision.follow_up_on else ""},
        {"text": outcome_words(decision)},
    ]


def sentence_of(decision: Decision) -> str:
    """What was decided, in the words of the people; what simply goes on says so."""
    return " ".join(filter(None, (decision.question, decision.text))) or "It goes on as it is."


def outcome_words(decision: Any) -> str:
    """What was confirmed last, or that a later decision took its place."""
    if decision.is_superseded:
        return "A later decision holds"
    return Outcome(decision.outcome).label if decision.outcome else ""

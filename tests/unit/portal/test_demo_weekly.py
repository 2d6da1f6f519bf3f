"""Weekly reviews of the demonstration: one open, one that looked at what its decision did, those that nobody held."""

import json
from collections import Counter

from apps.accounts.domain import SYSTEM
from apps.reviews import queries
from apps.reviews.domain.weekly import Rule
from apps.reviews.models import Decision, FollowUp, Review
from tests.demo_database import Demo

NEWEST = "2026-W34"


def weekly(team: str, week: str = NEWEST) -> Review:
    return Review.objects.select_related("team").get(team__slug=team, period=week)


def test_states__each_kind_is_there(demo: Demo) -> None:
    newest = Counter(Review.objects.filter(period=NEWEST).values_list("state", flat=True))
    assert newest == {"waiting": 6, "open": 1, "closed": 1}
    earlier = Counter(Review.objects.exclude(period=NEWEST).values_list("state", flat=True))
    assert earlier["closed"] == 1
    assert set(earlier) == {"closed", "skipped"}


def test_commerce__stands_open_with_its_undecided_budget_at_the_top(demo: Demo) -> None:
    agenda = queries.agenda_of(weekly("commerce"), by=SYSTEM)
    first = agenda.blocks[0].items[0]
    assert (first.rule, first.is_open) == (Rule.BUDGET_TRIGGER, True)
    assert "Shops answer: the budget turned Exhausted" in first.sentence
    answers = [item.is_open for block in agenda.blocks for item in block.items]
    assert set(answers) == {True, False}


def test_security__looked_at_what_its_decision_did(demo: Demo) -> None:
    first = Decision.objects.earliest("pk")
    assert (first.verb, first.item.review) == ("adjust", weekly("security", "2026-W26"))
    followed = FollowUp.objects.get()
    assert (followed.decision, followed.outcome) == (first, "no_change")
    assert json.loads(followed.verdict_text)["proposed"] == "no_change"
    snapshot = json.loads(weekly("security").snapshot_text)
    due = next(item for item in snapshot["items"] if item["rule"] == Rule.DECISION_DUE)
    assert due["outcome"]["label"] == "No detectable change"
    assert any((item["answer"] or {}).get("verb") == "investigate" for item in snapshot["items"])

"""Weekly reviews of the demonstration: one that left decisions, one that looks at what came of them, one that is open.

What was measured is the history's own; what people say about it is told.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from apps.accounts.domain import Principal, TeamRole
from apps.incidents.queries import follow_up as actions
from apps.portal.demo.cast import Cast, local
from apps.portal.demo.rituals import StoryStuck
from apps.reviews import operations as reviews
from apps.reviews import queries
from apps.reviews.domain.answers import Direction, Expected, Outcome, Verb
from apps.reviews.domain.documents import decision_number
from apps.reviews.domain.weekly import Rule
from apps.reviews.models import Review
from apps.reviews.queries.weekly import ShownItem

R = TeamRole
FIRST_ON, SECOND_ON = date(2026, 7, 4), date(2026, 8, 24)
FIRST_WEEK, SECOND_WEEK = "2026-W26", "2026-W34"
SERVICE = "service:defectdojo"


@dataclass(frozen=True)
class Said:
    """What a team answers to an item: the verb, and what the verb needs."""

    verb: Verb
    text: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


def acts() -> Iterator[tuple[datetime, Callable[[Cast], str | None]]]:
    """Every act about weekly reviews, with its instant."""
    yield local(FIRST_ON, time(14)), _plan_fixes
    yield local(SECOND_ON, time(10, 45)), _look_again
    yield local(SECOND_ON, time(10, 50)), _begin


def _open(cast: Cast, team: str, week: str) -> tuple[Review, Principal]:
    """The engineering manager opens the review of a week."""
    review = queries.find_weekly(cast.teams[team], week)
    if review is None:
        raise StoryStuck(f"{team} has no weekly review of {week}.")
    manager = cast.holder(team, R.ENGINEERING_MANAGER)
    return reviews.open_weekly(review=review, by=manager), manager


def _waiting(review: Review, by: Principal) -> list[ShownItem]:
    agenda = queries.agenda_of(review, by=by)
    return [item for block in agenda.blocks for item in block.items if item.is_open]


def _answer(item: ShownItem, said: Said, by: Principal) -> None:
    row = queries.get_item(item.pk or 0, by=by)
    reviews.answer_item(item=row, verb=said.verb, text=said.text, by=by, **said.more)


def _plan_fixes(cast: Cast) -> str:
    """Security plans the fixes of advisories: an action that is open already, and what it should move."""
    review, manager = _open(cast, "security", FIRST_WEEK)
    plan = actions.find_by_key(cast.holder("security", R.TECH_LEAD).sender, "story-plan")
    said = Said(Verb.ADJUST, "Fixes of advisories leave with the planned release, not on their own.", {
        "action": plan, "expected": Expected("deployment-rework-rate", Direction.LOWER, date(2026, 8, 21)),
        "follow_up_on": SECOND_ON,
    })  # fmt: skip
    waiting = _waiting(review, manager)
    about = next((item for item in waiting if item.subject == SERVICE), waiting[0])
    _answer(about, said, manager)
    return _finish(review, manager)


def _finish(review: Review, by: Principal) -> str:
    """What is left goes on as it is; the review is closed."""
    for item in _waiting(review, by):
        _answer(item, Said(Verb.CONTINUE), by)
    review = reviews.close_weekly(review=review, by=by)
    return f"{review.team.name}, weekly review of {review.period}: closed"


def _look_again(cast: Cast) -> str:
    """Security looks at what its decision of July did, and asks a question about its silent log."""
    review, manager = _open(cast, "security", SECOND_WEEK)
    for item in _waiting(review, manager):
        if item.rule is Rule.DECISION_DUE:
            reviews.confirm_outcome(
                decision=queries.get_decision(decision_number(item.subject), by=manager), outcome=Outcome.NO_CHANGE,
                sentence="Fixes leave with the plan by now; six weeks are too few to see it in the rework.", by=manager,
            )  # fmt: skip
        elif item.rule is Rule.BURN:
            _answer(item, Said(Verb.INVESTIGATE, "The tech lead asks whoever runs the log.", {
                "question": "Why is the uptime log of DefectDojo silent?", "follow_up_on": date(2026, 9, 7),
            }), manager)  # fmt: skip
    return _finish(review, manager)


def _begin(cast: Cast) -> str:
    """Commerce has begun: its budget waits for a decision at the top, and little is answered."""
    review, manager = _open(cast, "commerce", SECOND_WEEK)
    open_ones = [item for item in _waiting(review, manager) if item.rule is not Rule.BUDGET_TRIGGER]
    for item in open_ones[-1:]:
        _answer(item, Said(Verb.CONTINUE), manager)
    return f"Commerce, weekly review of {review.period}: open, {len(_waiting(review, manager))} items wait"

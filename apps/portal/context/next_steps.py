"""The last question of a team, "Do we know what to do next?": the weekly review, actions, the quarterly review."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from apps.core.calendar_words import age_words, day_words
from apps.incidents.domain.action_words import ActionState
from apps.incidents.models import Action
from apps.portal.context.budgets import newest_of, undecided
from apps.portal.context.reviews import quarter_words, review_url, weekly_link, weekly_words
from apps.portal.queries.home import Returned, TeamHome
from apps.reviews.domain.states import ReviewState
from apps.reviews.domain.weekly import WeeklyState
from apps.reviews.models import TargetReview

MOST_ACTIONS = 4
WEEKLY_WORDS = {WeeklyState.WAITING: "not opened yet", WeeklyState.OPEN: "open"}


def next_steps(home: TeamHome, at: datetime) -> dict[str, Any]:
    """What stands on the weekly agenda (actions, causes that came again), open quarterly reviews, exactly one link.

    Reviews are only for whoever reads the team's judgements.
    """
    reviews = home.reviews or []
    return {
        "number": 5,
        "id": "next",
        "title": "Do we know what to do next?",
        "owner": home.team.name,
        "headline": _headline(home, at),
        "note": " ".join(filter(None, (_actions_words(home), _reviews_words(home, at)))),
        "newest": [
            *(newest_of(pair, at) for pair in undecided(home, at)[:MOST_ACTIONS]),
            *(_action_line(action, at) for action in home.agenda[:MOST_ACTIONS]),
            *(_cause_line(returned, at) for returned in home.returned),
            *({"text": f"Review of {quarter_words(review)}", "url": review_url(review),
               "age": age_words(review.generated_at, at)} for review in reviews),
        ],
        "next": _next(home),
    }  # fmt: skip


def _headline(home: TeamHome, at: datetime) -> str:
    waiting = len(undecided(home, at))
    if waiting:
        return "1 decision about a budget waits" if waiting == 1 else f"{waiting} decisions about budgets wait"
    if home.actions.overdue:
        return f"{_counted(home.actions.overdue, 'action')} overdue"
    if home.returned:
        return f"{_counted(len(home.returned), 'known cause')} came again after an action was done"
    count = len(home.reviews or [])
    if count:
        return "1 quarterly review is open" if count == 1 else f"{count} quarterly reviews are open"
    return "Nothing overdue"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _actions_words(home: TeamHome) -> str:
    counts = home.actions
    if not counts.open and not counts.unverified:
        return "No action is open."
    waits = f", {counts.unverified} done for two weeks and unverified" if counts.unverified else ""
    return f"{_counted(counts.open, 'action')} open, {counts.overdue} overdue{waits}."


def _reviews_words(home: TeamHome, at: datetime) -> str:
    if home.reviews is None:
        return "Reviews are visible to the team and those above it."
    stands = (
        [f"The {weekly_words(home.weekly)} is {WEEKLY_WORDS[WeeklyState(home.weekly.state)]}."] if home.weekly else []
    )
    return " ".join([*stands, _quarterly_words(home, at)])


def _quarterly_words(home: TeamHome, at: datetime) -> str:
    upcoming = f"The next quarterly review is generated on {day_words(home.next_review_on)}."
    if not home.reviews:
        return upcoming
    review = home.reviews[0]
    return f"{_waiting_words(review.state)}; generated {age_words(review.generated_at, at)} ago. {upcoming}"


def _action_line(action: Action, at: datetime) -> dict[str, Any]:
    """An action of the agenda, with how long it is past its date, or waits to be verified."""
    since = action.done_at if action.state == ActionState.DONE and action.done_at else action.due_at
    return {"text": f"{action}: {action.text}", "url": _url(action), "age": age_words(since, at)}


def _cause_line(returned: Returned, at: datetime) -> dict[str, Any]:
    """A known cause that came again although an action on it was done."""
    text = f"{returned.cause}: {returned.cause.title}"
    return {"text": text, "url": _cause_url(returned), "age": age_words(returned.at, at)}


def _next(home: TeamHome) -> dict[str, str] | None:
    """First that applies: the weekly review, where all of it stands; an action past its date, a cause that came again,
    one that waits to be verified, a quarterly review.
    """
    if home.weekly is not None:
        return weekly_link(home.weekly)
    overdue = next((action for action in home.agenda if action.state == ActionState.OPEN), None)
    if overdue is not None:
        return {"label": f"Set a new date for {overdue}, or drop it", "url": _url(overdue)}
    if home.returned:
        return {"label": f"Look at {home.returned[0].cause}, which came again", "url": _cause_url(home.returned[0])}
    if home.agenda:
        return {"label": f"Verify {home.agenda[0]}", "url": _url(home.agenda[0])}
    if home.reviews:
        return {"label": _act_words(home.reviews[0]), "url": review_url(home.reviews[0])}
    return None


def _cause_url(returned: Returned) -> str:
    return reverse("incidents:cause", args=[returned.cause.pk])


def _url(action: Action) -> str:
    return reverse("portal:action", args=[action.pk])


def _waiting_words(state: str) -> str:
    return "The review waits for signatures" if state == ReviewState.IN_DISCUSSION else "The review waits to be opened"


def _act_words(review: TargetReview) -> str:
    if review.state == ReviewState.IN_DISCUSSION:
        return f"Sign the review of {quarter_words(review)}"
    return f"Open the review of {quarter_words(review)}"

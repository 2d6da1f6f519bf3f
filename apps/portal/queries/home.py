"""Reads of the five-question page."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import CharField, DateTimeField, F, Value

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.periods import Grain, period_at
from apps.incidents.models import Action
from apps.incidents.queries import follow_up
from apps.incidents.queries.follow_up import Counted
from apps.portal.queries.last_weeks import Numbers, Shipping, get_answers
from apps.portal.queries.reviews import open_reviews
from apps.reviews.models import TargetReview
from apps.scorecards.domain.schedule import due_on
from apps.teams.models import Team

MOST_ON_AGENDA = 10


@dataclass(frozen=True)
class TeamHome:
    """A team's page; `reviews` is None for whoever may not read the team's judgements.

    Actions and reviews hold what their lines say, and no more.
    """

    team: Team
    shipping: Shipping
    pain: Numbers
    incidents: Numbers
    reviews: list[TargetReview] | None
    next_review_on: date
    actions: Counted
    agenda: list[Action]


def get_team_home(team: Team, principal: Principal, at: datetime) -> TeamHome:
    """Everything the five questions of a team show; seven queries whatever the number of teams."""
    actions, reviews = _list_steps(team, principal, at)
    answers = get_answers(team, at, principal)
    return TeamHome(
        team=team,
        shipping=answers.shipping,
        pain=answers.pain,
        incidents=answers.incidents,
        reviews=reviews if principal.sees_team(team.pk) else None,
        next_review_on=due_on(period_at(at, Grain.QUARTER, clock.reporting_zone())),
        actions=follow_up.count_unfinished(actions, at),
        agenda=follow_up.pick_agenda(actions, at)[:MOST_ON_AGENDA],
    )


def _list_steps(team: Team, principal: Principal, at: datetime) -> tuple[list[Action], list[TargetReview]]:
    """Unfinished actions by due day and open reviews by quarter, both in one query."""
    none, review, action = Value(None, DateTimeField()), Value("review", CharField()), Value("action", CharField())
    rows = follow_up.list_unfinished(team.pk, at, by=principal).annotate(
        what=action, says=F("text"), stands=F("state"), since=F("due_at"), ended=F("done_at")
    )
    waiting = (
        open_reviews(principal)
        .filter(team=team)
        .annotate(what=review, says=F("quarter"), stands=F("state"), since=F("generated_at"), ended=none)
    )
    columns = ("what", "pk", "says", "stands", "since", "ended")
    found = sorted(rows.values_list(*columns).union(waiting.values_list(*columns), all=True), key=lambda row: row[4])
    actions = [
        Action(pk=pk, text=says, state=stands, due_at=since, done_at=ended)
        for what, pk, says, stands, since, ended in found
        if what == "action"
    ]
    reviews = [
        TargetReview(pk=pk, quarter=says, state=stands, generated_at=since, team=team)
        for what, pk, says, stands, since, _ in found
        if what == "review"
    ]
    return actions, sorted(reviews, key=lambda one: one.quarter)

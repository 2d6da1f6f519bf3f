"""Reads of the five-question page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import CharField, DateTimeField, F, Value

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.periods import Grain, period_at
from apps.incidents.models import Action, KnownCause
from apps.incidents.queries import causes, follow_up
from apps.incidents.queries.follow_up import Counted
from apps.objectives.queries import team_budgets
from apps.objectives.queries.team_budgets import TeamBudget
from apps.portal.queries.last_weeks import Numbers, Shipping, get_answers
from apps.portal.queries.reviews import open_reviews, standing_weekly
from apps.portal.queries.trend import week_of
from apps.reviews.domain.weekly import WeeklyState
from apps.reviews.models import Review, TargetReview
from apps.scorecards.domain.schedule import due_on
from apps.teams.models import Team

MOST_ON_AGENDA = 10


@dataclass(frozen=True)
class Returned:
    """A known cause that came again although an action on it was done, and when it last did."""

    cause: KnownCause
    at: datetime


@dataclass(frozen=True)
class Steps:
    """What waits for a team, each in its order."""

    actions: list[Action]
    reviews: list[TargetReview]
    weekly: Review | None
    returned: list[Returned]
    budgets: list[TeamBudget]


@dataclass(frozen=True)
class TeamHome:
    """A team's page; `reviews` is None for whoever may not read the team's judgements.

    `weekly` is the weekly review that stands: the oldest open one, else the newest that waits. Actions, causes and
    reviews hold what their lines say, and no more. `may_propose`: the reader works in the team.
    """

    team: Team
    shipping: Shipping
    pain: Numbers
    incidents: Numbers
    reviews: list[TargetReview] | None
    weekly: Review | None
    next_review_on: date
    actions: Counted
    agenda: list[Action]
    returned: list[Returned]
    budgets: list[TeamBudget]
    may_propose: bool


def get_team_home(team: Team, principal: Principal, at: datetime) -> TeamHome:
    """Everything the five questions of a team show; seven queries whatever the number of teams."""
    steps = _list_steps(team, principal, at)
    answers = get_answers(team, at, principal)
    return TeamHome(
        team=team,
        shipping=answers.shipping,
        pain=answers.pain,
        incidents=answers.incidents,
        reviews=steps.reviews if principal.sees_team(team.pk) else None,
        weekly=steps.weekly,
        next_review_on=due_on(period_at(at, Grain.QUARTER, clock.reporting_zone())),
        actions=follow_up.count_unfinished(steps.actions, at),
        agenda=follow_up.pick_agenda(steps.actions, at)[:MOST_ON_AGENDA],
        returned=steps.returned,
        budgets=steps.budgets,
        may_propose=principal.is_person and principal.works_in(team.pk),
    )


def _list_steps(team: Team, principal: Principal, at: datetime) -> Steps:
    """Unfinished actions by due day, reviews that stand, causes that came again lately, budgets; in one query."""
    rows = _list_rows(team, principal, at)
    promised = team_budgets.unpack((row[0], row[2]) for row in rows if row[0] in team_budgets.WHAT)
    found = sorted((row for row in rows if row[0] not in team_budgets.WHAT), key=lambda row: row[4])
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
    weeklies = [Review(pk=pk, period=says, state=stands) for what, pk, says, stands, *_ in found if what == "weekly"]
    # A cause that came again several times stands once, by the newest.
    returned = {
        pk: Returned(KnownCause(pk=pk, title=says), since) for what, pk, says, _, since, _ in found if what == "cause"
    }
    by_quarter = sorted(reviews, key=lambda one: one.quarter)
    return Steps(actions, by_quarter, _standing(weeklies), list(returned.values()), promised)


def _list_rows(team: Team, principal: Principal, at: datetime) -> list[tuple[Any, ...]]:
    """What stands for a team, as rows of one union: what it is, its key, its words, its state, two instants."""
    none = Value(None, DateTimeField())
    rows = follow_up.list_unfinished(team.pk, at, by=principal).annotate(
        what=Value("action", CharField()), says=F("text"), stands=F("state"), since=F("due_at"), ended=F("done_at")
    )
    waiting = open_reviews(principal).filter(team=team).annotate(
        what=Value("review", CharField()), says=F("quarter"), stands=F("state"), since=F("generated_at"), ended=none
    )  # fmt: skip
    meetings = standing_weekly(principal).filter(team=team).annotate(
        what=Value("weekly", CharField()), says=F("period"), stands=F("state"), since=F("generated_at"), ended=none
    )  # fmt: skip
    lately = week_of(at).starts_at(clock.reporting_zone())
    again = causes.returned_since(team.pk, lately, principal).annotate(
        what=Value("cause", CharField()), says=F("cause__title"), stands=F("repeat_state"),
        since=F("incident__started_at"), ended=none,
    )  # fmt: skip
    said = ("says", "stands", "since", "ended")
    columns = ("what", "pk", *said)
    budgets = [
        part.annotate(says=F("packed"), stands=Value("", CharField()), since=none, ended=none).values_list(*columns)
        for part in team_budgets.packed_rows({"owner_team": team.pk}, clock.local_day(at), with_days=True)
    ]
    others = (waiting.values_list(*columns), meetings.values_list(*columns))
    return list(
        rows.values_list(*columns).union(*others, again.values_list("what", "cause_id", *said), *budgets, all=True)
    )


def _standing(weeklies: Sequence[Review]) -> Review | None:
    """The oldest review that is open, else the newest that waits; None where nothing stands."""
    by_week = sorted(weeklies, key=lambda one: one.period)
    opened = next((one for one in by_week if one.state == WeeklyState.OPEN), None)
    return opened or (by_week[-1] if by_week else None)

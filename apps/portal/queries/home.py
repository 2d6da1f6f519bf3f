"""Reads of the five-question page."""

from dataclasses import dataclass
from datetime import date, datetime

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.periods import Grain, period_at
from apps.incidents.models import Action
from apps.incidents.queries import follow_up
from apps.incidents.queries.follow_up import Counted
from apps.portal.queries.reviews import list_open_reviews
from apps.portal.queries.trend import Shipping, get_shipping
from apps.reviews.models import TargetReview
from apps.scorecards.domain.schedule import due_on
from apps.teams.models import Team

MOST_ON_AGENDA = 10


@dataclass(frozen=True)
class TeamHome:
    """A team's page; `reviews` is None for whoever may not read the team's judgements."""

    team: Team
    shipping: Shipping
    reviews: list[TargetReview] | None
    next_review_on: date
    actions: Counted
    agenda: list[Action]


def get_team_home(team: Team, principal: Principal, at: datetime) -> TeamHome:
    """Everything the five questions of a team show; nine queries whatever the number of teams."""
    return TeamHome(
        team=team,
        shipping=get_shipping(team, at),
        reviews=list_open_reviews(principal, team) if principal.sees_team(team.pk) else None,
        next_review_on=due_on(period_at(at, Grain.QUARTER, clock.reporting_zone())),
        actions=follow_up.counts_of([team.pk], at, by=principal)[team.pk],
        agenda=list(follow_up.list_for_agenda(team.pk, at, by=principal)[:MOST_ON_AGENDA]),
    )

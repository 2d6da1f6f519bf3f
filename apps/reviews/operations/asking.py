"""Asking for reviews that are due: a row each, whatever beat or worker was away."""

from django.db import transaction

from apps.core import clock
from apps.core.periods import Grain, Period
from apps.reviews import queries
from apps.reviews.domain.weekly import ReviewKind
from apps.reviews.models import ReviewDue
from apps.scorecards.domain import schedule
from apps.teams import queries as teams
from apps.teams.models import Team


@transaction.atomic
def ask_missing_reviews() -> int:
    """Write the due rows that are missing, quarterly and weekly; answers how many there were."""
    return _ask_quarterly() + _ask_weekly()


def _ask_quarterly() -> int:
    """All frozen quarterly cards that have no review yet."""
    open_teams = {team.pk for team in teams.list_teams()}
    missing = [pair for pair in queries.list_cards_without_duty() if pair[0] in open_teams]
    now = clock.now()
    return _write([
        ReviewDue(kind=ReviewKind.QUARTERLY.value, team_id=team_id, period=quarter, due_at=now)
        for team_id, quarter in missing
    ])  # fmt: skip


def _ask_weekly() -> int:
    """Every week since a team's first weekly card, at most 53 back; a week whose card is being frozen waits for it."""
    zone = clock.reporting_zone()
    weeks = schedule.due_periods(clock.as_of(), zone, Grain.WEEK)
    known = queries.weekly_cards([week.key for week in weeks])
    found = [
        ReviewDue(kind=ReviewKind.WEEKLY.value, team=team, period=week.key, due_at=schedule.due_at(week, zone))
        for week in weeks
        for team in teams.list_teams()
        if _is_wanted(team, week, known)
    ]
    return _write(found)


def _is_wanted(team: Team, week: Period, known: queries.WeeklyCards) -> bool:
    first = known.first_end.get(team.pk)
    if first is None or week.end_on < first or team.began_on >= week.end_on:
        return False
    return (team.pk, week.key) not in known.being_made and (team.pk, week.key) not in known.asked


def _write(rows: list[ReviewDue]) -> int:
    ReviewDue.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    return len(rows)

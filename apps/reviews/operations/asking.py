"""Asking for reviews that are due: a row each, whatever beat or worker was away."""

from django.db import transaction

from apps.core import clock
from apps.core.periods import Grain
from apps.reviews import queries
from apps.reviews.domain.weekly import ReviewKind
from apps.reviews.models import ReviewDue
from apps.scorecards.domain import schedule
from apps.teams import queries as teams


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
    """Every week whose card is frozen, or cannot be, at most 53 back: the agenda is made after its card."""
    zone = clock.reporting_zone()
    weeks = schedule.due_periods(clock.as_of(), zone, Grain.WEEK)
    wanted = queries.weeks_without_review([week.key for week in weeks])
    open_teams = list(teams.list_teams())
    return _write([
        ReviewDue(kind=ReviewKind.WEEKLY.value, team=team, period=week.key, due_at=schedule.due_at(week, zone))
        for week in weeks
        for team in open_teams
        if (team.pk, week.key) in wanted and team.began_on < week.end_on
    ])  # fmt: skip


def _write(rows: list[ReviewDue]) -> int:
    ReviewDue.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    return len(rows)

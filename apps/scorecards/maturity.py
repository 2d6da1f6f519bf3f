"""The stage of a team on call, read from its pages, its incidents and the definition of actions on time."""

from datetime import date, datetime, timedelta
from fractions import Fraction

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.periods import Grain, last_complete
from apps.incidents.domain.action_words import RepeatState
from apps.incidents.queries import oncall_load
from apps.measurements import queries as measurements
from apps.measurements.domain.subjects import Subject, SubjectKind
from apps.metrics import queries as metrics
from apps.scorecards.domain.maturity import (
    DAYS,
    Maturity,
    maturity_of,
    read_acknowledgement,
    read_actionable,
    read_follow_through,
    read_repeats,
)
from apps.teams.models import Team

ON_TIME = "actions-on-time"


def days_asked(at: datetime) -> tuple[date, date]:
    """The 90 complete days before an instant."""
    today = clock.local_day(at)
    return today - timedelta(days=DAYS), today


def get_maturity(team: Team, *, by: Principal, pages: oncall_load.TeamPages | None = None) -> Maturity | None:
    """The four measures of the last 90 days, of actions the last 13 full weeks, and the stage that follows.

    None for whoever does not see the team: the stage is a judgement, and stays with those who can act on it. `pages`
    are the team's, if somebody has read those of the asked days already.
    """
    if not by.sees_team(team.pk):
        return None
    at = clock.as_of()
    return _read(team, pages or oncall_load.read_team_pages(team, days_asked(at)), at)


def _read(team: Team, pages: oncall_load.TeamPages, at: datetime) -> Maturity:
    asked, found = oncall_load.thresholds_at(at), pages.load(days_asked(at))
    agreed = timedelta(seconds=found.profile.acknowledgement_seconds) if found.profile else None
    repeats = oncall_load.count_repeats(team, RepeatState.AFTER_DONE, at - timedelta(days=DAYS), at)
    return maturity_of(
        [
            read_acknowledgement(found.load, found.feed, agreed),
            read_actionable(found.load, found.feed, asked.actionable_percent),
            read_repeats(repeats if pages.has_incidents else None, asked.most_after_done),
            read_follow_through(*_on_time(team, at), asked.on_time_percent),
        ]
    )


def _on_time(team: Team, at: datetime) -> tuple[Fraction | None, int, str]:
    """The share of actions done on time in the last 13 complete weeks, its n, and why there is none."""
    weeks = last_complete(at, Grain.WEEKS_13, clock.reporting_zone())
    version = metrics.governing_version(metrics.versions_by_slug([ON_TIME]).get(ON_TIME, ()), weeks)
    if version is None:
        return None, 0, f"No data: the definition {ON_TIME} is not agreed on yet"
    row = measurements.find_value(version, Subject(SubjectKind.TEAM, team.pk), weeks)
    if row is None:
        return None, 0, "No data: not connected"
    if not row.n or row.value is None or not row.denominator:
        return None, 0, "No data: no events, no action was due"
    needed = metrics.spec_of(version).min_n
    if row.n < needed:
        return None, row.n, f"Not judged: too few ({row.n} of {needed})"
    return Fraction(row.numerator, row.denominator), row.n, ""

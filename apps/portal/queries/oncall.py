"""Reads of a team's page on being on call: its load, its noisy rules, and its stage for whoever sees the team."""

from dataclasses import dataclass

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.periods import Period
from apps.incidents.policies.oncall import can_write_profile
from apps.incidents.queries.oncall_load import TeamLoad, read_team_pages
from apps.incidents.queries.oncall_noise import NoisyRule, noisy_among
from apps.scorecards.domain.maturity import Maturity
from apps.scorecards.queries import days_asked, get_maturity
from apps.teams.models import Team


@dataclass(frozen=True)
class OnCall:
    """How a team is on call during a period; `maturity` is None for whoever does not see the team."""

    team: Team
    period: Period
    load: TeamLoad
    noisy: list[NoisyRule]
    maturity: Maturity | None
    may_write: bool


def get_on_call(team: Team, period: Period, by: Principal) -> OnCall:
    """Everything the page shows."""
    now = clock.as_of()
    days = (period.first_on, period.end_on)
    pages = read_team_pages(team, days, days_asked(now))
    load = pages.load(days)
    inside = pages.urgent_between(period.starts_at(load.zone), period.ends_at(load.zone))
    return OnCall(
        team=team,
        period=period,
        load=load,
        noisy=noisy_among((row.rule, row.paged) for row in inside),
        maturity=get_maturity(team, by=by, pages=pages),
        may_write=by.is_person and can_write_profile(by, team),
    )

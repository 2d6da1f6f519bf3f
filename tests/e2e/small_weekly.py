"""A small database for journeys about weekly reviews: teams with thirty services, a burning budget, late actions.

Run as a program, it fills the database of the environment: `python -m tests.e2e.small_weekly`.
"""

from datetime import UTC, date, datetime, timedelta

WEEK = "2026-W34"
EARLIER = datetime(2026, 7, 20, 10, tzinfo=UTC)
# Teams with their tech leads and how many services they shall own, in the order of their reviews.
TEAMS = (("commerce", "mara", 30), ("runtime", "hugo", 30), ("observability", "kofi", 5))
LATE = ("Give the import of orders a limit", "Copy the nightly backup to a second place")


def fill() -> None:
    """The small database of budgets, then more services, two late actions for each team, an open incident, reviews."""
    from tests.e2e import small_budget

    small_budget.fill()

    from apps.accounts.domain import SYSTEM
    from apps.core import clock
    from apps.core.periods import parse_period
    from apps.incidents.domain.incident_words import MilestoneKind, ServiceRole
    from apps.incidents.domain.statements import Moment
    from apps.incidents.operations.reporting import Touched, report_incident
    from apps.reviews import operations as reviews
    from apps.teams.models import Team

    with clock.playing(EARLIER):
        for team, lead, count in TEAMS:
            _own(team, count)
            _be_late(team, lead)
    with clock.playing(small_budget.NOW):
        report_incident(
            title="Payments were refused", severity=2, by=SYSTEM, services=[Touched("saleor", ServiceRole.ORIGIN)],
            milestones=[Moment(MilestoneKind.IMPACT_STARTED, small_budget.NOW - timedelta(hours=3))],
        )  # fmt: skip
        for team, _, _ in TEAMS:
            reviews.generate_weekly(team=Team.objects.get(slug=team), week=parse_period(WEEK), by=SYSTEM)


def _own(team: str, count: int) -> None:
    """Services until the team owns so many."""
    from apps.accounts.domain import SYSTEM
    from apps.core import clock
    from apps.services import operations as services
    from apps.services.queries import list_services_of
    from apps.teams.models import Team

    owner = Team.objects.get(slug=team)
    for number in range(list_services_of(owner.pk, clock.as_of()).count() + 1, count + 1):
        services.create_service(
            slug=f"{team}-{number}", name=f"{owner.name} {number}", began_on=date(2026, 1, 1), owner=owner, by=SYSTEM
        )


def _be_late(team: str, lead: str) -> None:
    """Actions past their date."""
    from apps.accounts.models import User
    from apps.core import clock
    from apps.incidents.domain.action_drafts import ActionDraft
    from apps.incidents.domain.action_words import ActionKind
    from apps.incidents.operations.action_opening import open_action
    from apps.teams.queries import principal_of_user

    by = principal_of_user(User.objects.get(email=f"{lead}@example.org"), clock.as_of())
    for text in LATE:
        draft = ActionDraft(
            text=text, kind=ActionKind.PREVENT, done_when="Somebody else has seen it", due_on=date(2026, 8, 3)
        )
        open_action(draft=draft, team=team, by=by)


if __name__ == "__main__":
    fill()

"""A small database for journeys about weekly reviews: Commerce with thirty services, a burning budget, late actions.

Run as a program, it fills the database of the environment: `python -m tests.e2e.small_weekly`.
"""

from datetime import UTC, date, datetime, timedelta

SERVICES = 30
WEEK = "2026-W34"
EARLIER = datetime(2026, 7, 20, 10, tzinfo=UTC)


def fill() -> None:
    """Everything of the small database of budgets, more services, two late actions, an open incident, the review."""
    from tests.e2e import small_budget

    small_budget.fill()

    from apps.accounts.domain import SYSTEM
    from apps.accounts.models import User
    from apps.core import clock
    from apps.core.periods import parse_period
    from apps.incidents.domain.action_drafts import ActionDraft
    from apps.incidents.domain.action_words import ActionKind
    from apps.incidents.domain.incident_words import MilestoneKind, ServiceRole
    from apps.incidents.domain.statements import Moment
    from apps.incidents.operations.action_opening import open_action
    from apps.incidents.operations.reporting import Touched, report_incident
    from apps.reviews import operations as reviews
    from apps.services import operations as services
    from apps.teams.models import Team
    from apps.teams.queries import principal_of_user

    commerce = Team.objects.get(slug="commerce")
    lead = principal_of_user(User.objects.get(email="mara@example.org"), small_budget.NOW)
    with clock.playing(EARLIER):
        for number in range(2, SERVICES + 1):
            services.create_service(
                slug=f"shop-{number}", name=f"Shop {number}", began_on=date(2026, 1, 1), owner=commerce, by=SYSTEM
            )
        for text in ("Give the import of orders a limit", "Copy the nightly backup to a second place"):
            draft = ActionDraft(
                text=text, kind=ActionKind.PREVENT, done_when="Somebody else has seen it", due_on=date(2026, 8, 3)
            )
            open_action(draft=draft, team="commerce", by=lead)
    with clock.playing(small_budget.NOW):
        report_incident(
            title="Payments were refused", severity=2, by=SYSTEM, services=[Touched("shop-2", ServiceRole.ORIGIN)],
            milestones=[Moment(MilestoneKind.IMPACT_STARTED, small_budget.NOW - timedelta(hours=3))],
        )  # fmt: skip
        reviews.generate_weekly(team=commerce, week=parse_period(WEEK), by=SYSTEM)


if __name__ == "__main__":
    fill()

"""The demonstration's people, teams and services as stored rows, and how its people act."""

from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.contrib.auth.hashers import make_password

from apps.accounts.domain import SYSTEM, Principal, TeamRole
from apps.accounts.models import RoleGrant, User
from apps.core import clock
from apps.core.periods import local_midnight
from apps.portal.demo import organisation as plan
from apps.services import operations as services
from apps.services.models import Service
from apps.teams import operations as teams
from apps.teams import queries as team_queries
from apps.teams.models import Group, Team


@dataclass
class Cast:
    """Everybody and everything the story speaks of: people by full name, the rest by slug."""

    people: dict[str, User] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    secret: str = field(default="", repr=False)

    def person(self, full_name: str) -> Principal:
        """The person with the roles held at the instant being played."""
        return team_queries.principal_of_user(self.people[full_name], clock.as_of())

    def holder(self, team: str, role: TeamRole) -> Principal:
        """Whoever holds a role in a team; its leadership is the group's, else the organisation's."""
        found = next(cast for cast in plan.TEAMS if cast.slug == team)
        names = {held: name for name, held in found.people}
        leader = plan.GROUP_LEADERS.get(found.group, plan.GROUP_LEADERS["product"])
        return self.person(names.get(role, leader))

    @property
    def steward(self) -> Principal:
        """The metrics steward."""
        return self.person("Silke Farrow")

    @property
    def admin(self) -> Principal:
        """The administrator."""
        return self.person("Ruben Askew")


def local(day: date, at: time = time(10)) -> datetime:
    """An instant by the reporting zone's calendar."""
    return datetime.combine(day, at, clock.reporting_zone())


def found_organisation(cast: Cast) -> str:
    """People with their roles, groups, teams, and services with their first owners."""
    since = local_midnight(plan.OWNED_FROM, clock.reporting_zone())
    _make_people(cast, since)
    _make_groups(cast, since)
    _make_teams(cast, since)
    _make_services(cast, since)
    return f"{len(cast.teams)} teams, {len(cast.services)} services and {len(cast.people)} people"


def _make_people(cast: Cast, since: datetime) -> None:
    # One hash for all: the password is the same and printed, and each hash costs a while.
    password = make_password(plan.PASSWORD)
    for name in plan.everybody():
        user = User(email=plan.mail_of(name), full_name=name, joined_at=since, password=password)
        user.is_staff = user.is_superuser = name == "Ruben Askew"
        user.save()
        cast.people[name] = user
    RoleGrant.objects.bulk_create(
        RoleGrant(user=cast.people[name], role=role, from_at=since) for name, role in plan.ORGANISATION_ROLES.items()
    )


def _make_groups(cast: Cast, since: datetime) -> None:
    for slug, name in plan.GROUPS:
        cast.groups[slug] = Group.objects.create(slug=slug, name=name)
        leader = cast.people[plan.GROUP_LEADERS[slug]]
        teams.add_member(user=leader, role=TeamRole.LEADERSHIP, from_at=since, group=cast.groups[slug], by=SYSTEM)


def _make_teams(cast: Cast, since: datetime) -> None:
    for found in plan.TEAMS:
        team = teams.create_team(
            slug=found.slug, name=found.name, team_type=found.team_type, began_on=plan.OWNED_FROM,
            group=cast.groups.get(found.group), purpose=found.purpose, by=cast.admin,
        )  # fmt: skip
        cast.teams[found.slug] = team
        for name, role in found.people:
            teams.add_member(user=cast.people[name], role=role, from_at=since, team=team, by=cast.admin)


def _make_services(cast: Cast, since: datetime) -> None:
    """Services are older than the pack; what was before 2023 belongs to nobody here."""
    for found in plan.SERVICES:
        service = services.create_service(
            slug=found.slug, name=found.name, began_on=plan.SERVICES_BEGAN_ON, tier=found.tier,
            description=found.description, by=cast.steward,
        )  # fmt: skip
        cast.services[found.slug] = service
        services.hand_over(
            service=service, to=cast.teams[found.owner], from_at=since, reason="First owner.", by=cast.steward
        )


def hand_over_oncall(cast: Cast) -> str:
    """Alerting gives OnCall to Observability; what it did before stays with Alerting."""
    services.hand_over(
        service=cast.services["oncall"], to=cast.teams["observability"], from_at=local(date(2025, 3, 31), time(0)),
        reason="On-call belongs beside the objectives it protects; Alerting keeps to routing.",
        by=cast.holder("alerting", TeamRole.ENGINEERING_MANAGER),
    )  # fmt: skip
    return "OnCall moves from Alerting to Observability on 31 March 2025"

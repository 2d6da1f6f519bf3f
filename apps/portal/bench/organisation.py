"""The generated organisation around the facts: groups, teams, services with owners, connections, definitions."""

from datetime import datetime, timedelta

from django.db import transaction

from apps.accounts.domain import OrganisationRole, TeamRole
from apps.accounts.models import RoleGrant, User
from apps.core import clock
from apps.core.fact_sources import sources
from apps.metrics import operations as metrics
from apps.portal.bench.copying import CHANNEL, copy_facts
from apps.portal.bench.history import make_history
from apps.portal.bench.scratch import Figures
from apps.portal.bench.sizes import AS_OF, Size
from apps.portal.bench.timing import taken
from apps.services.models import CATALOGUE, FactClock, FactConnection, Ownership, Service
from apps.teams.domain import TeamType
from apps.teams.models import Group, Membership, Team
from apps.teams.queries import principal_of_user

TEAMS_PER_GROUP = 10
MOVES_EVERY = 20
STEWARD = "steward@bench.example"
SOURCES = ("changes", "deployments", "remediations")


def load(options: Figures) -> Figures:
    """Fill an empty database with an organisation and its history, and adopt the starter catalogue in it."""
    size = Size(**options["size"])
    with clock.playing(AS_OF), taken() as loading:
        services = _people_and_services(size)
        history = make_history(size)
        frames = {
            "deployments": history.deployments(),
            "changes": history.changes(),
            "remediations": iter([history.remediations()]),
        }
        for key, found in frames.items():
            copy_facts(sources.get(key), found, services)
    return {"seconds": loading.seconds}


@transaction.atomic
def _people_and_services(size: Size) -> list[int]:
    user = User.objects.create_user(STEWARD, full_name="Steward")
    for role in (OrganisationRole.STEWARD, OrganisationRole.ADMIN):
        RoleGrant.objects.create(user=user, role=role, from_at=size.begins_at)
    teams = _teams(size)
    Membership.objects.create(user=user, team=teams[0], role=TeamRole.MEMBER, from_at=size.begins_at)
    metrics.adopt_starter(owner_team=teams[0], by=principal_of_user(user, AS_OF))
    for source in (*SOURCES, CATALOGUE):
        FactClock.objects.create(source=source, seq=1)
    return _services(size, teams)


def _teams(size: Size) -> list[Team]:
    count = -(-size.teams // TEAMS_PER_GROUP)
    groups = Group.objects.bulk_create(Group(slug=f"group-{i}", name=f"Group {i}") for i in range(count))
    kinds = list(TeamType)
    return Team.objects.bulk_create(
        Team(
            slug=f"team-{i}",
            name=f"Team {i}",
            team_type=kinds[i % len(kinds)],
            group=groups[i // TEAMS_PER_GROUP],
            began_on=size.begins_at.date(),
        )
        for i in range(size.teams)
    )


def _services(size: Size, teams: list[Team]) -> list[int]:
    """Services owned and connected from the first day; one in twenty moves to another team halfway."""
    begin = size.begins_at
    made = Service.objects.bulk_create(
        Service(slug=f"service-{i}", name=f"Service {i}", began_on=begin.date()) for i in range(size.services)
    )
    owners = [row for i, service in enumerate(made) for row in _owners(i, service, teams, begin, size.days)]
    Ownership.objects.bulk_create(owners, batch_size=1000)
    FactConnection.objects.bulk_create(
        (
            FactConnection(
                source=source,
                service=service,
                channel=CHANNEL,
                connected_from=begin,
                heard_at=AS_OF,
                first_seq=1,
                seq=1,
            )
            for source in SOURCES
            for service in made
        ),
        batch_size=1000,
    )
    return [service.pk for service in made]


def _owners(place: int, service: Service, teams: list[Team], begin: datetime, days: int) -> list[Ownership]:
    team = teams[place % len(teams)]
    if place % MOVES_EVERY:
        return [Ownership(service=service, team=team, from_at=begin, seq=1)]
    moved = begin + timedelta(days=days // 2)
    heir = teams[(place + 7) % len(teams)]
    return [
        Ownership(service=service, team=team, from_at=begin, until_at=moved, seq=1),
        Ownership(service=service, team=heir, from_at=moved, seq=1),
    ]

"""The people, teams, services and tools that tests speak of; every other fixture starts from `organisation`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from django.test import Client
from rest_framework.test import APIClient

from apps.accounts.domain import SYSTEM, OrganisationRole, Principal, Scope, TeamRole
from apps.accounts.models import RoleGrant, User
from apps.core import facts
from apps.services import operations as services
from apps.services.models import Service
from apps.teams import operations as teams
from apps.teams import queries as team_queries
from apps.teams.domain import TeamType
from apps.teams.models import Group, Team
from tests.laid_again import laid_again

BEGAN_ON = date(2024, 1, 1)
BEGAN_AT = datetime(2024, 1, 1, tzinfo=UTC)
PASSWORD = "a long walk by the harbour"

NAMES = {
    "ana": "Ana Tamm", "bo": "Bo Park", "cy": "Cy Emmer", "dee": "Dee Moor",
    "eli": "Eli Strand", "fay": "Fay Lind", "gus": "Gus Stein", "hal": "Hal Amin",
}  # fmt: skip
CHECKOUT_ROLES = {
    "ana": TeamRole.TECH_LEAD,
    "bo": TeamRole.PRODUCT_MANAGER,
    "cy": TeamRole.ENGINEERING_MANAGER,
    "dee": TeamRole.MEMBER,
}
ORGANISATION_ROLES = {
    "fay": OrganisationRole.LEADERSHIP,
    "gus": OrganisationRole.STEWARD,
    "hal": OrganisationRole.ADMIN,
}
TOKENS = {
    "push": ("checkout", frozenset({Scope.PUSH, Scope.READ})),
    "only_push": ("checkout", frozenset({Scope.PUSH})),
    "read": ("checkout", frozenset({Scope.READ})),
    "proposing": ("checkout", frozenset({Scope.PROPOSE, Scope.READ})),
    "only_propose": ("checkout", frozenset({Scope.PROPOSE})),
    "harbour_proposing": ("harbour", frozenset({Scope.PROPOSE, Scope.READ})),
    "harbour_push": ("harbour", frozenset({Scope.PUSH, Scope.READ})),
    "organisation_push": (None, frozenset({Scope.PUSH, Scope.READ})),
}


@dataclass(frozen=True)
class Organisation:
    """Two teams of one group, three services, eight people, eight tokens.

    Checkout (product) owns checkout-api and checkout-web; Harbour (platform) owns harbour-cluster.
    `secrets` holds the tokens' secrets by the keys of `TOKENS`.
    """

    group: Group
    checkout: Team
    harbour: Team
    checkout_api: Service
    checkout_web: Service
    harbour_cluster: Service
    people: dict[str, User]
    secrets: dict[str, str]


def make_team(slug: str, name: str, team_type: TeamType, group: Group | None = None) -> Team:
    """A team that exists since 2024."""
    return teams.create_team(slug=slug, name=name, team_type=team_type, began_on=BEGAN_ON, group=group, by=SYSTEM)


def make_service(slug: str, name: str, owner: Team | None) -> Service:
    """A service that its owner has had since 2024."""
    return services.create_service(slug=slug, name=name, began_on=BEGAN_ON, owner=owner, by=SYSTEM)


def make_person(name: str, full_name: str = "") -> User:
    """A person who signs in as `<name>@example.org` with `PASSWORD`."""
    return User.objects.create_user(f"{name}@example.org", PASSWORD, full_name=full_name or name.capitalize())


def principal_of(user: User, at: datetime | None = None) -> Principal:
    """The principal of a person with the roles held at an instant (default: a year after the beginning)."""
    return team_queries.principal_of_user(user, at or datetime(2025, 1, 1, tzinfo=UTC))


def make_organisation() -> Organisation:
    """Everything `Organisation` holds, made by the operations themselves (once, then laid again)."""
    return laid_again("organisation", _make_organisation)


def _make_organisation() -> Organisation:
    group = Group.objects.create(slug="shop", name="Shop")
    checkout = make_team("checkout", "Checkout", TeamType.PRODUCT, group)
    harbour = make_team("harbour", "Harbour", TeamType.PLATFORM, group)
    people = _people(checkout, harbour)
    return Organisation(
        group=group,
        checkout=checkout,
        harbour=harbour,
        checkout_api=make_service("checkout-api", "Checkout API", checkout),
        checkout_web=make_service("checkout-web", "Checkout web", checkout),
        harbour_cluster=make_service("harbour-cluster", "Harbour cluster", harbour),
        people=people,
        secrets=_secrets({"checkout": checkout, "harbour": harbour}, principal_of(people["hal"])),
    )


def _people(checkout: Team, harbour: Team) -> dict[str, User]:
    people = {name: make_person(name, full_name) for name, full_name in NAMES.items()}
    for name, role in CHECKOUT_ROLES.items():
        teams.add_member(user=people[name], team=checkout, role=role, from_at=BEGAN_AT, by=SYSTEM)
    teams.add_member(user=people["eli"], team=harbour, role=TeamRole.MEMBER, from_at=BEGAN_AT, by=SYSTEM)
    for name, grant in ORGANISATION_ROLES.items():
        RoleGrant.objects.create(user=people[name], role=grant, from_at=BEGAN_AT)
    return people


def _secrets(places: dict[str, Team], by: Principal) -> dict[str, str]:
    found = {}
    for key, (slug, scopes) in TOKENS.items():
        team = places[slug] if slug else None
        _, found[key] = teams.create_token(name=f"CI {key}", team=team, scopes=scopes, days=365, by=by)
    return found


@pytest.fixture
def organisation(db: None) -> Organisation:
    """The organisation all tests share."""
    return make_organisation()


def _person(name: str) -> Callable[..., User]:
    @pytest.fixture(name=name)
    def person(organisation: Organisation) -> User:
        return organisation.people[name]

    return person


ana, bo, cy, dee = _person("ana"), _person("bo"), _person("cy"), _person("dee")
eli, fay, gus, hal = _person("eli"), _person("fay"), _person("gus"), _person("hal")


@pytest.fixture
def client_as(organisation: Organisation) -> Callable[..., Client]:
    """`client_as("ana")`: a browser signed in as that person (a key of `NAMES`, a User, or None for nobody)."""

    def sign_in(persona: str | User | None) -> Client:
        client = Client()
        if persona is not None:
            client.force_login(organisation.people[persona] if isinstance(persona, str) else persona)
        return client

    return sign_in


@pytest.fixture
def api_client_as(organisation: Organisation) -> Callable[..., APIClient]:
    """`api_client_as("push")`: an API client of a token (a key of `TOKENS`), a person, a User or None for nobody."""

    def client_of(persona: str | User | None) -> APIClient:
        client = APIClient()
        if isinstance(persona, str) and persona in TOKENS:
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {organisation.secrets[persona]}")
        elif persona is not None:
            client.force_login(organisation.people[persona] if isinstance(persona, str) else persona)
        return client

    return client_of


@pytest.fixture
def touched(monkeypatch: pytest.MonkeyPatch) -> list[facts.Touched]:
    """Everything `core.facts` announces during the test, heard beside the receivers that are registered."""
    heard: list[facts.Touched] = []
    monkeypatch.setattr(facts, "_receivers", [*facts._receivers, heard.extend])
    return heard

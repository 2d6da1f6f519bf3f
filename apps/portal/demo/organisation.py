"""The demonstration's organisation: groups, teams, services and invented people, as plain data. Pure."""

from dataclasses import dataclass
from datetime import date

from apps.accounts.domain import OrganisationRole, TeamRole
from apps.services.domain import Tier
from apps.teams.domain import TeamType

PASSWORD = "a plumb line hangs true"
MAIL_DOMAIN = "example.org"
# The pack begins with 2023; a few changes it holds were merged in the year before.
OWNED_FROM = date(2023, 1, 1)
SERVICES_BEGAN_ON = date(2022, 1, 1)


@dataclass(frozen=True)
class TeamCast:
    """A team: slug, name, type, group (empty: none), purpose, and its people as (name, role)."""

    slug: str
    name: str
    team_type: TeamType
    group: str
    purpose: str
    people: tuple[tuple[str, TeamRole], ...]


@dataclass(frozen=True)
class ServiceCast:
    """A service with the team that owns it when 2023 begins."""

    slug: str
    name: str
    owner: str
    tier: Tier
    description: str


def _leads(tech_lead: str, engineering_manager: str, product_manager: str = "") -> tuple[tuple[str, TeamRole], ...]:
    found = [(tech_lead, TeamRole.TECH_LEAD), (engineering_manager, TeamRole.ENGINEERING_MANAGER)]
    return tuple(found + ([(product_manager, TeamRole.PRODUCT_MANAGER)] if product_manager else []))


GROUPS = (("product", "Product"), ("platform", "Platform"))
# The head of Product leads the organisation, too.
GROUP_LEADERS = {"product": "Helen Ostrander", "platform": "Marek Tolland"}
ORGANISATION_ROLES = {
    "Helen Ostrander": OrganisationRole.LEADERSHIP,
    "Silke Farrow": OrganisationRole.STEWARD,
    "Ruben Askew": OrganisationRole.ADMIN,
}

TEAMS = (
    TeamCast(
        "commerce", "Commerce", TeamType.PRODUCT, "product", "Shops sell and customers pay.",
        (*_leads("Mara Quist", "Ines Calder", "Jonas Werrin"), ("Tomi Okell", TeamRole.MEMBER)),
    ),
    TeamCast(
        "publishing", "Publishing", TeamType.PRODUCT, "product", "Editors write and publish pages.",
        _leads("Anouk Veldon", "Pieter Hask", "Lena Morrow"),
    ),
    TeamCast(
        "documentation", "Documentation", TeamType.PRODUCT, "product", "Projects publish their documentation.",
        _leads("Emil Sarn", "Noor Tavish", "Carla Benning"),
    ),
    TeamCast(
        "security", "Security", TeamType.PRODUCT, "product", "Teams find and close vulnerabilities.",
        _leads("Dana Rusk", "Viktor Lamm", "Olive Pratten"),
    ),
    TeamCast(
        "runtime", "Runtime", TeamType.PLATFORM, "platform", "Networks are known and background work runs.",
        _leads("Hugo Stenmark", "Amira Cole", "Sven Darrow"),
    ),
    TeamCast(
        "alerting", "Alerting", TeamType.PLATFORM, "platform", "The right people hear of trouble.",
        _leads("Yara Finch", "Otto Brandis", "Mila Garrick"),
    ),
    TeamCast(
        "observability", "Observability", TeamType.PLATFORM, "platform", "Promises about services are watched.",
        _leads("Kofi Lindgren", "Petra Voss", "Ezra Holm"),
    ),
    TeamCast(
        "insights", "Insights", TeamType.MIXED, "", "Engineering data is gathered and shown.",
        _leads("Rosa Delmar", "Felix Unwin"),
    ),
)  # fmt: skip

SERVICES = (
    ServiceCast("saleor", "Saleor", "commerce", Tier.CRITICAL, "Commerce API on several maintained lines."),
    ServiceCast("wagtail", "Wagtail", "publishing", Tier.CRITICAL, "Content management for editors."),
    ServiceCast("readthedocs", "Read the Docs", "documentation", Tier.CRITICAL, "Builds and hosts documentation."),
    ServiceCast("defectdojo", "DefectDojo", "security", Tier.IMPORTANT, "Vulnerability management."),
    ServiceCast("netbox", "NetBox", "runtime", Tier.CRITICAL, "Source of truth for networks."),
    ServiceCast("celery", "Celery", "runtime", Tier.CRITICAL, "Runs background tasks."),
    ServiceCast("keep", "Keep", "alerting", Tier.IMPORTANT, "Gathers and routes alerts."),
    ServiceCast("oncall", "OnCall", "alerting", Tier.CRITICAL, "On-call schedules and escalation."),
    ServiceCast("pyrra", "Pyrra", "observability", Tier.SUPPORTING, "Objectives as dashboards and alerts."),
    ServiceCast("sloth", "Sloth", "observability", Tier.SUPPORTING, "Generates objective rules."),
    ServiceCast("healthchecks", "Healthchecks", "observability", Tier.IMPORTANT, "Watches scheduled jobs."),
    ServiceCast("devlake", "DevLake", "insights", Tier.SUPPORTING, "Collects engineering data."),
)

# One sign-in for each kind of person; the first four are of Commerce.
SIGN_INS = (
    ("team member", "Tomi Okell"),
    ("tech lead", "Mara Quist"),
    ("product manager", "Jonas Werrin"),
    ("engineering manager", "Ines Calder"),
    ("leadership", "Helen Ostrander"),
    ("metrics steward", "Silke Farrow"),
    ("administrator", "Ruben Askew"),
)


def mail_of(full_name: str) -> str:
    """The sign-in of a person: `mara@example.org`; first names are unique here."""
    return f"{full_name.split()[0].lower()}@{MAIL_DOMAIN}"


def everybody() -> list[str]:
    """Full names of all people, each once."""
    members = [name for team in TEAMS for name, _ in team.people]
    return list(dict.fromkeys([*members, *GROUP_LEADERS.values(), *ORGANISATION_ROLES]))

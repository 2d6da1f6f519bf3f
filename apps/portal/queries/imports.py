"""Reads of the pages on imports."""

from apps.accounts.domain import Principal
from apps.core.problems import Absent
from apps.integrations import policies
from apps.integrations import queries as integrations
from apps.integrations.models import ImportRun
from apps.teams import queries as teams
from apps.teams.models import Team

EVERY = "all"


def list_places(principal: Principal) -> list[tuple[str, str]]:
    """Whose services the person may bring facts for: own teams, and all services for administrators."""
    mine = teams.list_teams().filter(pk__in=list(principal.team_roles))
    places = [(team.slug, team.name) for team in mine if policies.can_import(principal, team)]
    return [*places, (EVERY, "All services")] if policies.can_import(principal, None) else places


def require_place(principal: Principal, value: str, places: list[tuple[str, str]]) -> None:
    """Raise before anything else is judged unless the person may bring facts for the chosen place."""
    if value not in dict(places) and (value or not places):
        policies.require_can_import(principal, place_of(value or EVERY))


def place_of(value: str) -> Team | None:
    """The team of a chosen place; None stands for all services."""
    return None if value == EVERY else teams.get_team(value)


def get_run(pk: int, principal: Principal) -> ImportRun:
    """The import, if the principal may see it; raises `Absent`."""
    run = integrations.list_imports(principal).filter(pk=pk).first()
    if run is None:
        raise Absent("not_found", "Nothing is here for you.")
    return run

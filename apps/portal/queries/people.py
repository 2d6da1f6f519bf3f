"""Reads about the person who is signed in."""

from apps.accounts.domain import ROLE_WORDS, Principal
from apps.teams import queries as teams


def list_roles(principal: Principal) -> list[tuple[str, str]]:
    """Role and place of every role held, organisation first, then teams by name."""
    held = [(ROLE_WORDS[role], "the organisation") for role in sorted(principal.organisation_roles)]
    named = teams.list_teams().filter(pk__in=list(principal.team_roles))
    for team in named:
        held += [(ROLE_WORDS[role], team.name) for role in sorted(principal.team_roles[team.pk])]
    return held

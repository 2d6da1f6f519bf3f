"""Filters of team lists."""

from django_filters import rest_framework as filters

from apps.accounts.domain import TeamRole
from apps.accounts.domain.responsibilities import AGREEMENTS
from apps.core.filtering import StrictFilterSet
from apps.teams.domain import TeamType


class TeamFilter(StrictFilterSet):
    """Teams by type and group."""

    team_type = filters.ChoiceFilter(choices=[(t.value, t.label) for t in TeamType])
    group = filters.CharFilter(field_name="group__slug")


class MembershipFilter(StrictFilterSet):
    """Memberships by place and role."""

    team = filters.CharFilter(field_name="team__slug")
    group = filters.CharFilter(field_name="group__slug")
    role = filters.ChoiceFilter(choices=[(r.value, r.value) for r in TeamRole])


class TokenFilter(StrictFilterSet):
    """Tokens by owner."""

    team = filters.CharFilter(field_name="team__slug")


class AgreementFilter(StrictFilterSet):
    """Working agreements by team and matter."""

    team = filters.CharFilter(field_name="team__slug")
    matter = filters.ChoiceFilter(choices=[(row.key, row.label) for row in AGREEMENTS.values()])

"""Who acts, and who leads, shares or must not carry what alone. Pure."""

from apps.accounts.domain.principals import (
    ANONYMOUS,
    ROLE_WORDS,
    SYSTEM,
    WORKING_ROLES,
    OrganisationRole,
    OwnTeam,
    Principal,
    PrincipalKind,
    Scope,
    TeamRole,
)

__all__ = [
    "ANONYMOUS",
    "ROLE_WORDS",
    "SYSTEM",
    "WORKING_ROLES",
    "OrganisationRole",
    "OwnTeam",
    "Principal",
    "PrincipalKind",
    "Scope",
    "TeamRole",
]

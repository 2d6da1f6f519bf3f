"""Reads of teams, memberships and tokens."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import BigIntegerField, CharField, DateField, F, Max, Prefetch, Q, QuerySet, Value

from apps.accounts.domain import (
    ANONYMOUS,
    OrganisationRole,
    OwnTeam,
    Principal,
    PrincipalKind,
    Scope,
    TeamRole,
)
from apps.accounts.domain.responsibilities import AGREEMENTS, DatedRow
from apps.accounts.models import RoleGrant, User
from apps.core.problems import Absent, NotSignedIn
from apps.teams import domain
from apps.teams.models import ApiToken, Group, Membership, Team, WorkingAgreement


def list_teams() -> QuerySet[Team]:
    """Teams that are not closed, by name."""
    return Team.objects.filter(closed_on=None).select_related("group").order_by("name")


def list_all_teams() -> QuerySet[Team]:
    """Teams by name, closed ones included."""
    return Team.objects.select_related("group").order_by("name")


def list_groups_with_teams() -> QuerySet[Group]:
    """Groups by name, with their open teams read along."""
    return list_groups().prefetch_related(Prefetch("teams", queryset=list_teams()))


def list_groups() -> QuerySet[Group]:
    """Groups by name."""
    return Group.objects.order_by("name")


def get_team(slug: str) -> Team:
    """The team of that slug; raises `Absent`."""
    team = Team.objects.select_related("group").filter(slug=slug).first()
    if team is None:
        raise Absent("not_found", "Nothing is here for you.")
    return team


def list_members(team: Team, at: datetime) -> QuerySet[Membership]:
    """Standing memberships of a team, by name."""
    return team.memberships.standing(at).select_related("user").order_by("user__full_name")


def list_memberships(principal: Principal) -> QuerySet[Membership]:
    """Roles in the teams the principal reads, and in those teams' groups; ended ones included, oldest first."""
    rows = Membership.objects.select_related("team", "group", "user").order_by("from_at", "pk")
    if principal.sees_all_teams:
        return rows
    groups = Team.objects.filter(pk__in=principal.visible_team_ids).values("group_id")
    return rows.filter(Q(team_id__in=principal.visible_team_ids) | Q(group_id__in=groups))


def list_tokens(principal: Principal) -> QuerySet[ApiToken]:
    """Tokens of the teams the principal reads; those of the organisation only for whoever reads all."""
    rows = ApiToken.objects.select_related("team").order_by("name", "pk")
    return rows if principal.sees_all_teams else rows.filter(team_id__in=principal.visible_team_ids)


@dataclass(frozen=True)
class TeamRoles:
    """One team of a principal, and the roles held there."""

    slug: str
    name: str
    roles: list[str]


@dataclass(frozen=True)
class Self:
    """What a principal may know about itself."""

    kind: str
    name: str
    email: str
    organisation_roles: list[str]
    teams: list[TeamRoles]
    scopes: list[str]
    expires_at: datetime | None


def describe_principal(principal: Principal) -> Self:
    """Who is asking, with roles, teams and scopes; a token's only team is its owner."""
    token = ApiToken.objects.filter(pk=principal.token_id).first() if principal.token_id else None
    user = User.objects.filter(pk=principal.user_id).first() if principal.user_id else None
    teams = Team.objects.filter(pk__in=principal.visible_team_ids).order_by("name")
    return Self(
        kind=principal.kind.value,
        name=token.name if token else user.full_name if user else "",
        email=user.email if user else "",
        organisation_roles=sorted(principal.organisation_roles),
        teams=[TeamRoles(t.slug, t.name, sorted(principal.team_roles.get(t.pk, ()))) for t in teams],
        scopes=sorted(principal.scopes),
        expires_at=token.expires_at if token else None,
    )


def principal_of_user(user: User, at: datetime) -> Principal:
    """A person with all roles that stand at an instant, in one query; a disabled person is nobody."""
    if not user.is_active:
        return ANONYMOUS
    held = _held_by(user, at)
    roles, own = _team_roles(held)
    return Principal(
        kind=PrincipalKind.PERSON,
        key=f"user:{user.pk}",
        user_id=user.pk,
        organisation_roles=frozenset(OrganisationRole(one.role) for one in held if one.is_whole),
        team_roles=roles,
        own_teams=own,
    )


class _Held(NamedTuple):
    """A role somebody holds: in the whole organisation, in a team, or in a group and so in each of its teams."""

    is_whole: bool
    role: str
    team_id: int | None
    group_team_id: int | None
    slug: str | None
    name: str | None
    closed_on: date | None


def _held_by(user: User, at: datetime) -> list[_Held]:
    in_force = Q(until_at=None) | Q(until_at__gt=at)
    placed = Membership.objects.standing(at).filter(user=user).annotate(
        whole=Value(0), held=F("role"), of=F("team_id"), within=F("group__teams__id"), slug=F("team__slug"),
        called=F("team__name"), closed=F("team__closed_on"),
    )  # fmt: skip
    none, day, text = Value(None, BigIntegerField()), Value(None, DateField()), Value("", CharField())
    granted = RoleGrant.objects.filter(in_force, user=user, from_at__lte=at).annotate(
        whole=Value(1), held=F("role"), of=none, within=none, slug=text, called=text,
        closed=day,
    )  # fmt: skip
    columns = ("whole", "held", "of", "within", "slug", "called", "closed")
    rows = placed.values_list(*columns).union(granted.values_list(*columns), all=True)
    return [_Held(bool(whole), *rest) for whole, *rest in rows]


def _team_roles(held: list[_Held]) -> tuple[dict[int, frozenset[TeamRole]], tuple[OwnTeam, ...]]:
    """Roles by team, a group's roles counting in each of its teams; and the person's own open teams, by name."""
    found: dict[int, set[TeamRole]] = {}
    own = set()
    for one in held:
        place = one.team_id or one.group_team_id
        if not one.is_whole and place is not None:
            found.setdefault(place, set()).add(TeamRole(one.role))
        if one.team_id is not None and one.closed_on is None:
            own.add(OwnTeam(one.team_id, one.slug or "", one.name or ""))
    by_team = {team: frozenset(roles) for team, roles in found.items()}
    return by_team, tuple(sorted(own, key=lambda team: (team.name, team.id)))


def principal_of_secret(secret: str, at: datetime) -> Principal:
    """A token's principal; raises `NotSignedIn` when it is unknown or has expired."""
    token = ApiToken.objects.filter(digest=domain.digest_of(secret)).first()
    if token is None:
        raise NotSignedIn("token_invalid", "This token is not known here.")
    if token.expires_at <= at:
        raise NotSignedIn("token_expired", "This token has expired. Make a new one and switch the tool to it.")
    return Principal(
        kind=PrincipalKind.TOKEN,
        key=f"token:{token.pk}",
        token_id=token.pk,
        scopes=frozenset(Scope(s) for s in token.scopes),
        token_team_id=token.team_id,
    )


def get_matter(key: str) -> DatedRow:
    """What the responsibility matrix says of a working agreement; raises `Absent`."""
    if key not in AGREEMENTS:
        raise Absent("not_found", "Nothing is here for you.")
    return AGREEMENTS[key]


def list_agreements() -> QuerySet[WorkingAgreement]:
    """Every working agreement that was ever written, newest first."""
    rows: QuerySet[WorkingAgreement] = WorkingAgreement.objects.select_related("team", "written_by")
    return rows.order_by("-pk")


def list_standing_agreements() -> QuerySet[WorkingAgreement]:
    """The newest of each team and matter, newest first."""
    newest = WorkingAgreement.objects.values("team_id", "matter").annotate(newest=Max("pk")).values("newest")
    return list_agreements().filter(pk__in=newest)


@dataclass(frozen=True)
class RoleHolder:
    """A person who holds a role in a team, in its group, or in the organisation."""

    role: str
    place: str
    name: str


def list_role_holders(team: Team, at: datetime) -> list[RoleHolder]:
    """Everybody whose role counts for a team at an instant, by name; two queries."""
    standing = Membership.objects.standing(at).filter(user__is_active=True)
    placed = standing.filter(Q(team=team) | Q(group__isnull=False, group=team.group_id))
    in_force = Q(until_at=None) | Q(until_at__gt=at)
    grants = RoleGrant.objects.filter(in_force, from_at__lte=at, user__is_active=True)
    rows: list[tuple[str, int | None, str]] = list(placed.values_list("role", "team__id", "user__full_name"))
    found = [RoleHolder(role, "group" if own is None else "team", name) for role, own, name in rows]
    found += [RoleHolder(role, "organisation", name) for role, name in grants.values_list("role", "user__full_name")]
    return sorted(found, key=lambda holder: (holder.name, holder.role))

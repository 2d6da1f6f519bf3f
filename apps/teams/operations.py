"""Writes of teams, memberships, working agreements and tokens."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from apps.accounts.domain import Principal, Scope, TeamRole
from apps.accounts.models import User
from apps.audit import operations as audit
from apps.core import clock
from apps.core.immutable import writing
from apps.core.problems import FieldProblem, Forbidden, Invalid
from apps.teams import domain, policies, queries
from apps.teams.models import ApiToken, Group, Membership, Team, WorkingAgreement

USE_IS_NOTED_EVERY = timedelta(minutes=5)


@transaction.atomic
def create_team(
    *, slug: str, name: str, team_type: domain.TeamType, began_on: date, group: Group | None = None, purpose: str = "",
    by: Principal,
) -> Team:  # fmt: skip
    """Add a team."""
    policies.require_can_manage_organisation(by)
    team = Team(slug=slug, name=name, team_type=team_type, began_on=began_on, group=group, purpose=purpose)
    team.full_clean()
    team.save()
    audit.record("team.created", subject=team, by=by, data={"slug": slug, "team_type": str(team_type)})
    return team


@transaction.atomic
def add_member(
    *,
    user: User,
    role: TeamRole,
    from_at: datetime,
    team: Team | None = None,
    group: Group | None = None,
    by: Principal,
) -> Membership:
    """Give a person a role in a team or a group; leadership, which signs reviews, is an administrator's to give."""
    if team is None or role is TeamRole.LEADERSHIP:
        policies.require_can_manage_organisation(by)
    else:
        policies.require_can_manage_team(by, team)
    membership = Membership(user=user, team=team, group=group, role=role, from_at=from_at)
    membership.full_clean()
    membership.save()
    audit.record("membership.started", subject=membership, by=by, data={"user": user.pk, "role": str(role)})
    return membership


@transaction.atomic
def write_agreement(
    *, team: Team, matter: str, text: str, links: Sequence[str], review_by: date, reason: str, by: Principal
) -> WorkingAgreement:
    """Write what a team agrees on about a matter; it holds until a newer one does, and none is deleted."""
    policies.require_can_write_agreement(by, team, queries.get_matter(matter))
    assert by.user_id is not None  # noqa: S101 - the policy lets people through alone
    faults = domain.agreement_faults(
        text=text, links=links, review_by=review_by, reason=reason, today=clock.local_day(clock.now())
    )
    if faults:
        problems = [FieldProblem(f"/{fault.field}", fault.code, fault.sentence) for fault in faults]
        raise Invalid("validation_failed", "Some fields need attention.", problems)
    agreement = WorkingAgreement(
        team=team, matter=matter, text=text.strip(), links=list(links), review_by=review_by, reason=reason.strip(),
        written_at=clock.now(), written_by_id=by.user_id,
    )  # fmt: skip
    with writing(WorkingAgreement):
        agreement.save()
    digest = hashlib.sha256(agreement.text.encode()).hexdigest()
    said = {"team": team.slug, "matter": matter, "review_by": review_by.isoformat(), "text_sha256": digest}
    audit.record("agreement.written", subject=agreement, by=by, data=said)
    return agreement


@transaction.atomic
def create_token(
    *, name: str, team: Team | None, scopes: frozenset[Scope], days: int, by: Principal
) -> tuple[ApiToken, str]:
    """Make a token; answers the row and the secret, which is shown once and never stored."""
    if team is None:
        policies.require_can_manage_organisation(by)
    else:
        policies.require_can_manage_team(by, team)
    if by.user_id is None:
        raise Forbidden("needs_a_person", "A person makes a token; tools and the system do not.")
    _require_token_input(name, scopes, days)
    secret, at = domain.new_secret(), clock.now()
    token = ApiToken.objects.create(
        name=name, team=team, scopes=sorted(scopes), digest=domain.digest_of(secret), prefix=secret[:10],
        created_at=at, created_by_id=by.user_id, expires_at=at + timedelta(days=days),
    )  # fmt: skip
    audit.record("token.created", subject=token, by=by, data={"scopes": sorted(scopes), "days": days})
    return token, secret


@transaction.atomic
def delete_token(*, token: ApiToken, by: Principal) -> None:
    """End a token; it is refused on the next request."""
    if token.team is None:
        policies.require_can_manage_organisation(by)
    else:
        policies.require_can_manage_team(by, token.team)
    audit.record("token.deleted", subject=token, by=by)
    token.delete()


@transaction.atomic
def delete_own_token(*, by: Principal) -> None:
    """A token ends itself; it is refused on the next request."""
    token = ApiToken.objects.filter(pk=by.token_id or 0).first()
    if token is None:
        raise Forbidden("needs_a_token", "Only a token ends itself; people delete tokens on their team's page.")
    audit.record("token.deleted", subject=token, by=by)
    token.delete()


def note_token_use(token_id: int, at: datetime) -> None:
    """Remember when a token was last used, to about five minutes: a write on every read would be waste."""
    stale = Q(last_used_at=None) | Q(last_used_at__lt=at - USE_IS_NOTED_EVERY)
    ApiToken.objects.filter(stale, pk=token_id).update(last_used_at=at)


def _require_token_input(name: str, scopes: frozenset[Scope], days: int) -> None:
    problems = []
    if not name.strip():
        problems.append(FieldProblem("/name", "required", "Name the tool that will use the token."))
    if not scopes:
        problems.append(FieldProblem("/scopes", "required", "Choose at least one scope: read, push, propose."))
    if not 1 <= days <= domain.MAX_TOKEN_DAYS:
        problems.append(FieldProblem("/days", "out_of_range", f"A token lives 1 to {domain.MAX_TOKEN_DAYS} days."))
    if problems:
        raise Invalid("validation_failed", "Some fields need attention.", problems)

"""Who may draft, submit, sign and end proposals; who signs what is data in `accounts.domain`."""

from collections.abc import Iterable

from apps.accounts.domain import OrganisationRole, Principal, PrincipalKind, Scope, TeamRole
from apps.accounts.domain.responsibilities import RESPONSIBILITIES, Letter
from apps.core.problems import Forbidden
from apps.governance.domain.kinds import Change, Op
from apps.governance.models import Proposal

SIGNING = frozenset({Letter.LEADS, Letter.SHARES, Letter.AGREES})
SECOND = SIGNING | {Letter.CONTRIBUTES}
LEADS = (TeamRole.TECH_LEAD, TeamRole.ENGINEERING_MANAGER, TeamRole.PRODUCT_MANAGER)


def require_person(by: Principal) -> int:
    """The id of the person who acts; raises `Forbidden` for tools and the system."""
    if not by.is_person or by.user_id is None:
        raise Forbidden("needs_a_person", "A person does this in the portal; a tool cannot.")
    return by.user_id


def letters_of(by: Principal, change: Change) -> set[Letter]:
    """What the responsibility matrix says of this person for this change."""
    row = RESPONSIBILITIES.get(change.item.kind)
    letters = row.letters_for(change.item.content) if row else {}
    return {letter for role, letter in letters.items() if _holds(by, role, change)}


def _holds(by: Principal, role: str, change: Change) -> bool:
    if role in set(OrganisationRole) and by.holds(OrganisationRole(role)):
        return True
    if role not in set(TeamRole):
        return False
    if change.owner_team_id is None:
        return any(by.holds_in(team_id, TeamRole(role)) for team_id in by.team_roles)
    return by.holds_in(change.owner_team_id, TeamRole(role))


def can_draft(by: Principal, changes: Iterable[Change]) -> bool:
    """The owning team's people, whoever the matrix names, stewards, and tokens that may propose."""
    if by.kind is PrincipalKind.SYSTEM or by.holds(OrganisationRole.STEWARD):
        return True
    return all(_may_draft(by, change) for change in changes)


def _may_draft(by: Principal, change: Change) -> bool:
    if by.kind is PrincipalKind.TOKEN:
        return Scope.PROPOSE in by.scopes and by.token_team_id in (None, change.owner_team_id)
    return change.owner_team_id in by.team_roles or bool(letters_of(by, change))


def can_draft_somewhere(by: Principal) -> bool:
    """A person with a role in some team, or a steward: the forms of the kinds open for them."""
    return by.is_person and (by.holds(OrganisationRole.STEWARD) or bool(by.team_roles))


def require_can_draft(by: Principal, changes: Iterable[Change]) -> None:
    """Raise `Forbidden` naming who may."""
    if not can_draft(by, changes):
        raise Forbidden(
            "role_missing", "The owning team, a metrics steward or a tool with the scope propose drafts it."
        )


def can_submit(by: Principal, changes: Iterable[Change]) -> bool:
    """Whoever leads, shares or agrees by the matrix, stewards, and tokens; a steward for a retirement."""
    if by.kind is PrincipalKind.SYSTEM or by.holds(OrganisationRole.STEWARD):
        return True
    return all(_may_submit(by, change) for change in changes)


def _may_submit(by: Principal, change: Change) -> bool:
    if change.item.op is Op.RETIRE:
        return False
    if by.kind is PrincipalKind.TOKEN:
        return _may_draft(by, change)
    row = RESPONSIBILITIES.get(change.item.kind)
    named = row is not None and row.members_submit and change.owner_team_id in by.team_roles
    return named or bool(letters_of(by, change) & SIGNING)


def require_can_submit(by: Principal, changes: Iterable[Change]) -> None:
    """Raise `Forbidden` naming who may."""
    if not can_submit(by, changes):
        who = "Whoever leads or shares this in the responsibility matrix, or a metrics steward,"
        raise Forbidden("role_missing", f"{who} submits it. A draft can be handed to them.")


def can_second(by: Principal, changes: Iterable[Change]) -> bool:
    """Whoever may be the second person where no role is asked: L, S, A or C in the matrix."""
    return by.is_person and all(letters_of(by, change) & SECOND for change in changes)


def second_role(by: Principal, changes: Iterable[Change]) -> str:
    """The role in which the second person agrees where no role is asked: the first the matrix names."""
    for change in changes:
        row = RESPONSIBILITIES.get(change.item.kind)
        for role, letter in (row.letters_for(change.item.content) if row else {}).items():
            if letter in SECOND and _holds(by, role, change):
                return role
    return TeamRole.MEMBER.value


def roles_heard(changes: Iterable[Change]) -> set[str]:
    """Roles that sign or contribute to any of the changes by the matrix."""
    rows = ((RESPONSIBILITIES.get(change.item.kind), change.item.content) for change in changes)
    return {
        str(role)
        for row, content in rows
        if row is not None
        for role, letter in row.letters_for(content).items()
        if letter in SECOND
    }


def require_may_request(by: Principal, changes: Iterable[Change], affected_team_ids: Iterable[int]) -> None:
    """Whoever contributes or signs here, or leads an affected team, may ask for changes."""
    leads = any(by.holds_in(team_id, *LEADS) for team_id in affected_team_ids)
    if not (leads or can_second(by, changes) or by.holds(OrganisationRole.STEWARD)):
        who = "Whoever signs or contributes here, or leads an affected team,"
        raise Forbidden("role_missing", f"{who} asks for changes. Anybody may comment.")


def require_can_dismiss(by: Principal, authors: Iterable[int]) -> None:
    """A metrics steward who wrote none of it dismisses a request for changes."""
    require_person(by)
    if not by.holds(OrganisationRole.STEWARD) or by.user_id in set(authors):
        raise Forbidden("role_missing", "A metrics steward who wrote no revision of this dismisses a request.")


def require_can_reject(by: Principal, holds_seat: bool) -> None:
    """A required role or a steward ends a proposal."""
    require_person(by)
    if not (holds_seat or by.holds(OrganisationRole.STEWARD)):
        raise Forbidden("role_missing", "A role that has to sign, or a metrics steward, rejects a proposal.")


def require_can_withdraw(by: Principal, proposal: Proposal, authors: Iterable[int], changes: Iterable[Change]) -> None:
    """An author, whoever leads or shares it, or the token that drafted it."""
    leading = {Letter.LEADS, Letter.SHARES}
    own = by.key == proposal.created_key or (by.is_person and by.user_id in set(authors))
    if not (own or (by.is_person and all(letters_of(by, change) & leading for change in changes))):
        raise Forbidden("role_missing", "An author, or whoever leads or shares this, withdraws it.")


def require_can_adopt_kit(by: Principal) -> None:
    """A metrics steward adopts what the product ships."""
    require_person(by)
    if not by.holds(OrganisationRole.STEWARD):
        raise Forbidden("role_missing", "A metrics steward may do this.")

"""Who may report and take back facts."""

from apps.accounts.domain import Principal, PrincipalKind, Scope
from apps.core.problems import Forbidden


def can_report(by: Principal, team_id: int | None) -> bool:
    """A push token of the owning team or of the organisation, or a person who works in the owning team."""
    if by.kind is PrincipalKind.SYSTEM:
        return True
    if by.kind is PrincipalKind.TOKEN:
        return Scope.PUSH in by.scopes and by.token_team_id in (None, team_id)
    return team_id is not None and by.works_in(team_id)


def require_can_report_somewhere(by: Principal) -> None:
    """Raise `Forbidden` for those who may report no service at all."""
    places = [None, by.token_team_id, *by.team_roles]
    if not any(can_report(by, team_id) for team_id in places):
        raise Forbidden("role_missing", "A push token or a member of the owning team may report facts.")

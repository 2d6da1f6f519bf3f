"""Picking the improvements of a month: each one an action of its own, five at most."""

from django.db import transaction

from apps.accounts.domain import Principal
from apps.core.periods import Period
from apps.core.problems import Conflict, FieldProblem, Invalid
from apps.incidents.domain.action_drafts import ActionDraft
from apps.incidents.domain.synthesis import within_five
from apps.incidents.models import Action
from apps.incidents.operations import action_opening
from apps.incidents.policies import learning as policies
from apps.incidents.queries import synthesis
from apps.incidents.queries.oncall_pages import lock_teams
from apps.incidents.queries.synthesis import Scope
from apps.teams.models import Team

SIXTH = (
    "Five improvements are picked for this month already, and more are never finished. Leave this one: it returns next "
    "month as seen, not chosen."
)


@transaction.atomic
def pick_improvement(
    *, scope: Scope, month: Period, line: str, draft: ActionDraft, team: Team, by: Principal
) -> Action:
    """Open an action for a line of the synthesis; a sixth of the month, or a second for the line, is refused."""
    policies.require_can_pick(by, team.pk, team.name)
    lock_teams(scope.team_ids)  # improvements of a month are picked one after the other
    if team.pk not in scope.team_ids:
        errors = [FieldProblem("/team", "unknown_value", f"Choose a team of {scope.name}.")]
        raise Invalid("validation_failed", "Some fields need attention.", errors)
    picked = list(synthesis.list_picked(scope, month))
    review_key = scope.review_key(month, line)
    if any(action.review_key == review_key for action in picked):
        raise Conflict("state_forbids", "An improvement is picked for this line already.")
    if not within_five([*picked, line]):
        raise Conflict("five_picked", SIXTH)
    if synthesis.find_line(scope, month, line, by) is None:
        errors = [FieldProblem("/line", "unknown_value", "This line no longer stands in the synthesis. Read it again.")]
        raise Invalid("validation_failed", "Some fields need attention.", errors)
    return action_opening.open_from_review(draft=draft, team=team, review_key=review_key, by=by)

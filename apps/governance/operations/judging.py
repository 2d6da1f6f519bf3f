"""May this person do this now? Asked before a form is read, so that a right that is missing is told first.

The operations ask the same again under the lock.
"""

from apps.accounts.domain import Principal
from apps.governance import policies, queries
from apps.governance.checking import Case
from apps.governance.domain.states import Event, ProposalState
from apps.governance.models import Comment, Proposal
from apps.governance.operations.moving import require_event
from apps.governance.operations.signing import require_may_sign


def judge_submitting(*, proposal: Proposal, by: Principal) -> None:
    """Raise unless this person may put the draft up for consent."""
    policies.require_can_submit(by, Case.of(proposal).changes)
    require_event(proposal, Event.SUBMIT)


def judge_signing(*, proposal: Proposal, role: str, by: Principal) -> None:
    """Raise unless this person may agree to the present revision now."""
    require_may_sign(Case.of(proposal), by, role)


def judge_requesting(*, proposal: Proposal, by: Principal) -> None:
    """Raise unless this person may ask for another revision."""
    affected = queries.affected_team_ids(proposal)
    policies.require_may_request(by, Case.of(proposal).changes, affected)
    require_event(proposal, Event.DISCUSS)


def judge_rejecting(*, proposal: Proposal, by: Principal) -> None:
    """Raise unless this person may end the proposal."""
    case = Case.of(proposal)
    policies.require_can_reject(by, any(by.user_id in seat.people for seat in case.seats))
    require_event(proposal, Event.REJECT)


def judge_withdrawing(*, proposal: Proposal, by: Principal) -> None:
    """Raise unless this person may take the proposal back."""
    case = Case.of(proposal)
    policies.require_can_withdraw(by, proposal, case.authors, case.changes)
    require_event(proposal, Event.WITHDRAW)


def judge_dismissing(*, request: Comment, by: Principal) -> None:
    """Raise unless this person may dismiss a request for changes."""
    case = Case.of(request.proposal)
    case.require_can_dismiss(request, case.changes, by)
    require_event(request.proposal, Event.DISCUSS)


def judge_editing(*, proposal: Proposal, by: Principal) -> None:
    """Raise unless this person may write another revision."""
    policies.require_can_draft(by, Case.of(proposal).changes)
    require_event(proposal, Event.EDIT if proposal.state == ProposalState.DRAFT else Event.REVISE)

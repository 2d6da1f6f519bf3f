"""What the clock brings to a proposal without an act of a person."""

from django.db import transaction

from apps.accounts.domain import Principal
from apps.audit import operations as audit
from apps.core import clock
from apps.governance import queries
from apps.governance.domain.states import IDLE, Event, ProposalState
from apps.governance.models import Proposal
from apps.governance.operations.announcing import settle_moved
from apps.governance.operations.moving import activate, facts_of, move, proceed
from apps.governance.operations.previewing import renew_preview


@transaction.atomic
def move_proposal(*, proposal: Proposal, by: Principal) -> Proposal:
    """A date is reached, a comment window ends, nobody moved for two weeks."""
    proposal = queries.lock_proposal(proposal.pk)
    state = ProposalState(proposal.state)
    if state is ProposalState.SCHEDULED and _is_reached(proposal):
        activate(proposal, by)
    elif state in (ProposalState.IN_REVIEW, ProposalState.BLOCKED) and proposal.moved_at + IDLE <= clock.as_of():
        move(proposal, Event.EXPIRE)
        audit.record("proposal.expired", subject=proposal, by=by, data=facts_of(proposal))
        settle_moved(proposal)
    proposal = proceed(proposal, by)
    if proposal.state == ProposalState.IN_REVIEW:
        renew_preview(proposal)  # a window may outlast the preview, and nobody would look at the page
    return proposal


def _is_reached(proposal: Proposal) -> bool:
    return proposal.effective_from is None or proposal.effective_from <= clock.today()

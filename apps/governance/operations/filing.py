"""Filing what people agreed on elsewhere in the product: their signatures there are those of the proposal."""

from collections.abc import Sequence

from django.db import transaction

from apps.accounts.domain import ROLE_WORDS, SYSTEM, Principal
from apps.audit import operations as audit
from apps.core import clock
from apps.core.immutable import writing
from apps.core.problems import Conflict
from apps.governance import queries
from apps.governance.checking import kinds_needs
from apps.governance.domain.acts import Given, SignatureAct
from apps.governance.domain.kinds import Change, kinds
from apps.governance.domain.origins import Origin
from apps.governance.domain.revisions import Asked
from apps.governance.domain.states import Event, ProposalState
from apps.governance.models import Proposal, Signature
from apps.governance.operations.drafting import draft_proposal, read_changes
from apps.governance.operations.moving import facts_of, move, proceed


@transaction.atomic
def file_agreed(*, asked: Asked, signatures: Sequence[Given], by: Principal) -> Proposal:
    """File as a proposal of the product what people have signed already, and bring it into force; all or nothing.

    No preview is computed: what they signed showed them what changes.
    """
    changes = read_changes(asked, is_draft=False)
    _require_signed(changes, signatures)
    kinds.hold(changes)
    proposal = draft_proposal(asked=asked, by=SYSTEM)
    proposal.origin, proposal.submitted_at = Origin.REVIEW.value, clock.now()
    move(proposal, Event.SUBMIT)
    _carry_over(proposal, signatures)
    audit.record("proposal.filed", subject=proposal, by=by, data=facts_of(proposal, signatures=len(signatures)))
    proposal = proceed(proposal, by)
    if proposal.state != ProposalState.ACTIVATED:
        cause = proposal.blocked_cause or "It does not hold today."
        raise Conflict("state_forbids", f"What was agreed cannot come into force. {cause}")
    return proposal


def _require_signed(changes: Sequence[Change], signatures: Sequence[Given]) -> None:
    """Every role the kinds ask for has signed, and two people at least."""
    given = {signature.role for signature in signatures}
    missing = {min(need.roles) for change in changes for need in kinds_needs(change) if not need.roles & given}
    if missing:
        roles = ", ".join(ROLE_WORDS[role] for role in sorted(missing))
        raise Conflict("state_forbids", f"The signature of the {roles} is missing.")
    if len({signature.person for signature in signatures}) < 2:
        raise Conflict("state_forbids", "Two people sign at least.")


def _carry_over(proposal: Proposal, signatures: Sequence[Given]) -> None:
    revision = queries.get_revision(proposal)
    rows = [
        Signature(
            revision=revision, role=given.role, act=SignatureAct.APPROVE.value, signed_at=given.at,
            signed_by_id=given.person,
        )
        for given in signatures
    ]  # fmt: skip
    with writing(Signature):
        Signature.objects.bulk_create(rows)

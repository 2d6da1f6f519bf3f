"""What people say about a proposal, and how it ends without coming into force."""

from django.db import transaction

from apps.accounts.domain import Principal
from apps.audit import operations as audit
from apps.core import clock
from apps.core.immutable import writing
from apps.core.problems import Conflict, FieldProblem, Forbidden, Invalid
from apps.governance import policies, queries
from apps.governance.checking import Case
from apps.governance.domain.acts import CommentAct
from apps.governance.domain.kinds import kinds
from apps.governance.domain.states import Event
from apps.governance.models import Comment, Proposal
from apps.governance.operations.announcing import announce_request, note_acted, settle_moved
from apps.governance.operations.moving import facts_of, move, proceed, require_event

LONGEST_COMMENT = 2000


@transaction.atomic
def comment(*, proposal: Proposal, text: str, by: Principal) -> Comment:
    """Say something about the present revision."""
    return write_comment(proposal, CommentAct.COMMENT, text, by)


@transaction.atomic
def request_changes(*, proposal: Proposal, text: str, by: Principal) -> Comment:
    """Ask for another revision; until there is one, or it is taken back, the proposal waits."""
    policies.require_person(by)
    proposal = queries.lock_proposal(proposal.pk)
    require_event(proposal, Event.DISCUSS)
    policies.require_may_request(by, Case.of(proposal).changes, queries.affected_team_ids(proposal))
    written = write_comment(proposal, CommentAct.REQUEST_CHANGES, text, by)
    _touch(proposal)
    announce_request(written, by)
    return written


@transaction.atomic
def take_back_request(*, request: Comment, by: Principal) -> Comment:
    """Take one's own request for changes back."""
    policies.require_person(by)
    if request.written_by_id != by.user_id:
        raise Forbidden("role_missing", "Whoever asked for changes takes it back; a steward may dismiss it.")
    return _answer_request(request, CommentAct.TAKE_BACK, "Taken back.", by)


@transaction.atomic
def dismiss_request(*, request: Comment, text: str, by: Principal) -> Comment:
    """A steward who wrote none of it frees it from another team's request, in a sentence that stays on the version."""
    case = Case.of(request.proposal)
    case.require_can_dismiss(request, case.changes, by)
    return _answer_request(request, CommentAct.DISMISS, text, by)


def _answer_request(request: Comment, act: CommentAct, text: str, by: Principal) -> Comment:
    proposal = queries.lock_proposal(request.proposal_id)
    require_event(proposal, Event.DISCUSS)
    if request.pk not in {open_one.pk for open_one in queries.list_open_requests(proposal)}:
        raise Conflict("already_decided", "This request does not stand any more.")
    kinds.hold(Case.of(proposal).changes)
    written = write_comment(proposal, act, text, by, answers=request)
    _touch(proposal)
    proceed(proposal, by)
    return written


def _touch(proposal: Proposal) -> None:
    proposal.moved_at = clock.now()
    proposal.save(update_fields=["moved_at"])


def write_comment(
    proposal: Proposal, act: CommentAct, text: str, by: Principal, answers: Comment | None = None
) -> Comment:
    """One row, which never changes, with its audit entry."""
    person, words = policies.require_person(by), text.strip()
    if not words or len(words) > LONGEST_COMMENT:
        detail = f"Write 1 to {LONGEST_COMMENT:,} characters."
        raise Invalid("validation_failed", detail, [FieldProblem("/text", "required", detail)])
    row = Comment(
        proposal=proposal, revision=queries.get_revision(proposal), act=act.value, answers=answers, text=words,
        written_at=clock.now(), written_by_id=person,
    )  # fmt: skip
    with writing(Comment):
        row.save()
    audit.record(f"proposal.{act.value}", subject=proposal, by=by, data=facts_of(proposal, comment=row.pk))
    note_acted(proposal, by)
    return row


@transaction.atomic
def reject_proposal(*, proposal: Proposal, text: str, by: Principal) -> Proposal:
    """End a proposal that should not be; a required role or a steward says why."""
    policies.require_person(by)
    proposal = queries.lock_proposal(proposal.pk)
    require_event(proposal, Event.REJECT)
    case = Case.of(proposal)
    policies.require_can_reject(by, any(by.user_id in seat.people for seat in case.seats))
    write_comment(proposal, CommentAct.REJECT, text, by)
    move(proposal, Event.REJECT)
    proposal.decision = text.strip()
    proposal.save()
    audit.record("proposal.rejected", subject=proposal, by=by, data=facts_of(proposal))
    settle_moved(proposal)
    return proposal


@transaction.atomic
def withdraw_proposal(*, proposal: Proposal, text: str, by: Principal) -> Proposal:
    """Take a proposal back before it comes into force."""
    proposal = queries.lock_proposal(proposal.pk)
    require_event(proposal, Event.WITHDRAW)
    case = Case.of(proposal)
    policies.require_can_withdraw(by, proposal, case.authors, case.changes)
    move(proposal, Event.WITHDRAW)
    proposal.decision = text.strip()[:LONGEST_COMMENT]
    proposal.save()
    audit.record("proposal.withdrawn", subject=proposal, by=by, data=facts_of(proposal))
    note_acted(proposal, by)
    settle_moved(proposal)
    return proposal

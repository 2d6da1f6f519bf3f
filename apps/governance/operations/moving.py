"""Following the state table: what a proposal waits for, its timer, and how it comes into force."""

from typing import Any

from django.db import transaction

from apps.accounts.domain import Principal
from apps.audit import operations as audit
from apps.core import clock
from apps.core.periods import local_midnight
from apps.core.problems import Conflict, Outdated, ProblemError
from apps.governance import queries
from apps.governance.checking import Case
from apps.governance.domain.acts import CommentAct
from apps.governance.domain.checks import failed, waits_for
from apps.governance.domain.dates import dates_for
from apps.governance.domain.kinds import Change, Grant, granting, kinds
from apps.governance.domain.states import IDLE, Event, ProposalState, after, event_problem
from apps.governance.models import Proposal
from apps.governance.operations import announcing
from apps.governance.operations.reminding import arm_proposal, by_the_wall


def require_event(proposal: Proposal, event: Event) -> None:
    """Raise `Conflict` when the state does not allow the event."""
    problem = event_problem(ProposalState(proposal.state), event)
    if problem:
        raise Conflict("already_decided" if proposal.decided_at else "state_forbids", problem)


def require_current(proposal: Proposal, sha256: str) -> None:
    """Raise `Outdated` when somebody wrote another revision meanwhile."""
    if proposal.revision_sha256 != sha256:
        sentence = f"Revision {proposal.revision_number} was written meanwhile. Read it, then act on that."
        raise Outdated("revision_changed", sentence, headers={"ETag": f'"{proposal.revision_sha256}"'})


def move(proposal: Proposal, event: Event) -> None:
    """Follow the state table; the proposal is locked."""
    state = after(ProposalState(proposal.state), event)
    proposal.state, proposal.moved_at = state.value, clock.now()
    if not state.is_open:
        proposal.decided_at = proposal.done_at = clock.now()


def facts_of(proposal: Proposal, **more: Any) -> dict[str, Any]:
    """What the audit chain keeps of an act: number, revision and hash."""
    return {"number": proposal.number, "revision": proposal.revision_number, "sha256": proposal.revision_sha256, **more}


def proceed(proposal: Proposal, by: Principal) -> Proposal:
    """Go on as far as the checks allow: schedule, and come into force at once where nothing has to be waited for."""
    if proposal.state == ProposalState.IN_REVIEW:
        case = Case.of(proposal)
        kinds.hold(case.changes)
        if failed(case.findings()):
            announcing.announce_waiting(case, by)
        else:
            _schedule(case, by)
    _set_timer(proposal)
    proposal.save()
    return proposal


def _schedule(case: Case, by: Principal) -> None:
    proposal = case.proposal
    dates = dates_for(case.asked, case.changes, case.change_class, clock.today())
    proposal.effective_from, proposal.governs_from = dates.effective_from, dates.governs_from
    move(proposal, Event.SCHEDULE)
    data = facts_of(proposal, effective_from=_iso(dates.effective_from), governs_from=_iso(dates.governs_from))
    audit.record("proposal.scheduled", subject=proposal, by=by, data=data)
    if dates.effective_from is None or dates.effective_from <= clock.today():
        activate(proposal, by)
    else:
        announcing.announce_scheduled(case, by)


def _iso(day: Any) -> str | None:
    return day.isoformat() if day else None


def activate(proposal: Proposal, by: Principal) -> None:
    """Check all again, then write the versions; what fails blocks, is told, and is not tried again silently."""
    case = Case.of(proposal)
    kinds.hold(case.changes)
    causes = failed(case.findings())
    if causes:
        _block(case, waits_for(causes), by)
        return
    try:
        with transaction.atomic():
            written = [_apply(case, change) for change in case.changes]
    except ProblemError as refusal:
        _block(case, str(refusal), by)
        return
    move(proposal, Event.ACTIVATE)
    audit.record("proposal.activated", subject=proposal, by=by, data=facts_of(proposal, objects=written))
    announcing.announce_in_force(case, by)


def _apply(case: Case, change: Change) -> str:
    kind = kinds.get(change.item.kind)
    if kind is None:
        raise Conflict("state_forbids", f"Nothing here governs {change.item.kind} any more.")
    grant = Grant(
        proposal_id=case.proposal.pk, number=case.proposal.number, reason=case.asked.reason,
        effective_from=case.proposal.effective_from, governs_from=case.proposal.governs_from,
        by_user_id=_last_signer(case), at_once_reason=case.asked.at_once_reason, notes=_dismissals(case.proposal),
    )  # fmt: skip
    with granting(grant):
        return kind.apply(change, grant)


def _last_signer(case: Case) -> int | None:
    return case.signatures[-1].signed_by_id if case.signatures else None


def _dismissals(proposal: Proposal) -> tuple[str, ...]:
    rows = queries.list_comments(proposal).filter(act=CommentAct.DISMISS.value)
    return tuple(row.text for row in rows)


def _block(case: Case, cause: str, by: Principal) -> None:
    proposal = case.proposal
    proposal.blocked_cause = cause[:500]
    move(proposal, Event.BLOCK)
    audit.record("proposal.blocked", subject=proposal, by=by, data=facts_of(proposal))
    announcing.announce_blocked(case, by)


def _set_timer(proposal: Proposal) -> None:
    """When somebody has to look at the proposal again without an act of a person."""
    state = ProposalState(proposal.state)
    if not state.is_open or state is ProposalState.DRAFT:
        return
    proposal.done_at, proposal.attempts, proposal.last_error = None, 0, ""
    if state is ProposalState.SCHEDULED and proposal.effective_from is not None:
        proposal.due_at = by_the_wall(local_midnight(proposal.effective_from, clock.reporting_zone()))
        return
    arm_proposal(proposal)
    ends = [by_the_wall(proposal.moved_at + IDLE)]
    if proposal.window_until is not None and proposal.window_until > clock.now():
        ends.append(proposal.window_until)
    proposal.due_at = min(ends)

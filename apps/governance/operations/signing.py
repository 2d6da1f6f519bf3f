"""Putting a draft up for consent, and agreeing to it."""

from django.db import transaction

from apps.accounts.domain import SYSTEM, Principal
from apps.audit import operations as audit
from apps.core import clock
from apps.core.problems import Conflict, Forbidden
from apps.governance import policies, queries
from apps.governance.checking import Case
from apps.governance.domain import consent
from apps.governance.domain.acts import SignatureAct
from apps.governance.domain.checks import Check, failed
from apps.governance.domain.kinds import kinds
from apps.governance.domain.revisions import Asked
from apps.governance.domain.states import Event
from apps.governance.models import Proposal
from apps.governance.operations.announcing import note_acted
from apps.governance.operations.drafting import draft_proposal, read_changes
from apps.governance.operations.moving import facts_of, move, proceed, require_current, require_event
from apps.governance.operations.previewing import window_end
from apps.governance.operations.signatures import sign_by_submitting, write_signature


@transaction.atomic
def submit_proposal(*, proposal: Proposal, sha256: str, role: str = "", by: Principal) -> Proposal:
    """Put a draft up for consent; a person who holds a needed role signs it by submitting."""
    proposal = queries.lock_proposal(proposal.pk)
    require_event(proposal, Event.SUBMIT)
    case = Case.of(proposal)
    policies.require_can_submit(by, case.changes)
    require_current(proposal, sha256)
    _require_submittable(case)
    kinds.hold(case.changes)
    sign_by_submitting(case, by, role)
    move(proposal, Event.SUBMIT)
    proposal.submitted_at = clock.now()
    if proposal.window_until is not None:
        proposal.window_until = window_end(proposal.submitted_at)  # nobody else could read the draft
    proposal.save()
    audit.record("proposal.submitted", subject=proposal, by=by, data=facts_of(proposal, role=role))
    return proceed(proposal, by)


def _require_submittable(case: Case) -> None:
    read_changes(case.asked, is_draft=False)
    if case.problems:
        raise Conflict("no_longer_reads", " ".join(case.problems))
    _require_current_base(case)
    if case.needs_preview and case.preview_problem:
        raise Conflict("preview_stale", case.preview_problem)
    if case.restated_reviews:
        raise Conflict("quarter_under_review", " ".join(case.restated_reviews))
    empty = [seat for seat in case.seats if not seat.people]
    if empty:
        roles = ", ".join(sorted({role for seat in empty for role in seat.need.roles}))
        raise Conflict("role_vacant", f"Nobody can sign for {roles}: no holder, no group's holder and no steward.")


def _require_current_base(case: Case) -> None:
    """Raise `Conflict` where something moved on: only another revision can still come into force."""
    if case.stale_bases:
        raise Conflict("base_moved", " ".join(case.stale_bases))


@transaction.atomic
def sign_proposal(*, proposal: Proposal, sha256: str, role: str = "", by: Principal) -> Proposal:
    """Agree to the present revision in one role; with the last signature it is scheduled or comes into force."""
    policies.require_person(by)
    proposal = queries.lock_proposal(proposal.pk)
    case = Case.of(proposal)
    require_may_sign(case, by, role, sha256)
    before = len(case.signatures)
    kinds.hold(case.changes)
    _approve(case, by, role)
    proposal.moved_at = clock.now()
    proposal.save(update_fields=["moved_at"])
    audit.record("proposal.signed", subject=proposal, by=by, data=facts_of(proposal, role=role, position=before + 1))
    note_acted(proposal, by)
    return proceed(proposal, by)


def require_may_sign(case: Case, by: Principal, role: str, sha256: str = "") -> None:
    """Raise unless this person may agree to the revision of that hash now; without a hash, to the present one."""
    if policies.require_person(by) in case.authors:
        raise Forbidden("author_cannot_approve", "You wrote a revision of this. Somebody else agrees to it.")
    require_event(case.proposal, Event.DISCUSS)
    if sha256:
        require_current(case.proposal, sha256)
    _require_signable(case, by, role)


def _require_signable(case: Case, by: Principal, role: str) -> None:
    if any(signature.signed_by_id == by.user_id for signature in case.signatures):
        raise Conflict("already_signed", "You signed this revision already; one person signs once.")
    offered = _offered(case, by)
    if not offered or (role and role not in offered):
        raise Forbidden("role_missing", _who_signs(case))
    _require_current_base(case)
    if case.needs_preview and case.preview_problem:
        raise Conflict("preview_stale", case.preview_problem)


def _offered(case: Case, by: Principal) -> list[str]:
    """Roles in which this person can sign: those of open seats, else the one in which a second person agrees."""
    offered = consent.hats(by.user_id or 0, case.consent.open_seats, case.holders)
    if offered or case.consent.open_seats or not policies.can_second(by, case.changes):
        return offered
    role = policies.second_role(by, case.changes)
    return [role] if case.holds(by.user_id or 0, role) else []


def _who_signs(case: Case) -> str:
    from_checks = " ".join(
        finding.sentence for finding in failed(case.findings()) if finding.check is Check.ROLES_SIGNED
    )
    return from_checks or "Somebody who leads, shares, agrees or contributes here signs it."


def _approve(case: Case, by: Principal, role: str) -> None:
    write_signature(case, by, role or _offered(case, by)[0], SignatureAct.APPROVE)


@transaction.atomic
def adopt_kit(*, asked: Asked, by: Principal) -> Proposal:
    """Adopt what the product ships: the product proposes it and is the second party, so one steward's signature does.

    Every later change of the same things needs two people.
    """
    policies.require_can_adopt_kit(by)
    proposal = draft_proposal(asked=asked, by=SYSTEM)
    proposal = submit_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=SYSTEM)
    return sign_proposal(proposal=proposal, sha256=proposal.revision_sha256, role=consent.STEWARD, by=by)

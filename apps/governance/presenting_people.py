"""Who signed a proposal, who is waited for, and what was said, prepared for its page."""

from collections.abc import Mapping, Sequence
from typing import Any

from apps.accounts.domain import ROLE_WORDS, Principal
from apps.governance.checking import Case
from apps.governance.domain.acts import CommentAct, SignatureAct
from apps.governance.domain.consent import FilledBy, Seat
from apps.governance.domain.states import ProposalState
from apps.governance.models import ProposalRevision, Signature
from apps.governance.reading import ProposalPage, allows, stored_changes

ACT_WORDS = {
    CommentAct.COMMENT: "commented",
    CommentAct.REQUEST_CHANGES: "asked for changes",
    CommentAct.TAKE_BACK: "took the request back",
    CommentAct.DISMISS: "dismissed the request",
    CommentAct.REJECT: "rejected the proposal",
}
FILLED_WORDS = {
    FilledBy.GROUP: "nobody else holds the role, so the group's holder signs",
    FilledBy.STEWARD: "nobody else holds the role, so a metrics steward signs",
}


def present_signatures(case: Case) -> list[dict[str, Any]]:
    """Every needed role: who signed it and when, or who is waited for; then whoever signed besides."""
    by_person = {signature.signed_by_id: signature for signature in case.signatures}
    rows = [_seat_row(seat, by_person) for seat in case.consent.seats]
    seated = {seat.signed_by for seat in case.consent.seats}
    return rows + [_signature_row(row) for row in case.signatures if row.signed_by_id not in seated]


def _seat_row(seat: Seat, by_person: Mapping[int, Signature]) -> dict[str, Any]:
    role = " or ".join(ROLE_WORDS[role] for role in sorted(seat.need.roles)).capitalize()
    signature = by_person.get(seat.signed_by or 0)
    if signature is None:
        return {"role": role, "moment": None, "waiting": FILLED_WORDS.get(seat.filled_by, "has not signed")}
    return {"role": role, "moment": signature.signed_at, "who": _who(signature)}


def _signature_row(signature: Signature) -> dict[str, Any]:
    role = ROLE_WORDS.get(signature.role, signature.role).capitalize()
    return {"role": role, "moment": signature.signed_at, "who": _who(signature)}


def _who(signature: Signature) -> str:
    by = " by submitting" if signature.act == SignatureAct.SUBMIT else ""
    return f"{signature.signed_by.full_name}{by}"


def present_discussion(page: ProposalPage, by: Principal) -> list[dict[str, Any]]:
    """Everything that was said, oldest first, with what may be done about an open request."""
    case = page.case
    open_ones = {request.pk for request in case.requests} if case.proposal.state == ProposalState.IN_REVIEW else set()
    changes = stored_changes(case)
    return [
        {
            "id": comment.pk,
            "who": comment.written_by.full_name,
            "act": ACT_WORDS[CommentAct(comment.act)],
            "at": comment.written_at,
            "revision": comment.revision.number,
            "text": comment.text,
            "is_open": comment.pk in open_ones,
            "can_take_back": comment.pk in open_ones and comment.written_by_id == by.user_id,
            "can_dismiss": comment.pk in open_ones
            and comment.written_by_id != by.user_id
            and allows(case.require_can_dismiss, comment, changes, by),
        }
        for comment in page.comments
    ]


def present_revisions(revisions: Sequence[ProposalRevision]) -> list[dict[str, Any]]:
    """Every revision, newest first, with who wrote it."""
    return [
        {
            "number": revision.number,
            "who": revision.made_by.full_name if revision.made_by else "a tool",
            "at": revision.made_at,
            "sha256": revision.sha256[:12],
        }
        for revision in revisions
    ]

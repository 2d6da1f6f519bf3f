"""Writing signatures: in which role, and only once."""

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.immutable import writing
from apps.core.problems import Forbidden
from apps.governance.checking import Case
from apps.governance.domain import consent
from apps.governance.domain.acts import SignatureAct
from apps.governance.models import Signature


def sign_by_submitting(case: Case, by: Principal, role: str = "") -> None:
    """Sign one needed role of the author's, if there is one; raises `Forbidden` for a role that is not theirs."""
    if not by.is_person or by.user_id is None:
        return
    offered = consent.hats(by.user_id, case.consent.open_seats, case.holders)
    if role and role not in offered:
        raise Forbidden("role_missing", "You do not hold this role here, or it has signed already.")
    if offered:
        write_signature(case, by, role or offered[0], SignatureAct.SUBMIT)


def write_signature(case: Case, by: Principal, role: str, act: SignatureAct) -> Signature:
    """One row, which never changes."""
    signature = Signature(
        revision=case.revision, role=role, act=act.value, signed_at=clock.now(), signed_by_id=by.user_id or 0
    )
    with writing(Signature):
        signature.save()
    return signature

"""Writing and ending exemptions and freezes: only while their proposal comes into force."""

from apps.core import clock
from apps.core.immutable import writing
from apps.core.problems import Conflict
from apps.governance import exclusion_queries as queries
from apps.governance.domain.exemptions import ExemptionKind
from apps.governance.domain.kinds import Grant, require_grant
from apps.governance.domain.upstairs import Touched, upstairs
from apps.governance.exclusion_drafting import ExemptionDraft, FreezeDraft
from apps.governance.models import Exemption, FreezeWindow
from apps.governance.operations.reminding import arm_exemption, arm_freeze
from apps.services.models import CATALOGUE, FactClock


def write_exemption(draft: ExemptionDraft, grant: Grant) -> Exemption:
    """Let an exemption hold; what it leaves out is computed again."""
    require_grant(grant)
    seq = FactClock.advance(CATALOGUE)  # its lock also keeps numbers apart
    renewed = queries.find_exemption(f"E-{draft.renewed.number}") if draft.renewed else None
    row = Exemption(
        number=queries.next_number(Exemption), kind=draft.kind.value, team=draft.team, service=draft.service,
        definitions=list(draft.definitions), facts=draft.facts, slice=draft.slice, reason=grant.reason,
        objectives=list(draft.objectives), keys=list(draft.keys), category=draft.category,
        starts_at=draft.starts_at, expires_at=draft.expires_at, renews=renewed, proposal_id=grant.proposal_id,
        approved_at=clock.now(), approved_by_id=grant.by_user_id or 0, seq=seq,
    )  # fmt: skip
    with writing(Exemption):
        row.save()
    arm_exemption(row)
    _tell(row)
    return row


def end_exemption(row: Exemption, grant: Grant) -> Exemption:
    """End an exemption before it expires; facts from now on count again."""
    require_grant(grant)
    seq = FactClock.advance(CATALOGUE)
    row = queries.lock_exemption(row.pk)
    if row.ended_at is not None:
        raise Conflict("already_over", f"{row} is over already.")
    with writing(Exemption):
        row.end(
            ended_at=clock.as_of(), ended_by_id=grant.by_user_id, ended_proposal_id=grant.proposal_id, ended_seq=seq
        )
    _tell(row)
    return row


def _tell(row: Exemption) -> None:
    """What it takes out, or gives back, is asked for anew in the same transaction."""
    if row.kind == ExemptionKind.EXCLUDE_DATA:
        upstairs.tell(Touched(queries.services_touched(row), row.starts_at, row.expires_at))
    if row.kind == ExemptionKind.EXCLUDE_SLICES:
        upstairs.tell_slices(row.objectives, row.starts_at)


def write_freeze(draft: FreezeDraft, grant: Grant) -> FreezeWindow:
    """Let a freeze hold; it moves no value, so nothing is computed again."""
    require_grant(grant)
    FactClock.advance(CATALOGUE)
    row = FreezeWindow(
        number=queries.next_number(FreezeWindow), name=draft.name, team=draft.team, reason=grant.reason,
        starts_on=draft.days.starts_on, last_on=draft.days.last_on, proposal_id=grant.proposal_id,
        approved_at=clock.now(), approved_by_id=grant.by_user_id or 0,
    )  # fmt: skip
    with writing(FreezeWindow):
        row.save()
    arm_freeze(row)
    return row


def end_freeze(row: FreezeWindow, grant: Grant) -> FreezeWindow:
    """End a freeze before its last day; from today on periods are judged again."""
    require_grant(grant)
    row = queries.lock_freeze(row.pk)
    if row.ended_at is not None:
        raise Conflict("already_over", f"{row} is over already.")
    with writing(FreezeWindow):
        row.end(ended_at=clock.as_of(), ended_by_id=grant.by_user_id, ended_proposal_id=grant.proposal_id)
    arm_freeze(row)
    return row

"""Duties of governance: previews that were asked for, proposals whose time has come, and reminders."""

from apps.accounts.domain import SYSTEM
from apps.core.due import drain
from apps.core.work import duty
from apps.governance import operations
from apps.governance.models import PreviewRun, Proposal, Reminder


@duty("governance.run_previews")
def run_previews() -> int:
    """Compute what revisions would change."""
    return drain(PreviewRun, operations.store_preview, prepare=lambda rows: operations.compute_preview(rows[0]))


@duty("governance.move_proposals")
def move_proposals() -> int:
    """Bring into force what is due, and let expire what nobody moves."""
    return drain(Proposal, lambda rows: operations.move_proposal(proposal=rows[0], by=SYSTEM))


@duty("governance.remind")
def remind() -> int:
    """Tell people that something is about to expire, and that a freeze starts or ends."""
    return drain(Reminder, lambda rows: operations.remind(reminder=rows[0]))

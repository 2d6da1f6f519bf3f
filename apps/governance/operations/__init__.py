"""Writes of governance: the one path of change."""

from apps.governance.operations.discussing import (
    comment,
    dismiss_request,
    reject_proposal,
    request_changes,
    take_back_request,
    withdraw_proposal,
)
from apps.governance.operations.drafting import check_asked, draft_proposal, revise_proposal
from apps.governance.operations.filing import file_agreed
from apps.governance.operations.judging import (
    judge_dismissing,
    judge_editing,
    judge_rejecting,
    judge_requesting,
    judge_signing,
    judge_submitting,
    judge_withdrawing,
)
from apps.governance.operations.previewing import (
    ask_preview,
    close_quarter,
    compute_preview,
    open_quarter,
    store_preview,
)
from apps.governance.operations.reminding import remind
from apps.governance.operations.signing import adopt_kit, sign_proposal, submit_proposal
from apps.governance.operations.timing import move_proposal

__all__ = [
    "adopt_kit",
    "ask_preview",
    "check_asked",
    "close_quarter",
    "comment",
    "compute_preview",
    "dismiss_request",
    "draft_proposal",
    "file_agreed",
    "judge_dismissing",
    "judge_editing",
    "judge_rejecting",
    "judge_requesting",
    "judge_signing",
    "judge_submitting",
    "judge_withdrawing",
    "move_proposal",
    "open_quarter",
    "reject_proposal",
    "remind",
    "request_changes",
    "revise_proposal",
    "sign_proposal",
    "store_preview",
    "submit_proposal",
    "take_back_request",
    "withdraw_proposal",
]

"""Acts of people on a proposal. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SignatureAct(StrEnum):
    """How a signature came to be."""

    SUBMIT = "submit"
    APPROVE = "approve"


class CommentAct(StrEnum):
    """What a comment does."""

    COMMENT = "comment"
    REQUEST_CHANGES = "request_changes"
    TAKE_BACK = "take_back"
    DISMISS = "dismiss"
    REJECT = "reject"


@dataclass(frozen=True)
class Given:
    """A signature that was given in another rite of the product: for which role, by whom, and when."""

    role: str
    person: int
    at: datetime

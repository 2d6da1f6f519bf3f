"""Context marks on charts. Pure."""

from enum import StrEnum


class AnnotationKind(StrEnum):
    """What sort of event a mark tells of."""

    LAUNCH = "launch"
    MIGRATION = "migration"
    PROCESS = "process"
    STAFFING = "staffing"
    OUTAGE = "outage"
    OTHER = "other"


class RetractProblem(StrEnum):
    """Why a mark cannot be taken back."""

    ALREADY_RETRACTED = "already_retracted"


def retract_problem(*, is_retracted: bool) -> RetractProblem | None:
    """Why this mark cannot be taken back, or None."""
    return RetractProblem.ALREADY_RETRACTED if is_retracted else None

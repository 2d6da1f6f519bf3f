"""The closed vocabularies of pages, alert rules and on-call maturity. Pure."""

from enum import StrEnum
from types import MappingProxyType


class Urgency(StrEnum):
    """Whether a page may wake somebody."""

    HIGH = "high"
    LOW = "low"


class EndReason(StrEnum):
    """How a page ended."""

    ACKNOWLEDGED = "acknowledged"
    BY_ITSELF = "by_itself"
    ESCALATED = "escalated"
    UNKNOWN = "unknown"


class Bucket(StrEnum):
    """The part of the week, on the team's wall clock, in which a page came."""

    BUSINESS = "business"
    EVENING = "evening"
    NIGHT = "night"


class Label(StrEnum):
    """What a page was good for."""

    ACTED = "acted"
    LOOKED_ONLY = "looked_only"
    ALREADY_KNOWN = "already_known"
    COULD_WAIT = "could_wait"
    THRESHOLD_WRONG = "threshold_wrong"
    CHECK_BROKEN = "check_broken"


class Signal(StrEnum):
    """What an alert rule watches: what users feel, what may lead to it, or nobody knows."""

    SYMPTOM = "symptom"
    CAUSE = "cause"
    UNKNOWN = "unknown"


class MaturityMeasure(StrEnum):
    """The four measures of on-call maturity, by stage."""

    ACKNOWLEDGEMENT = "acknowledgement"
    ACTIONABLE = "actionable"
    REPEATS = "repeats"
    FOLLOW_THROUGH = "follow_through"


LABEL_WORDS = MappingProxyType(
    {
        Label.ACTED: "Acted",
        Label.LOOKED_ONLY: "Only looked",
        Label.ALREADY_KNOWN: "Already known",
        Label.COULD_WAIT: "Could wait",
        Label.THRESHOLD_WRONG: "Threshold wrong",
        Label.CHECK_BROKEN: "Check broken",
    }
)
SIGNAL_WORDS = MappingProxyType(
    {Signal.SYMPTOM: "What users feel", Signal.CAUSE: "What may lead to it", Signal.UNKNOWN: "Not said yet"}
)
BUCKET_WORDS = MappingProxyType(
    {Bucket.BUSINESS: "Working hours", Bucket.EVENING: "Evening or weekend", Bucket.NIGHT: "Night"}
)
END_WORDS = MappingProxyType(
    {
        EndReason.ACKNOWLEDGED: "Ended by a person",
        EndReason.BY_ITSELF: "Ended by itself",
        EndReason.ESCALATED: "Escalated",
        EndReason.UNKNOWN: "",
    }
)

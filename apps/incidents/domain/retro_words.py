"""The closed vocabularies of retros. Pure."""

from enum import StrEnum


class RetroForm(StrEnum):
    """How much a retro asks; `none`: the severity asks for no retro."""

    FULL = "full"
    SHORT = "short"
    NONE = "none"


class RetroState(StrEnum):
    """Where a retro stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    AMENDED = "amended"
    WAIVED = "waived"


class SectionKey(StrEnum):
    """The five pages of a retro."""

    SUMMARY = "summary"
    TIMELINE = "timeline"
    FACTORS = "factors"
    LEARNED = "learned"
    ACTIONS = "actions"


class RowKind(StrEnum):
    """What a row of a draft is: why it could happen, what guarded, what changes."""

    FACTOR = "factor"
    SAFEGUARD = "safeguard"
    ACTION = "action"


class FactorKind(StrEnum):
    """Why something could happen; a closed list, so that what returns can be seen."""

    CODE_CHANGE = "code_change"
    SCHEMA_OR_DATA = "schema_or_data"
    INFRASTRUCTURE = "infrastructure"
    DEPLOYMENT_PROCESS = "deployment_process"
    CONFIG_DRIFT = "config_drift"
    DEPENDENCY = "dependency"
    CAPACITY = "capacity"
    EXTERNAL = "external"
    HIDDEN_COUPLING = "hidden_coupling"
    DETECTION_GAP = "detection_gap"
    RUNBOOK_GAP = "runbook_gap"
    TOOLING = "tooling"
    COORDINATION = "coordination"
    TIME_PRESSURE = "time_pressure"
    ACCEPTED_RISK = "accepted_risk"
    UNKNOWN = "unknown"


class FactorRole(StrEnum):
    """What a factor did."""

    TRIGGERED = "triggered"
    PROPAGATED = "propagated"
    DELAYED_DETECTION = "delayed_detection"
    DELAYED_RECOVERY = "delayed_recovery"


class SafeguardPurpose(StrEnum):
    """What a safeguard is for."""

    PREVENT = "prevent"
    DETECT = "detect"
    CONTAIN = "contain"
    RECOVER = "recover"


class SafeguardState(StrEnum):
    """How a safeguard did."""

    ABSENT = "absent"
    PRESENT_FAILED = "present_failed"
    WORKED = "worked"


class Cause(StrEnum):
    """The kinds of factor, folded to what numbers tell apart."""

    CHANGE = "change"
    CONFIG = "config"
    DEPENDENCY = "dependency"
    CAPACITY = "capacity"
    EXTERNAL = "external"
    UNKNOWN = "unknown"


CAUSES = {
    FactorKind.CODE_CHANGE: Cause.CHANGE,
    FactorKind.SCHEMA_OR_DATA: Cause.CHANGE,
    FactorKind.INFRASTRUCTURE: Cause.CHANGE,
    FactorKind.DEPLOYMENT_PROCESS: Cause.CHANGE,
    FactorKind.CONFIG_DRIFT: Cause.CONFIG,
    FactorKind.DEPENDENCY: Cause.DEPENDENCY,
    FactorKind.CAPACITY: Cause.CAPACITY,
    FactorKind.EXTERNAL: Cause.EXTERNAL,
}


def cause_of(kind: FactorKind) -> Cause:
    """The cause that a kind of factor counts as."""
    return CAUSES.get(kind, Cause.UNKNOWN)

"""The closed vocabularies of actions and known causes. Pure."""

from enum import StrEnum


class ActionKind(StrEnum):
    """What an action is for."""

    PREVENT = "prevent"
    DETECT = "detect"
    CONTAIN = "contain"
    RECOVER = "recover"
    INVESTIGATE = "investigate"


class ActionState(StrEnum):
    """Where an action stands; done is not yet verified."""

    OPEN = "open"
    DONE = "done"
    VERIFIED = "verified"
    DROPPED = "dropped"


class ActionOrigin(StrEnum):
    """What an action came out of."""

    RETRO = "retro"
    REVIEW = "review"
    TOOL = "tool"


class EvidenceKind(StrEnum):
    """What shows that an action was done."""

    DEPLOYMENT = "deployment"
    TEST = "test"
    RUNBOOK = "runbook"
    DASHBOARD = "dashboard"
    DOCUMENT = "document"


class CauseStatus(StrEnum):
    """What is being done about a known cause."""

    OPEN = "open"
    FIXING = "fixing"
    FIXED = "fixed"
    ACCEPTED = "accepted"


class RepeatState(StrEnum):
    """How a known cause stood when it struck again; the first that holds."""

    AFTER_DONE = "after_done"
    WHILE_OPEN = "while_open"
    ACCEPTED = "accepted"
    NO_ACTION = "no_action"

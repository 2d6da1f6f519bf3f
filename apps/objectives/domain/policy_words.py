"""The closed lists of budget policies: rules, what they ask for, decisions, advice before a release. Pure."""

from enum import StrEnum
from types import MappingProxyType


class RuleKey(StrEnum):
    """When a rule of a policy fires."""

    AT_RISK = "at_risk"
    EXHAUSTED = "exhausted"
    INCIDENT_SHARE = "incident_share"


class Ask(StrEnum):
    """What was agreed to happen."""

    SLOW_DOWN = "slow_down"
    RELIABILITY_FIRST = "reliability_first"
    RETRO = "retro"

    @property
    def sentence(self) -> str:
        """What it means, in the words of the policy's page."""
        return ASK_WORDS[self]


ASK_WORDS = MappingProxyType(
    {
        Ask.SLOW_DOWN: "Slow down: smaller releases, canary first, no risky migration.",
        Ask.RELIABILITY_FIRST: "Reliability first: only P0 fixes, security fixes and rollbacks.",
        Ask.RETRO: "Hold a retro with a top-priority action.",
    }
)


class Verb(StrEnum):
    """What people decided."""

    CONTINUE = "continue"
    ADJUST = "adjust"
    INVESTIGATE = "investigate"


class Advice(StrEnum):
    """What a release should know, the strictest last."""

    OPEN = "open"
    CAREFUL = "careful"
    UNDECIDED = "undecided"
    FROZEN = "frozen"

    @property
    def rank(self) -> int:
        """How strict it is."""
        return list(Advice).index(self)


class TriggerStanding(StrEnum):
    """Where a trigger stands."""

    UNDECIDED = "undecided"
    WAITS_FOR_SIGNATURES = "waits_for_signatures"
    DECIDED = "decided"
    TO_REVISIT = "to_revisit"
    CLOSED = "closed"

"""The closed lists of indicators: kinds, dimensions, sources, and what each asks for. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

SLICE_SECONDS = (60, 300, 900, 3600)
DEFAULT_SLICE_SECONDS = 300
OTHER_KEY = "other"


class IndicatorKind(StrEnum):
    """What an indicator is about; every kind is good events out of valid ones."""

    AVAILABILITY = "availability"
    ERROR_RATE = "error_rate"
    LATENCY = "latency"
    FRESHNESS = "freshness"
    SATURATION = "saturation"
    SUPPORT_RESPONSE = "support_response"
    SUPPORT_RESOLUTION = "support_resolution"
    CORRECTNESS = "correctness"
    CRASH_FREE = "crash_free"
    COVERAGE = "coverage"
    OTHER = "other"


class Dimension(StrEnum):
    """What the keys of an indicator are."""

    NONE = "none"
    TENANT = "tenant"
    SEGMENT = "segment"

    @property
    def most_keys(self) -> int:
        """How many keys stand by themselves; the rest is counted together as `other`."""
        return {"none": 1, "tenant": 1000, "segment": 50}[self.value]


class SampleSource(StrEnum):
    """How counts come."""

    PUSH = "push"
    PULL = "pull"
    TICKETS = "tickets"


class MeasuredAt(StrEnum):
    """Where the events are seen."""

    CLIENT = "client"
    EDGE = "edge"
    PROBE = "probe"
    SERVER = "server"
    TICKETS = "tickets"


class Limit(StrEnum):
    """The unit of the limit that decides what is good."""

    NONE = "none"
    MILLISECONDS = "milliseconds"
    SECONDS = "seconds"
    LEVEL = "level"


@dataclass(frozen=True)
class KindRules:
    """What a kind counts, in the words a new indicator starts from, and what it asks for."""

    label: str
    valid: str
    good: str
    limit: Limit = Limit.NONE
    # A cause is no symptom: it opens tickets and never pages.
    is_cause: bool = False
    from_tickets: bool = False
    # Nothing can be assumed about it: both sentences must be written.
    needs_words: bool = False


_K = IndicatorKind
KINDS: MappingProxyType[IndicatorKind, KindRules] = MappingProxyType(
    {
        _K.AVAILABILITY: KindRules("Availability", "Requests", "Answered without fault"),
        _K.ERROR_RATE: KindRules("Error rate", "Requests", "Answered without the named error"),
        _K.LATENCY: KindRules("Latency", "Requests", "Answered within the limit", Limit.MILLISECONDS),
        _K.FRESHNESS: KindRules("Freshness", "Reads or checks", "Data no older than the limit", Limit.SECONDS),
        _K.SATURATION: KindRules("Saturation", "Readings", "Level at most the limit", Limit.LEVEL, is_cause=True),
        _K.SUPPORT_RESPONSE: KindRules(
            "Support response", "Tickets due", "Answered within the limit", Limit.SECONDS, from_tickets=True
        ),
        _K.SUPPORT_RESOLUTION: KindRules(
            "Support resolution", "Tickets due", "Resolved within the limit", Limit.SECONDS, from_tickets=True
        ),
        _K.CORRECTNESS: KindRules("Correctness", "Checked results", "Right"),
        _K.CRASH_FREE: KindRules("Crash-free sessions", "Sessions", "Ended without a crash"),
        _K.COVERAGE: KindRules("Coverage", "", "", needs_words=True),
        _K.OTHER: KindRules("Other", "", "", needs_words=True),
    }
)

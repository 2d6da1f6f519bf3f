"""The closed vocabularies of delivery facts. Pure."""

from enum import StrEnum
from types import MappingProxyType


class Environment(StrEnum):
    """Where a deployment went."""

    PRODUCTION = "production"
    STAGING = "staging"
    TESTING = "testing"
    OTHER = "other"


class Status(StrEnum):
    """How a deployment ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Intent(StrEnum):
    """Why a deployment was made."""

    PLANNED = "planned"
    HOTFIX = "hotfix"
    ROLLBACK = "rollback"


WORDS = MappingProxyType(
    {
        "Fact": "Something that happened, with a time and a service. Facts carry no person.",
        "Deployment": "A release that reached an environment.",
        "Change": "Work that was merged into the main line.",
        "Remediation": "The statement that a later deployment mended an earlier one, which thereby counts as failed.",
    }
)

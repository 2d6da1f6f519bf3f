"""Service tiers, lifecycle and ownership over time. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class Tier(StrEnum):
    """How much harm an outage does."""

    CRITICAL = "critical"
    IMPORTANT = "important"
    SUPPORTING = "supporting"


class Lifecycle(StrEnum):
    """Where a service stands in its life."""

    EXPERIMENTAL = "experimental"
    IN_FORCE = "in_force"
    DEPRECATED = "deprecated"
    RETIRED = "retired"


class TenantKind(StrEnum):
    """What a tenant is."""

    CUSTOMER = "customer"
    CLUSTER = "cluster"
    PARTITION = "partition"
    TEAM = "team"


@dataclass(frozen=True)
class Owned:
    """A team owned a service during `[from_at, until_at)`; an open end is None."""

    team_id: int
    from_at: datetime
    until_at: datetime | None

    def holds_at(self, instant: datetime) -> bool:
        """True inside the half-open interval."""
        return self.from_at <= instant and (self.until_at is None or instant < self.until_at)


def owner_at(history: Sequence[Owned], instant: datetime) -> int | None:
    """The team that owned the service at `instant`, or None in a gap."""
    return next((owned.team_id for owned in history if owned.holds_at(instant)), None)


def overlaps(history: Sequence[Owned], new: Owned) -> bool:
    """True when `new` shares an instant with an interval of `history`."""
    return any(
        (o.until_at is None or new.from_at < o.until_at) and (new.until_at is None or o.from_at < new.until_at)
        for o in history
    )


WORDS = MappingProxyType(
    {
        "Service": "Something that is deployed and owned by one team at a time.",
        "Ownership": "Which team had a service when. Results stay with the owner of their time.",
        "Channel": "The sender that reports a service. A second channel is stored and left out of the count.",
        "Reporting zone": "The time zone in which this organisation's periods begin and end.",
    }
)

"""How large a generated organisation is."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

# A Monday morning soon after a quarter's end, so that every kind of period has just closed.
AS_OF = datetime(2026, 1, 5, 6, tzinfo=UTC)
SEED = 20260105


@dataclass(frozen=True)
class Size:
    """Counts of teams, services and facts, spread over `days` days that end at `AS_OF`."""

    name: str
    teams: int
    services: int
    deployments: int
    changes: int
    days: int = 735

    @property
    def begins_at(self) -> datetime:
        """The first instant of the history; every service exists from then on."""
        return (AS_OF - timedelta(days=self.days)).replace(hour=0)

    @property
    def facts(self) -> int:
        """Deployments and changes together."""
        return self.deployments + self.changes

    def over_years(self, years: int) -> "Size":
        """The same organisation at the same daily rate over another number of years."""
        return replace(
            self,
            name=f"{self.name}-{years}y",
            days=round(365.25 * years),
            deployments=self.deployments * years // 2,
            changes=self.changes * years // 2,
        )

    def thinned(self, facts: int) -> "Size":
        """The same organisation and time with another number of facts in the same mixture."""
        deployments = facts * self.deployments // self.facts
        return replace(self, name=f"{self.name}-{facts}", deployments=deployments, changes=facts - deployments)


SMALL = Size("small", teams=150, services=600, deployments=177_462, changes=300_000)
LARGE = Size("large", teams=500, services=2_500, deployments=2_000_000, changes=8_000_000)
SIZES = {size.name: size for size in (SMALL, LARGE)}

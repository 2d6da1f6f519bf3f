"""Random small histories of delivery: what tools and people do to three services, late, twice or not at all."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from apps.accounts.domain import SYSTEM
from apps.core import clock, facts
from apps.core.fact_sources import sources
from apps.services import operations as services
from apps.services.models import Service
from tests.measuring import SINCE, change, connect, deployment, publish, remediation
from tests.personas import Organisation

HOURS = st.integers(min_value=0, max_value=24 * 130)
KEYS = st.sampled_from(["v1", "v2", "v3", "v4", "v5"])
Act = tuple[Any, ...]


def hours_in(hours: int) -> datetime:
    """So many hours after the beginning."""
    return SINCE + timedelta(hours=hours)


@st.composite
def acts(draw: st.DrawFn) -> Act:
    """One thing a tool or a person does: a deployment (also by another channel), a change, a remediation, a
    withdrawal, a move, a sign of life that reaches further back."""
    kinds = ["deployment", "change", "change", "remediation", "withdraw", "move", "rival", "hear"]
    kind = draw(st.sampled_from(kinds))
    which = draw(st.integers(0, 2))
    if kind == "deployment":
        return kind, which, draw(KEYS), draw(HOURS), draw(st.sampled_from(["production", "staging"]))
    if kind == "change":
        first = draw(HOURS)
        carried = draw(st.sampled_from(["", "", "v1", "v2", "v9"]))
        return kind, which, f"c{draw(st.integers(0, 6))}", first, first + draw(st.integers(-5, 300)), carried
    if kind == "remediation":
        return kind, which, draw(KEYS), draw(KEYS)
    if kind == "hear":
        heard = st.sampled_from(["deployments", "changes", "remediations"])
        return kind, which, draw(heard), draw(HOURS), draw(st.sampled_from(["test", "other"]))
    return kind, which, draw(KEYS), draw(HOURS)


@dataclass(frozen=True)
class Places:
    """The services on which a history plays; any of them may move to Harbour once."""

    world: Organisation

    @property
    def services(self) -> list[Service]:
        """Two of Checkout, one of Harbour."""
        return [self.world.checkout_api, self.world.checkout_web, self.world.harbour_cluster]

    def connect(self, heard_at: datetime, *, count: int = 3) -> None:
        """The first so many are reported since the beginning; another one connects with its first sign of life."""
        for service in self.services[:count]:
            connect(service, "deployments", "changes", "remediations", heard_at=heard_at)

    def do(self, act: Act) -> None:
        """Play one act."""
        kind, which, *rest = act
        service = self.services[which]
        if kind == "deployment":
            publish("deployments", [deployment(service, rest[0], hours_in(rest[1]), environment=rest[2])])
        elif kind == "change":
            publish("changes", [change(service, rest[0], hours_in(rest[1]), hours_in(rest[2]), rest[3])])
        elif kind == "remediation":
            publish("remediations", [remediation(service, rest[0], rest[1])])
        elif kind == "rival":
            publish("deployments", [deployment(service, rest[0], hours_in(rest[1]))], channel="other")
        elif kind == "withdraw":
            facts.withdraw(sources.get("deployments"), "test", [(service.pk, rest[0])])
        elif kind == "hear":
            self._hear(service, *rest)
        else:
            self._move(service, rest[1])

    def _hear(self, service: Service, source: str, hours: int, channel: str) -> None:
        since = hours_in(hours)
        services.hear(source=source, service_id=service.pk, channel=channel, at=clock.now(), connected_from=since)

    def _move(self, service: Service, hours: int) -> None:
        if service.ownerships.filter(until_seq=None).exclude(team__slug="checkout").exists():
            return
        moved = SINCE + timedelta(hours=1 + hours)
        services.hand_over(service=service, to=self.world.harbour, from_at=moved, reason="Moves.", by=SYSTEM)

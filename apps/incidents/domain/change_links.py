"""Links of incidents: of several statements about one pair the newest holds, a person's first. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from apps.incidents.domain.incident_words import LinkedFact, LinkKind, LinkState, StatementOrigin


@dataclass(frozen=True)
class Link:
    """One statement: a deployment or change of a service caused, mitigated or fixed an incident, or did not."""

    kind: LinkKind
    fact_source: LinkedFact
    service_id: int
    fact_key: str
    state: LinkState
    origin: StatementOrigin
    number: int = 0
    reason: str = ""

    @property
    def is_declared(self) -> bool:
        """Whether it says that the two belong together."""
        return self.state is LinkState.DECLARED

    @property
    def is_ruled_out(self) -> bool:
        """Whether a person ruled it out."""
        return self.state is LinkState.REJECTED

    def says(self, kind: LinkKind, source: LinkedFact) -> bool:
        """Whether it declares this of a fact of that source."""
        return self.is_declared and self.kind is kind and self.fact_source is source


def holding(statements: Iterable[Link]) -> list[Link]:
    """What holds of each pair and kind, in the order in which they were first named."""
    found: dict[tuple[LinkKind, LinkedFact, int, str], Link] = {}
    for one in sorted(statements, key=lambda link: link.number):
        place = (one.kind, one.fact_source, one.service_id, one.fact_key)
        before = found.get(place)
        if before is None or one.origin is StatementOrigin.HUMAN or before.origin is not StatementOrigin.HUMAN:
            found[place] = one
    return list(found.values())


def fields_of(links: Iterable[Link], service_id: int) -> dict[str, object]:
    """What a service's fact row says of its links: the deployment and the change that caused it, what did not.

    Of several declared ones the newest is named.
    """
    own = [link for link in links if link.service_id == service_id and link.kind is LinkKind.CAUSED_BY]
    newest = {link.fact_source: link.fact_key for link in sorted(own, key=lambda one: one.number) if link.is_declared}
    ruled_out = {link.fact_key for link in own if link.is_ruled_out and link.fact_source is LinkedFact.DEPLOYMENTS}
    return {
        "deployment": newest.get(LinkedFact.DEPLOYMENTS, ""),
        "change": newest.get(LinkedFact.CHANGES, ""),
        "ruled_out": sorted(ruled_out),
    }

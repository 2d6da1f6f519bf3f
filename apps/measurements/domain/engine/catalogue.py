"""Who owned which service when, which channel reports it since when, and what is exempted: the place for all three."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from apps.measurements.domain.engine.exempts import Exempt

Ints = npt.NDArray[np.int64]
FOREVER = np.iinfo(np.int64).max
NEVER = np.iinfo(np.int64).max
NOBODY = -1


@dataclass(frozen=True)
class Connection:
    """The counted channel of a service in one source, and the instant (us) from which it reports."""

    channel: str
    since: int
    has_rival: bool = False


@dataclass(frozen=True)
class OwnershipRow:
    """A team owned a service during `[start, end)`, in us."""

    service_id: int
    team_id: int
    start: int
    end: int = FOREVER


class Catalogue:
    """Services, teams and groups under dense indexes, with ownership as layers of intervals.

    A service with k intervals stands in k layers; looking an owner up costs one pass per layer.
    """

    def __init__(
        self,
        *,
        service_ids: Iterable[int],
        team_groups: Mapping[int, int | None],
        ownerships: Iterable[OwnershipRow],
        connections: Mapping[tuple[str, int], Connection],
        exempts: Sequence[Exempt] = (),
    ) -> None:
        self.exempts = tuple(exempts)
        self.service_ids: Ints = np.array(sorted(service_ids), dtype=np.int64)
        self.team_ids: Ints = np.array(sorted(team_groups), dtype=np.int64)
        groups = sorted({g for g in team_groups.values() if g is not None})
        self.group_ids: Ints = np.array(groups, dtype=np.int64)
        place = {g: i for i, g in enumerate(groups)}
        codes = [place[g] if (g := team_groups[int(t)]) is not None else NOBODY for t in self.team_ids]
        self.group_of_team: Ints = np.array([*codes, NOBODY], dtype=np.int64)
        self.connections = dict(connections)
        rows = list(ownerships)
        self.layers = self._layers(rows)
        self._starts: Ints = np.sort(np.array([row.start for row in rows], dtype=np.int64))
        self._ends: Ints = np.sort(np.array([row.end for row in rows], dtype=np.int64))
        self._places: dict[tuple[int, int], Mapping[str, tuple[Ints, Ints]]] = {}

    def with_exempts(self, exempts: Iterable[Exempt]) -> Catalogue:
        """The same catalogue with other exemptions, to compare values with and without one."""
        found = copy(self)
        found.exempts = tuple(exempts)
        return found

    def _layers(self, rows: list[OwnershipRow]) -> list[tuple[Ints, Ints, Ints]]:
        """(team index, start, end) by service index, one triple per layer."""
        depth: dict[int, int] = {}
        layers: list[tuple[Ints, Ints, Ints]] = []
        size = len(self.service_ids)
        for row in sorted(rows, key=lambda r: (r.service_id, r.start)):
            service = int(np.searchsorted(self.service_ids, row.service_id))
            layer = depth.get(service, 0)
            depth[service] = layer + 1
            if layer == len(layers):
                empty = (np.full(size, NOBODY), np.full(size, FOREVER), np.full(size, FOREVER))
                layers.append(tuple(a.astype(np.int64) for a in empty))  # type: ignore[arg-type]
            team, start, end = layers[layer]
            team[service] = np.searchsorted(self.team_ids, row.team_id)
            start[service], end[service] = row.start, row.end
        return layers

    def service_index(self, ids: npt.NDArray[Any]) -> Ints:
        """Dense indexes of primary keys."""
        return np.searchsorted(self.service_ids, ids).astype(np.int64)

    def owner_at(self, services: Ints, instants: Ints) -> Ints:
        """Team index that owned each service (by index) at each instant; -1 where nobody did."""
        found = np.full(len(services), NOBODY, dtype=np.int64)
        for team, start, end in self.layers:
            holds = (start[services] <= instants) & (instants < end[services])
            found[holds] = team[services[holds]]
        return found

    def owned_between(self, start_at: int, end_at: int) -> tuple[Ints, Ints]:
        """(service index, team index) pairs that touch `[start_at, end_at)`, each once."""
        services, teams = [], []
        for team, start, end in self.layers:
            touches = np.flatnonzero((team != NOBODY) & (start < end_at) & (end > start_at))
            services.append(touches)
            teams.append(team[touches])
        if not services:
            return np.array([], dtype=np.int64), np.array([], dtype=np.int64)
        pairs = np.unique(np.stack([np.concatenate(services), np.concatenate(teams)]), axis=1)
        return pairs[0], pairs[1]

    def places_between(self, start_at: int, end_at: int) -> Mapping[str, tuple[Ints, Ints]]:
        """By level, (code, service index) pairs owned within `[start_at, end_at)`, each once.

        Kept, as all windows with the same ownerships begun and ended share them.
        """
        begun = int(np.searchsorted(self._starts, end_at, side="left"))
        ended = int(np.searchsorted(self._ends, start_at, side="right"))
        if (begun, ended) not in self._places:
            services, teams = self.owned_between(start_at, end_at)
            codes = {
                "service": services, "team": teams, "group": self.group_of_team[teams],
                "organisation": np.zeros(len(services), dtype=np.int64),
            }  # fmt: skip
            self._places[begun, ended] = {level: _once(places, services) for level, places in codes.items()}
        return self._places[begun, ended]

    def connected_since(self, source: str) -> Ints:
        """Instant (us) from which each service (by index) is reported in a source; a far future where it is not."""
        since = [self.connections.get((source, int(s))) for s in self.service_ids]
        return np.array([c.since if c else NEVER for c in since], dtype=np.int64)

    def has_rivals(self, source: str) -> bool:
        """True when some service is reported by two channels in this source."""
        return any(c.has_rival for (key, _), c in self.connections.items() if key == source)

    def counted_channels(self, source: str) -> dict[int, str]:
        """The channel that counts, by primary key of the service."""
        return {service: c.channel for (key, service), c in self.connections.items() if key == source}


def _once(places: Ints, services: Ints) -> tuple[Ints, Ints]:
    """Each service once at a place, even if it came, left and came back; those that stand at none are left out."""
    inside = places != NOBODY
    here, there = places[inside], services[inside]
    _, first = np.unique(here * (int(services.max(initial=0)) + 1) + there, return_index=True)
    return here[first], there[first]

"""Facts as rules of other tools read them, written as short rows; hours count from 1970, which began on a Thursday."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from apps.measurements.domain.peers import shapes
from apps.measurements.domain.peers.shapes import PeerFacts

HOUR = 3_600_000_000
IN_PRODUCTION, AT_ORIGIN = ("production", "succeeded"), ("incident", "origin")


def peer_facts(
    deployed: Sequence[Sequence[Any]], broken: Sequence[Sequence[Any]] = (), changed: Sequence[Sequence[Any]] = ()
) -> PeerFacts:
    """Deployments (service, key, hour), incidents (service, key, begun, over), changes (service, key, first, carrier).

    A deployment may go on with its environment and status, an incident with its kind and role.
    """
    deployments = [
        (service, key, at * HOUR, *(more or IN_PRODUCTION), int(at // 24)) for service, key, at, *more in deployed
    ]
    incidents = [
        (service, key, at * HOUR, None if over is None else over * HOUR, *(more or AT_ORIGIN))
        for service, key, at, over, *more in broken
    ]
    changes = [(service, key, None if at is None else at * HOUR, carrier) for service, key, at, carrier in changed]
    return PeerFacts(
        pl.DataFrame(deployments, schema=shapes.DEPLOYMENTS, orient="row"),
        pl.DataFrame(incidents, schema=shapes.INCIDENTS, orient="row"),
        pl.DataFrame(changes, schema=shapes.CHANGES, orient="row"),
    )

"""What another tool's rule is given, and what it answers. Frames are polars; instants are whole us of UTC."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

FACT = {"service": pl.Int64, "key": pl.String}
DEPLOYMENTS = {**FACT, "finished_at": pl.Int64, "environment": pl.String, "status": pl.String, "day": pl.Int32}
INCIDENTS = {**FACT, "started_at": pl.Int64, "resolved_at": pl.Int64, "kind": pl.String, "role": pl.String}
CHANGES = {**FACT, "first_commit_at": pl.Int64, "deployment": pl.String}


@dataclass(frozen=True)
class PeerFacts:
    """Facts of one subject in any order, with the columns above; what a rule does not read is empty.

    Deployments reach from the period's beginning to the first after its end, incidents as far. `day` is the local day
    on which a deployment finished, counted from 1970.
    """

    deployments: pl.DataFrame
    incidents: pl.DataFrame
    changes: pl.DataFrame


@dataclass(frozen=True)
class Days:
    """Local days `[first, end)`, counted from 1970."""

    first: int
    end: int

    @property
    def weeks(self) -> range:
        """The weeks, Monday to Sunday, that these days touch, by number."""
        return range(week_of(self.first), week_of(self.end - 1) + 1)


def week_of(day: int) -> int:
    """The number of the week, Monday to Sunday, in which a day lies; 1970 began on a Thursday."""
    return (day + 3) // 7


@dataclass(frozen=True)
class PeerCount:
    """What a rule comes to: its value, `top` of `n`, and the facts behind it (service, key, at, top).

    `top` of a fact marks the numerator of a share.
    """

    value: float | None
    top: int
    n: int
    facts: pl.DataFrame


@dataclass(frozen=True)
class PeerRule:
    """One rule of another tool: the function, the source of the facts it counts, and plain words about it.

    `sum` says how the value comes about, with `{top}`, `{n}` and `{value}`; `differs` how it parts from the house;
    `noun` what a count is a count of.
    """

    count: Callable[[PeerFacts, Days], PeerCount]
    counts: str
    reads: tuple[str, ...]
    unit: str
    sum: str
    says: str
    differs: tuple[str, ...]
    noun: str = ""


@dataclass(frozen=True)
class Peer:
    """Another tool: what it is called, what it says of itself, where its rules stand, and its rule by definition."""

    key: str
    name: str
    about: str
    written_in: str
    rules: Mapping[str, PeerRule]

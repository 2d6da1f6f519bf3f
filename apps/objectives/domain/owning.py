"""Which team owned something on a day: the team of now, and the moves behind it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Move:
    """From a local midnight on it belongs to another team than the one that it left."""

    on: date
    number: int
    left: str


def team_on(now: str, moves: Iterable[Move], day: date) -> str:
    """The team that owned it on a day: the one that the first later move left, or without any the team of now.

    Of several moves on one day only the last one held.
    """
    later = sorted((one.on, one.number, one.left) for one in moves if one.on > day)
    return later[0][2] if later else now

"""The subjects of a pass: services, teams (with what nobody owned), groups and the organisation, as dense codes."""

from dataclasses import dataclass

import numpy as np

from apps.measurements.domain.engine.catalogue import NOBODY, Catalogue, Ints
from apps.measurements.domain.engine.windows import Window
from apps.measurements.domain.subjects import SubjectKind

BEYOND = NOBODY


@dataclass(frozen=True)
class Level:
    """One kind of subject: the code of each row (-1: not at this level) and what each code stands for."""

    name: str
    codes: Ints
    kinds: np.ndarray
    ids: Ints


def levels_of(catalogue: Catalogue, services: Ints, owners: Ints) -> list[Level]:
    """The four levels for rows with a subject service and an owner team (index, -1 for nobody)."""
    teams = len(catalogue.team_ids)
    return [
        Level("service", services, _kinds("service", len(catalogue.service_ids)), catalogue.service_ids),
        Level(
            "team",
            np.where(owners == NOBODY, teams, owners),
            np.append(_kinds("team", teams), SubjectKind.UNOWNED.value),
            np.append(catalogue.team_ids, 0),
        ),
        Level("group", catalogue.group_of_team[owners], _kinds("group", len(catalogue.group_ids)), catalogue.group_ids),
        Level(
            "organisation", np.zeros(len(services), dtype=np.int64), _kinds("organisation", 1), np.zeros(1, np.int64)
        ),
    ]


def narrowed(level: Level, codes: Ints) -> Level:
    """The level of some of its subjects, coded anew from 0; rows of all others stand nowhere."""
    if len(codes) == len(level.ids):
        return level
    place = np.full(len(level.ids) + 1, BEYOND, dtype=np.int64)
    place[codes] = np.arange(len(codes))
    return Level(level.name, place[level.codes], level.kinds[codes], level.ids[codes])


def _kinds(name: str, count: int) -> np.ndarray:
    return np.full(count, SubjectKind(name).value, dtype=object)


@dataclass(frozen=True)
class Coverage:
    """How many services each code of a level owned in a window, and how many of them were connected by its end."""

    owned: Ints
    connected: Ints


def coverage_of(
    catalogue: Catalogue, connected_since: Ints, window: Window, levels: list[Level], seen: int
) -> dict[str, Coverage]:
    """Coverage by level; `connected_since` is the latest begin among all sources the spec reads.

    A window that runs is looked at up to the instant that is `seen` (us): a move tomorrow changes nothing of today.
    """
    until = min(window.ends, seen)
    places = catalogue.places_between(window.starts, until)
    return {level.name: _count(*places[level.name], connected_since < until, len(level.ids)) for level in levels}


def _count(places: Ints, services: Ints, is_connected: np.ndarray, size: int) -> Coverage:
    connected = places[is_connected[services]]
    return Coverage(np.bincount(places, minlength=size), np.bincount(connected, minlength=size))

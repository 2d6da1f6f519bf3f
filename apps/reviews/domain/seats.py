"""Who signs a target review: three seats, three people. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class SeatRole(StrEnum):
    """The three roles whose signatures close a review, in the order of the page."""

    TECH_LEAD = "tech_lead"
    ENGINEERING_MANAGER = "engineering_manager"
    LEADERSHIP = "leadership"


class FilledBy(StrEnum):
    """Where the people of a seat come from."""

    TEAM = "team"
    GROUP = "group"
    ORGANISATION = "organisation"
    STEWARD = "steward"


@dataclass(frozen=True)
class Seat:
    """A role and the people (primary keys) who may sign for it; `filled_by` says why they are the ones."""

    role: SeatRole
    people: frozenset[int]
    filled_by: FilledBy

    @property
    def is_vacant(self) -> bool:
        """Nobody of the team holds the role itself."""
        return self.filled_by is FilledBy.STEWARD or (
            self.filled_by is FilledBy.GROUP and self.role is not SeatRole.LEADERSHIP
        )


@dataclass(frozen=True)
class Holders:
    """Standing holders by role: in the team, in its group; the organisation's leadership and its stewards."""

    team: Mapping[str, Collection[int]]
    group: Mapping[str, Collection[int]]
    leadership: Collection[int]
    stewards: Collection[int]


def seats_of(holders: Holders) -> list[Seat]:
    """The three seats: a vacant role is filled by the group's holder, else by the stewards."""
    return [_seat(role, holders) for role in SeatRole]


def _seat(role: SeatRole, holders: Holders) -> Seat:
    places = [(FilledBy.TEAM, holders.team.get(role)), (FilledBy.GROUP, holders.group.get(role))]
    if role is SeatRole.LEADERSHIP:
        places.append((FilledBy.ORGANISATION, holders.leadership))
    for place, people in places:
        if people:
            return Seat(role, frozenset(people), place)
    return Seat(role, frozenset(holders.stewards), FilledBy.STEWARD)


@dataclass(frozen=True)
class Signed:
    """A signature that counts: of the review's present content."""

    role: str
    user_id: int


class SignProblem(StrEnum):
    """Why a person cannot sign for a role."""

    ROLE_MISSING = "role_missing"
    ALREADY_SIGNED = "already_signed"


def sign_problem(seat: Seat, user_id: int, signed: Sequence[Signed]) -> SignProblem | None:
    """Why this person cannot sign for this seat now, or None: three roles are three people."""
    if user_id not in seat.people:
        return SignProblem.ROLE_MISSING
    if any(mark.user_id == user_id or mark.role == seat.role for mark in signed):
        return SignProblem.ALREADY_SIGNED
    return None


def open_roles(signed: Sequence[Signed]) -> list[SeatRole]:
    """Roles whose signature is still missing."""
    done = {mark.role for mark in signed}
    return [role for role in SeatRole if role not in done]

"""Who has to sign a proposal, who may, and what is still missing: two people always, no author approves. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from apps.governance.domain.kinds import ChangeClass, Need

STEWARD = "steward"
LEADERSHIP = "leadership"


class FilledBy(StrEnum):
    """Where the people of a seat come from."""

    ROLE = "role"
    GROUP = "group"
    STEWARD = "steward"


@dataclass(frozen=True)
class Holders:
    """Standing holders at one instant, as primary keys of active people.

    `team` and `group` are by (team id, role); `organisation` by role. A group's roles count for each of its teams.
    """

    team: Mapping[tuple[int, str], frozenset[int]]
    group: Mapping[tuple[int, str], frozenset[int]]
    organisation: Mapping[str, frozenset[int]]

    def of(self, role: str, team_id: int | None) -> frozenset[int]:
        """Who holds a role: of the organisation where the role or the need is the organisation's."""
        if role == STEWARD or team_id is None:
            return self.organisation.get(role, frozenset())
        own = self.team.get((team_id, role), frozenset())
        if role == LEADERSHIP:
            own = own or self.group.get((team_id, role), frozenset()) or self.organisation.get(role, frozenset())
        return own

    def of_group(self, role: str, team_id: int | None) -> frozenset[int]:
        """Who holds the role in the team's group."""
        return frozenset() if team_id is None else self.group.get((team_id, role), frozenset())


@dataclass(frozen=True)
class Mark:
    """A signature of the present revision that counts: its person is active and holds the role it was given in."""

    person: int
    role: str
    is_author: bool


@dataclass(frozen=True)
class Seat:
    """One needed signature: its roles, who may give it, where they come from, and who gave it."""

    need: Need
    people: frozenset[int]
    filled_by: FilledBy
    signed_by: int | None = None

    @property
    def is_vacant(self) -> bool:
        """Nobody but authors holds the role itself."""
        return self.filled_by is not FilledBy.ROLE

    @property
    def role(self) -> str:
        """The role in which a signature for this seat is given."""
        return STEWARD if self.filled_by is FilledBy.STEWARD else min(self.need.roles)


@dataclass(frozen=True)
class Consent:
    """What the signatures amount to."""

    seats: tuple[Seat, ...]
    people: frozenset[int]
    approvers: frozenset[int]
    least_approvers: int = 1

    @property
    def open_seats(self) -> tuple[Seat, ...]:
        """Seats without a signature."""
        return tuple(seat for seat in self.seats if seat.signed_by is None)

    @property
    def is_signed(self) -> bool:
        """True when every role has signed."""
        return not self.open_seats

    @property
    def is_by_two(self) -> bool:
        """True when enough people who are no authors approved: one beside an author or the product, else two."""
        return len(self.approvers) >= self.least_approvers


def needs_of_class(needs: Iterable[Need], change_class: ChangeClass) -> tuple[Need, ...]:
    """A change of words needs no role of its own, only a second person."""
    return () if change_class is ChangeClass.WORDING else tuple(dict.fromkeys(needs))


def seats_for(needs: Sequence[Need], holders: Holders, authors: Collection[int], submitter: int | None) -> list[Seat]:
    """Who may sign each need. A role that only authors hold falls to the group's holder, else to a steward.

    The submitter may take one seat by submitting, so a role that the submitter holds is not vacant.
    """
    return [_seat(need, holders, frozenset(authors), submitter) for need in needs]


def _seat(need: Need, holders: Holders, authors: frozenset[int], submitter: int | None) -> Seat:
    own = frozenset(person for role in need.roles for person in holders.of(role, need.team_id))
    others = own - authors
    if others:
        return Seat(need, others | (own & _one(submitter)), FilledBy.ROLE)
    upper = frozenset(person for role in need.roles for person in holders.of_group(role, need.team_id)) - authors
    stewards = holders.of(STEWARD, None) - authors
    people, filled_by = (upper, FilledBy.GROUP) if upper else (stewards, FilledBy.STEWARD)
    return Seat(need, people | (own & _one(submitter)), filled_by)


def _one(person: int | None) -> frozenset[int]:
    return frozenset() if person is None else frozenset({person})


def count(seats: Sequence[Seat], marks: Sequence[Mark], holders: Holders, *, least_approvers: int = 1) -> Consent:
    """Put each signature on a seat it fits; a steward's one signature covers every vacancy left to stewards."""
    filled = list(seats)
    for mark in marks:
        for index in _seats_of(mark, filled, holders):
            filled[index] = Seat(filled[index].need, filled[index].people, filled[index].filled_by, mark.person)
    return Consent(
        tuple(filled),
        frozenset(mark.person for mark in marks),
        frozenset(mark.person for mark in marks if not mark.is_author),
        least_approvers,
    )


def _seats_of(mark: Mark, seats: Sequence[Seat], holders: Holders) -> list[int]:
    """Which open seats a signature fills: one, or all vacancies together with the steward's own."""
    open_ones = [index for index, seat in enumerate(seats) if seat.signed_by is None and mark.person in seat.people]
    held = [index for index in open_ones if _fits(mark, seats[index], holders)]
    if mark.role == STEWARD and not mark.is_author:
        own = [index for index in held if STEWARD in seats[index].need.roles]
        return own[:1] + [i for i in held if i not in own[:1] and seats[i].filled_by is FilledBy.STEWARD]
    return held[:1]


def _fits(mark: Mark, seat: Seat, holders: Holders) -> bool:
    """True when the role of the signature is one this seat takes."""
    if mark.role in seat.need.roles:
        return mark.person in holders.of(mark.role, seat.need.team_id) or seat.filled_by is FilledBy.GROUP
    return mark.role == STEWARD and seat.filled_by is FilledBy.STEWARD and not mark.is_author


def hats(person: int, seats: Sequence[Seat], holders: Holders) -> list[str]:
    """Roles in which this person could sign one of the open seats, each once, in the seats' order."""
    found: list[str] = []
    for seat in seats:
        if seat.signed_by is None and person in seat.people:
            if seat.filled_by is FilledBy.STEWARD and person in holders.of(STEWARD, None):
                found.append(STEWARD)
            else:
                found += sorted(r for r in seat.need.roles if person in holders.of(r, seat.need.team_id)) or [
                    min(seat.need.roles)
                ]
    return list(dict.fromkeys(found))

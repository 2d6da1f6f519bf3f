"""What governance tells people of, who hears of it, and why. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from apps.accounts.domain import ROLE_WORDS, TeamRole
from apps.core.joining import joined
from apps.governance.domain.consent import STEWARD, Consent, FilledBy, Holders, Seat
from apps.notifications.domain.kinds import NoticeKind, Wish, kinds

LEADS = (TeamRole.TECH_LEAD, TeamRole.ENGINEERING_MANAGER, TeamRole.PRODUCT_MANAGER)
# How long after its moment news of a freeze is still news; later nobody is told.
STILL_NEWS = timedelta(days=7)

SIGNATURE = kinds.register(NoticeKind("signature_needed", "A proposal needs your signature", Wish.IMMEDIATE))
CHANGES = kinds.register(NoticeKind("changes_asked", "Changes are asked for on your proposal", Wish.IMMEDIATE))
BLOCKED = kinds.register(NoticeKind("proposal_blocked", "A proposal of yours is blocked", Wish.IMMEDIATE))
EXPIRING = kinds.register(NoticeKind("proposal_expiring", "A proposal expires in 7 or 2 days"))
SCHEDULED = kinds.register(NoticeKind("change_scheduled", "A change that moves your team's values is scheduled"))
IN_FORCE = kinds.register(NoticeKind("change_in_force", "A change is in force"))
EXEMPTION = kinds.register(NoticeKind("exemption_expiring", "An exemption of your team expires in 7 days"))
FREEZE = kinds.register(NoticeKind("freeze", "A freeze of your team starts or ends"))


class Reminding(StrEnum):
    """What the clock brings: a moment of a proposal, an exemption or a freeze that people are told of."""

    EXPIRES_IN_7 = "expires_in_7"
    EXPIRES_IN_2 = "expires_in_2"
    EXEMPTION_EXPIRES = "exemption_expires"
    FREEZE_STARTS = "freeze_starts"
    FREEZE_ENDS = "freeze_ends"


class Timing(StrEnum):
    """Whether the moment of a reminder has come."""

    EARLY = "early"
    NOW = "now"
    OVER = "over"


@dataclass(frozen=True)
class Moment:
    """The stretch `[start, end)` in which a reminder is news."""

    start: datetime
    end: datetime

    def timing(self, at: datetime) -> Timing:
        """Where an instant lies."""
        if at < self.start:
            return Timing.EARLY
        return Timing.NOW if at < self.end else Timing.OVER


BEFORE = {
    Reminding.EXPIRES_IN_7: (timedelta(days=7), timedelta(days=2)),
    Reminding.EXPIRES_IN_2: (timedelta(days=2), timedelta(0)),
    Reminding.EXEMPTION_EXPIRES: (timedelta(days=7), timedelta(0)),
}


def moment_before(what: Reminding, deadline: datetime) -> Moment:
    """When to remind of a deadline; the second reminder of one takes over from the first."""
    first, last = BEFORE[what]
    return Moment(deadline - first, deadline - last)


def people_to_sign(
    consent: Consent, authors: Collection[int], signers: Collection[int], seconders: Collection[int]
) -> dict[int, Seat | None]:
    """Who is asked to sign, each with the seat: those of open seats, else whoever may be the second person.

    Nobody who wrote a revision, nor who signed this one.
    """
    done = {*authors, *signers}
    found: dict[int, Seat | None] = {}
    for seat in consent.open_seats:
        for person in sorted(seat.people - done):
            found.setdefault(person, seat)
    if not consent.open_seats and not consent.is_by_two:
        found = dict.fromkeys(sorted(set(seconders) - done))
    return found


def why_to_sign(person: int, seat: Seat | None, holders: Holders, team: str) -> str:
    """Why this person is asked: "you sign as tech lead for Harbour"."""
    place = f" for {team}" if team else ""
    if seat is None:
        return f"you may agree{place}, and a second person is missing"
    if seat.filled_by is FilledBy.ROLE:
        held = [role for role in sorted(seat.need.roles) if person in holders.of(role, seat.need.team_id)]
        return f"you sign as {ROLE_WORDS[(held or sorted(seat.need.roles))[0]]}{place}"
    missing = " or ".join(ROLE_WORDS[role] for role in sorted(seat.need.roles))
    instead = "metrics steward" if seat.filled_by is FilledBy.STEWARD else "the holder in its group"
    if STEWARD in seat.need.roles:
        return f"you sign as metrics steward{place}"
    return f"nobody else signs as {missing}{place}, so you do as {instead}"


def leads_by_person(holders: Holders, team_ids: Iterable[int]) -> dict[int, dict[int, str]]:
    """Tech leads, engineering managers and product managers of some teams: by person, the first role in each team."""
    found: dict[int, dict[int, str]] = {}
    for team_id in team_ids:
        for role in LEADS:
            for person in sorted(holders.of(role, team_id)):
                found.setdefault(person, {}).setdefault(team_id, role)
    return found


def people_of_freeze(workers: Mapping[int, Sequence[str]], leadership: Collection[int], whom: str) -> dict[int, str]:
    """Who hears of a freeze, and why: those who do the work of the teams it is for, and the leadership above."""
    found = {person: f"you work in {joined(names)}" for person, names in workers.items()}
    for person in leadership:
        found.setdefault(person, f"you lead {whom}")
    return found


def why_affected(roles: Mapping[int, str], names: Mapping[int, str]) -> str:
    """Why this person hears of a change: "you are tech lead of Harbour"."""
    held = [f"{ROLE_WORDS[role]} of {names[team]}" for team, role in roles.items()]
    return f"you are {joined(held)}"


def own_figures(sections: Sequence[Mapping[str, Any]], teams: Mapping[str, str]) -> str:
    """Before and after of some teams (names by slug), as the preview found them; no other team's."""
    found = [
        (section["title"], teams[row["team"]], row["why"])
        for section in sections
        for row in section["teams"]
        if row.get("team") in teams and row.get("why")
    ]
    several = len({title for title, _, _ in found}) > 1
    return " ".join(f"{name}, {title}: {why}" if several else f"{name}: {why}" for title, name, why in found)

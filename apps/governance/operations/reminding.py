"""What the clock brings that people are told of: proposals and exemptions about to expire, freezes that start and end.

Each moment is a duty of its own, asked for by the act that sets it, and looked at again when it comes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from django.db import transaction
from django.urls import reverse

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.core.calendar_words import day_words
from apps.core.periods import local_midnight
from apps.governance import exclusion_queries, queries
from apps.governance.domain import notices as words
from apps.governance.domain.exemptions import ExemptionKind
from apps.governance.domain.freezes import Days
from apps.governance.domain.kinds import kinds
from apps.governance.domain.notices import Moment, Reminding, Timing, moment_before
from apps.governance.domain.states import IDLE
from apps.governance.models import Exemption, FreezeWindow, Proposal, Reminder
from apps.governance.operations.announcing import MAY_EXPIRE, News, announce_expiring, leads_of, to_authors
from apps.notifications import operations as notifications
from apps.notifications.domain.notices import About

MINUTE = timedelta(minutes=1)
DAYS_LEFT = {Reminding.EXPIRES_IN_7: 7, Reminding.EXPIRES_IN_2: 2}


@dataclass(frozen=True)
class Due:
    """When a reminder is news, and how it is told."""

    moment: Moment
    tell: Callable[[], None]


def by_the_wall(at: datetime) -> datetime:
    """When the wall clock, by which duties are due, will have reached a business instant.

    The two differ only where the business instant is held, as in the demonstration; a minute keeps a duty from
    coming round at once.
    """
    return clock.now() + max(at - clock.as_of(), MINUTE)


def arm_proposal(proposal: Proposal) -> None:
    """Ask for the reminders of a proposal that waits for people; an act of anybody puts them off."""
    for what in DAYS_LEFT:
        _arm(what, proposal.number, moment_before(what, proposal.moved_at + IDLE).start)


def arm_exemption(row: Exemption) -> None:
    """Ask for the reminder that an exemption expires."""
    _arm(Reminding.EXEMPTION_EXPIRES, row.number, moment_before(Reminding.EXEMPTION_EXPIRES, row.expires_at).start)


def arm_freeze(row: FreezeWindow) -> None:
    """Ask for the news that a freeze starts and that it ends; one that was ended early is over now."""
    _arm(Reminding.FREEZE_STARTS, row.number, _midnight(row.starts_on))
    _arm(Reminding.FREEZE_ENDS, row.number, row.ended_at or _midnight(row.last_on + timedelta(days=1)))


def _midnight(day: date) -> datetime:
    return local_midnight(day, clock.reporting_zone())


def _arm(what: Reminding, number: int, at: datetime) -> None:
    """The one row of a moment; asked for again it is due at its new time."""
    again = {"due_at": by_the_wall(at), "done_at": None, "attempts": 0, "last_error": ""}
    Reminder.objects.update_or_create(what=what.value, number=number, defaults=again)


@transaction.atomic
def remind(*, reminder: Reminder) -> None:
    """Tell people what has come; what is not there yet is looked at again then, what is over is told to nobody."""
    due = _FINDERS[Reminding(reminder.what)](reminder.number)
    timing = due.moment.timing(clock.as_of()) if due else Timing.OVER
    if due and timing is Timing.NOW:
        due.tell()
    elif due and timing is Timing.EARLY:
        _arm(Reminding(reminder.what), reminder.number, due.moment.start)


def _expiring_proposal(what: Reminding, number: int) -> Due | None:
    proposal = queries.find_proposal(number)
    if proposal is None or proposal.state not in MAY_EXPIRE:
        return None
    moment = moment_before(what, proposal.moved_at + IDLE)
    return Due(moment, partial(announce_expiring, proposal, DAYS_LEFT[what]))


# What happens again once an exemption has expired.
THEN = {
    ExemptionKind.EXCLUDE_DATA: "its facts count", ExemptionKind.PAUSE_JUDGING: "its periods are judged",
    ExemptionKind.EXCLUDE_SLICES: "slices count",
}  # fmt: skip


def _expiring_exemption(number: int) -> Due | None:
    row = exclusion_queries.find_exemption(f"E-{number}")
    if row is None or row.ended_at is not None:
        return None
    return Due(moment_before(Reminding.EXEMPTION_EXPIRES, row.expires_at), partial(_tell_expiring, row))


def _tell_expiring(row: Exemption) -> None:
    """Those who asked for an exemption and the leads of its team hear that it runs out."""
    on = clock.local_day(row.expires_at)
    page = kinds.pages("exemption").of_object
    link = reverse(page, args=[str(row)]) if page else _proposal_page(row)
    about = About(f"exemption:{row.number}", f"{row}: exemption for {row.service or row.team}", link)
    news = News(words.EXEMPTION, about, on.isoformat(), on)
    then = THEN[ExemptionKind(row.kind)]
    text = f"It expires on {day_words(on)}. From then on {then} again."
    leads = [news.to(person, text, reason) for person, reason, _ in leads_of([row.team_id])]
    notifications.notify(notices=[*to_authors(row.proposal, news, text), *leads], by=SYSTEM)


def _proposal_page(row: Exemption | FreezeWindow) -> str:
    return reverse("governance:proposal", args=[row.proposal.number])


def _starting_freeze(number: int) -> Due | None:
    row = exclusion_queries.find_freeze(f"F-{number}")
    bounds = _days(row).bounds if row else None
    if row is None or bounds is None:
        return None
    return Due(Moment(_midnight(bounds[0]), _midnight(bounds[1])), partial(_tell_freeze, row, "It has started"))


def _ending_freeze(number: int) -> Due | None:
    row = exclusion_queries.find_freeze(f"F-{number}")
    if row is None:
        return None
    over = row.ended_at or _midnight(row.last_on + timedelta(days=1))
    return Due(Moment(over, over + words.STILL_NEWS), partial(_tell_freeze, row, "It is over"))


def _days(row: FreezeWindow) -> Days:
    return Days(row.starts_on, row.last_on, clock.local_day(row.ended_at) if row.ended_at else None)


def _tell_freeze(row: FreezeWindow, said: str) -> None:
    """Everybody who does the work of the team, or of any team, and its leadership; not whoever ended it."""
    about = About(f"freeze:{row.number}", f"{row}: {row.name}", _proposal_page(row))
    news = News(words.FREEZE, about, said)
    whom = row.team.name if row.team else "the whole organisation"
    text = f"{said}: {row.name}, {day_words(row.starts_on)} to {day_words(row.last_on)}, for {whom}."
    people = words.people_of_freeze(queries.list_workers(row.team_id), queries.list_leadership(row.team_id), whom)
    found = [news.to(person, text, reason) for person, reason in people.items() if person != row.ended_by_id]
    notifications.notify(notices=found, by=SYSTEM)


_FINDERS: Mapping[Reminding, Callable[[int], Due | None]] = {
    Reminding.EXPIRES_IN_7: partial(_expiring_proposal, Reminding.EXPIRES_IN_7),
    Reminding.EXPIRES_IN_2: partial(_expiring_proposal, Reminding.EXPIRES_IN_2),
    Reminding.EXEMPTION_EXPIRES: _expiring_exemption,
    Reminding.FREEZE_STARTS: _starting_freeze,
    Reminding.FREEZE_ENDS: _ending_freeze,
}

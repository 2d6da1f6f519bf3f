"""From when an approved change holds, and which periods it counts for. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from apps.core.periods import Grain, period_on
from apps.governance.domain.kinds import Change, ChangeClass
from apps.governance.domain.revisions import Asked

FARTHEST = timedelta(days=366)
# Every local midnight is a boundary, and the first one is still to come.
DAY = "day"


@dataclass(frozen=True)
class Dates:
    """`effective_from` and `governs_from` of what a proposal writes; None: from the beginning."""

    effective_from: date | None
    governs_from: date | None


def boundary_from(day: date, grains: tuple[str, ...]) -> date:
    """The first start of a period of the finest grain on or after a day; any day where there are no grains."""
    if not grains or DAY in grains:
        return day
    period = period_on(day, _finest(grains))
    return day if period.first_on == day else period.end_on


def boundary_until(day: date, grains: tuple[str, ...]) -> date:
    """The start of the period of the finest grain that contains a day."""
    return period_on(day, _finest(grains)).first_on if grains and DAY not in grains else day


def _finest(grains: tuple[str, ...]) -> Grain:
    return next(grain for grain in (Grain.WEEK, Grain.MONTH, Grain.QUARTER) if grain.value in grains)


def _coarseness(grains: tuple[str, ...]) -> int:
    order = [DAY, Grain.WEEK.value, Grain.MONTH.value, Grain.QUARTER.value]
    return min(order.index(grain) for grain in grains if grain in order)


def grains_of(changes: tuple[Change, ...]) -> tuple[str, ...]:
    """The grains whose boundaries suit every change of a proposal: those of the coarsest one."""
    dated = [change.grains for change in changes if change.grains]
    return max(dated, key=_coarseness, default=())


def dates_for(asked: Asked, changes: tuple[Change, ...], change_class: ChangeClass, today: date) -> Dates:
    """The dates a proposal gets when its last signature is given on `today`."""
    grains = grains_of(changes)
    floor = max((change.not_before for change in changes if change.not_before), default=None)
    if asked.from_beginning:
        return Dates(None, None)
    if change_class is ChangeClass.WORDING:
        begins = max(boundary_until(today, grains), floor or date.min)
        return Dates(today, begins)
    if asked.at_once_reason:
        begins = max(boundary_until(today, grains), floor or date.min)
        return Dates(begins, asked.restate_from or begins)
    earliest = today + timedelta(days=1) if grains else today
    begins = boundary_from(max(earliest, asked.on or earliest, floor or earliest), grains)
    return Dates(begins, asked.restate_from or begins)


def date_problem(asked: Asked, changes: tuple[Change, ...], today: date) -> str:
    """Why the dates asked for cannot be kept, with the next that can; empty when they can."""
    grains = grains_of(changes)
    if asked.from_beginning:
        news = all(change.base == 0 for change in changes)
        return "" if news else "Only a first version holds from the beginning. Choose a date."
    return _asked_date_problem(asked, grains, today) or _restate_problem(asked, changes, today)


def _asked_date_problem(asked: Asked, grains: tuple[str, ...], today: date) -> str:
    day = asked.on
    if day is None:
        return ""
    if day > today + FARTHEST:
        return f"{_words(day)} is more than a year away. Propose it when it is near."
    valid = boundary_from(day, grains)
    if valid != day:
        return f"No period begins on {_words(day)}. The next valid date is {_words(valid)}."
    return ""


def past_problem(asked: Asked, changes: tuple[Change, ...], today: date) -> str:
    """Why a date cannot be asked for any more, with the next that can; who signs late only moves it."""
    grains = grains_of(changes)
    earliest = boundary_from(today + timedelta(days=1), grains) if grains else today
    if asked.on is None or asked.on >= earliest:
        return ""
    return f"{_words(asked.on)} is too early. The next valid date is {_words(earliest)}."


def at_once_problem(asked: Asked, changes: tuple[Change, ...]) -> str:
    """Why a change cannot hold at once; empty where it can, and where nobody asks for it."""
    if not asked.at_once_reason or not any(change.waits_for_midnight for change in changes):
        return ""
    return "What moves to another team moves at a coming midnight: today's results stay where they are. Leave it empty."


def _restate_problem(asked: Asked, changes: tuple[Change, ...], today: date) -> str:
    day, grains = asked.restate_from, grains_of(changes)
    if day is None:
        return ""
    if any(change.holds_from_now for change in changes):
        return "This holds from its date on; what was judged before stays as it was. Leave the restatement empty."
    begun = boundary_until(today, grains)
    if day > begun:
        return f"A restatement begins in the past: choose {_words(begun)} or an earlier boundary."
    valid = boundary_until(day, grains)
    if valid != day:
        return f"No period begins on {_words(day)}. The valid date before it is {_words(valid)}."
    return ""


def _words(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"

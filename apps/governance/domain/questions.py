"""Four questions that stand before signers. They stop nothing. Pure."""

from dataclasses import dataclass
from datetime import date

GOALPOST_DAYS = 28
LEAST_GAIN = 0.05
LEAST_CHANGES = 2
MOST_DEFINITIONS = 20
MOST_LEFT_OUT = 0.10

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
TIMES = {2: "twice", 3: "three times", 4: "four times", 5: "five times"}


@dataclass(frozen=True)
class Question:
    """A question as the page of governance lists it: what it is about, where that stands, and what can be answered."""

    about: str
    text: str
    url: str
    # Labels and addresses of the answers.
    answers: tuple[tuple[str, str], ...] = ()


def goalpost(*, submitted_on: date, review_on: date, team: str, gain: float | None, turns_met: bool = False) -> str:
    """Shortly before a quarterly review that shows it, an author's team gains; `gain` is a share, better is above 0."""
    days = (review_on - submitted_on).days
    gains = gain is not None and gain >= LEAST_GAIN
    if not 0 <= days <= GOALPOST_DAYS or not (gains or turns_met):
        return ""
    effect = (
        f"improves {team}, an author's team, by {_percent(gain or 0)}"
        if gains
        else (f"turns a target of {team}, an author's team, to met")
    )
    return f"Submitted {_day(submitted_on)}, {_days(days)} before the quarterly review; {effect}. Can it wait?"


def shifting(changes: int) -> str:
    """Its meaning changed often, this change included, in this and the previous quarter."""
    if changes < LEAST_CHANGES:
        return ""
    times = TIMES.get(changes, f"{changes} times")
    return f"Changed {times} in two quarters. Are the stretches long enough to read?"


def too_many(active: int) -> str:
    """One more definition where there are many; `active` counts those in force without it."""
    if active + 1 <= MOST_DEFINITIONS:
        return ""
    return f"This would be the {_ordinal(active + 1)}. Which one does it replace?"


def exclusion_creep(*, team: str, facts: str, left_out: int, total: int) -> str:
    """Much of what a team did in a quarter is left out; `facts` is a plural such as deployments."""
    if total <= 0 or left_out <= MOST_LEFT_OUT * total:
        return ""
    return f"{_percent(left_out / total)} of {team}'s {facts} are left out. Is the rule wrong?"


def quarter_end(day: date) -> date:
    """The last day of the quarter a day lies in: its quarterly review looks back from there."""
    first_of_next = (day.month - 1) // 3 * 3 + 4
    year, month = (day.year + 1, 1) if first_of_next > 12 else (day.year, first_of_next)
    return date.fromordinal(date(year, month, 1).toordinal() - 1)


def previous_quarter_start(day: date) -> date:
    """The first day of the quarter before the one a day lies in."""
    first = (day.month - 1) // 3 * 3 + 1
    return date(day.year - 1, 10, 1) if first == 1 else date(day.year, first - 3, 1)


def _percent(share: float) -> str:
    """One decimal, none where it is zero, and a space that does not break: 16.9 %, 14 %."""
    return f"{share * 100:.1f}".removesuffix(".0") + "\u00a0%"


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]}"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"

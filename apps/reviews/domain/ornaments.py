"""When a metric that is often looked at decides nothing. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from apps.core.periods import Grain, Period, period_on
from apps.reviews.domain.content import Answer

LEAST_AGENDAS = 6
LEAST_WEEKS = 6
QUARTERS = 2


@dataclass(frozen=True)
class Use:
    """What two quarters saw of a definition: agendas it stood on, decisions that cite it, weeks it was opened in."""

    agendas: int
    cited: int
    weeks: int


def is_cited(row: Mapping[str, Any], *, differs: bool) -> bool:
    """Whether an answer decided something; `differs`: the agreed target is not the one that held before.

    Nothing drafted, a draft dropped without a word, and the same target once more are a bare "continue".
    """
    answer = row["answer"]
    if answer == Answer.DROPPED:
        return bool(row.get("reason"))
    return answer in (Answer.ACCEPTED, Answer.EDITED) and differs


def is_ornament(use: Use) -> bool:
    """Often on agendas or often opened, and no decision cites it."""
    return not use.cited and (use.agendas >= LEAST_AGENDAS or use.weeks >= LEAST_WEEKS)


def say_ornament(use: Use) -> str:
    """The question in words."""
    seen = []
    if use.agendas:
        seen.append(f"on {use.agendas} agenda{'s' if use.agendas > 1 else ''}")
    if use.weeks:
        seen.append(f"opened in {use.weeks} week{'s' if use.weeks > 1 else ''}")
    return f"In two quarters {' and '.join(seen)}, cited by no decision. Off the card, or retire?"


def quarters_looked_at(today: date) -> Period:
    """The quarter before this one: what is counted begins with it and ends today."""
    return period_on(today, Grain.QUARTER).previous(QUARTERS - 1)


def asks_again_on(today: date) -> date:
    """The first day of the quarter that follows the next two, so that both can show whether anything changed."""
    return period_on(today, Grain.QUARTER).previous(-QUARTERS).end_on


def weeks_from(first: date, today: date) -> list[str]:
    """Keys of the weeks that end after a day, up to the one that runs."""
    week = period_on(today, Grain.WEEK)
    found = []
    while week.end_on > first:
        found.append(week.key)
        week = week.previous(1)
    return found

"""The demonstration's story, played in order under a set business clock through the product's own operations."""

import time as stopwatch
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from itertools import chain

from apps.accounts.domain import SYSTEM
from apps.audit import operations as audit
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.governance.models import Reminder
from apps.notifications.models import Notification
from apps.portal.demo import (
    agreements,
    budgets,
    cast,
    endings,
    exceptions,
    follow_up,
    history,
    learning,
    marks,
    oncall,
    openings,
    outages,
    promises,
    proposals,
    rituals,
    uptime,
    weekly,
)
from apps.portal.demo.cast import Cast, local

LOADED = "demo.loaded"
# Days on which the history is brought up to date; a quarter's reviews are generated on its fourth day.
IMPORTS_ON = (date(2026, 4, 4), date(2026, 7, 4), date(2026, 8, 24))
# On these days facts come in and nothing is computed: previews of proposals read facts, not stored values.
FACTS_ON = (date(2025, 6, 13), date(2025, 9, 19), date(2026, 6, 5), date(2026, 8, 5))
# On these days a freeze starts and ends, an exemption is about to expire, and proposals are, 7 and 2 days before.
REMINDED_ON = (
    date(2025, 12, 17), date(2026, 1, 13), date(2026, 4, 20), date(2026, 6, 15), date(2026, 6, 20), date(2026, 8, 3),
    date(2026, 8, 8),
)  # fmt: skip
EARLY, NOON = time(6), time(12)
INDENT = " " * 12

Tell = Callable[[str], None]
Step = Callable[[Cast], str | None]


@dataclass(frozen=True)
class Act:
    """What happens at an instant of the story; its answer, if any, is told."""

    at: datetime
    do: Step


def play(tell: Tell) -> str:
    """Play the whole story into an empty database; answers the secret of the token it made."""
    players = Cast()
    for act in sorted(_acts(tell), key=lambda act: act.at):
        _play(act, players, tell)
    return players.secret


def _play(act: Act, players: Cast, tell: Tell) -> None:
    began = stopwatch.monotonic()
    with clock.playing(act.at):
        told = act.do(players)
    if told:
        took = stopwatch.monotonic() - began
        tell(f"{act.at:%Y-%m-%d}  {told}" + (f" ({took:.0f} s)" if took > 2 else ""))


def is_loaded() -> bool:
    """True when the story has been played to its end in this database."""
    return bool(AuditEvent.objects.filter(action=LOADED).exists())


def _acts(tell: Tell) -> Iterator[Act]:
    yield Act(local(date(2023, 1, 2)), cast.found_organisation)
    yield Act(local(date(2023, 1, 9)), agreements.adopt_starter)
    yield Act(local(date(2025, 3, 24)), cast.hand_over_oncall)
    yield Act(local(date(2025, 6, 16)), agreements.change_lead_time)
    yield Act(local(date(2025, 9, 22)), agreements.change_failure_rate)
    yield Act(local(date(2025, 12, 15)), agreements.adopt_templates)
    for day in agreements.MOVES_ON:
        yield Act(local(day), agreements.bring_into_force)
    for mark in marks.MARKS:
        yield Act(local(mark.written_on), partial(marks.write_mark, mark=mark))
    yield from _updates(tell)
    others = (
        proposals.acts(), exceptions.acts(), endings.acts(), openings.acts(), oncall.acts(IMPORTS_ON),
        outages.acts(IMPORTS_ON), learning.acts(), follow_up.acts(), promises.acts(), uptime.acts(),
        budgets.acts(), weekly.acts(),
    )  # fmt: skip
    for at, do in chain.from_iterable(others):
        yield Act(at, do)
    for day in REMINDED_ON:
        yield Act(local(day, NOON), _remind)
    for meeting in rituals.MEETINGS:
        yield Act(local(meeting.on), partial(rituals.hold_review, meeting=meeting))
    yield Act(local(date(2026, 7, 22)), rituals.keep_frequency)
    yield Act(local(IMPORTS_ON[-1], time(9)), rituals.make_token)
    yield Act(local(IMPORTS_ON[-1], time(10)), rituals.compute_rest)  # what teams did on the last day
    yield Act(local(IMPORTS_ON[-1], time(11)), _close)


def _updates(tell: Tell) -> Iterator[Act]:
    """On each day facts come in; on some of them they are computed and frozen, too."""
    days = sorted((*IMPORTS_ON, *FACTS_ON))
    for after, until in zip((None, *days), days, strict=False):
        at = local(until, EARLY)
        yield Act(at, partial(_bring_in, after=after, until=until, tell=tell))
        if until in IMPORTS_ON:
            is_first = until == IMPORTS_ON[0]
            compute = partial(rituals.compute_all, tell=partial(_tell_more, tell)) if is_first else rituals.compute_news
            yield Act(at, compute)
            yield Act(at, rituals.freeze_and_generate)


def _tell_more(tell: Tell, line: str) -> None:
    tell(f"{INDENT}{line}")


def _bring_in(players: Cast, *, after: date | None, until: date, tell: Tell) -> str:
    for line in history.import_slice(players, after, until):
        _tell_more(tell, line)
    return f"delivery facts imported until {until:%-d %B %Y}"


def _remind(_players: Cast) -> str | None:
    told = Notification.objects.count()
    rituals.work("governance.remind", Reminder)
    news = Notification.objects.count() - told
    return f"{news} people are reminded" if news else None


def _close(_players: Cast) -> str:
    audit.record(LOADED, subject="demo", by=SYSTEM)
    return f"{len(marks.MARKS)} annotations written; the story ends"

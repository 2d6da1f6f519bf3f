"""The monthly synthesis on its page: each line in words, with the incidents that open it."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.urls import reverse

from apps.core.calendar_words import day_words, period_words
from apps.core.periods import Grain, Period, period_on
from apps.incidents.domain.action_dates import UNVERIFIED_AFTER
from apps.incidents.domain.pages import Noise
from apps.incidents.domain.retro_sections import CHOICE_WORDS
from apps.incidents.domain.synthesis import MOST_IMPROVEMENTS, most_of
from apps.incidents.models import Action
from apps.incidents.queries.synthesis import SORT, Line, Quiet, Synthesis

# What a page has room for; the list of a group may be long.
MOST_LINES, MOST_CARRIERS = 25, 12

SECTIONS = (
    (SORT.mode, "Recurring failure modes", "No failure mode came twice in these 90 days."),
    (SORT.boundary, "Boundaries that keep breaking", "No boundary between two services broke twice in these 90 days."),
    (SORT.alert, "Noisy alerts", "No rule paged without need this month, as far as pages are labelled."),
    (SORT.guard, "Safeguards that were absent or did not hold", "No safeguard was named as absent or failed."),
)


def present(found: Synthesis) -> dict[str, Any]:
    """The whole month: patterns, follow-through, doubts, and what was picked."""
    last = found.window.end_on - timedelta(days=1)
    taken = {action.review_key.rsplit(":", 1)[-1]: action for action in found.picked}
    return {
        "window": f"{day_words(found.window.first_on)} to {day_words(last)}, against the 90 days before",
        "sections": [{"title": title, "empty": empty, **_lines(sort, found, taken)} for sort, title, empty in SECTIONS],
        "silent": [CHOICE_WORDS[kind].lower() for kind in found.silent_kinds],
        "follow_through": list(_follow_through(found)),
        "doubts": list(_doubts(found)),
        "picked": [_action(action) for action in found.picked],
        "left": max(MOST_IMPROVEMENTS - len(found.picked), 0),
        "most": MOST_IMPROVEMENTS,
        "is_group": found.scope.is_group,
        "actions_url": "/actions/",
    }


def _lines(sort: str, found: Synthesis, taken: dict[str, Action]) -> dict[str, Any]:
    """The lines that a page has room for, the heaviest first, and how many came after them."""
    lines = found.of(sort)
    if sort == SORT.mode:
        shown = [lines[place] for place in most_of([(line.what[0], line.what[1]) for line in lines], MOST_LINES)]
    else:
        shown = sorted(lines, key=_weight)[:MOST_LINES] if len(lines) > MOST_LINES else lines
    return {"lines": [_line(line, found, taken) for line in shown], "more": len(lines) - len(shown)}


def _weight(line: Line) -> int:
    """What stands first where not all have room: many incidents, or many pages."""
    return -(line.counts.pages if line.counts else len(line.incidents))


def _line(line: Line, found: Synthesis, taken: dict[str, Action]) -> dict[str, Any]:
    return {
        "key": line.key,
        "words": words_of(line),
        "count": count_words(line),
        "url": reverse("incidents:alert-rule", args=[line.what[2]]) if line.sort == SORT.alert else "",
        "incidents": _incidents(line.incidents[:MOST_CARRIERS], found),
        "more": max(len(line.incidents) - MOST_CARRIERS, 0),
        "action": _action(taken[line.key]) if line.key in taken else None,
        "seen": _seen_words(line, found.month),
    }


def words_of(line: Line) -> str:
    """What a line says, without its counts."""
    if line.sort == SORT.mode:
        service, kind = line.what
        return f"{CHOICE_WORDS[kind]} in {service or 'no named service'}"
    if line.sort == SORT.boundary:
        near, far = line.what
        return f"{near} and {far}"
    if line.sort == SORT.alert:
        service, name = line.what[:2]
        return f"{name} of {service}"
    purpose, state = line.what
    return f"{CHOICE_WORDS[purpose]}: {CHOICE_WORDS[state].lower()}"


def count_words(line: Line) -> str:
    """How often, and against what."""
    if line.counts is not None:
        tally = line.counts
        if line.what[-1] == Noise.SELDOM_ACTED:
            return f"{tally.pages} pages, somebody acted on {tally.acted} of {tally.labelled} labelled"
        return f"{tally.pages} pages, {tally.ended_unseen} ended by themselves before anybody saw them"
    number = len(line.incidents)
    words = f"{number} incident{'' if number == 1 else 's'} in 90 days"
    return words if line.before is None else f"{words}, {line.before} in the 90 before"


def _seen_words(line: Line, month: Period) -> str:
    """What the meeting of the month before made of it."""
    if not line.was_seen:
        return ""
    before = period_words(month.previous())
    return f"Picked in {before}" if line.was_chosen else f"Seen in {before}, not chosen"


def _incidents(pks: Iterable[int], found: Synthesis) -> list[dict[str, str]]:
    return [{"label": f"I-{pk}", "title": found.titles.get(pk, ""), "url": f"/incidents/{pk}/"} for pk in pks]


def _action(action: Action) -> dict[str, str]:
    label = f"A-{action.pk}: {action.text}"
    return {"label": label, "url": f"/actions/{action.pk}/", "team": action.owner_team.name}


def _follow_through(found: Synthesis) -> Iterable[dict[str, Any]]:
    """Promises that ask for a look, each listed once."""
    through, days = found.follow_through, UNVERIFIED_AFTER.days
    groups = (
        ("Late", through.late), ("Dropped", through.dropped),
        (f"Done and unverified for {days} days", through.unverified),
    )  # fmt: skip
    for label, pks in groups:
        if pks:
            rows = [_action(found.actions[pk]) for pk in pks[:MOST_LINES]]
            yield {"label": label, "rows": rows, "more": len(pks) - len(rows)}
    if through.waived:
        items = [
            {"label": f"I-{pk}: {found.titles.get(pk, '')}", "url": reverse("incidents:retro", args=[pk])}
            for pk in through.waived
        ]
        yield {"label": "Retros waived", "rows": items}
    if found.returned:
        items = [
            {
                "label": f"C-{one.cause_id}: {one.cause.title}, in I-{one.incident_id}",
                "url": reverse("incidents:cause", args=[one.cause_id]),
            }
            for one in found.returned
        ]
        yield {"label": "Known causes that came again after an action was done", "rows": items}


def _doubts(found: Synthesis) -> Iterable[dict[str, Any]]:
    """Where the data itself may say too little."""
    if found.unrated:
        yield {"words": "Incidents without a severity", "rows": _incidents(found.unrated, found)}
    if found.unfinished:
        yield {"words": "Incidents without a time of impact or detection", "rows": _incidents(found.unfinished, found)}
    for one in found.quiet_teams:
        words = f"{one.name} was paged {one.pages} times and wrote down no incident. Do pages say too little, or do we?"
        yield {"words": words, "rows": _weeks_of(one, found.month)}


def _weeks_of(quiet: Quiet, month: Period) -> list[dict[str, str]]:
    """The pages that raise the doubt, week by week."""
    weeks, address = [], reverse("incidents:page-list")
    week = period_on(month.first_on, Grain.WEEK)
    while week.first_on < month.end_on:
        url = f"{address}?team={quiet.slug}&week={week.key}"
        weeks.append({"label": week.key, "title": period_words(week), "url": url})
        week = week.previous(-1)
    return weeks

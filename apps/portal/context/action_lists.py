"""Actions in tables, one for each standing; what is done shows what moved around it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse

from apps.core import clock
from apps.core.calendar_words import day_words
from apps.incidents.domain.action_dates import Standing
from apps.incidents.domain.action_words import ActionOrigin
from apps.incidents.models import Action
from apps.incidents.queries.follow_up import standing_of_row
from apps.measurements.domain.effects import Stage
from apps.measurements.models import ActionEffect
from apps.portal.tables import Cell, header, link, plain, state

ORIGIN_WORDS = {
    ActionOrigin.RETRO: "Retros", ActionOrigin.REVIEW: "Reviews", ActionOrigin.TOOL: "Tools and people",
}  # fmt: skip
DONE = (Standing.DONE, Standing.VERIFIED)
READ = (Stage.EARLY, Stage.FINAL)


def list_tables(actions: Iterable[Action], effects: Mapping[int, ActionEffect]) -> list[dict[str, Any]]:
    """The actions of one page by standing, in the order of the page."""
    ranked = [(standing_of_row(action), action) for action in actions]
    by_standing = {s: [action for standing, action in ranked if standing is s] for s in Standing}
    return [_table(standing, rows, effects) for standing, rows in by_standing.items() if rows]


def _table(standing: Standing, actions: list[Action], effects: Mapping[int, ActionEffect]) -> dict[str, Any]:
    labels = ["Action", "Team", "Ended" if standing in (*DONE, Standing.DROPPED) else "Due", "From"]
    rows = [_row(action) for action in actions]
    if standing in DONE:
        labels.append("Before and after")
        rows = [[*row, _effect(effects.get(action.pk))] for row, action in zip(rows, actions, strict=True)]
    return {"caption": standing.label, "columns": [{"label": label} for label in labels], "rows": rows}


def _row(action: Action) -> list[Cell]:
    """One action: what it is, whose, by when, and where it came from; never who was chosen."""
    team = action.owner_team
    return [
        header(f"{action}: {action.text}", reverse("portal:action", args=[action.pk])) | {"wide": True},
        link(team.name, reverse("portal:team", args=[team.slug])),
        plain(_when(action)),
        _origin(action),
    ]


def _when(action: Action) -> str:
    """The day it ended, else its due day, and the first one where it was moved: a new date hides nothing."""
    ended = action.done_at or action.dropped_at
    if ended is not None:
        return day_words(clock.local_day(ended))
    moved = "" if action.due_on == action.first_due_on else f", first {day_words(action.first_due_on)}"
    return f"{day_words(action.due_on)}{moved}{', asked to drop' if action.drop_asked_at else ''}"


def _origin(action: Action) -> Cell:
    if action.retro is not None:
        incident = action.retro.incident_id
        return link(f"I-{incident}", f"/incidents/{incident}/")
    if action.origin == ActionOrigin.REVIEW:
        return plain("A review")
    return plain("Taken over" if action.is_imported else "Opened directly")


def _effect(row: ActionEffect | None) -> Cell:
    """The verdict of a reading, early or final; else that there is none yet, or none at all."""
    if row is None:
        return plain("")
    if row.stage not in READ:
        return plain("Not read yet" if row.stage == Stage.WAITING else "Cannot be read")
    url = f"{reverse('portal:action', args=[row.action_id])}#effect"
    if row.result["code"] == "no_trend":
        return link("Two values", url)
    return state(row.result["code"], row.result["sentence"], url=url, mark="" if row.stage == Stage.FINAL else "Early")

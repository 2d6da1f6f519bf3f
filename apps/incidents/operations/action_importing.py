"""Actions taken over from elsewhere: they count and are followed, and remind nobody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.accounts.domain import Principal
from apps.audit import operations as audit
from apps.core import clock
from apps.core.facts import Outcome
from apps.incidents.domain.action_words import ActionOrigin, ActionState
from apps.incidents.models import Action
from apps.incidents.operations.action_opening import write_date
from apps.incidents.operations.action_settling import settle_action
from apps.incidents.queries import follow_up

Place = tuple[str, str]
TAKEN_OVER = "Taken over from where it was kept before."


@transaction.atomic
def import_actions(*, channel: str, rows: Sequence[Mapping[str, Any]], by: Principal) -> list[Outcome]:
    """Take actions over, each by its key and team; the caller has checked who may. Outcomes come in order.

    What is taken over again follows the file until somebody acts on it here; from then on the file changes nothing.
    """
    places = [(f"{channel}:{row['team']}"[:40], row["key"]) for row in rows]
    # Known ones are locked before the first of them is published, and the chain after the last.
    held, now = follow_up.lock_by_keys(places), clock.as_of()
    taken = [_take_over(place, row, held, now) for place, row in zip(places, rows, strict=True)]
    for one in taken:
        if one.said:
            audit.record("action.imported", subject=one.action, by=by, data=one.said)
    return [one.outcome for one in taken]


@dataclass(frozen=True)
class _Taken:
    """What became of a row, and what the audit chain says of it."""

    action: Action
    outcome: Outcome
    said: dict[str, Any]


def _take_over(place: Place, row: Mapping[str, Any], held: dict[Place, Action], now: datetime) -> _Taken:
    source, action = place[0], held.get(place)
    if action is None:
        action = Action(
            source=source, external_key=row["key"], origin=ActionOrigin.TOOL.value, is_imported=True,
            owner_team_id=row["team"], first_due_on=row["due_on"], first_due_at=row["first_due_at"],
        )  # fmt: skip
        _write(action, _values(row, now))
        write_date(action, action.first_due_on, reason="", now=action.opened_at)
        settle_action(action, now=now)
        held[place] = action
        return _Taken(action, Outcome.CREATED, {"team": row["team"], "state": str(row["state"])})
    values = _values(row, now if row["opened_at"] else action.opened_at)
    changed = {name: value for name, value in values.items() if getattr(action, name) != value}
    if action.revision > 1 or not changed:
        return _Taken(action, Outcome.UNCHANGED, {})
    if "due_on" in changed:
        write_date(action, row["due_on"], reason=TAKEN_OVER, now=now)
    _write(action, values)
    settle_action(action, now=now)
    return _Taken(action, Outcome.UPDATED, {"changed": sorted(changed)})


def _write(action: Action, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(action, name, value)
    action.save()


def _values(row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The columns a row decides; what is not said of its beginning is taken to be before its due day and its end."""
    state, ended = ActionState(row["state"]), row["done_at"]
    opened = row["opened_at"] or min(filter(None, (now, row["first_due_at"], ended)))
    return {
        "text": row["text"] or row["key"], "done_when": row["done_when"] or TAKEN_OVER, "kind": str(row["kind"]),
        "metric_slug": row["metric_slug"], "state": state.value, "opened_at": opened, "due_on": row["due_on"],
        "due_at": row["first_due_at"], "done_at": None if state is ActionState.DROPPED else ended,
        "verified_at": ended if state is ActionState.VERIFIED else None,
        "dropped_at": ended if state is ActionState.DROPPED else None,
        "drop_reason": TAKEN_OVER if state is ActionState.DROPPED else "",
    }  # fmt: skip

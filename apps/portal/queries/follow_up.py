"""Reads of the page of an action: what was committed to, what moved around it, and what else happened then."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.periods import local_midnight
from apps.governance import queries as governance
from apps.governance.domain.excluded import Excluded
from apps.incidents.models import Action, KnownCause
from apps.incidents.queries import causes, follow_up
from apps.measurements import queries as measurements
from apps.measurements.models import ActionEffect
from apps.portal.queries.marks import Mark, list_of

MOST_MARKS = 20


@dataclass(frozen=True)
class ActionPage:
    """An action with its effect, as far as one is read, and what lies near it in time.

    `cause` is the known cause it works on, where the reader may know of it.
    """

    action: Action
    effect: ActionEffect | None
    around: list[Action]
    marks: list[Mark]
    excluded: list[Excluded]
    is_filed: bool
    is_practised: bool
    cause: KnownCause | None


def list_effects(actions: Iterable[Action]) -> Mapping[int, ActionEffect]:
    """What moved around some actions, by action; no query where none is done."""
    done = [action.pk for action in actions if action.done_at is not None and action.metric_slug]
    return measurements.list_effects(done) if done else {}


def get_action_page(pk: int, *, by: Principal) -> ActionPage:
    """Everything the page of an action shows; raises `Absent` for what this reader may not see."""
    action = follow_up.get_action(pk, by=by)
    effect = measurements.list_effects([pk]).get(pk) if action.done_at else None
    start, end = _stretch(action, effect)
    has_span = effect is not None and effect.first_on is not None
    return ActionPage(
        action=action,
        effect=effect,
        around=follow_up.list_around(action, start, end, by=by) if has_span else [],
        marks=list_of(start, end, by, team_ids=[action.owner_team_id])[:MOST_MARKS] if has_span else [],
        excluded=_excluded(action, clock.local_day(start), clock.local_day(end)) if has_span else [],
        is_filed=follow_up.is_filed(action),
        is_practised=follow_up.is_practised(action),
        cause=action.known_cause if causes.known_ids(_numbers(action), by) else None,
    )


def _numbers(action: Action) -> list[int]:
    return [] if action.known_cause_id is None else [action.known_cause_id]


def _stretch(action: Action, effect: ActionEffect | None) -> tuple[datetime, datetime]:
    """From the first day that the effect reads to its last one."""
    zone = clock.reporting_zone()
    first = effect.first_on if effect and effect.first_on else clock.local_day(action.opened_at)
    end = effect.end_on if effect and effect.end_on else clock.today()
    return local_midnight(first, zone), local_midnight(end, zone)


def _excluded(action: Action, first: date, end: date) -> list[Excluded]:
    """Freezes and exemptions of the owner team or of everybody in those days."""
    near = [one for one in governance.list_excluded() if one.start < end and first < one.end]
    return [one for one in near if one.service_id is None and one.team_id in (None, action.owner_team_id)]
